package planner

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUntoldDeletes: where nobody says what stands in what, groups are deleted from
// the lowest level up, in every order that is left free.
func TestUntoldDeletes(t *testing.T) {
	w := newWorld(t)
	for _, g := range [][2]string{{"a", "country"}, {"b", "store"}, {"c", "region"}, {"d", "store"}} {
		w.owned("acme_group."+g[0], g[0], attrs{"name": g[0], "kind": g[1]})
	}
	p := w.mustPlan()
	got := map[string][]string{}
	for i := range p.Steps {
		var needs []string
		for _, need := range p.Steps[i].Needs {
			needs = append(needs, p.Steps[need].Address.Name)
		}
		slices.Sort(needs)
		got[p.Steps[i].Address.Name] = needs
	}
	if diff := cmp.Diff(map[string][]string{"a": {"c"}, "b": nil, "c": {"b", "d"}, "d": nil}, got); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
}
