package render

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// secret is what must not be seen; old and new hold it in some shape.
const secret = "hunter2-zq9"

// secretValue draws a value that holds the secret somewhere.
func secretValue(t *rapid.T, marked bool) cty.Value {
	v := cty.StringVal(rapid.SampledFrom([]string{secret, "a " + secret, secret + strings.Repeat("\nline", 5), strings.Repeat("long ", 20) + secret}).Draw(t, "text"))
	if marked {
		v = v.Mark(schema.Sensitive)
	}
	switch rapid.IntRange(0, 3).Draw(t, "shape") {
	case 1:
		return cty.ListVal([]cty.Value{v})
	case 2:
		return cty.ObjectVal(map[string]cty.Value{"inner": v, "other": cty.True})
	case 3:
		return cty.SetVal([]cty.Value{v})
	}
	return v
}

// secretTemplate draws a wanted value that holds the marked secret somewhere.
func secretTemplate(t *rapid.T) schema.Template {
	ref := schema.Template{Pending: &schema.Pending{Ref: &schema.Ref{Address: at("acme_group.x"), Attr: "id"}}}
	known := schema.Known(secretValue(t, true))
	switch rapid.IntRange(0, 4).Draw(t, "template") {
	case 1:
		return schema.Template{Pending: &schema.Pending{List: []schema.Template{ref, known}}}
	case 2:
		return schema.Template{Pending: &schema.Pending{Text: []schema.Template{known, ref}}}
	case 3:
		return schema.Template{Pending: &schema.Pending{Expr: &schema.Expr{Source: "f(var.x)", Vars: map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{"x": secretValue(t, true)})}}}}
	case 4:
		return schema.Template{Pending: &schema.Pending{Text: []schema.Template{ref, schema.Known(cty.StringVal(secret))}, Sensitive: true}}
	}
	return known
}

func secretPlan(t *rapid.T) *planner.Plan {
	p := &planner.Plan{}
	for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
		c := planner.Change{Attr: "pin", Before: secretValue(t, false), After: schema.Known(secretValue(t, false)), Sensitive: true}
		switch rapid.IntRange(0, 2).Draw(t, "by") {
		case 1: // by the mark alone
			c = planner.Change{Attr: "last_name", Before: cty.StringVal("x"), After: secretTemplate(t)}
		case 2:
			c = planner.Change{Attr: "groups", Refers: "group", Sensitive: true, Added: []planner.Element{{Label: secret}}, Removed: []planner.Element{{ID: secret}}}
		}
		action := rapid.SampledFrom([]planner.Action{planner.Create, planner.Adopt, planner.Update, planner.Move, planner.Delete}).Draw(t, "action")
		p.Steps = append(p.Steps, planner.Step{Address: person(i), Class: schema.ClassPerson, Action: action, Label: mail(i), Changes: []planner.Change{c},
			Before: map[string]cty.Value{"pin": cty.StringVal(secret)}, After: map[string]schema.Template{"pin": schema.Known(cty.StringVal(secret))}})
	}
	p.Drift = []planner.Drift{{Address: person(1), Attr: "pin", Before: secretValue(t, false), After: secretValue(t, false), Sensitive: true},
		{Address: person(2), Attr: "x", Before: secretValue(t, true), After: cty.StringVal("y")}}
	p.Outputs = []planner.OutputChange{{Name: "a", Before: secretValue(t, false), After: schema.Known(secretValue(t, false)), Sensitive: true}, {Name: "b", After: secretTemplate(t)}}
	summarise(p)
	return p
}

