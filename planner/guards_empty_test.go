package planner

import (
	"fmt"
	"strings"
	"testing"
)

// saying holds the warnings of one summary against the words that each must have.
func saying(t *testing.T, p *Plan, summary string, words ...string) {
	t.Helper()
	var details []string
	for _, w := range p.Warnings {
		if strings.Contains(w.Summary, summary) {
			details = append(details, w.Detail)
		}
	}
	if len(details) != len(words) {
		t.Fatalf("%d warnings %q, want %d: %q", len(details), summary, len(words), details)
	}
	for i, word := range words {
		if !strings.Contains(details[i], word) {
			t.Errorf("warning %d does not say %q: %s", i, word, details[i])
		}
	}
}

func TestEmptiedGroups(t *testing.T) {
	store := []string{"1"}
	for _, test := range []struct {
		name            string
		given           func(*world)
		empty, leadless []string
	}{
		{name: "the last member leaves", given: func(w *world) { crew(w, 0, 1, in(store, []string{})) },
			empty: []string{`Group "Norway / Store 1" has 1 member, and the plan takes them away: p000@example.org.`}},
		{name: "one of two leaves", given: func(w *world) {
			crew(w, 0, 1, in(store, []string{}))
			crew(w, 1, 2, in(store, store))
		}},
		{name: "somebody else comes", given: func(w *world) {
			crew(w, 0, 1, in(store, []string{}))
			crew(w, 1, 2, in([]string{"2"}, []string{"1", "2"}))
		}},
		{name: "somebody new comes", given: func(w *world) {
			crew(w, 0, 1, in(store, []string{}))
			crew(w, 1, 2, func(int) somebody { return somebody{want: attrs{"groups": store}} })
		}},
		{name: "nobody was there", given: func(w *world) { crew(w, 0, 1, in([]string{}, []string{})) }},
		{name: "the group goes as well", given: func(w *world) {
			w.unwanted("acme_group.s1")
			crew(w, 0, 1, in(store, []string{}))
		}},
		{name: "the lead becomes a member", given: func(w *world) {
			crew(w, 0, 1, func(int) somebody {
				return somebody{live: attrs{"groups": store, "leads": store}, want: attrs{"groups": store, "leads": []string{}}, own: true}
			})
		}, leadless: []string{`Group "Norway / Store 1" has 1 lead, and would have nobody who leads it: p000@example.org.`}},
		{name: "the lead is deleted", given: func(w *world) {
			crew(w, 0, 1, func(int) somebody { return somebody{live: attrs{"groups": store, "leads": store}, own: true} })
			crew(w, 1, 2, in(store, store))
		}, leadless: []string{"p000@example.org"}},
		{name: "the lead leaves the group, by the record of who led it", given: func(w *world) {
			crew(w, 0, 1, in(store, []string{}))
			w.in.State.Records[address(w.t, "acme_user.p[0]")].Attrs["leads"] = setOf(store)
			crew(w, 1, 2, in(store, store))
		}, leadless: []string{"p000@example.org"}},
		{name: "another leads instead", given: func(w *world) {
			crew(w, 0, 1, func(int) somebody { return somebody{live: attrs{"groups": store, "leads": store}, own: true} })
			crew(w, 1, 2, func(int) somebody {
				return somebody{live: attrs{"groups": store, "leads": []string{}}, want: attrs{"groups": store, "leads": store}, own: true}
			})
		}},
		{name: "the only member was the lead", given: func(w *world) {
			crew(w, 0, 1, func(int) somebody { return somebody{live: attrs{"groups": store, "leads": store}, own: true} })
		}, empty: []string{"has 1 member, who leads it, and the plan takes them away: p000@example.org."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			town(w)
			test.given(w)
			p := w.mustPlan()
			saying(t, p, "without members", test.empty...)
			saying(t, p, "without a lead", test.leadless...)
		})
	}
}

// TestEmptiedGroupsAreFewLines: of many groups the first ten are named.
func TestEmptiedGroupsAreFewLines(t *testing.T) {
	w := newWorld(t)
	for i := range 14 {
		id := fmt.Sprint(i)
		w.owned(fmt.Sprintf("acme_group.g[%d]", i), id, attrs{"name": "G" + id, "kind": "country", "parent": nil})
		w.want(fmt.Sprintf("acme_group.g[%d]", i), attrs{"name": "G" + id, "kind": "country"})
		crew(w, i, i+1, in([]string{id}, []string{}))
	}
	got := warnings(w.mustPlan())
	if len(got) != 11 || got[10] != "4 more would be left without members" {
		t.Errorf("%d warnings: %q", len(got), got)
	}
}
