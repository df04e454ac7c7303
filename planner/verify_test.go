package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestVerify holds a saved plan against a world that may have changed meanwhile.
func TestVerify(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*world)
		want   map[string]string // address: words of the conflict
	}{
		{"nothing changed", func(*world) {}, nil},
		{"something unmanaged changed", func(w *world) { w.live["acme_user"][0].Attrs["phone"] = str("+47") }, nil},
		{"what is to be changed has changed", func(w *world) { w.live["acme_user"][0].Attrs["first"] = str("Eve") },
			map[string]string{"acme_user.a": `it has changed meanwhile: first was "A" when the plan was made and is "Eve" now. Plan again`}},
		{"what is to be changed has got the wanted value", func(w *world) { w.live["acme_user"][0].Attrs["first"] = str("AA") },
			map[string]string{"acme_user.a": "it has changed meanwhile: first was"}},
		{"the memberships changed", func(w *world) { w.live["acme_user"][0].Attrs["groups"] = setOf([]string{"5"}) },
			map[string]string{"acme_user.a": "it has changed meanwhile: groups was"}},
		{"another form of the same", func(w *world) { w.live["acme_user"][1].Attrs["email"] = str("DEL@example.org") }, nil},
		{"what is to be changed has gone", func(w *world) { w.live["acme_user"] = w.live["acme_user"][1:] },
			map[string]string{"acme_user.a": "gone from the live system (id 1)"}},
		{"what is to be deleted has gone", func(w *world) { w.live["acme_user"] = w.live["acme_user"][:1] },
			map[string]string{"acme_user.del": "gone from the live system"}},
		{"what is to be deleted is somebody else by now", func(w *world) { w.live["acme_user"][1].Attrs["email"] = str("eve@example.org") },
			map[string]string{"acme_user.del": "it has changed meanwhile: email was"}},
		{"what is to be deleted has changed", func(w *world) { w.live["acme_user"][1].Attrs["first"] = str("X") },
			map[string]string{"acme_user.del": "it has changed meanwhile: first was"}},
		{"what is to be made has appeared", func(w *world) { w.stands("acme_user", "9", attrs{"email": "NEW@example.org"}) },
			map[string]string{"acme_user.new": "a person with this email has appeared meanwhile: id 9. Plan again to adopt it"}},
		{"a group to be made has appeared", func(w *world) { w.stands("acme_group", "9", attrs{"name": "Norway", "parent": nil}) },
			map[string]string{"acme_group.no": "has appeared meanwhile"}},
		{"a group of its name is elsewhere", func(w *world) { w.stands("acme_group", "9", attrs{"name": "Norway", "parent": "1"}) }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.owned("acme_user.a", "1", attrs{"email": "a@example.org", "first": "A", "groups": []string{"1"}})
			w.owned("acme_user.del", "2", attrs{"email": "del@example.org", "first": "D"})
			w.owned("acme_user.same", "3", attrs{"email": "same@example.org"})
			w.want("acme_user.same", attrs{"email": "same@example.org"})
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "AA", "groups": []string{}})
			w.want("acme_user.new", attrs{"email": "new@example.org"})
			p := w.mustPlan()
			test.change(w)
			conflicts := Verify(p, w.in.Types, w.tables())
			if len(conflicts) != len(test.want) {
				t.Errorf("%d conflicts, want %d: %v", len(conflicts), len(test.want), conflicts)
			}
			for i, err := range conflicts {
				if words := test.want[p.Steps[i].Address.String()]; words == "" || !strings.Contains(err.Error(), words) {
					t.Errorf("%s: %v; want %q", p.Steps[i].Address, err, words)
				}
			}
		})
	}
}

// TestVerifyOfItself: no plan conflicts with the world it was made from.
func TestVerifyOfItself(t *testing.T) {
	w := rich(t)
	p := w.mustPlan()
	if conflicts := Verify(p, w.in.Types, w.tables()); len(conflicts) > 0 {
		t.Errorf("conflicts: %v", conflicts)
	}
}

// TestVerifyOfFreedKeys: a key that the plan itself sets free is no conflict.
func TestVerifyOfFreedKeys(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_user.a", "1", attrs{"number": "1", "email": "a@example.org"})
	w.want("acme_user.a", attrs{"number": "1", "email": "b@example.org"})
	w.want("acme_user.b", attrs{"number": "2", "email": "a@example.org"})
	p := w.mustPlan()
	if conflicts := Verify(p, w.in.Types, w.tables()); len(conflicts) > 0 {
		t.Errorf("conflicts: %v", conflicts)
	}
}

func TestFindByKey(t *testing.T) {
	w := newWorld(t)
	w.stands("acme_user", "1", attrs{"number": "1", "email": "a@example.org", "phone": ""})
	table := w.tables()["acme"]["acme_user"]
	for _, test := range []struct {
		values attrs
		id     string
	}{
		{attrs{"number": "1"}, "1"}, {attrs{"email": "A@EXAMPLE.ORG"}, "1"}, {attrs{"number": "2", "email": "a@example.org"}, "1"},
		{attrs{"phone": ""}, ""}, {attrs{"number": "2"}, ""}, {attrs{}, ""},
	} {
		if id, found := table.FindByKey(w.values("acme_user", test.values)); id != test.id || found != (test.id != "") {
			t.Errorf("%v: %q, %v", test.values, id, found)
		}
	}
	if !slices.Contains(elements(setOf([]string{"b", "a", "b"})), "a") || elements(cty.NilVal) != nil {
		t.Error("elements")
	}
}

// TestVerifyOfLeads: a role that ends with its membership was there before.
func TestVerifyOfLeads(t *testing.T) {
	for _, want := range []attrs{
		{"email": "a@example.org", "groups": []string{"1"}},
		{"email": "a@example.org", "groups": []string{"1"}, "leads": []string{}},
		{"email": "a@example.org", "groups": []string{"1"}, "leads": []string{"1"}},
	} {
		w := newWorld(t)
		w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"1", "2"}, "leads": []string{"2"}})
		w.want("acme_user.a", want)
		p := w.mustPlan()
		if !p.Steps[0].Before["leads"].RawEquals(setOf([]string{"2"})) {
			t.Errorf("before: %v", p.Steps[0].Before)
		}
		if conflicts := Verify(p, w.in.Types, w.tables()); len(conflicts) > 0 {
			t.Errorf("conflicts: %v", conflicts)
		}
	}
}
