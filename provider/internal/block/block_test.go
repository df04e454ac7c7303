package block

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// acme are the rules of a vendor for tests.
func acme() Rules {
	list := []schema.Attribute{
		{Name: "url", Type: cty.String}, {Name: "token", Type: cty.String, Sensitive: true}, {Name: "secret", Type: cty.String, Sensitive: true},
		{Name: "fast", Type: cty.Bool}, {Name: "paths", Type: cty.Map(cty.String)}, {Name: "lag", Type: cty.String}, {Name: "mode", Type: cty.String},
	}
	for i := range list {
		if list[i].Name != "paths" {
			list[i].Env = "ACME_" + strings.ToUpper(list[i].Name)
		}
	}
	return Rules{Attributes: list, Apart: map[string][]string{"token": {"secret"}, "secret": {"token"}}}
}

func texts(pairs ...string) map[string]cty.Value {
	values := map[string]cty.Value{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = cty.StringVal(pairs[i+1])
	}
	return values
}

func TestTheBlockGoesBeforeTheEnvironment(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"ACME_TOKEN": "t", "ACME_SECRET": "s", "ACME_FAST": "true"}[name]
	}
	for _, test := range []struct {
		settings map[string]cty.Value
		want     string
	}{
		{nil, "t s true"},
		{texts("secret", "own"), " own true"},
		{texts("token", "own"), "own  true"},
		{texts("token", "", "fast", "false"), " s false"},
		{map[string]cty.Value{"token": cty.NullVal(cty.String), "fast": cty.NilVal}, "t s true"},
	} {
		b := Read(acme(), test.settings, env)
		if got := fmt.Sprint(b.Text("token"), " ", b.Text("secret"), " ", b.Flag("fast")); got != test.want || len(b.Problems()) > 0 {
			t.Errorf("%v: %q, %v; want %q", test.settings, got, b.Problems(), test.want)
		}
	}
}

// TestMistakesAreToldWithoutSecrets takes many mistakes at once.
func TestMistakesAreToldWithoutSecrets(t *testing.T) {
	settings := texts("token", "hush hush", "lag", "-1h", "mode", "other")
	settings["paths"] = cty.True
	settings["url"] = cty.StringVal("http://kim:hush@hush.example.com/x/oauth/y?hush#hush").Mark(schema.Sensitive)
	b := Read(acme(), settings, func(name string) string { return map[string]string{"ACME_FAST": "maybe"}[name] })
	b.Word("token", "token")
	b.Duration("lag", "0s")
	b.Choice("mode", []string{"one", "two"})
	b.BaseURL("url", Address{Example: "https://api.example.com", Own: []string{"/oauth"}})
	var got []string
	for _, problem := range b.Problems() {
		got = append(got, problem.Error())
	}
	if diff := cmp.Diff([]string{
		"paths is not a map of texts. Write a map of texts",
		"fast is not true or false (it comes from the environment variable ACME_FAST). Write true or false",
		"token: holds a blank or a line end, which no token has. Take it out; of a file, read trimspace(file(...))",
		`lag: "-1h" is not a duration. Write a number and a unit, such as "30m" or "1h"`,
		`mode: "other" is none of the values it can have. Write one of "one", "two"`,
		"url: holds a user name or a password. Leave them out and use the credentials that this block has settings for",
		"url: (sensitive) would send the token unencrypted. Write https://; plain http is for a server on this machine alone",
		"url: (sensitive) has more than scheme, host and path. Leave out everything from the ? or # on",
		"url: (sensitive) holds a part of the API's own paths. Leave out /oauth; the paths are added to the address",
	}, got); diff != "" {
		t.Error(diff)
	}
	if b.RefuseEmpty("paths") || !b.RefuseEmpty("mode") {
		t.Error("a broken setting can be used, or a good one cannot")
	}
}

func TestWhatMayBeShown(t *testing.T) {
	settings := texts("token", "a b", "lag", "5m")
	settings["paths"] = cty.MapVal(map[string]cty.Value{"x": cty.StringVal("/hush").Mark(schema.Sensitive)})
	settings["url"] = cty.StringVal("https://API.example.com:443/v1/").Mark(schema.Sensitive)
	b := Read(acme(), settings, nil)
	if diff := cmp.Diff([]string{"/hush", "/v1/", "API.example.com", "API.example.com:443", "%2Fhush", "a b", "a+b", "https://API.example.com:443/v1/", "https%3A%2F%2FAPI.example.com%3A443%2Fv1%2F"},
		b.Secrets(), cmp.Transformer("sorted", func(list []string) []string { return slices.Sorted(slices.Values(list)) })); diff != "" {
		t.Error(diff)
	}
	if open := b.Open(); len(open) != 1 || open["lag"].AsString() != "5m" || b.Duration("lag", "0s") != 5*time.Minute {
		t.Errorf("%v may be shown", open)
	}
	address := b.BaseURL("url", Address{})
	if address != "https://api.example.com/v1" || b.Tenant(address, "lag") != address || !strings.HasPrefix(b.Tenant(address, "lag", "url"), "sha256:") || b.Tenant("", "url") != "" {
		t.Errorf("the tenant of %s is %s", address, b.Tenant(address, "url"))
	}
	if v, ok := b.Value("paths"); !ok || v.LengthInt() != 1 || !b.Secret("paths") || b.Secret("lag") {
		t.Errorf("%v, %t", v, ok)
	}
	if diff := cmp.Diff([]string{"token", "lag"}, b.Set("token", "secret", "lag")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]provider.SettingError(nil), b.Problems()); diff != "" {
		t.Error(diff)
	}
}
