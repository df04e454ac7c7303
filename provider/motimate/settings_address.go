package motimate

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/espalier-dev/espalier/provider"
)

const vendorDomain = ".motimateapp.com"

var hostLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// address returns the base URL that subdomain or base_url ask for, without a
// final slash; "" after a mistake.
func (b *block) address() string {
	if b.refuseEmpty(addressNames...); b.anyBroken(addressNames...) {
		return ""
	}
	base, subdomain := b.text("base_url"), b.text("subdomain")
	switch {
	case base != "" && subdomain != "":
		b.fail("base_url", "is set together with subdomain, and each says which organisation to reach", "Keep one of the two")
		return ""
	case base != "":
		return b.baseURL(base)
	case subdomain == "":
		b.fail("", "nothing says which organisation to reach",
			`Set subdomain = "acme" for https://acme.motimateapp.com, or base_url, or sandbox = true for the embedded server`)
		return ""
	}
	return b.subdomain(subdomain)
}

func (b *block) subdomain(subdomain string) string {
	if label := strings.ToLower(subdomain); hostLabel.MatchString(label) {
		return "https://" + label + vendorDomain
	}
	remedy := "Write the first part of the host name alone: acme for https://acme.motimateapp.com"
	if label := labelOf(subdomain); !b.secret["subdomain"] && hostLabel.MatchString(label) {
		remedy = fmt.Sprintf("Write %q; for another host use base_url", label)
	}
	b.fail("subdomain", fmt.Sprintf("%q is not a subdomain", presentable(subdomain)), remedy)
	return ""
}

// labelOf guesses the subdomain in a host name or a URL.
func labelOf(text string) string {
	text = strings.ToLower(text)
	if _, rest, found := strings.Cut(text, "://"); found {
		text = rest
	}
	text, _, _ = strings.Cut(text, "/")
	text, _, _ = strings.Cut(text, ".")
	return text
}

// baseURL checks a whole address. A path prefix is kept: a proxy may stand
// before the API.
func (b *block) baseURL(text string) string {
	before := len(b.problems)
	fail := func(problem, remedy string) { b.fail("base_url", problem, remedy) }
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		fail(fmt.Sprintf("%q is not an address", presentable(text)), `Write scheme and host, such as "https://acme.motimateapp.com"`)
		return ""
	}
	if u.User != nil {
		fail("holds a user name or a password", "Leave them out and use username and password, or the other credentials")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		fail(fmt.Sprintf("%q has the scheme %q", presentable(text), u.Scheme), "Write https://")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		fail(fmt.Sprintf("%q would send the token unencrypted", presentable(text)), "Write https://; plain http is for a server on this machine alone")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		fail(fmt.Sprintf("%q has more than scheme, host and path", presentable(text)), "Leave out everything from the ? or # on")
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	for _, own := range []string{"/public_api", "/oauth"} {
		if i := strings.Index(path+"/", own+"/"); i >= 0 {
			if b.secret["base_url"] {
				path, i = own, 0
			}
			fail(fmt.Sprintf("%q holds a part of the API's own paths", presentable(text)),
				fmt.Sprintf("Leave out %s; the paths are added to the address", path[i:]))
			break
		}
	}
	if len(b.problems) > before {
		return ""
	}
	return u.Scheme + "://" + canonicalHost(u) + path
}

func canonicalHost(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return host
	}
	return host + ":" + port
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// presentable is an address or a path as messages may show it: without what can be a
// secret in it, a user name and password, and whatever follows a ? or #.
func presentable(text string) string {
	if i := strings.LastIndex(text, "@"); i >= 0 {
		text = "..." + text[i:]
	}
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text = text[:i+1] + "..."
	}
	return text
}

// authenticate says how to get a token. The password grant is [swagger]; the
// grant of client id and secret alone is inferred from [help-prov].
func (b *block) authenticate(c *provider.Connection, tokenPath string) {
	if b.refuseEmpty(credentialNames...); b.anyBroken(credentialNames...) {
		return
	}
	token := b.text("access_token")
	switch {
	case token != "" && len(b.credentials()) > 1:
		b.fail("access_token", "is set together with credentials to get a token", "Keep the token, or take it out and keep the credentials")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		b.fail("access_token", "holds a blank or a line end, which no token has", "Take it out; of a file, read trimspace(file(...))")
	case token != "":
		c.AccessToken = token
	case len(b.credentials()) == 0:
		b.fail("", "there is nothing to authenticate with",
			"Set client_id and client_secret, or username, password and client_id, or access_token; each also as MOTIMATE_CLIENT_ID and so on. Or set sandbox = true")
	default:
		c.Token = b.grant(c.BaseURL + tokenPath)
	}
}

// grant is the token call that the credentials are for.
func (b *block) grant(address string) *provider.TokenRequest {
	id, secret := b.text("client_id"), b.text("client_secret")
	username, password := b.text("username"), b.text("password")
	person := username != "" || password != ""
	if secret != "" && person {
		b.fail("client_secret", "is set together with username or password, and these are two ways to get a token",
			"Keep client_id and client_secret, or take client_secret out and keep client_id, username and password")
	}
	if username != "" && password == "" {
		b.fail("password", "is missing beside username", "Set password or MOTIMATE_PASSWORD")
	}
	if password != "" && username == "" {
		b.fail("username", "is missing beside password", "Set username or MOTIMATE_USERNAME to an administrator of the organisation")
	}
	if id == "" {
		b.fail("client_id", "is missing", "Set client_id or MOTIMATE_CLIENT_ID; Motimate issues it on request")
	}
	if secret == "" && !person {
		b.fail("client_secret", "is missing beside client_id", "Set client_secret or MOTIMATE_CLIENT_SECRET, or username and password")
	}
	params := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	if person {
		params = url.Values{"grant_type": {"password"}, "client_id": {id}, "username": {username}, "password": {password}}
	}
	return &provider.TokenRequest{URL: address, Params: params, InQuery: true, TryOther: true}
}
