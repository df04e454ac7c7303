package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// TestDiscreetWords: what is said of people is worded a second time without their values,
// and keeps the rest.
func TestDiscreetWords(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		want  string
	}{
		{"a key of somebody else", func(w *world) {
			w.want("acme_user.a", attrs{"number": "EN9", "email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"number": "EN1", "email": "ann@example.org"})
		}, "acme_user.a wants number (not shown) and email (not shown), but the live person 7 has that email with number (not shown). One key"},
		{"keys that point to two", func(w *world) {
			w.want("acme_user.a", attrs{"number": "EN1", "email": "bob@example.org"})
			w.stands("acme_user", "7", attrs{"number": "EN1", "email": "ann@example.org"})
			w.stands("acme_user", "8", attrs{"email": "bob@example.org"})
		}, "acme_user.a wants number (not shown), which is person 7, and email (not shown), which is person 8."},
		{"several live ones", func(w *world) {
			w.want("acme_user.a", attrs{"email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"email": "ann@example.org"})
			w.stands("acme_user", "8", attrs{"email": "Ann@example.org"})
		}, "acme_user.a wants email (not shown), and the live people with ids 7, 8 all have it."},
		{"one key twice", func(w *world) {
			w.want("acme_user.a", attrs{"phone": "+47 22 33"})
			w.want("acme_user.b", attrs{"phone": "+472233"})
		}, "both have phone (not shown). Two people cannot share it"},
		{"somebody else has the id", func(w *world) {
			w.want("acme_user.a", attrs{"number": "EN1", "email": "ann@example.org"})
			w.own("acme_user.a", "7", attrs{"number": "EN1", "email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"number": "EN5", "email": "eve@example.org"})
		}, "acme_user.a is recorded as one person, but person 7 is now another: no key"},
		{"keys in a circle", func(w *world) {
			w.owned("acme_user.a", "1", attrs{"number": "EN1", "email": "ann@example.org"})
			w.owned("acme_user.b", "2", attrs{"number": "EN2", "email": "bob@example.org"})
			w.want("acme_user.a", attrs{"number": "EN1", "email": "bob@example.org"})
			w.want("acme_user.b", attrs{"number": "EN2", "email": "ann@example.org"})
		}, "acme_user.b takes email (not shown) from acme_user.a"},
		{"a number that cannot be changed", func(w *world) {
			w.want("acme_user.a", attrs{"email": "ann@example.org", "number": "EN2"})
			w.owned("acme_user.a", "7", attrs{"email": "ann@example.org", "number": "EN1"})
		}, "acme_user.a wants number (not shown), and the live person 7 has (not shown). The vendor"},
		{"a stranger with the same key", func(w *world) {
			w.want("acme_user.a", attrs{"number": "EN1", "email": "ann@example.org"})
			w.owned("acme_user.a", "7", attrs{"number": "EN1", "email": "ann@example.org"})
			w.stands("acme_user", "8", attrs{"email": "ann@example.org"})
		}, "acme_user.a is person 7; person 8, which nothing here manages, also has email (not shown)."},
		{"a value that was not kept", func(w *world) {
			w.want("acme_user.a", attrs{"email": "ann@example.org", "first": "Anne"})
			w.owned("acme_user.a", "7", attrs{"email": "ann@example.org", "first": "Bob"}).Writes = map[string]Write{"first": ago(100*time.Hour, str("Bob"), str("Anne"), cty.NilVal)}
		}, "It still has (not shown), so it may not offer this change."},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			said := discreetOf(w)
			if !strings.Contains(said, test.want) {
				t.Errorf("it says\n%s\nwithout %q", said, test.want)
			}
			for _, value := range []string{"@example", "EN1", "EN2", "EN5", "EN9", "22", "Anne", "Bob"} {
				if strings.Contains(said, value) {
					t.Errorf("it says %q:\n%s", value, said)
				}
			}
		})
	}
}

// discreetOf is all that is said discreetly of a world.
func discreetOf(w *world) string {
	var said []string
	p, diags := w.plan()
	for _, d := range diags {
		if in, ok := hcl.DiagnosticExtra[schema.Discreet](d); ok {
			said = append(said, in.Detail)
		}
	}
	if p != nil {
		for i := range p.Warnings {
			said = append(said, p.Warnings[i].Discreet)
		}
	}
	return strings.Join(said, "\n")
}

// TestOpenWords: what is said of units has no second wording.
func TestOpenWords(t *testing.T) {
	w := newWorld(t)
	w.want("acme_group.a", attrs{"name": "Norway", "kind": "country"})
	w.want("acme_group.b", attrs{"name": "Norway", "kind": "country"})
	if said := discreetOf(w); said != "" {
		t.Errorf("it says %q", said)
	}
}

// TestChangedDiscreetly: a conflict names what has changed, with or without the values.
func TestChangedDiscreetly(t *testing.T) {
	err := &ChangedError{[]ChangedAttribute{{"first", `"A"`, `"Eve"`}, {"phone", `"1"`, "none"}}}
	for got, want := range map[string]string{
		err.Error():    `it has changed meanwhile: first was "A" when the plan was made and is "Eve" now; phone was "1" when the plan was made and is none now. Plan again`,
		err.Discreet(): "it has changed meanwhile: first, phone. Plan again",
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}
