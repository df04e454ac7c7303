package render

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

var budget = Cost{Calls: 256, Estimate: 20 * time.Second, Known: true, Remaining: 1140, Limit: 1200, ReadCalls: 14}

func planText(t testing.TB, p *planner.Plan, o Options, c Cost) string {
	t.Helper()
	return draw(t, func(b *bytes.Buffer) error { return Plan(b, p, o, c) })
}

func TestPlanGolden(t *testing.T) {
	for name, o := range map[string]Options{
		"plan.txt":           {},
		"plan-narrow.txt":    {Width: 60, Library: library()},
		"plan-color.txt":     {Color: true, Width: 100, Library: library()},
		"plan-full.txt":      {Full: true, Width: 100, Library: library()},
		"plan-addresses.txt": {People: PeopleAddresses, Library: library()},
		"plan-counts.txt":    {People: PeopleCounts, Library: library()},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, []byte(planText(t, realistic(), o, budget)))
		})
	}
}

func TestPlanNothing(t *testing.T) {
	for _, c := range []struct {
		plan planner.Plan
		want string
	}{
		{planner.Plan{}, "No changes. The organisation matches the configuration.\n"},
		{planner.Plan{Destroy: true}, "No changes. The state owns nothing.\n"},
		{planner.Plan{RefreshOnly: true}, "No changes. The state matches the live organisation.\n"},
		{planner.Plan{Pending: 1}, "Plan: no object changes; no calls.\n"},
	} {
		if got := planText(t, &c.plan, Options{}, Cost{}); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestClosingLine(t *testing.T) {
	p := &planner.Plan{Summary: planner.Summary{Create: 3, Adopt: 1, Update: 2, Move: 1, Delete: 1, People: 41}, Steps: make([]planner.Step, 8)}
	f := &face{printer: newPrinter(&bytes.Buffer{}, Options{}), plan: p}
	cost := Cost{Calls: 37, Estimate: 20 * time.Second, Known: true, Remaining: 1140, Limit: 1200}
	want := "3 to create, 1 to adopt, 2 to update, 1 to move, 1 to delete; 41 people affected; 37 calls, about 20 s (1,140 of 1,200 left)."
	if got := f.closingText(cost); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	p.Summary = planner.Summary{Forget: 1, People: 1}
	want = "1 to forget; 1 person affected; 1 call, under a second."
	if got := f.closingText(Cost{Calls: 1}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFoldThresholds(t *testing.T) {
	alike := func(n int) *planner.Plan {
		p := &planner.Plan{}
		for i := range n {
			p.Steps = append(p.Steps, planner.Step{Address: person(i), Action: planner.Update, Class: schema.ClassPerson, Label: mail(i),
				Changes: []planner.Change{member("positions", "position", []string{"Barista"}, nil)}})
		}
		return p
	}
	change := func(p *planner.Plan, f func(i int, s *planner.Step)) *planner.Plan {
		for i := range p.Steps {
			f(i, &p.Steps[i])
		}
		return p
	}
	toDelete := func(_ int, s *planner.Step) { s.Action, s.Changes = planner.Delete, nil }
	toCreate := func(i int, s *planner.Step) {
		s.Action, s.Changes = planner.Create, []planner.Change{{Attr: "email", After: known(mail(i))}}
	}
	differing := func(i int, s *planner.Step) { s.Changes = []planner.Change{text("email", "x@example.com", mail(i))} }
	losing := func(i int, s *planner.Step) {
		lost := []string{"Bergen"}
		if i == 0 {
			lost = []string{"G0"}
		}
		s.Changes = []planner.Change{text("email", "x@example.com", mail(i)), member("groups", "group", nil, lost)}
	}
	for _, c := range []struct {
		name  string
		plan  *planner.Plan
		folds bool
		say   string
	}{
		{"three alike", alike(3), false, `    + position "Barista"`},
		{"four alike", alike(4), true, `~ 4 people: + position "Barista"`},
		{"nine creates", change(alike(9), toCreate), false, `email  "person.0@example.org"`},
		{"ten creates", change(alike(10), toCreate), true, "... and 7 more"},
		{"nine differing", change(alike(9), differing), false, `"x@example.com" -> "person.3@example.org"`},
		{"ten differing", change(alike(10), differing), true, "~ 10 people: email (values differ)"},
		{"ten losing differently", change(alike(10), losing), true, "    - group \"Bergen\"  9 people\n    - group \"G0\"  1 person\n"},
		{"four adopted", change(alike(4), func(_ int, s *planner.Step) { s.Action, s.Changes = planner.Adopt, nil }), true, "& 4 people: nothing changes"},
		{"19 deletes", change(alike(19), toDelete), false, `- acme_user.staff["18"]  "person.18@example.org"`},
		{"20 deletes", change(alike(20), toDelete), true, "- 20 people"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := planText(t, c.plan, Options{}, Cost{})
			if strings.Contains(got, "is folded") != c.folds || !strings.Contains(got, c.say) {
				t.Errorf("folded: want %v, and %q in\n%s", c.folds, c.say, got)
			}
			full := planText(t, c.plan, Options{Full: true}, Cost{})
			for i := range c.plan.Steps {
				if !strings.Contains(full, c.plan.Steps[i].Address.String()) {
					t.Fatalf("-full leaves out %s:\n%s", c.plan.Steps[i].Address, full)
				}
			}
		})
	}
}

// Whoever is let go stands among the removals, with what they lose.
func TestLettingGo(t *testing.T) {
	strip := func(i int) planner.Step {
		return planner.Step{Address: person(i), Action: planner.Update, Release: true, Last: true, Class: schema.ClassPerson, Label: mail(i), ID: "1", Reason: "it is no longer in the configuration; the account stays",
			Changes: []planner.Change{member("groups", "group", nil, []string{"Bergen"})}}
	}
	p := &planner.Plan{Steps: []planner.Step{strip(1), {Address: person(2), Action: planner.Forget, Release: true, Class: schema.ClassPerson, Label: mail(2), Reason: "it is gone from the live system"}}}
	summarise(p)
	want := `Removals
~ acme_user.staff["1"]  "person.1@example.org"  (it is no longer in the configuration; the account stays; no longer managed afterwards)
    - group "Bergen"

People
. acme_user.staff["2"]  "person.2@example.org"  (it is gone from the live system)

1 person loses a membership or a position.
Plan: 1 to update, 1 to forget; 2 people affected; 1 call, under a second.
`
	if got := planText(t, p, Options{}, Cost{Calls: 1}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for i := range 20 {
		p.Steps = append(p.Steps, strip(i+10))
	}
	if got := planText(t, p, Options{}, Cost{}); !strings.Contains(got, "~ 21 people  (it is") || !strings.Contains(got, `    - group "Bergen"  21 people`) {
		t.Error(got)
	}
	r := &planner.Report{Status: []planner.Status{planner.Done, planner.Done}}
	p.Steps = p.Steps[:2]
	if got := draw(t, func(b *bytes.Buffer) error { return Report(b, p, r, Options{}) }); got != "Done: 1 forgotten, 1 released.\n" {
		t.Error(got)
	}
}

func TestNothingForgesOutput(t *testing.T) {
	evil := "Oslo\x1b[2K\r\n+ acme_user.root  \"x\"\u202e\u2028\u009b31m\xff\u200b"
	p := &planner.Plan{
		Steps: []planner.Step{{Address: schema.Address{Type: "acme_group", Name: "g", Key: schema.InstanceKey{Kind: schema.StringKey, Text: evil}}, Action: planner.Update,
			Label: evil, Reason: evil, File: evil, Line: 3, Changes: []planner.Change{text("name", evil, evil+"2"), member("groups", evil, []string{evil}, []string{evil}),
				{Attr: "map", After: schema.Known(cty.MapVal(map[string]cty.Value{evil: cty.StringVal(evil)}))}}}},
		Drift:    []planner.Drift{{Address: at("acme_group.g"), Label: evil, Attr: evil, Before: cty.StringVal(evil), After: cty.StringVal("x")}},
		Outputs:  []planner.OutputChange{{Name: evil, After: known(evil)}},
		Refusals: []planner.Refusal{{Guard: evil, Summary: evil, Detail: evil, Names: []string{evil}, Count: 1, Allow: evil, File: evil}},
		Warnings: []planner.Warning{{Summary: evil, Detail: evil, File: evil}},
		Targets:  []string{evil},
	}
	for _, o := range []Options{{}, {Full: true}, {Width: 40}, {People: PeopleCounts}} {
		got := planText(t, p, o, Cost{})
		for _, bad := range []string{"\x1b", "\r", "\u202e", "\u2028", "\u009b", "\xff", "\u200b", "\n+ acme_user.root"} {
			if strings.Contains(got, bad) {
				t.Errorf("%+v: %q is in the output:\n%s", o, bad, got)
			}
		}
	}
}

func TestPendingValues(t *testing.T) {
	waits := func(p schema.Pending) schema.Template { return schema.Template{Pending: &p} }
	ref := &schema.Ref{Address: at("acme_group.new"), Attr: "id"}
	plan := &planner.Plan{Steps: []planner.Step{{Address: at("acme_group.new"), Label: "Brand new", Action: planner.Create}}}
	n := newNames(plan, Options{})
	for _, c := range []struct {
		in   schema.Template
		want string
	}{
		{waits(schema.Pending{Ref: ref}), `"Brand new" (new)`},
		{waits(schema.Pending{Ref: &schema.Ref{Address: at("acme_group.x"), Attr: "id"}}), "(id of acme_group.x)"},
		{waits(schema.Pending{Ref: &schema.Ref{Address: at("acme_group.x"), Attr: "level"}}), "(known after apply: acme_group.x.level)"},
		{waits(schema.Pending{List: []schema.Template{known("1"), waits(schema.Pending{Ref: ref})}}), `["1", "Brand new" (new)]`},
		{waits(schema.Pending{Text: []schema.Template{known("to "), waits(schema.Pending{Ref: ref})}}), `"to ${acme_group.new.id}"`},
		{waits(schema.Pending{Expr: &schema.Expr{Source: "f()", Uses: []schema.Address{at("acme_group.a"), at("acme_group.b"), at("acme_group.c")}}}),
			"(known after apply, from acme_group.a, acme_group.b and 1 more)"},
		{waits(schema.Pending{Expr: &schema.Expr{Source: "f()"}}), "(known after apply)"},
		{waits(schema.Pending{Ref: ref, Sensitive: true}), "(sensitive)"},
		{schema.Known(cty.NullVal(cty.String)), "(none)"},
	} {
		if got := n.wanted(c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
