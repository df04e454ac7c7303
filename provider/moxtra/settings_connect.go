package moxtra

import (
	"net/url"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/block"
)

// options are what the client needs of the settings; they travel from Connect
// to Open in Connection.Private.
type options struct {
	org string // empty if none is set
}

var (
	grantNames   = []string{"client_id", "client_secret", "unique_id"}
	addressNames = []string{"environment", "base_url"}
)

// rules are those of the provider block: a token written in it, or the parts of a
// grant, keep the other away that the environment has; so do addresses.
func rules() block.Rules {
	apart := map[string][]string{"access_token": grantNames, "environment": addressNames, "base_url": addressNames}
	for _, name := range grantNames {
		apart[name] = []string{"access_token"}
	}
	return block.Rules{Attributes: settingAttributes(), Apart: apart}
}

// Connect checks a provider block. See provider.Provider.
func (Provider) Connect(settings map[string]cty.Value, env func(string) string) (*provider.Connection, []provider.SettingError) {
	b := block.Read(rules(), settings, env)
	b.RefuseEmpty("org_id")
	c := &provider.Connection{
		Provider: providerName,
		Sandbox:  b.Flag("sandbox"),
		ReadLag:  b.Duration("read_lag", defaultLag),
		Removal:  "forget", // there is no call for anything else
		Private:  &options{org: b.Word("org_id", "id")},
	}
	if !c.Sandbox {
		c.BaseURL = address(b)
		c.Tenant = b.Tenant(c.BaseURL, "base_url")
		authenticate(b, c)
	}
	c.Secrets, c.Settings = b.Secrets(), b.Open()
	if len(b.Problems()) > 0 {
		return nil, b.Problems()
	}
	return c, nil
}

// address returns the base URL that environment or base_url ask for, without a
// final slash; "" after a mistake.
func address(b *block.Block) string {
	if !b.RefuseEmpty(addressNames...) {
		return ""
	}
	switch {
	case b.Text("base_url") == "":
		name := b.Choice("environment", environmentNames())
		for _, e := range environments {
			if e.name == name {
				return e.address
			}
		}
	case b.Text("environment") != "":
		b.Fail("base_url", "is set together with environment, and each says which server to reach", "Keep one of the two")
		return ""
	}
	return b.BaseURL("base_url", block.Address{Example: environments[0].address, Own: []string{"/oauth"}})
}

// authenticate says how to get a token.
func authenticate(b *block.Block, c *provider.Connection) {
	if !b.RefuseEmpty(append([]string{"access_token"}, grantNames...)...) {
		return
	}
	token, grant := b.Word("access_token", "token"), b.Set(grantNames...)
	switch {
	case b.Text("access_token") != "" && len(grant) > 0:
		b.Fail("access_token", "is set together with credentials to get a token", "Keep the token, or take it out and keep the credentials")
	case b.Text("access_token") != "":
		c.AccessToken = token
	case len(grant) == 0:
		b.Fail("", "there is nothing to authenticate with",
			"Set client_id, client_secret and unique_id, or access_token; each also as MOXTRA_CLIENT_ID and so on. Or set sandbox = true")
	default:
		c.Token = request(b, c.BaseURL)
	}
}

// request is the token call for a unique id [auth]. Its signature is in the vendor's
// own code alone [samples]; a server that does not ask for it lets it be. The optional
// names and time zone are never sent: whether they overwrite those of the account is
// documented nowhere.
func request(b *block.Block, base string) *provider.TokenRequest {
	for _, setting := range []struct{ name, remedy string }{
		{"client_id", "Set client_id or MOXTRA_CLIENT_ID; the vendor issues it with the secret when an app is registered"},
		{"client_secret", "Set client_secret or MOXTRA_CLIENT_SECRET"},
		{"unique_id", "Set unique_id or MOXTRA_UNIQUE_ID to that of an account that is there; asking for a token for an unknown one makes a new user"},
	} {
		if b.Text(setting.name) == "" {
			b.Fail(setting.name, "is missing beside "+b.Set(grantNames...)[0], setting.remedy)
		}
	}
	params := url.Values{
		"grant_type":    {"http://www.moxtra.com/auth_uniqueid"},
		"client_id":     {b.Text("client_id")},
		"client_secret": {b.Text("client_secret")},
		"uniqueid":      {b.Text("unique_id")},
	}
	if org := b.Text("org_id"); org != "" {
		params.Set("orgid", org)
	}
	return &provider.TokenRequest{URL: base + "/oauth/token", Params: params, TryOther: true, Timestamp: "timestamp", Settings: grantNames,
		Signature: &provider.Signature{Param: "signature", Key: "client_secret", Over: []string{"client_id", "uniqueid", "timestamp"}}}
}
