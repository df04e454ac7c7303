package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// TestForesee: a set that waits is judged by what it will hold.
func TestForesee(t *testing.T) {
	w := newWorld(t)
	town(w)
	w.want("acme_group.new", attrs{"name": "New", "kind": "store", "parent": ref("acme_group.no")})
	expr := func(source string) schema.Template {
		return schema.Template{Pending: &schema.Pending{Type: cty.Set(cty.String), Expr: &schema.Expr{Source: source,
			Uses: []schema.Address{address(t, "acme_group.new"), address(t, "acme_group.s1")}}}}
	}
	w.owned("acme_user.a", "a", attrs{"email": "a@example.org", "groups": []string{"1", "2"}})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": expr("[acme_group.new.id, acme_group.s1.id]")})
	w.owned("acme_user.b", "b", attrs{"email": "b@example.org", "groups": []string{"2"}})
	w.want("acme_user.b", attrs{"email": "b@example.org", "groups": expr("nothing.at.all")})
	w.in.Live = w.tables()
	w.in.Guards.MaxPeopleAffected = Limit{Absolute: true}
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, _ := m.Plan()
	if diff := cmp.Diff([]string{"max_people_affected 2 of 2 -allow max_people_affected=2"}, guards(p)); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}
