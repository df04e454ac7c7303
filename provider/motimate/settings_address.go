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
	if b.anyBroken("base_url", "subdomain") {
		return ""
	}
	if base := b.text("base_url"); base != "" {
		return b.baseURL(base)
	}
	subdomain := b.text("subdomain")
	if subdomain == "" {
		b.fail("", "nothing says which organisation to reach",
			`Set subdomain = "acme" for https://acme.motimateapp.com, or base_url, or sandbox = true for the embedded server`)
		return ""
	}
	if label := strings.ToLower(subdomain); hostLabel.MatchString(label) {
		return "https://" + label + vendorDomain
	}
	remedy := "Write the first part of the host name alone: acme for https://acme.motimateapp.com"
	if label := labelOf(subdomain); hostLabel.MatchString(label) {
		remedy = fmt.Sprintf("Write %q; for another host use base_url", label)
	}
	b.fail("subdomain", fmt.Sprintf("%q is not a subdomain", subdomain), remedy)
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
	fail := func(problem, remedy string) string {
		b.fail("base_url", problem, remedy)
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return fail(fmt.Sprintf("%q is not an address", redactUser(text)), `Write scheme and host, such as "https://acme.motimateapp.com"`)
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	switch {
	case u.User != nil:
		return fail("holds a user name or a password", "Leave them out and use username and password, or the other credentials")
	case u.Scheme != "https" && u.Scheme != "http":
		return fail(fmt.Sprintf("%q has the scheme %q", text, u.Scheme), "Write https://")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fail(fmt.Sprintf("%q has more than scheme, host and path", text), "Leave out everything from the ? or # on")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fail(fmt.Sprintf("%q would send the token unencrypted", text), "Write https://; plain http is for a server on this machine alone")
	}
	for _, own := range []string{"/public_api", "/oauth"} {
		if i := strings.Index(path+"/", own+"/"); i >= 0 {
			return fail(fmt.Sprintf("%q holds a part of the API's own paths", text),
				fmt.Sprintf("Leave out %s; the paths are added to the address", path[i:]))
		}
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

// redactUser takes what may be a password out of an address that could not be
// read.
func redactUser(text string) string {
	if i := strings.LastIndex(text, "@"); i >= 0 {
		return "..." + text[i:]
	}
	return text
}

// authenticate says how to get a token. The password grant is [swagger]; the
// grant of client id and secret alone is inferred from [help-prov].
func (b *block) authenticate(c *provider.Connection, tokenPath string) {
	if b.anyBroken(credentialNames...) {
		return
	}
	token := b.text("access_token")
	id, secret := b.text("client_id"), b.text("client_secret")
	username, password := b.text("username"), b.text("password")
	grant := len(b.credentials()) > 0 && token == ""
	switch {
	case token != "" && len(b.credentials()) > 1:
		b.fail("access_token", "is set together with credentials to get a token", "Keep the token, or take it out and keep the credentials")
	case token != "":
		c.AccessToken = token
	case !grant:
		b.fail("", "there is nothing to authenticate with",
			"Set client_id and client_secret, or username, password and client_id, or access_token; each also as MOTIMATE_CLIENT_ID and so on. Or set sandbox = true")
	}
	if !grant {
		return
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
	if secret == "" && username == "" && password == "" {
		b.fail("client_secret", "is missing beside client_id", "Set client_secret or MOTIMATE_CLIENT_SECRET, or username and password")
	}
	params := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}}
	if username != "" {
		params = url.Values{"grant_type": {"password"}, "client_id": {id}, "username": {username}, "password": {password}}
	}
	if secret != "" {
		params.Set("client_secret", secret)
	}
	c.Token = &provider.TokenRequest{URL: c.BaseURL + tokenPath, Params: params, InQuery: true, TryOther: true}
}
