package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// norway is a live and owned country with a store below it.
func norway(w *world) {
	w.owned("acme_group.acme", "1", attrs{"name": "Acme", "kind": "organization", "parent": nil})
	w.owned("acme_group.no", "2", attrs{"name": "Norway", "kind": "country", "parent": "1"})
	w.owned("acme_group.oslo", "3", attrs{"name": "Oslo", "kind": "region", "parent": "2"})
}

func TestLevels(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
	}{
		{"a child without a level is one below its new parent", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		}, []string{`+ acme_group.acme name="Acme" kind="organization"`,
			`+ acme_group.no name="Norway" kind="country" parent=<acme_group.acme>`,
			`+ acme_group.oslo name="Oslo" kind="region" parent=<acme_group.no>`}},
		{"below a parent whose level is only live", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme"})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.stands("acme_group", "1", attrs{"name": "Acme", "kind": "country", "parent": nil})
		}, []string{"& acme_group.acme", `+ acme_group.no name="Norway" kind="region" parent="1"`}},
		{"below a stranger by its id", func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "parent": "1"})
			w.stands("acme_group", "1", attrs{"name": "Acme", "kind": "region", "parent": nil})
		}, []string{`+ acme_group.no name="Norway" kind="store" parent="1"`}},
		{"a level that is said is kept", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "store", "parent": ref("acme_group.acme")})
		}, []string{`+ acme_group.acme name="Acme" kind="organization"`,
			`+ acme_group.oslo name="Oslo" kind="store" parent=<acme_group.acme>`}},
		{"a move takes the new default level into its call", func(w *world) {
			norway(w)
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.acme")})
		}, []string{`> acme_group.oslo kind="country" parent="1"`}},
		{"a top group without a level is adopted as it is", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme"})
			w.stands("acme_group", "1", attrs{"name": "Acme", "kind": "region", "parent": nil})
		}, []string{"& acme_group.acme"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			w.expect(test.want...)
		})
	}
}

func TestLevelsRefused(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		words []string
	}{
		{"an unknown level", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "contry"})
		}, []string{"Unknown kind", `Did you mean "country"?`, `"organization", "country", "region", "store"`}},
		{"beside its parent", func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "country", "parent": ref("acme_group.no")})
		}, []string{"Level is not below the parent's", `"country" under a "country"`}},
		{"above its parent", func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "organization", "parent": ref("acme_group.no")})
		}, []string{`"organization" under a "country"`}},
		{"above a parent whose level is the default", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "country"})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.no")})
		}, []string{`"region" under a "region"`}},
		{"nothing below the lowest", func(w *world) {
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "store"})
			w.want("acme_group.bar", attrs{"name": "Bar", "parent": ref("acme_group.oslo")})
		}, []string{"No level below the parent's", `"store", which is the lowest`}},
		{"a new top group without a level", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme"})
		}, []string{"A new top group needs a kind", `kind = "organization"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			w.refused(test.words...)
		})
	}
}

// TestLevelsWithoutNames: a provider that names no levels has no default, and
// nothing is checked.
func TestLevelsWithoutNames(t *testing.T) {
	w := newWorld(t)
	w.provider(func(p *Provider) { p.Levels = nil })
	w.want("acme_group.acme", attrs{"name": "Acme", "kind": "Organization"})
	w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
	w.expect(`+ acme_group.acme name="Acme" kind="Organization"`, `+ acme_group.no name="Norway" parent=<acme_group.acme>`)
}

// prefixes holds what must be true of the tree after each step, with the steps
// done in any order that their needs allow: no circle, no child beside or above
// its parent, no two siblings of one name, nobody deleted who is still needed.
func prefixes(t *testing.T, w *world, p *Plan) {
	t.Helper()
	levels := w.in.Providers["acme"].Levels
	for _, latest := range []bool{false, true} {
		tree := newTree(w)
		done := make([]bool, len(p.Steps))
		for range p.Steps {
			i := nextStep(p, done, latest)
			done[i] = true
			tree.do(&p.Steps[i])
			if broken := tree.broken(levels); broken != "" {
				t.Fatalf("latest first %v: after %s: %s\nplan:\n%s", latest, line(&p.Steps[i]), broken, cmp.Diff([]string{}, lines(p)))
			}
		}
	}
}

// nextStep is the first or the last of the steps that may be done now.
func nextStep(p *Plan, done []bool, latest bool) int {
	first := true
	for i := range p.Steps {
		first = first && (done[i] || p.Steps[i].Last)
	}
	found := -1
	for i, s := range p.Steps {
		ready := !done[i] && (!s.Last || first)
		for _, need := range s.Needs {
			ready = ready && done[need]
		}
		if ready && (found < 0 || latest) {
			found = i
		}
	}
	return found
}
