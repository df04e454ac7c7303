package motimate

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/block"
)

const vendorDomain = ".motimateapp.com"

var hostLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// address returns the base URL that subdomain or base_url ask for, without a
// final slash; "" after a mistake.
func address(b *block.Block) string {
	if !b.RefuseEmpty(addressNames...) {
		return ""
	}
	base, label := b.Text("base_url"), b.Text("subdomain")
	switch {
	case base != "" && label != "":
		b.Fail("base_url", "is set together with subdomain, and each says which organisation to reach", "Keep one of the two")
		return ""
	case base != "":
		return b.BaseURL("base_url", block.Address{Example: "https://acme.motimateapp.com", Own: []string{"/public_api", "/oauth"}})
	case label == "":
		b.Fail("", "nothing says which organisation to reach",
			`Set subdomain = "acme" for https://acme.motimateapp.com, or base_url, or sandbox = true for the embedded server`)
		return ""
	}
	return subdomain(b, label)
}

func subdomain(b *block.Block, text string) string {
	if label := strings.ToLower(text); hostLabel.MatchString(label) {
		return "https://" + label + vendorDomain
	}
	remedy := "Write the first part of the host name alone: acme for https://acme.motimateapp.com"
	if label := labelOf(text); !b.Secret("subdomain") && hostLabel.MatchString(label) {
		remedy = fmt.Sprintf("Write %q; for another host use base_url", label)
	}
	b.Fail("subdomain", fmt.Sprintf("%q is not a subdomain", block.Presentable(text)), remedy)
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

// authenticate says how to get a token. The password grant is [swagger]; the
// grant of client id and secret alone is inferred from [help-prov].
func authenticate(b *block.Block, c *provider.Connection, tokenPath string) {
	if !b.RefuseEmpty(credentialNames...) {
		return
	}
	given := b.Set(credentialNames...)
	token := b.Text("access_token")
	switch {
	case token != "" && len(given) > 1:
		b.Fail("access_token", "is set together with credentials to get a token", "Keep the token, or take it out and keep the credentials")
	case token != "":
		c.AccessToken = b.Word("access_token", "token")
	case len(given) == 0:
		b.Fail("", "there is nothing to authenticate with",
			"Set client_id and client_secret, or username, password and client_id, or access_token; each also as MOTIMATE_CLIENT_ID and so on. Or set sandbox = true")
	default:
		c.Token = grant(b, c.BaseURL+tokenPath)
	}
}

// grant is the token call that the credentials are for.
func grant(b *block.Block, address string) *provider.TokenRequest {
	id, secret := b.Text("client_id"), b.Text("client_secret")
	username, password := b.Text("username"), b.Text("password")
	person := username != "" || password != ""
	if secret != "" && person {
		b.Fail("client_secret", "is set together with username or password, and these are two ways to get a token",
			"Keep client_id and client_secret, or take client_secret out and keep client_id, username and password")
	}
	if username != "" && password == "" {
		b.Fail("password", "is missing beside username", "Set password or MOTIMATE_PASSWORD")
	}
	if password != "" && username == "" {
		b.Fail("username", "is missing beside password", "Set username or MOTIMATE_USERNAME to an administrator of the organisation")
	}
	if id == "" {
		b.Fail("client_id", "is missing", "Set client_id or MOTIMATE_CLIENT_ID; Motimate issues it on request")
	}
	if secret == "" && !person {
		b.Fail("client_secret", "is missing beside client_id", "Set client_secret or MOTIMATE_CLIENT_SECRET, or username and password")
	}
	params := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	if person {
		params = url.Values{"grant_type": {"password"}, "client_id": {id}, "username": {username}, "password": {password}}
	}
	return &provider.TokenRequest{URL: address, Params: params, InQuery: true, TryOther: true}
}
