package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestComparisonsComeTrue: laid over the live tree, a plan shows the tree that is
// there once it is carried out, with as many people everywhere; and what it says
// of each move is so.
func TestComparisonsComeTrue(t *testing.T) {
	levels := []string{"organization", "country", "region", "store"}
	labels := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	rapid.Check(t, func(rt *rapid.T) {
		before := drawTree(rt, labels[:rapid.IntRange(0, 8).Draw(rt, "size")], levels, "before")
		wanted := drawTree(rt, labels[rapid.IntRange(0, 3).Draw(rt, "first"):], levels, "wanted")
		w := newWorld(t)
		for _, u := range before {
			a := attrs{"name": u.name, "kind": u.kind, "parent": nil}
			if u.parent != "" {
				a["parent"] = "id-" + u.parent
			}
			w.owned("acme_group."+u.label, "id-"+u.label, a)
		}
		for i, in := range drawPeople(rt, 3, before, "in") {
			w.owned(fmt.Sprintf("acme_user.p[%d]", i), fmt.Sprint("p", i), attrs{"email": fmt.Sprint(i, "@example.org"), "groups": prefixed("id-", in)})
		}
		wantTree(w, wanted, drawPeople(rt, 3, wanted, "want in"))
		w.in.Live = w.tables()
		m, diags := NewMatch(w.in)
		if diags.HasErrors() {
			rt.Fatal(diags)
		}
		p, diags := m.Plan()
		if diags.HasErrors() {
			rt.Fatal(diags)
		}
		f := m.Compare()
		after := newTree(w)
		for i := range p.Steps {
			after.do(&p.Steps[i])
		}
		done := newWorld(t)
		done.takeOver(after, p, w)
		if diff := cmp.Diff(drawn(LiveForest(done.tables(), nil)), drawn(f.afterwards())); diff != "" {
			rt.Fatalf("what is there (-) and what was shown (+):\n%s\nplan:\n%s", diff, strings.Join(lines(p), "\n"))
		}
		checkPassages(rt, w, p, f)
	})
}

// afterwards is a comparison without what is there before.
func (f Forest) afterwards() Forest {
	keep := make([]bool, len(f.Branches))
	for i := range keep {
		keep[i] = f.Branches[i].After != nil
	}
	out := f.only(keep)
	for i := range out.Branches {
		out.Branches[i].Before, out.Branches[i].Moves = nil, false
	}
	return out
}

// checkPassages counts by hand what goes along with each unit that moves: the live
// units below it, but for those that move or go and what is below these.
func checkPassages(t *rapid.T, w *world, p *Plan, f Forest) {
	stays := map[string]bool{}
	for i := range f.Branches {
		if b := &f.Branches[i]; b.ID != "" {
			stays[b.ID] = b.After != nil && !b.Moves
		}
	}
	parents := map[string]string{}
	for _, o := range w.live["acme_group"] {
		parents[o.ID], _ = text(o.Attrs["parent"])
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Passage == nil {
			continue
		}
		along := []string{s.ID}
		for id := range parents {
			at := id
			for at != "" && at != s.ID && stays[at] {
				at = parents[at]
			}
			if at == s.ID && id != s.ID {
				along = append(along, id)
			}
		}
		people := 0
		for _, o := range w.live["acme_user"] {
			if slices.ContainsFunc(elements(o.Attrs["groups"]), func(id string) bool { return slices.Contains(along, id) }) {
				people++
			}
		}
		if s.Passage.Groups != len(along)-1 || s.Passage.People != people {
			t.Fatalf("with %s go %d groups and %d people, want %d and %d", s.Address, s.Passage.Groups, s.Passage.People, len(along)-1, people)
		}
	}
}
