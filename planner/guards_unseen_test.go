package planner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnseenMembers(t *testing.T) {
	// store 1 goes; below it stand what the test adds.
	stranger := func(groups ...string) func(int) somebody {
		return func(int) somebody { return somebody{live: attrs{"groups": groups}} }
	}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
		names []string
		words []string
	}{
		{name: "nobody else is in it", given: func(w *world) { crew(w, 0, 3, in([]string{"1"}, []string{})) }},
		{name: "strangers are elsewhere", given: func(w *world) { crew(w, 0, 3, stranger("2")) }},
		{name: "two strangers", given: func(w *world) { crew(w, 0, 2, stranger("1", "2")) },
			want:  []string{"allow_unseen_members 2 of 0 -allow allow_unseen_members=2"},
			names: []string{"p000@example.org", "p001@example.org"}, words: []string{`"Norway / Store 1" would be deleted, and holds 2 people that the plan says nothing of.`}},
		{name: "a group of others, and who is in it", given: func(w *world) {
			w.stands("acme_group", "x", attrs{"name": "Choir", "kind": "store", "parent": "1"})
			w.stands("acme_group", "y", attrs{"name": "Altos", "kind": "store", "parent": "x"})
			crew(w, 0, 1, stranger("y"))
		}, want: []string{"allow_unseen_members 3 of 0 -allow allow_unseen_members=3"}, names: []string{"Altos", "Choir", "p000@example.org"},
			words: []string{`"Norway / Store 1" would be deleted, and holds 2 live groups and 1 person that the plan says nothing of.`}},
		{name: "what moves away or goes as well", given: func(w *world) {
			w.owned("acme_group.away", "x", attrs{"name": "Away", "kind": "store", "parent": "1"})
			w.want("acme_group.away", attrs{"name": "Away", "kind": "store", "parent": ref("acme_group.no")})
			w.stands("acme_group", "y", attrs{"name": "Along", "kind": "store", "parent": "x"})
			w.owned("acme_group.too", "z", attrs{"name": "Too", "kind": "store", "parent": "1"})
		}},
		{name: "lists that do not say who is in what", given: func(w *world) {
			crew(w, 0, 1, stranger("1"))
			crew(w, 1, 4, func(int) somebody { return somebody{live: attrs{}} })
		}, want: []string{"allow_unseen_members 1 of 0 -allow allow_unseen_members=1"}, names: []string{"p000@example.org"},
			words: []string{"at least 1 person", "whether any of the 3 people outside"}},
		{name: "nor of anybody", given: func(w *world) { crew(w, 1, 4, func(int) somebody { return somebody{live: attrs{}} }) },
			want: []string{"allow_unseen_members 0 of 0 -allow allow_unseen_members=0"}, words: []string{"whether any of the 3 people outside"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) { p.Levels = nil })
			town(w)
			w.unwanted("acme_group.s1")
			test.given(w)
			p := w.mustPlan()
			if diff := cmp.Diff(append([]string{}, test.want...), guards(p)); diff != "" {
				t.Fatalf("refusals (-want +got):\n%s", diff)
			}
			for _, r := range p.Refusals {
				if diff := cmp.Diff(test.names, r.Names); diff != "" {
					t.Errorf("names (-want +got):\n%s", diff)
				}
				for _, word := range test.words {
					if !strings.Contains(r.Detail, word) {
						t.Errorf("it does not say %q: %s", word, r.Detail)
					}
				}
				w.in.Allow = map[string]int{GuardUnseenMembers: r.Count}
				if w.mustPlan().Refused() {
					t.Error("exactly so many are not let through")
				}
				w.in.Allow[GuardUnseenMembers]--
				if !w.mustPlan().Refused() {
					t.Error("one fewer is let through")
				}
			}
		})
	}
}
