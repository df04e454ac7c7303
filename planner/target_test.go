package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTargets: the address, what it needs, and all groups below a group, wanted
// or live, but not their people.
func TestTargets(t *testing.T) {
	given := func(t *testing.T) *world {
		w := newWorld(t)
		w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
		w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
		w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		w.want("acme_group.se", attrs{"name": "Sweden", "parent": ref("acme_group.acme")})
		w.want("acme_position.cook", attrs{"name": "Cook"})
		w.want(`acme_user.p["a"]`, attrs{"email": "a@example.org", "groups": []any{ref("acme_group.oslo")}})
		w.want(`acme_user.p["b"]`, attrs{"email": "b@example.org", "groups": []any{ref("acme_group.se")}, "positions": []any{ref("acme_position.cook")}})
		return w
	}
	for _, test := range []struct {
		name    string
		given   func(*world)
		targets []string
		want    []string
	}{
		{"one person and what they need", nil, []string{`acme_user.p["b"]`}, []string{"+ acme_group.acme", "+ acme_group.se", "+ acme_position.cook", `+ acme_user.p["b"]`}},
		{"all instances of a resource", nil, []string{"acme_user.p"}, []string{"+ acme_group.acme", "+ acme_group.no", "+ acme_group.oslo", "+ acme_group.se", "+ acme_position.cook", `+ acme_user.p["a"]`, `+ acme_user.p["b"]`}},
		{"a group, all below it, and none of the people", nil, []string{"acme_group.no"}, []string{"+ acme_group.acme", "+ acme_group.no", "+ acme_group.oslo"}},
		{"two", nil, []string{"acme_group.se", "acme_position.cook"}, []string{"+ acme_group.acme", "+ acme_group.se", "+ acme_position.cook"}},
		{"owned groups below a live one that the configuration no longer has", func(w *world) {
			w.owned("acme_group.no", "1", attrs{"name": "Norway", "kind": "country", "parent": "9"})
			w.owned("acme_group.bergen", "2", attrs{"name": "Bergen", "kind": "region", "parent": "1"})
			w.owned("acme_group.bar", "3", attrs{"name": "Bar", "kind": "store", "parent": "2"})
			w.owned("acme_group.else", "4", attrs{"name": "Else", "kind": "store", "parent": nil})
			w.owned("acme_user.bergen", "5", attrs{"email": "x@example.org", "groups": []string{"2"}})
		}, []string{"acme_group.no"}, []string{"+ acme_group.acme", "> acme_group.no", "+ acme_group.oslo", "- acme_group.bar", "- acme_group.bergen"}},
		{"what is only owned", func(w *world) {
			w.owned("acme_group.bergen", "2", attrs{"name": "Bergen", "kind": "region", "parent": nil})
			w.owned("acme_group.bar", "3", attrs{"name": "Bar", "kind": "store", "parent": "2"})
			w.owned("acme_group.else", "4", attrs{"name": "Else", "kind": "store", "parent": nil})
		}, []string{"acme_group.bergen"}, []string{"- acme_group.bar", "- acme_group.bergen"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := given(t)
			if test.given != nil {
				test.given(w)
			}
			for _, target := range test.targets {
				w.in.Targets = append(w.in.Targets, address(t, target))
			}
			p := w.mustPlan()
			checkShape(t, p)
			var got []string
			for _, s := range p.Steps {
				got = append(got, s.Action.Sign()+" "+s.Address.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.targets, p.Targets); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
		})
	}
	w := given(t)
	w.in.Targets = append(w.in.Targets, address(t, "acme_user.nobody"))
	w.refused("-target acme_user.nobody", "neither in the configuration nor in the state")
}
