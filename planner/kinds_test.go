package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

// levelled wants three owned stores, which carry a live level each.
func levelled(w *world, live ...string) {
	w.owned("acme_group.no", "no", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	for i, kind := range live {
		addr := fmt.Sprintf("acme_group.s[%d]", i)
		rec := w.owned(addr, fmt.Sprint(i), attrs{"name": fmt.Sprint("S", i), "kind": kind, "parent": "no"})
		rec.Attrs = w.values("acme_group", attrs{"name": fmt.Sprint("S", i), "kind": "store", "parent": "no"})
		w.want(addr, attrs{"name": fmt.Sprint("S", i), "kind": "store", "parent": ref("acme_group.no")})
	}
}

// twoLevels is a region and a store that live carry other levels' names.
func twoLevels(w *world, region, store string) {
	for name, kinds := range map[string][2]string{"r": {"region", region}, "s": {"store", store}} {
		w.own("acme_group."+name, name, attrs{"name": name, "kind": kinds[0], "parent": nil})
		w.stands("acme_group", name, attrs{"name": name, "kind": kinds[1], "parent": nil})
	}
	w.want("acme_group.r", attrs{"name": "r", "kind": "region"})
	w.want("acme_group.s", attrs{"name": "s", "kind": "store"})
}

func TestRenamedKinds(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		steps []string
		want  []string
	}{
		{name: "all carry one other name", given: func(w *world) { levelled(w, "Shop", "Shop", "Shop") }, want: []string{"renamed_kind 3 of 3 -allow renamed_kind=3"}},
		{name: "one does not", given: func(w *world) { levelled(w, "Shop", "Shop", "store") },
			steps: []string{`~ acme_group.s[0] kind="store"`, `~ acme_group.s[1] kind="store"`}},
		{name: "two other names", given: func(w *world) { levelled(w, "Shop", "Booth") },
			steps: []string{`~ acme_group.s[0] kind="store"`, `~ acme_group.s[1] kind="store"`}},
		{name: "the other name has a name here", given: func(w *world) { levelled(w, "region", "region") },
			steps: []string{`~ acme_group.s[0] kind="store"`, `~ acme_group.s[1] kind="store"`}},
		{name: "a stranger still carries the name", given: func(w *world) {
			levelled(w, "Shop")
			w.stands("acme_group", "x", attrs{"name": "X", "kind": "store", "parent": nil})
		}, steps: []string{`~ acme_group.s[0] kind="store"`}},
		{name: "the configuration changed the level", given: func(w *world) {
			levelled(w, "Shop")
			w.in.State.Records[address(w.t, "acme_group.s[0]")].Attrs["kind"] = str("booth")
		}, steps: []string{`~ acme_group.s[0] kind="store"`}},
		{name: "names go from level to level", given: func(w *world) { twoLevels(w, "store", "Shop") },
			want: []string{"renamed_kind 1 of 1 -allow renamed_kind=1", "renamed_kind 1 of 1 -allow renamed_kind=1"}},
		{name: "two levels change names", given: func(w *world) { twoLevels(w, "store", "region") },
			want: []string{"renamed_kind 1 of 1 -allow renamed_kind=1", "renamed_kind 1 of 1 -allow renamed_kind=1"}},
		{name: "the configuration changes both", given: func(w *world) {
			twoLevels(w, "store", "country")
			w.in.State.Records[address(w.t, "acme_group.r")].Attrs["kind"] = str("store")
			w.in.State.Records[address(w.t, "acme_group.s")].Attrs["kind"] = str("country")
		}, steps: []string{`~ acme_group.r kind="region"`, `~ acme_group.s kind="store"`}},
		{name: "without a state", given: func(w *world) {
			levelled(w, "Shop", "Shop")
			w.in.State.Records = nil
		}, steps: []string{"& acme_group.no", "& acme_group.s[0]", "& acme_group.s[1]"}, want: []string{"renamed_kind 2 of 2 -allow renamed_kind=2"}},
		{name: "without names for the levels", given: func(w *world) {
			w.provider(func(p *Provider) { p.Levels, p.LevelNames = nil, nil })
			levelled(w, "Shop", "Shop")
		}, want: []string{"renamed_kind 2 of 2 -allow renamed_kind=2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) {
				p.LevelNames = map[string]LevelName{"store": {Live: "Store", At: hcl.Range{Filename: "main.org.hcl", Start: hcl.Pos{Line: 7}}}}
			})
			test.given(w)
			p := w.expect(test.steps...)
			if diff := cmp.Diff(append([]string{}, test.want...), guards(p)); diff != "" {
				t.Fatalf("refusals (-want +got):\n%s", diff)
			}
			if len(test.want) == 0 {
				return
			}
			if len(p.Drift) > 0 {
				t.Errorf("it is told as drift as well: %v", p.Drift)
			}
			r := p.Refusals[0]
			if len(test.want) == 1 && w.in.Providers["acme"].LevelNames != nil && (r.Line != 7 || !strings.Contains(r.Detail, `store = "Shop"`)) {
				t.Errorf("line %d: %s", r.Line, r.Detail)
			}
			w.in.Allow = map[string]int{GuardRenamedKind: r.Count}
			if p := w.mustPlan(); p.Refused() || p.Summary.Calls > 0 {
				t.Errorf("let through: %v, %d calls", guards(p), p.Summary.Calls)
			}
		})
	}
}

// TestFirstOfKind: of a level that no live group carries the first create goes
// alone, and it is told once.
func TestFirstOfKind(t *testing.T) {
	w := newWorld(t)
	w.stands("acme_group", "no", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.want("acme_group.se", attrs{"name": "Sweden", "kind": "country"})
	for i := range 3 {
		w.want(fmt.Sprintf("acme_group.s[%d]", i), attrs{"name": fmt.Sprint("S", i), "kind": "store", "parent": ref("acme_group.no")})
	}
	w.want("acme_group.r", attrs{"name": "R", "kind": "region", "parent": ref("acme_group.no")})
	p := w.mustPlan()
	checkShape(t, p)
	needs := map[string][]int{}
	for _, s := range p.Steps {
		needs[s.Address.String()] = s.Needs
	}
	at := slices.IndexFunc(p.Steps, func(s Step) bool { return s.Address.String() == "acme_group.s[0]" })
	want := map[string][]int{"acme_group.no": nil, "acme_group.se": nil, "acme_group.s[0]": nil, "acme_group.s[1]": {at}, "acme_group.s[2]": {at}, "acme_group.r": nil}
	if diff := cmp.Diff(want, needs); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	saying(t, p, "No live group is of these kinds yet", `"region", "store"`)
}
