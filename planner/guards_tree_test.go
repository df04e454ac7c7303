package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLastAdministrator(t *testing.T) {
	chief := func(w *world, name string, wants any) {
		w.owned("acme_user."+name, name, attrs{"email": name + "@example.org", "rank": "chief"})
		if wants != nil {
			w.want("acme_user."+name, attrs{"email": name + "@example.org", "rank": wants})
		}
	}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
	}{
		{"demoted", func(w *world) { chief(w, "a", "none") }, []string{"last_administrator 1 of 1 "}},
		{"deleted", func(w *world) { chief(w, "a", nil) }, []string{"last_administrator 1 of 1 "}},
		{"stripped", func(w *world) {
			w.provider(func(p *Provider) { p.Removal = RemovalStrip })
			chief(w, "a", nil)
			w.live["acme_user"][0].Attrs["groups"] = setOf([]string{"1"})
		}, []string{"last_administrator 1 of 1 "}},
		{"forgotten", func(w *world) {
			w.provider(func(p *Provider) { p.Removal = RemovalForget })
			chief(w, "a", nil)
		}, nil},
		{"both of two", func(w *world) {
			chief(w, "a", "none")
			chief(w, "b", nil)
		}, []string{"last_administrator 2 of 2 "}},
		{"one of two", func(w *world) {
			chief(w, "a", "none")
			chief(w, "b", "chief")
		}, nil},
		{"a stranger is one", func(w *world) {
			chief(w, "a", "none")
			w.stands("acme_user", "s", attrs{"email": "s@example.org", "rank": "chief"})
		}, nil},
		{"none today", func(w *world) {
			w.owned("acme_user.a", "a", attrs{"email": "a@example.org", "rank": "none"})
			w.want("acme_user.a", attrs{"email": "a@example.org", "rank": "other"})
		}, nil},
		{"by the record where the list does not say", func(w *world) {
			chief(w, "a", "none")
			delete(w.live["acme_user"][0].Attrs, "rank")
		}, []string{"last_administrator 1 of 1 "}},
		{"one who is only to be made is no help", func(w *world) {
			chief(w, "a", "none")
			w.want("acme_user.new", attrs{"email": "new@example.org", "rank": "chief"})
		}, []string{"last_administrator 1 of 1 "}},
		{"handed over", func(w *world) {
			chief(w, "a", "none")
			w.owned("acme_user.z", "z", attrs{"email": "z@example.org", "rank": "none"})
			w.want("acme_user.z", attrs{"email": "z@example.org", "rank": "chief"})
		}, nil},
		{"handed over together with an e-mail, where the order is not free", func(w *world) {
			w.owned("acme_user.a", "a", attrs{"email": "a@example.org", "number": "1", "rank": "chief"})
			w.want("acme_user.a", attrs{"email": "old@example.org", "number": "1", "rank": "none"})
			w.owned("acme_user.z", "z", attrs{"email": "z@example.org", "number": "2", "rank": "none"})
			w.want("acme_user.z", attrs{"email": "a@example.org", "number": "2", "rank": "chief"})
		}, []string{"last_administrator 1 of 1 "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			w.in.Allow = map[string]int{GuardLastAdministrator: 9, GuardUserRemoval: 9}
			p := w.mustPlan()
			checkShape(t, p)
			if diff := cmp.Diff(append([]string{}, test.want...), guards(p)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			if strings.HasPrefix(test.name, "handed over") && !p.Refused() {
				if p.Steps[0].ID != "z" || !slices.Equal(p.Steps[1].Needs, []int{0}) {
					t.Errorf("who gives it up does not wait for who gets it: %v", lines(p))
				}
			}
		})
	}
}

func TestBelowItself(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		want  string // the way round; empty for none
	}{
		{"a tree", func(w *world) {
			w.want("acme_group.a", attrs{"name": "A"})
			w.want("acme_group.b", attrs{"name": "B", "parent": "a"})
		}, ""},
		{"two below each other", func(w *world) {
			w.want("acme_group.a", attrs{"name": "A", "parent": "b"})
			w.want("acme_group.b", attrs{"name": "B", "parent": "a"})
		}, "B / A / B"},
		{"itself", func(w *world) {
			w.want("acme_group.a", attrs{"name": "A", "parent": "a"})
			w.want("acme_group.b", attrs{"name": "B", "parent": "a"})
		}, "A / A"},
		{"round a stranger", func(w *world) {
			w.want("acme_group.a", attrs{"name": "A", "parent": "c"})
			w.want("acme_group.b", attrs{"name": "B", "parent": "a"})
		}, "B / C / A / B"},
		{"into a circle", func(w *world) {
			w.want("acme_group.d", attrs{"name": "D", "parent": "a"})
			w.want("acme_group.a", attrs{"name": "A", "parent": "b"})
			w.want("acme_group.b", attrs{"name": "B", "parent": "a"})
		}, "B / A / B"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) { p.Levels = nil })
			w.owned("acme_group.a", "a", attrs{"name": "A", "kind": "k", "parent": nil})
			w.owned("acme_group.b", "b", attrs{"name": "B", "kind": "k", "parent": "a"})
			w.stands("acme_group", "c", attrs{"name": "C", "kind": "k", "parent": "b"})
			test.given(w)
			p := w.mustPlan()
			if (test.want == "") == p.Refused() {
				t.Fatalf("refusals: %v", p.Refusals)
			}
			if p.Refused() && !strings.Contains(p.Refusals[0].Detail, "in a circle: "+test.want+".") {
				t.Errorf("want %s: %s", test.want, p.Refusals[0].Detail)
			}
		})
	}
}
