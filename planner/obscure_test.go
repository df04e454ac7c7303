package planner

import (
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/schema"
)

// TestObscure: what cannot be read is no step, unless it goes.
func TestObscure(t *testing.T) {
	plan := func(given func(*world)) (*Plan, string) {
		w := named(t)
		w.owned("acme_portrait.x", "a1", attrs{"sum": "s1", "who": "a1"})
		w.stands("acme_account", "a1", attrs{"first": "Ada"})
		w.in.Types["acme_portrait"].Attribute("who").Refers = "acme_account"
		w.in.Types["acme_account"].Label = [][]string{{"first"}}
		given(w)
		w.in.Live = w.tables()
		w.in.Live["acme"]["acme_portrait"].Obscure("a1", "It is a web page.")
		m, diags := NewMatch(w.in)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		p, diags := m.Plan()
		if diags.HasErrors() {
			return p, diags.Error()
		}
		return p, ""
	}
	want := func(who string) func(*world) {
		return func(w *world) {
			w.want("acme_portrait.x", attrs{"who": who, "source": "s1.png", "sum": "s1", "media": "image/png"})
		}
	}
	if _, says := plan(want("a1")); !strings.Contains(says, "The portrait cannot be compared") || !strings.Contains(says, "It is a web page.") {
		t.Errorf("wanted, it says %q", says)
	}
	for name, given := range map[string]func(*world){"gone": func(*world) {}, "replaced": want("a2")} {
		p, says := plan(given)
		if says != "" {
			t.Fatal(says)
		}
		last := p.Steps[len(p.Steps)-1]
		if last.Action != Delete || last.Label != "Ada" || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Detail, "It is a web page.") {
			t.Errorf("%s: %v of %q with %v", name, lines(p), last.Label, p.Warnings)
		}
		live := map[string]map[string]*Table{"acme": {"acme_portrait": NewTable(named(t).in.Types["acme_portrait"], []schema.Object{{ID: "a1", Attrs: last.Before}})}}
		live["acme"]["acme_portrait"].Obscure("a1", "It is a web page.")
		if conflicts := Verify(&Plan{Steps: []Step{last}}, named(t).in.Types, live); len(conflicts) > 0 {
			t.Errorf("%s, it cannot be carried out: %v", name, conflicts)
		}
		last.Action = Update
		if conflicts := Verify(&Plan{Steps: []Step{last}}, named(t).in.Types, live); len(conflicts) != 1 {
			t.Errorf("a change of what cannot be read is carried out")
		}
	}
}
