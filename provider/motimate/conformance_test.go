package motimate_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/motimate"
	"github.com/espalier-dev/espalier/provider/providertest"
)

func kinds(pairs ...string) map[string]cty.Value {
	var list []cty.Value
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, cty.ObjectVal(map[string]cty.Value{
			"name": cty.StringVal(pairs[i]), "live": cty.StringVal(pairs[i+1])}))
	}
	return map[string]cty.Value{"kinds": cty.ListVal(list)}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, func(t *testing.T) providertest.Subject {
		p := motimate.Watched(t)
		return providertest.Subject{
			Provider: p, PageSize: 50, RefusesDuplicates: true,
			Kinds: []string{"organization", "country", "region", "store"},
			Client: providertest.Start(t, p, nil,
				kinds("organization", "Organization", "country", "Country", "region", "Region", "store", "Store")),
		}
	})
}

// TestConformanceUnderEverySwitch runs the suite on servers that each differ
// from the default in what the documentation leaves open.
func TestConformanceUnderEverySwitch(t *testing.T) {
	set := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	for _, test := range []struct {
		name      string
		behaviour map[string]string
		settings  map[string]cty.Value
		pageSize  int
		free      bool // duplicates are allowed
	}{
		{name: "ids are strings", behaviour: set("ids", "string"), pageSize: 50},
		{name: "ids need escaping", behaviour: set("ids", "opaque"), pageSize: 50},
		{name: "lists lack memberships", behaviour: set("list_memberships", "absent"), pageSize: 50},
		{name: "roles can be read", behaviour: set("roles", "present"), pageSize: 50},
		{name: "relations replace", behaviour: set("relations", "replace"), pageSize: 50},
		{name: "relations replace, and we know", behaviour: set("relations", "replace"), settings: map[string]cty.Value{"relations": cty.StringVal("replace")}, pageSize: 50},
		{name: "relations merge, and we do not know", settings: map[string]cty.Value{"relations": cty.StringVal("replace")}, pageSize: 50},
		{name: "unset is empty", behaviour: set("unset", "empty"), pageSize: 50},
		{name: "unset is absent", behaviour: set("unset", "absent"), pageSize: 50},
		{name: "pages are capped at 25", behaviour: set("page_cap", "25"), pageSize: 25},
		{name: "pages are capped at 7", behaviour: set("page_cap", "7", "page_end", "404"), pageSize: 7},
		{name: "a page past the end is 404", behaviour: set("page_end", "404"), pageSize: 50},
		{name: "a page past the end is the last", behaviour: set("page_end", "last"), pageSize: 50},
		{name: "reverse order", behaviour: set("order", "reverse"), pageSize: 50},
		{name: "any order", behaviour: set("order", "shuffled"), pageSize: 50},
		{name: "an order that changes", behaviour: set("order", "unstable", "page_cap", "25")},
		{name: "levels are labels", behaviour: set("level_as", "label"), pageSize: 50},
		{name: "levels are numbers", behaviour: set("level_as", "number"), pageSize: 50},
		{name: "parents are read alone too", behaviour: set("single_parent", "present"), pageSize: 50},
		{name: "creates are forms", behaviour: set("create_body", "form"), settings: map[string]cty.Value{"create_body": cty.StringVal("form")}, pageSize: 50},
		{name: "creates answer 200", behaviour: set("create_answer", "200"), pageSize: 50},
		{name: "changes answer 201", behaviour: set("patch_answer", "201", "patch_position", "200"), pageSize: 50},
		{name: "changes answer 204", behaviour: set("patch_answer", "204", "patch_position", "204"), pageSize: 50},
		{name: "refusals are 400", behaviour: set("refusal", "400", "duplicate", "400"), pageSize: 50},
		{name: "refusals are 409", behaviour: set("refusal", "409", "duplicate", "409", "unknown_relation", "422"), pageSize: 50},
		{name: "addresses and numbers are normalized", behaviour: set("emails", "lowercased", "phones", "stripped"), pageSize: 50},
		{name: "names are free", behaviour: set("sibling_names", "free", "position_names", "free"), free: true, pageSize: 50},
		{name: "tokens die after three calls", behaviour: set("token_calls", "3"), pageSize: 50},
		{name: "tokens die, and 403 says so", behaviour: set("token_calls", "3", "expired_token", "403"), pageSize: 50},
		{name: "tokens die, and 403 does not say so", behaviour: set("token_calls", "2", "expired_token", "403-bare"), pageSize: 50},
		{name: "a budget is told", behaviour: set("budget", "1000000/1h"), pageSize: 50},
		{name: "a budget is told when it is spent", behaviour: set("budget", "1000000/1h", "budget_header", "refusal", "too_many", "date"), pageSize: 50},
		{name: "a budget is never told", behaviour: set("budget", "1000000/1h", "budget_header", "never", "too_many", "neither"), pageSize: 50},
		{name: "replicas, none behind", behaviour: set("lag_jitter", "replicas"), pageSize: 50},
		{name: "some answers are slow", behaviour: set("faults", "*5:slow=1ms *POST/users#3:slow=1ms"), pageSize: 50},
		{name: "listed posts are brief", behaviour: set("list_posts", "brief"), pageSize: 50},
		{name: "files have checksums", behaviour: set("file_checksum", "present"), pageSize: 50},
		{name: "posts keep their files", behaviour: set("file_delete", "refused"), pageSize: 50},
		{name: "deletions cascade", behaviour: set("group_delete", "cascade"), pageSize: 50},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, func(t *testing.T) providertest.Subject {
				p := motimate.Watched(t)
				return providertest.Subject{
					Provider: p, Brief: true, PageSize: test.pageSize, RefusesDuplicates: !test.free,
					Kinds:  []string{"Organization", "Country", "Region", "Store"},
					Client: providertest.Start(t, p, test.behaviour, test.settings),
				}
			})
		})
	}
}
