package moxtra

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// texted makes settings of pairs of a name and a text.
func texted(pairs ...string) map[string]cty.Value {
	settings := map[string]cty.Value{}
	for i := 0; i < len(pairs); i += 2 {
		settings[pairs[i]] = cty.StringVal(pairs[i+1])
	}
	return settings
}

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// TestMistakesInTheBlock holds what is wrong, and that the remedy is said.
func TestMistakesInTheBlock(t *testing.T) {
	good := texted("access_token", "t0ken")
	for _, test := range []struct {
		name     string
		settings map[string]cty.Value
		bare     bool // without the token
		want     []string
	}{
		{"nothing", nil, true, []string{`there is nothing to authenticate with. Set client_id, client_secret and unique_id, or access_token; each also as MOXTRA_CLIENT_ID and so on. Or set sandbox = true`}},
		{"environment", texted("environment", "test"), false, []string{`environment: "test" is none of the values it can have. Write one of "production", "sandbox"`}},
		{"environment and address", texted("environment", "sandbox", "base_url", "https://acme.example.com"), false, []string{`base_url is set together with environment, and each says which server to reach. Keep one of the two`}},
		{"empty address", texted("base_url", ""), false, []string{`base_url is empty. Write what it is, or take it out`}},
		{"no scheme", texted("base_url", "acme.example.com"), false, []string{`base_url: "acme.example.com" is not an address. Write scheme and host, such as "https://api.moxtra.com/v1"`}},
		{"plain http", texted("base_url", "http://acme.example.com"), false, []string{`would send the token unencrypted. Write https://`}},
		{"query", texted("base_url", "https://acme.example.com?key=hush"), false, []string{`base_url: "https://acme.example.com?..." has more than scheme, host and path`}},
		{"token path", texted("base_url", "https://acme.example.com/v1/oauth/token"), false, []string{`holds a part of the API's own paths. Leave out /oauth/token;`}},
		{"user in the address", texted("base_url", "https://kim:hush@acme.example.com/v1"), false, []string{`base_url: holds a user name or a password`}},
		{"token and grant", texted("client_id", "a"), false, []string{`access_token is set together with credentials to get a token. Keep the token, or take it out and keep the credentials`}},
		{"empty token", texted("access_token", ""), true, []string{`access_token is empty`}},
		{"token with a line end", texted("access_token", "t0ken\n"), true, []string{`access_token: holds a blank or a line end, which no token has. Take it out; of a file, read trimspace(file(...))`}},
		{"empty credentials", texted("client_id", "", "client_secret", "", "unique_id", ""), true, []string{`client_id is empty`, `client_secret is empty`, `unique_id is empty`}},
		{"client id alone", texted("client_id", "a"), true, []string{`client_secret is missing beside client_id`, `unique_id is missing beside client_id. Set unique_id or MOXTRA_UNIQUE_ID to that of an account that is there; asking for a token for an unknown one makes a new user`}},
		{"secret alone", texted("client_secret", "a"), true, []string{`client_id is missing beside client_secret`, `unique_id is missing beside client_secret`}},
		{"unique id alone", texted("unique_id", "a"), true, []string{`client_id is missing beside unique_id`, `client_secret is missing beside unique_id`}},
		{"empty org", texted("org_id", ""), false, []string{`org_id is empty`}},
		{"org with a blank", texted("org_id", "P 1"), false, []string{`org_id: holds a blank or a line end, which no id has`}},
		{"lag", texted("read_lag", "soon"), false, []string{`read_lag: "soon" is not a duration. Write a number and a unit, such as "30m" or "1h"`}},
		{"not known", map[string]cty.Value{"base_url": cty.UnknownVal(cty.String)}, false, []string{`base_url is not known yet`}},
		{"wrong type", map[string]cty.Value{"sandbox": cty.EmptyObjectVal}, false, []string{`sandbox is not true or false`}},
		{"a sensitive address", map[string]cty.Value{"base_url": cty.StringVal("ftp://hush.example.com").Mark(schema.Sensitive)}, false, []string{`base_url: (sensitive) has the scheme (sensitive). Write https://`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := maps.Clone(good)
			if test.bare {
				settings = map[string]cty.Value{}
			}
			maps.Copy(settings, test.settings)
			c, problems := New().Connect(settings, environment())
			if c != nil || len(problems) != len(test.want) {
				t.Fatalf("connection %v, problems %v; want %d", c, problems, len(test.want))
			}
			for i, want := range test.want {
				if text := problems[i].Error(); !strings.Contains(text, want) || problems[i].Remedy == "" || strings.Contains(text, "hush") {
					t.Errorf("%q does not say %q", text, want)
				}
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		settings map[string]cty.Value
		env      []string
		want     string
	}{
		{nil, nil, "https://api.moxtra.com/v1"},
		{texted("environment", "sandbox"), nil, "https://apisandbox.moxtra.com/v1"},
		{nil, []string{"MOXTRA_ENVIRONMENT", "sandbox"}, "https://apisandbox.moxtra.com/v1"},
		{texted("environment", "production"), []string{"MOXTRA_BASE_URL", "https://other.example.com"}, "https://api.moxtra.com/v1"},
		{texted("base_url", "https://API.moxtra.com:443/"), []string{"MOXTRA_ENVIRONMENT", "sandbox"}, "https://api.moxtra.com"},
		{texted("base_url", "http://127.0.0.1:8080/proxy/v1/"), nil, "http://127.0.0.1:8080/proxy/v1"},
	} {
		settings := texted("access_token", "t")
		maps.Copy(settings, test.settings)
		c, problems := New().Connect(settings, environment(test.env...))
		if len(problems) > 0 || c.BaseURL != test.want || c.Tenant != test.want {
			t.Errorf("%v, %v: %v, %v; want %s", test.settings, test.env, c, problems, test.want)
		}
	}
	secret := map[string]cty.Value{"access_token": cty.StringVal("t"), "base_url": cty.StringVal("https://hush.example.com").Mark(schema.Sensitive)}
	if c, problems := New().Connect(secret, nil); len(problems) > 0 || !strings.HasPrefix(c.Tenant, "sha256:") || !slices.Contains(c.Secrets, "hush.example.com") {
		t.Errorf("of a secret address: %v, %v", c, problems)
	}
}

func TestWaysToAuthenticate(t *testing.T) {
	all := texted("client_id", "a", "client_secret", "b c", "unique_id", "kim/1")
	const grant = "client_id=a&client_secret=b+c&grant_type=http%3A%2F%2Fwww.moxtra.com%2Fauth_uniqueid"
	for _, test := range []struct {
		name     string
		settings map[string]cty.Value
		env      []string
		token    string
		params   string
		secrets  []string
	}{
		{"token", texted("access_token", "t0ken"), nil, "t0ken", "", []string{"t0ken"}},
		{"unique id", all, nil, "", grant + "&uniqueid=kim%2F1", []string{"b c", "b+c"}},
		{"unique id in an org", all, []string{"MOXTRA_ORG_ID", "P1"}, "", grant + "&orgid=P1&uniqueid=kim%2F1", []string{"b c", "b+c"}},
		{"from the environment", nil, []string{"MOXTRA_CLIENT_ID", "a", "MOXTRA_CLIENT_SECRET", "b c", "MOXTRA_UNIQUE_ID", "kim/1"}, "", grant + "&uniqueid=kim%2F1", []string{"b c", "b+c"}},
		{"credentials go before a token of the environment", texted("unique_id", "kim/1"), []string{"MOXTRA_CLIENT_ID", "a", "MOXTRA_CLIENT_SECRET", "b c", "MOXTRA_ACCESS_TOKEN", "old"}, "", grant + "&uniqueid=kim%2F1", []string{"b c", "b+c"}},
		{"a token goes before credentials of the environment", texted("access_token", "t0ken"), []string{"MOXTRA_CLIENT_ID", "a", "MOXTRA_CLIENT_SECRET", "b"}, "t0ken", "", []string{"t0ken"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := maps.Clone(test.settings)
			c, problems := New().Connect(settings, environment(test.env...))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			params := ""
			if c.Token != nil {
				params = c.Token.Params.Encode()
				want := &provider.TokenRequest{URL: "https://api.moxtra.com/v1/oauth/token", Params: c.Token.Params, TryOther: true, Timestamp: "timestamp", Settings: []string{"client_id", "client_secret", "unique_id"},
					Signature: &provider.Signature{Param: "signature", Key: "client_secret", Over: []string{"client_id", "uniqueid", "timestamp"}}}
				if diff := cmp.Diff(want, c.Token); diff != "" {
					t.Error(diff)
				}
			}
			if c.AccessToken != test.token || params != test.params {
				t.Errorf("token %q, parameters %q; want %q, %q", c.AccessToken, params, test.token, test.params)
			}
			if diff := cmp.Diff(test.secrets, c.Secrets); diff != "" {
				t.Errorf("secrets: %s", diff)
			}
			for name, v := range c.Settings {
				if slices.Contains(c.Secrets, v.AsString()) {
					t.Errorf("the saved setting %s holds a secret", name)
				}
			}
		})
	}
}

func TestSettingsArrive(t *testing.T) {
	c, problems := New().Connect(texted("org_id", "P1", "read_lag", "30s"), environment("MOXTRA_SANDBOX", "true", "MOXTRA_UNIQUE_ID", "ignored"))
	if len(problems) > 0 || !c.Sandbox || c.BaseURL != "" || c.Token != nil || c.AccessToken != "" || c.ReadLag != 30*time.Second || c.Removal != "forget" {
		t.Errorf("%+v, %v", c, problems)
	}
	if o := c.Private.(*options); o.org != "P1" {
		t.Errorf("%+v", o)
	}
	if c, _ := New().Connect(texted("access_token", "t"), nil); c.ReadLag != time.Hour {
		t.Errorf("reads are behind by %s", c.ReadLag)
	}
	if _, problems := New().Connect(nil, environment("MOXTRA_ACCESS_TOKEN", "t", "MOXTRA_READ_LAG", "x")); len(problems) != 1 || !strings.Contains(problems[0].Error(), "MOXTRA_READ_LAG") {
		t.Error(problems)
	}
}
