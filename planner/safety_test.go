package planner

import (
	"testing"

	"github.com/espalier-dev/espalier/schema"
)

// TestRefusals: what could take one thing for another is refused.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		words []string
	}{
		{"an id of another provider configuration", func(w *world) {
			w.in.Providers["acme.two"] = w.in.Providers["acme"]
			w.want("acme_group.g", attrs{"name": "G", "kind": "organization"})
			w.want("acme_user.u", attrs{"email": "u@example.org", "groups": []any{ref("acme_group.g")}}).Provider = "acme.two"
		}, []string{"Reference into another provider configuration", `through provider "acme.two"`, "acme_group.g"}},
		{"a unit of that name, whose place is not told", func(w *world) {
			w.want("acme_group.g", attrs{"name": "G", "kind": "organization"})
			w.stands("acme_group", "7", attrs{"name": "G"})
		}, []string{"It cannot be told", "id 7", "espalier import 'acme_group.g' ID"}},
		{"two moved blocks to one address", func(w *world) {
			w.want("acme_position.c", attrs{"name": "C"})
			w.owned("acme_position.a", "1", attrs{"name": "A"})
			w.owned("acme_position.b", "2", attrs{"name": "B"})
			at := func(name string) schema.Address { return schema.Address{Type: "acme_position", Name: name} }
			w.in.Moved = []schema.Move{{From: at("a"), To: at("b")}, {From: at("b"), To: at("c")}}
		}, []string{"Moved blocks bring two objects to one address", "acme_position.a", "acme_position.b"}},
		{"a person with nothing but empty keys", func(w *world) {
			w.in.Types["acme_user"].AnyOf = [][]string{{"email", "phone"}}
			w.want("acme_user.u", attrs{"email": "", "first": "Ann"})
		}, []string{"needs email or phone", "acme_user.u has none"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			w.refused(test.words...)
		})
	}
}

// TestMayBe: a live person can be an instance only if some key says so, or none
// speaks against it.
func TestMayBe(t *testing.T) {
	for _, test := range []struct {
		name       string
		want, live attrs
		may        bool
	}{
		{"the same e-mail", attrs{"email": "Ann@example.org"}, attrs{"email": "ann@example.org", "number": "1"}, true},
		{"another e-mail", attrs{"email": "ann@example.org"}, attrs{"email": "bo@example.org"}, false},
		{"another e-mail, the same number", attrs{"email": "ann@example.org", "number": "1"}, attrs{"email": "bo@example.org", "number": "1"}, true},
		{"no key on both sides", attrs{"email": "ann@example.org"}, attrs{"phone": "+4712345678"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			inst := w.want("acme_user.u", test.want)
			if got := MayBe(inst, w.object("7", test.live)); got != test.may {
				t.Errorf("got %v, want %v", got, test.may)
			}
		})
	}
}

// TestIgnoredMemberships: a change of who leads leaves memberships alone that are
// to be ignored.
func TestIgnoredMemberships(t *testing.T) {
	w := newWorld(t)
	norway(w)
	w.want("acme_user.u", attrs{"email": "u@example.org", "groups": []string{"1", "2"}, "leads": []string{"1"}}).Block.IgnoreChanges = []string{"groups"}
	w.owned("acme_user.u", "7", attrs{"email": "u@example.org", "groups": []string{"1", "3"}, "leads": []string{}})
	p := w.mustPlan()
	for _, s := range p.Steps {
		if s.Address.Type != "acme_user" {
			continue
		}
		if got := elements(s.After["groups"].Value); len(got) != 2 || got[0] != "1" || got[1] != "3" {
			t.Errorf("groups after: %v", got)
		}
		for _, c := range s.Changes {
			if c.Attr == "groups" {
				t.Errorf("a change of groups: %+v", c)
			}
		}
		return
	}
	t.Error("no step for the person")
}