func TestNoSecretIsShown(t *testing.T) {
	lib := library()
	rapid.Check(t, func(t *rapid.T) {
		plan := secretPlan(t)
		o := Options{Color: rapid.Bool().Draw(t, "color"), Full: rapid.Bool().Draw(t, "full"), Width: rapid.SampledFrom([]int{0, 40, 120}).Draw(t, "width"),
			People: PeopleMode(rapid.IntRange(0, 2).Draw(t, "people"))}
		if rapid.Bool().Draw(t, "library") {
			o.Library = lib
		}
		marked := secretValue(t, true)
		var b bytes.Buffer
		clock := func() time.Time { return time.Unix(0, 0) }
		events := NewEvents(&b, clock, o)
		events.Plan(plan, "plan", Cost{})
		events.Outputs([]NamedValue{{Name: "a", Value: marked}, {Name: "b", Value: cty.StringVal(secret), Sensitive: true}})
		progress := NewProgress(&b, plan, clock(), ProgressOptions{Options: o})
		report := &planner.Report{}
		for i := range plan.Steps {
			ev := planner.Event{Index: i, Step: &plan.Steps[i], Status: planner.Failed, Err: errors.New("refused"), Total: len(plan.Steps), Settled: i + 1}
			events.Step(ev)
			progress.Step(ev)
			report.Status, report.Errors = append(report.Status, planner.Failed), append(report.Errors, ev.Err)
		}
		err := errors.Join(events.Err(), progress.End(), Plan(&b, plan, o, Cost{}), PlanJSON(&b, plan, o, Cost{}), Report(&b, plan, report, o), Graph(&b, plan, o),
			StateShow(&b, person(1), "1", "acme", nil, map[string]cty.Value{"pin": cty.StringVal(secret), "x": marked}, []string{"pin"}, o),
			Outputs(&b, []NamedValue{{Name: "a", Value: marked}, {Name: "b", Value: cty.StringVal(secret), Sensitive: true}}, OutputText, o),
			Outputs(&b, []NamedValue{{Name: "a", Value: marked}, {Name: "b", Value: cty.StringVal(secret), Sensitive: true}}, OutputJSON, o),
			Output(&b, marked, OutputText))
		if err != nil {
			t.Fatal(err)
		}
		if Output(&b, marked, OutputRaw) == nil || Output(&b, marked, OutputJSON) == nil {
			t.Fatal("a sensitive output is written raw")
		}
		if i := strings.Index(b.String(), "hunter2"); i >= 0 {
			t.Fatalf("the secret is shown: %s", b.String()[max(0, i-200):min(b.Len(), i+50)])
		}
	})
}

// Nobody is named where people are not to be shown by name.
func TestNobodyIsNamed(t *testing.T) {
	lib := library()
	plan := realistic()
	plan.Warnings = append(plan.Warnings, planner.Warning{Summary: "The number of person.950@example.org differs", Detail: "stranger@example.net (id 3) has it too.", Address: person(950)})
	report := &planner.Report{}
	var list []planner.Event
	for i := range plan.Steps {
		e := planner.Event{Index: i, Step: &plan.Steps[i], Status: planner.Failed, Err: errors.New(`update user: HTTP 422: "` + plan.Steps[i].Label + `" is taken.`), Total: len(plan.Steps), Settled: i + 1}
		list = append(list, e)
		report.Status, report.Errors = append(report.Status, e.Status), append(report.Errors, e.Err)
	}
	for _, mode := range []PeopleMode{PeopleAddresses, PeopleCounts} {
		for _, full := range []bool{false, true} {
			for _, l := range []schema.Library{{}, lib} {
				o := Options{People: mode, Full: full, Library: l}
				var b bytes.Buffer
				events := NewEvents(&b, time.Now, o)
				events.Plan(plan, "plan", budget)
				progress := NewProgress(&b, plan, time.Unix(0, 0), ProgressOptions{Options: o})
				for _, e := range list {
					events.Step(e)
					progress.Step(e)
				}
				if err := errors.Join(events.Err(), progress.End(), Plan(&b, plan, o, budget), PlanJSON(&b, plan, o, Cost{}), Report(&b, plan, report, o), Graph(&b, plan, o)); err != nil {
					t.Fatal(err)
				}
				for _, bad := range []string{"@example", "Moreau"} {
					if i := strings.Index(b.String(), bad); i >= 0 {
						t.Errorf("mode %d, full %v: somebody is named: %s", mode, full, b.String()[max(0, i-200):min(b.Len(), i+50)])
					}
				}
				if i := strings.Index(b.String(), `staff["`); mode == PeopleCounts && i >= 0 {
					t.Errorf("full %v: an address is shown in counts: %s", full, b.String()[max(0, i-200):min(b.Len(), i+50)])
				}
				if i := strings.Index(b.String(), `staff[\"`); mode == PeopleCounts && i >= 0 {
					t.Errorf("full %v: an address is shown in counts: %s", full, b.String()[max(0, i-200):min(b.Len(), i+50)])
				}
			}
		}
	}
}
