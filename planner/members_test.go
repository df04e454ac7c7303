package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// sent says everything a step's call carries.
func sent(s *Step) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.After)) {
		parts = append(parts, name+"="+said(s.After[name]))
	}
	return strings.Join(parts, " ")
}

// TestMembers holds what is wanted of memberships against what is live. Groups
// 1 to 4 are live, 2 stands below 1.
func TestMembers(t *testing.T) {
	for _, test := range []struct {
		name         string
		want         attrs // of the person
		live, record attrs
		steps        string // what changes; empty for nothing
		sent         string // what the call carries
	}{
		{name: "nothing wanted: nothing is managed", want: attrs{}, live: attrs{"groups": []string{"1"}, "positions": []string{"8"}}},
		{name: "empty lists take out of everything", want: attrs{"groups": []string{}, "positions": []string{}},
			live:  attrs{"groups": []string{"1", "3"}, "positions": []string{"8"}},
			steps: "groups=[] positions=[]", sent: "groups=[] positions=[]"},
		{name: "one in, one out", want: attrs{"groups": []string{"1", "4"}}, live: attrs{"groups": []string{"1", "3"}},
			steps: "groups=[1 4]", sent: "groups=[1 4]"},
		{name: "the same in another order", want: attrs{"groups": []string{"3", "1"}}, live: attrs{"groups": []string{"1", "3"}}},
		{name: "only what changes is sent", want: attrs{"groups": []string{"1"}, "positions": []string{"8", "9"}},
			live: attrs{"groups": []string{"1"}, "positions": []string{"8"}}, steps: "positions=[8 9]", sent: "positions=[8 9]"},
		{name: "include only adds", want: attrs{"groups": []string{"4"}, "positions": []string{}, "mode": "include"},
			live:  attrs{"groups": []string{"1"}, "positions": []string{"8"}},
			steps: "groups=[1 4]", sent: "groups=[1 4]"},
		{name: "include with nothing to add", want: attrs{"groups": []string{"1"}, "mode": "include"}, live: attrs{"groups": []string{"1", "3"}}},
		{name: "exact is the default", want: attrs{"groups": []string{"1"}, "mode": "exact"}, live: attrs{"groups": []string{"1", "3"}},
			steps: "groups=[1]", sent: "groups=[1]"},
		{name: "who leads is a member", want: attrs{"groups": []string{"1"}, "leads": []string{"3"}},
			live:  attrs{"groups": []string{"1"}, "leads": []string{}},
			steps: "groups=[1 3] leads=[3]", sent: "groups=[1 3] leads=[3]"},
		{name: "a member becomes lead: the whole set is carried", want: attrs{"groups": []string{"1", "3"}, "leads": []string{"3"}},
			live:  attrs{"groups": []string{"1", "3"}, "leads": []string{}},
			steps: "leads=[3]", sent: "groups=[1 3] leads=[3]"},
		{name: "leads null leaves roles alone", want: attrs{"groups": []string{"1", "3", "4"}},
			live:  attrs{"groups": []string{"1", "3"}, "leads": []string{"3"}},
			steps: "groups=[1 3 4]", sent: "groups=[1 3 4] leads=[3]"},
		{name: "leads null, and the led group is left", want: attrs{"groups": []string{"1"}},
			live:  attrs{"groups": []string{"1", "3"}, "leads": []string{"3"}},
			steps: "groups=[1]", sent: "groups=[1] leads=[]"},
		{name: "leads null and roles not known: they are not sent", want: attrs{"groups": []string{"1", "4"}},
			live:  attrs{"groups": []string{"1"}},
			steps: "groups=[1 4]", sent: "groups=[1 4]"},
		{name: "roles as recorded where they cannot be read", want: attrs{"groups": []string{"1", "4"}},
			live: attrs{"groups": []string{"1"}}, record: attrs{"groups": []string{"1"}, "leads": []string{"1"}},
			steps: "groups=[1 4]", sent: "groups=[1 4] leads=[1]"},
		{name: "groups null: leads changes the role alone", want: attrs{"leads": []string{"3"}},
			live:  attrs{"groups": []string{"1", "3"}, "leads": []string{"1"}},
			steps: "leads=[3]", sent: "groups=[1 3] leads=[3]"},
		{name: "groups null: an empty leads demotes", want: attrs{"leads": []string{}},
			live:  attrs{"groups": []string{"1", "3"}, "leads": []string{"1"}},
			steps: "leads=[]", sent: "groups=[1 3] leads=[]"},
		{name: "groups null: to lead is to be in it", want: attrs{"leads": []string{"4"}},
			live:  attrs{"groups": []string{"1"}, "leads": []string{}},
			steps: "groups=[1 4] leads=[4]", sent: "groups=[1 4] leads=[4]"},
		{name: "leading a group that is left is no change of its own", want: attrs{"groups": []string{"1"}, "leads": []string{}},
			live:  attrs{"groups": []string{"1", "3"}, "leads": []string{"3"}},
			steps: "groups=[1]", sent: "groups=[1] leads=[]"},
		{name: "include keeps who leads", want: attrs{"leads": []string{"4"}, "mode": "include"},
			live:  attrs{"groups": []string{"1", "4"}, "leads": []string{"1"}},
			steps: "leads=[1 4]", sent: "groups=[1 4] leads=[1 4]"},
		{name: "leads null and groups empty", want: attrs{"groups": []string{}}, live: attrs{"groups": []string{"1", "3"}, "leads": []string{"3"}},
			steps: "groups=[]", sent: "groups=[] leads=[]"},
		{name: "groups empty, but one is led", want: attrs{"groups": []string{}, "leads": []string{"3"}}, live: attrs{"groups": []string{"1", "3"}, "leads": []string{}},
			steps: "groups=[3] leads=[3]", sent: "groups=[3] leads=[3]"},
		{name: "both empty", want: attrs{"groups": []string{}, "leads": []string{}}, live: attrs{"groups": []string{"3"}, "leads": []string{"3"}},
			steps: "groups=[]", sent: "groups=[] leads=[]"},
		{name: "positions alone carry no groups", want: attrs{"positions": []string{}}, live: attrs{"groups": []string{"3"}, "leads": []string{"3"}, "positions": []string{"8"}},
			steps: "positions=[]", sent: "positions=[]"},
		{name: "groups, leads and positions are one step", want: attrs{"groups": []string{"1"}, "leads": []string{"1"}, "positions": []string{"9"}},
			live:  attrs{"groups": []string{"3"}, "leads": []string{"3"}, "positions": []string{"8"}},
			steps: "groups=[1] leads=[1] positions=[9]", sent: "groups=[1] leads=[1] positions=[9]"},
		{name: "include takes no role away", want: attrs{"groups": []string{"4"}, "leads": []string{}, "mode": "include"},
			live:  attrs{"groups": []string{"1"}, "leads": []string{"1"}},
			steps: "groups=[1 4]", sent: "groups=[1 4] leads=[1]"},
		{name: "include with all empty", want: attrs{"groups": []string{}, "leads": []string{}, "positions": []string{}, "mode": "include"},
			live: attrs{"groups": []string{"1"}, "leads": []string{"1"}, "positions": []string{"8"}}},
		{name: "include with everything null", want: attrs{"mode": "include"}, live: attrs{"groups": []string{"1"}, "leads": []string{"1"}}},
		{name: "a group to be made", want: attrs{"groups": []any{"1", ref("acme_group.new")}},
			live:  attrs{"groups": []string{"1", "3"}},
			steps: `groups=[<acme_group.new> "1"]`, sent: `groups=[<acme_group.new> "1"]`},
		{name: "leading a group to be made", want: attrs{"groups": []string{"1"}, "leads": []any{ref("acme_group.new")}},
			live:  attrs{"groups": []string{"1"}, "leads": []string{}},
			steps: `groups=[<acme_group.new> "1"] leads=[<acme_group.new>]`, sent: `groups=[<acme_group.new> "1"] leads=[<acme_group.new>]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for _, id := range []string{"1", "3", "4"} {
				w.stands("acme_group", id, attrs{"name": "G" + id, "kind": "country", "parent": nil})
			}
			w.stands("acme_group", "2", attrs{"name": "G2", "kind": "region", "parent": "1"})
			w.stands("acme_position", "8", attrs{"name": "Barista"})
			w.stands("acme_position", "9", attrs{"name": "Cook"})
			w.owned("acme_group.old", "99", attrs{"name": "Old", "kind": "country", "parent": nil})
			w.want("acme_group.old", attrs{"name": "Old", "kind": "country"})
			w.want("acme_group.new", attrs{"name": "New", "kind": "country"})
			test.want["email"], test.live["email"] = "a@example.org", "a@example.org"
			w.want("acme_user.a", test.want)
			w.stands("acme_user", "7", test.live)
			if test.record == nil {
				test.record = test.live
			}
			test.record["email"] = "a@example.org"
			w.own("acme_user.a", "7", test.record)
			p := w.mustPlan()
			checkShape(t, p)
			var changed, carried string
			for i := range p.Steps {
				if s := &p.Steps[i]; s.Class == schema.ClassPerson {
					changed, carried = strings.TrimPrefix(line(s), "~ acme_user.a "), sent(s)
				}
			}
			if diff := cmp.Diff(test.steps, changed); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.sent, carried); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMembersByName: a change says who comes and goes by name.
func TestMembersByName(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_group.no", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.stands("acme_group", "2", attrs{"name": "Strangers", "kind": "country", "parent": nil})
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.want("acme_group.new", attrs{"name": "New", "kind": "country"})
	w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"2", "404"}})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.no"), ref("acme_group.new")}})
	p := w.mustPlan()
	c := p.Steps[1].Changes[0]
	want := []Element{{Label: "New", Address: address(t, "acme_group.new")}, {ID: "1", Label: "Norway", Address: address(t, "acme_group.no")}}
	if diff := cmp.Diff(want, c.Added); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Element{{ID: "2", Label: "Strangers"}, {ID: "404", Label: "404"}}, c.Removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	if c.Refers != "group" {
		t.Errorf("refers %q", c.Refers)
	}
}

// TestMembersOnCreate: one create carries the assignments.
func TestMembersOnCreate(t *testing.T) {
	w := newWorld(t)
	w.stands("acme_group", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.want("acme_group.new", attrs{"name": "New", "kind": "country"})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.no")}, "leads": []any{ref("acme_group.new")}, "mode": "include"})
	w.want("acme_user.b", attrs{"email": "b@example.org"})
	p := w.expect("& acme_group.no", `+ acme_group.new name="New" kind="country"`,
		`+ acme_user.a email="a@example.org" groups=[<acme_group.new> "1"] leads=[<acme_group.new>]`, `+ acme_user.b email="b@example.org"`)
	if !slices.Equal(p.Steps[2].Needs, []int{1}) {
		t.Errorf("needs %v: an adoption without a call is nothing to wait for", p.Steps[2].Needs)
	}
}

// TestLeadsOnAdoption: where roles cannot be read, the configured leads are
// written once, and that is said once.
func TestLeadsOnAdoption(t *testing.T) {
	w := newWorld(t)
	w.stands("acme_group", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
	for _, p := range []string{"a", "b", "c"} {
		w.stands("acme_user", p, attrs{"email": p + "@example.org", "groups": []string{"1"}})
	}
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"1"}, "leads": []string{"1"}})
	w.want("acme_user.b", attrs{"email": "b@example.org", "groups": []string{"1"}, "leads": []string{}})
	w.want("acme_user.c", attrs{"email": "c@example.org", "groups": []string{"1"}})
	p := w.expect("& acme_user.a leads=[1]", "& acme_user.b", "& acme_user.c")
	if diff := cmp.Diff([]string{"Roles cannot be read"}, warnings(p)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if got := sent(&p.Steps[0]); got != "groups=[1] leads=[1]" {
		t.Errorf("sent %s", got)
	}
	if p.Summary.Calls != 1 {
		t.Errorf("%d calls, want 1", p.Summary.Calls)
	}
}

// TestRolesBefore: a call says of roles that cannot be read that they are those of
// members, but where nobody may be demoted it does not say so.
func TestRolesBefore(t *testing.T) {
	for _, test := range []struct {
		name         string
		live, record attrs // record nil: adopted
		mode         string
		before       string // of leads; "unknown" where it is not said
	}{
		{"exact, adopted", attrs{"groups": []string{"1"}}, nil, "exact", "[]"},
		{"exact, read", attrs{"groups": []string{"1"}, "leads": []string{"1"}}, nil, "exact", "[1]"},
		{"include, adopted", attrs{"groups": []string{"1"}}, nil, "include", "unknown"},
		{"include, recorded: others may have come since", attrs{"groups": []string{"1"}}, attrs{"groups": []string{"1"}, "leads": []string{"1"}}, "include", "unknown"},
		{"include, read", attrs{"groups": []string{"1"}, "leads": []string{"1"}}, nil, "include", "[1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for _, id := range []string{"1", "3"} {
				w.stands("acme_group", id, attrs{"name": "G" + id, "kind": "country", "parent": nil})
			}
			test.live["email"] = "a@example.org"
			w.stands("acme_user", "a", test.live)
			if test.record != nil {
				test.record["email"] = "a@example.org"
				w.own("acme_user.a", "a", test.record)
			}
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"1", "3"}, "leads": []string{"3"}, "mode": test.mode})
			p := w.mustPlan()
			if len(p.Steps) != 1 || p.Steps[0].Calls != 1 {
				t.Fatalf("steps: %v", lines(p))
			}
			got := "unknown"
			if v, ok := p.Steps[0].Before["leads"]; ok {
				got = fmt.Sprint(elements(v))
			}
			if got != test.before {
				t.Errorf("leads before: %s, want %s", got, test.before)
			}
		})
	}
}

// TestImpliedParents: a parent's membership that the vendor adds with a child's
// is left alone.
func TestImpliedParents(t *testing.T) {
	start := func(t *testing.T) *world {
		w := newWorld(t)
		w.stands("acme_group", "1", attrs{"name": "Acme", "kind": "organization", "parent": nil})
		w.stands("acme_group", "2", attrs{"name": "Norway", "kind": "country", "parent": "1"})
		w.stands("acme_group", "3", attrs{"name": "Oslo", "kind": "store", "parent": "2"})
		w.stands("acme_group", "4", attrs{"name": "Choir", "kind": "store", "parent": nil})
		return w
	}
	all := []string{"1", "2", "3"}
	write := func(before, sent, answer []string) map[string]Write {
		return map[string]Write{"groups": {Before: setOf(before), Sent: setOf(sent), Answer: setOf(answer), At: now.Add(-100 * time.Hour)}}
	}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
	}{
		{"by our own record of what came back", func(w *world) {
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": all}).Writes = write(nil, []string{"3"}, all)
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"3"}})
		}, nil},
		{"what we sent ourselves is not implied", func(w *world) {
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": all}).Writes = write(nil, all, all)
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"3"}})
		}, []string{"~ acme_user.a groups=[3]"}},
		{"only above a wanted one", func(w *world) {
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": all}).Writes = write(nil, []string{"3"}, all)
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"4"}})
		}, []string{"~ acme_user.a groups=[4]"}},
		{"what is implied goes with a change", func(w *world) {
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": all}).Writes = write(nil, []string{"3"}, all)
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"3", "4"}})
		}, []string{"~ acme_user.a groups=[1 2 3 4]"}},
		{"by evidence, on adoption", func(w *world) {
			w.stands("acme_user", "8", attrs{"email": "b@example.org", "groups": []string{"1", "2"}})
			w.stands("acme_user", "7", attrs{"email": "a@example.org", "groups": all})
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"3"}})
		}, []string{"& acme_user.a"}},
		{"by evidence against it", func(w *world) {
			w.stands("acme_user", "8", attrs{"email": "b@example.org", "groups": []string{"2"}})
			w.stands("acme_user", "7", attrs{"email": "a@example.org", "groups": all})
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{"3"}})
		}, []string{"& acme_user.a groups=[3]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := start(t)
			test.given(w)
			w.expect(test.want...)
		})
	}
}

// TestUnread: what a list did not carry and is managed is read alone, and
// nothing else is.
func TestUnread(t *testing.T) {
	w := newWorld(t)
	w.stands("acme_user", "1", attrs{"email": "a@example.org", "groups": []string{}})
	w.stands("acme_user", "2", attrs{"email": "b@example.org"})
	w.stands("acme_user", "3", attrs{"email": "c@example.org"})
	w.stands("acme_user", "4", attrs{"email": "stranger@example.org"})
	w.owned("acme_user.gone", "5", attrs{"email": "d@example.org"})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{}, "leads": []string{}, "pin": "1"})
	w.want("acme_user.b", attrs{"email": "b@example.org", "groups": []string{}, "mode": "exact"})
	w.want("acme_user.c", attrs{"email": "c@example.org"})
	w.want("acme_user.new", attrs{"email": "new@example.org", "groups": []string{}})
	w.in.Live = w.tables()
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	want := []ObjectID{{"acme", "acme_user", "2"}, {"acme", "acme_user", "5"}}
	if diff := cmp.Diff(want, m.Unread()); diff != "" {
		t.Fatalf("unread (-want +got):\n%s", diff)
	}
	m.Fill(want[0], w.object("2", attrs{"email": "someone@example.org", "groups": []string{"9"}}))
	p, _ := m.Plan()
	for i := range p.Steps {
		if s := &p.Steps[i]; s.ID == "2" {
			if got := line(s); got != "& acme_user.b groups=[]" {
				t.Errorf("after filling: %s; what was listed stands", got)
			}
			if !s.Before["groups"].RawEquals(setOf([]string{"9"})) || s.Before["email"] != cty.NilVal {
				t.Errorf("before: %v", s.Before)
			}
		}
	}
}
