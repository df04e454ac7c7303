package motimate

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

// block makes settings of pairs of a name and a text.
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

// TestMistakesInTheBlock holds what is wrong, and that the remedy is said. The
// settings are completed by good ones, so that each mistake stands alone.
func TestMistakesInTheBlock(t *testing.T) {
	good := texted("subdomain", "acme", "access_token", "t0ken")
	for _, test := range []struct {
		name     string
		settings map[string]cty.Value
		bare     bool // without the good ones
		want     []string
	}{
		{"nothing", nil, true, []string{
			`nothing says which organisation to reach. Set subdomain = "acme"`,
			`there is nothing to authenticate with. Set client_id and client_secret`}},
		{"host as subdomain", texted("subdomain", "acme.motimateapp.com"), false, []string{`subdomain: "acme.motimateapp.com" is not a subdomain. Write "acme"; for another host use base_url`}},
		{"URL as subdomain", texted("subdomain", "https://Acme.motimateapp.com/x"), false, []string{`subdomain: "https://Acme.motimateapp.com/x" is not a subdomain. Write "acme"; for another host use base_url`}},
		{"no host label", texted("subdomain", "-"), false, []string{`subdomain: "-" is not a subdomain. Write the first part of the host name alone: acme for https://acme.motimateapp.com`}},
		{"subdomain with a password", texted("subdomain", "https://kim:hush@acme.motimateapp.com?k=hush"), false, []string{`subdomain: "...@acme.motimateapp.com?..." is not a subdomain. Write the first part of the host name alone: acme for https://acme.motimateapp.com`}},
		{"subdomain and address", texted("subdomain", "acme", "base_url", "https://acme.example.com"), false,
			[]string{`base_url is set together with subdomain, and each says which organisation to reach. Keep one of the two`}},
		{"empty subdomain", texted("subdomain", ""), false, []string{`subdomain is empty. Write what it is, or take it out; null is the same as left out`}},
		{"empty address", texted("base_url", ""), false, []string{`base_url is empty. Write what it is, or take it out`}},
		{"no scheme", texted("base_url", "acme.example.com"), false, []string{`base_url: "acme.example.com" is not an address. Write scheme and host`}},
		{"other scheme", texted("base_url", "ftp://acme.example.com"), false, []string{`has the scheme "ftp". Write https://`}},
		{"no host", texted("base_url", "https://kim:hush@/x?hush"), false, []string{`base_url: "...@/x?..." is not an address. Write scheme and host`}},
		{"query", texted("base_url", "https://acme.example.com?key=hush"), false, []string{`base_url: "https://acme.example.com?..." has more than scheme, host and path. Leave out everything from the ? or # on`}},
		{"all that can be wrong with an address", texted("base_url", "http://kim:hush@acme.example.com/public_api/?key=hush"), false, []string{
			`base_url: "...@acme.example.com/public_api/?..." has more than scheme, host and path`,
			`base_url: "...@acme.example.com/public_api/?..." holds a part of the API's own paths. Leave out /public_api;`,
			`base_url: "...@acme.example.com/public_api/?..." would send the token unencrypted. Write https://`,
			`base_url: holds a user name or a password. Leave them out`}},
		{"fragment", texted("base_url", "https://acme.example.com/#x"), false, []string{`has more than scheme, host and path`}},
		{"API path", texted("base_url", "https://acme.example.com/public_api/"), false, []string{`holds a part of the API's own paths. Leave out /public_api`}},
		{"API path below", texted("base_url", "https://acme.example.com/proxy/public_api/users"), false, []string{`Leave out /public_api/users`}},
		{"user in the address", texted("base_url", "https://kim:pw@acme.example.com"), false, []string{`base_url: holds a user name or a password`}},
		{"plain http", texted("base_url", "http://acme.example.com"), false, []string{`would send the token unencrypted. Write https://`}},
		{"token and grant", texted("client_id", "a"), false, []string{`access_token is set together with credentials`}},
		{"both grants", texted("subdomain", "acme", "client_id", "a", "client_secret", "b", "username", "kim", "password", "x"), true,
			[]string{`client_secret is set together with username or password, and these are two ways to get a token. Keep client_id and client_secret, or take client_secret out and keep client_id, username and password`}},
		{"everything", texted("subdomain", "acme", "client_id", "a", "client_secret", "b", "username", "kim", "password", "x", "access_token", "t"), true,
			[]string{`access_token is set together with credentials to get a token. Keep the token, or take it out and keep the credentials`}},
		{"empty token", texted("access_token", ""), false, []string{`access_token is empty. Write what it is, or take it out; null is the same as left out`}},
		{"token with a line end", texted("access_token", "t0ken\n"), false, []string{`access_token: holds a blank or a line end, which no token has. Take it out; of a file, read trimspace(file(...))`}},
		{"empty credentials", texted("subdomain", "acme", "client_id", "", "client_secret", ""), true, []string{`client_id is empty`, `client_secret is empty`}},
		{"user name alone", texted("subdomain", "acme", "client_id", "a", "username", "kim"), true, []string{`password is missing beside username`}},
		{"password alone", texted("subdomain", "acme", "client_id", "a", "password", "x"), true, []string{`username is missing beside password`}},
		{"no client id", texted("subdomain", "acme", "username", "kim", "password", "x"), true, []string{`client_id is missing`}},
		{"no client secret", texted("subdomain", "acme", "client_id", "a"), true, []string{`client_secret is missing beside client_id`}},
		{"removal", texted("user_removal", "banish"), false, []string{`user_removal: "banish" is none of the values it can have. Write one of "refuse", "strip", "forget", "delete"`}},
		{"lag", texted("read_lag", "soon"), false, []string{`read_lag: "soon" is not a duration`}},
		{"lag before now", texted("read_lag", "-1h"), false, []string{`read_lag: "-1h" is not a duration`}},
		{"roles", texted("lead_role", "member"), false, []string{`lead_role: "member" is also the member_role`}},
		{"paths", map[string]cty.Value{"paths": cty.MapVal(map[string]cty.Value{"user": cty.StringVal("/u"), "groups": cty.StringVal("groups")})}, false,
			[]string{`paths: groups = "groups" is not a path`, `paths: there is no path "user"`}},
		{"paths that hide something", map[string]cty.Value{"paths": cty.MapVal(map[string]cty.Value{"token": cty.StringVal("/t?key=hush"), "me": cty.StringVal("//kim:hush@x/me"), "users": cty.StringVal("/")})}, false,
			[]string{`paths: me = "...@x/me" is not a path`, `paths: token = "/t?..." is not a path. Write what follows the host, such as "/public_api/users"`, `paths: users = "/" is not a path`}},
		{"kinds twice", kindsOf("a", "A", "b", "A"), false, []string{`kinds: a and b both stand for the live level "A"`}},
		{"no kinds", map[string]cty.Value{"kinds": cty.ListValEmpty(settingType("kinds").ElementType())}, false, []string{`kinds: names no level`}},
		{"not known", map[string]cty.Value{"subdomain": cty.UnknownVal(cty.String)}, false, []string{`subdomain is not known yet`}},
		{"wrong type", map[string]cty.Value{"sandbox": cty.EmptyObjectVal}, false, []string{`sandbox is not true or false`}},
		{"many at once", texted("read_lag", "x", "relations", "x", "create_body", "x"), false,
			[]string{`create_body: "x"`, `read_lag: "x"`, `relations: "x"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := maps.Clone(good)
			if test.bare {
				settings = map[string]cty.Value{}
			} else if _, ok := test.settings["base_url"]; ok && test.settings["subdomain"] == cty.NilVal {
				delete(settings, "subdomain")
			}
			maps.Copy(settings, test.settings)
			c, problems := New().Connect(settings, environment())
			if c != nil || len(problems) != len(test.want) {
				t.Fatalf("connection %v, problems %v; want %d", c, problems, len(test.want))
			}
			texts := make([]string, len(problems))
			for i, p := range problems {
				if texts[i] = p.Error(); p.Problem == "" || p.Remedy == "" {
					t.Errorf("%q lacks a problem or a remedy", p)
				}
			}
			if !test.bare {
				slices.Sort(texts)
			}
			for i, want := range test.want {
				if !strings.Contains(texts[i], want) {
					t.Errorf("%q does not say %q", texts[i], want)
				}
			}
		})
	}
}

func settingType(name string) cty.Type {
	i := slices.IndexFunc(settingAttributes(), func(a schema.Attribute) bool { return a.Name == name })
	return settingAttributes()[i].Type
}

func kindsOf(pairs ...string) map[string]cty.Value {
	var list []cty.Value
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(pairs[i]), "live": cty.StringVal(pairs[i+1])}))
	}
	return map[string]cty.Value{"kinds": cty.ListVal(list)}
}

func TestAddresses(t *testing.T) {
	for _, test := range [][3]string{
		{"subdomain", "acme", "https://acme.motimateapp.com"},
		{"subdomain", "Acme-2", "https://acme-2.motimateapp.com"},
		{"base_url", "https://Acme.Example.com:443/", "https://acme.example.com"},
		{"base_url", "https://acme.example.com:8443", "https://acme.example.com:8443"},
		{"base_url", "https://proxy.example.com/motimate/", "https://proxy.example.com/motimate"},
		{"base_url", "http://localhost:8080", "http://localhost:8080"},
		{"base_url", "http://127.0.0.1:80", "http://127.0.0.1"},
		{"base_url", "http://[::1]:8080", "http://[::1]:8080"},
	} {
		c, problems := New().Connect(texted(test[0], test[1], "access_token", "t"), environment())
		if len(problems) > 0 || c.BaseURL != test[2] || c.Tenant != test[2] {
			t.Errorf("%s = %q: %v, %v; want %s", test[0], test[1], c, problems, test[2])
		}
	}
}

func TestWaysToAuthenticate(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings map[string]cty.Value
		env      []string
		token    string
		params   string
		secrets  []string
	}{
		{"token", texted("access_token", "t0ken"), nil, "t0ken", "", []string{"t0ken"}},
		{"client credentials", texted("client_id", "a", "client_secret", "b c"), nil, "",
			"client_id=a&client_secret=b+c&grant_type=client_credentials", []string{"b c", "b+c"}},
		{"password", texted("client_id", "a", "username", "kim@example.org", "password", "pw"), nil, "",
			"client_id=a&grant_type=password&password=pw&username=kim%40example.org", []string{"pw"}},
		{"a user name goes before a secret of the environment", texted("client_id", "a", "username", "kim", "password", "pw"), []string{"MOTIMATE_CLIENT_SECRET", "b"}, "",
			"client_id=a&grant_type=password&password=pw&username=kim", []string{"pw"}},
		{"a secret goes before a user name of the environment", texted("client_id", "a", "client_secret", "b"), []string{"MOTIMATE_USERNAME", "kim", "MOTIMATE_PASSWORD", "pw"}, "",
			"client_id=a&client_secret=b&grant_type=client_credentials", []string{"b"}},
		{"an address of the environment is not looked at", texted("access_token", "t"), []string{"MOTIMATE_BASE_URL", "https://other.example.com"}, "t", "", []string{"t"}},
		{"from the environment", nil, []string{"MOTIMATE_CLIENT_ID", "a", "MOTIMATE_CLIENT_SECRET", "b"}, "",
			"client_id=a&client_secret=b&grant_type=client_credentials", []string{"b"}},
		{"a secret from the environment", texted("client_id", "a"), []string{"MOTIMATE_CLIENT_SECRET", "b", "MOTIMATE_ACCESS_TOKEN", "old"}, "",
			"client_id=a&client_secret=b&grant_type=client_credentials", []string{"b"}},
		{"a token goes before the environment", texted("access_token", "t"), []string{"MOTIMATE_USERNAME", "kim", "MOTIMATE_PASSWORD", "pw"}, "t", "", []string{"t"}},
		{"a sensitive user name", map[string]cty.Value{"client_id": cty.StringVal("a"), "password": cty.StringVal("pw"),
			"username": cty.StringVal("kim").Mark(schema.Sensitive)}, nil, "",
			"client_id=a&grant_type=password&password=pw&username=kim", []string{"kim", "pw"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := maps.Clone(test.settings)
			if settings == nil {
				settings = map[string]cty.Value{}
			}
			settings["subdomain"] = cty.StringVal("acme")
			c, problems := New().Connect(settings, environment(test.env...))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			params := ""
			if c.Token != nil {
				params = c.Token.Params.Encode()
				if c.Token.URL != "https://acme.motimateapp.com/oauth/token" || !c.Token.InQuery || !c.Token.TryOther {
					t.Errorf("the token call is %+v", c.Token)
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
	settings := kindsOf("unit", "Country", "shop", "Store")
	maps.Copy(settings, texted("read_lag", "10m", "user_removal", "strip", "lead_role", "leader"))
	settings["paths"] = cty.MapVal(map[string]cty.Value{"users": cty.StringVal("/v2/users/")})
	c, problems := New().Connect(settings, environment("MOTIMATE_SANDBOX", "true", "MOTIMATE_PATCH_EMPLOYEE_NUMBER", "true", "MOTIMATE_USERNAME", "ignored"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if !c.Sandbox || c.BaseURL != "" || c.Token != nil || c.AccessToken != "" {
		t.Errorf("the sandbox asks for more than itself: %+v", c)
	}
	if c.ReadLag != 10*time.Minute || c.Removal != "strip" {
		t.Errorf("lag %s, removal %s", c.ReadLag, c.Removal)
	}
	if diff := cmp.Diff([]provider.Level{{Name: "unit", Live: "Country"}, {Name: "shop", Live: "Store"}}, c.Levels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{typeUser: {"employee_number"}}, c.Mutable); diff != "" {
		t.Error(diff)
	}
	o := c.Private.(*options)
	if o.leadRole != "leader" || o.memberRole != "member" || o.paths["users"] != "/public_api/users" {
		t.Errorf("%+v", o)
	}
	delete(settings, "sandbox")
	maps.Copy(settings, texted("subdomain", "acme", "access_token", "t"))
	c, problems = New().Connect(settings, environment())
	if len(problems) > 0 || c.Private.(*options).paths["users"] != "/v2/users" || c.Private.(*options).paths["me"] != "/public_api/me" {
		t.Errorf("%v, %v", c, problems)
	}
}

func TestEnvironmentIsNamed(t *testing.T) {
	_, problems := New().Connect(texted("access_token", "t"), environment("MOTIMATE_SUBDOMAIN", "a.b"))
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "MOTIMATE_SUBDOMAIN") {
		t.Error(problems)
	}
}
