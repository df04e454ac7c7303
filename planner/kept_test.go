package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

// TestKept: a step says which managed attributes stay as they are; those that are
// not managed, and secrets, are not among them.
func TestKept(t *testing.T) {
	w := newWorld(t)
	norway(w)
	w.owned("acme_user.ann", "9", attrs{"email": "ann@example.org", "number": "9", "first": "Ann"})
	w.want("acme_user.ann", attrs{"email": "ann@example.org", "number": "9", "first": "Anna"})
	w.want("acme_user.bo", attrs{"email": "bo@example.org"})
	p := w.mustPlan()
	got := map[string]map[string]string{}
	for i := range p.Steps {
		got[p.Steps[i].Address.String()] = map[string]string{}
		for name, v := range p.Steps[i].Kept {
			if v.Type() != cty.String {
				t.Fatalf("%s: %#v", name, v)
			}
			got[p.Steps[i].Address.String()][name] = v.AsString()
		}
	}
	want := map[string]string{"email": "ann@example.org", "number": "9"}
	if diff := cmp.Diff(want, got["acme_user.ann"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(got["acme_user.bo"]) > 0 {
		t.Errorf("what is made keeps %v", got["acme_user.bo"])
	}
}
