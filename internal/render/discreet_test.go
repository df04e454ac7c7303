package render

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// namesSomebody finds what personValue draws, and personAddress addresses of people.
var (
	namesSomebody = regexp.MustCompile(`(?i)zq|988 00`)
	personAddress = regexp.MustCompile(`acme_user\.`)
)

// personValue draws a text that names a person.
func personValue(t *rapid.T) string {
	n := rapid.IntRange(100, 999).Draw(t, "number")
	return rapid.SampledFrom([]string{
		fmt.Sprintf("zqora.%d@example.org", n), fmt.Sprintf("+47 988 00 %d", n), fmt.Sprintf("ZQ77%d", n),
		fmt.Sprintf("Zqora Maria %d", n), fmt.Sprintf("Ezqu-%d", n), fmt.Sprintf("zqä%d", n),
	}).Draw(t, "value")
}

// peoplePlan draws a plan that is about people alone, and says something of each in
// every part that it has, with the errors of an apply.
func peoplePlan(t *rapid.T) (*planner.Plan, []error) {
	p := &planner.Plan{ID: "f00d", Targets: []string{}}
	var errs []error
	for i := range rapid.IntRange(1, 12).Draw(t, "people") {
		own := [3]string{personValue(t), personValue(t), personValue(t)}
		key := rapid.SampledFrom([]string{own[0], own[1], own[2], fmt.Sprintf("%d", i)}).Draw(t, "key")
		where := schema.Address{Type: "acme_user", Name: "p", Key: schema.InstanceKey{Kind: schema.StringKey, Text: key}}
		before := where
		before.Key.Text = own[1]
		told := fmt.Sprintf("%s is %s (%s), who has %s.", where, own[0], own[1], own[2])
		switch rapid.IntRange(0, 3).Draw(t, "part") {
		case 0:
			p.Drift = append(p.Drift, planner.Drift{Address: where, ID: "7", Label: own[0], Attr: "last_name", Before: cty.StringVal(own[1]), After: cty.StringVal(own[2])})
			continue
		case 1:
			p.Warnings = append(p.Warnings, planner.Warning{Summary: "It differs", Detail: told, Discreet: fmt.Sprintf("%s is somebody.", where), Address: where})
			p.Targets = append(p.Targets, where.String())
			continue
		case 2:
			p.Findings = append(p.Findings, planner.Finding{Address: where, Class: schema.ClassPerson, Label: own[0], Action: planner.Create, Now: before})
			continue
		}
		ref := schema.Template{Pending: &schema.Pending{Ref: &schema.Ref{Address: where, Attr: "id"}}}
		step := planner.Step{Address: where, From: before, Class: schema.ClassPerson, Label: own[0], Provider: "acme",
			Action: rapid.SampledFrom([]planner.Action{planner.Create, planner.Update, planner.Delete, planner.Readdress, planner.Adopt}).Draw(t, "action"),
			Before: map[string]cty.Value{"email": cty.StringVal(own[0]), "employee_number": cty.StringVal(own[1])},
			Kept:   map[string]cty.Value{"last_name": cty.StringVal(own[2])},
			Changes: []planner.Change{{Attr: "last_name", Before: cty.StringVal(own[2]), After: schema.Known(cty.StringVal(own[1]))},
				{Attr: "leads", Refers: "user", Added: []planner.Element{{ID: "7", Label: own[0], Address: where}}, After: ref}}}
		p.Refusals = append(p.Refusals, planner.Refusal{Guard: "prevent_destroy", Summary: where.String() + " must not be destroyed", Detail: told, Count: 1, Base: 1, Names: []string{own[0], where.String()}})
		p.Outputs = append(p.Outputs, planner.OutputChange{Name: fmt.Sprintf("o%d", i), Before: cty.StringVal(own[0]), After: rapid.SampledFrom([]schema.Template{ref, schema.Known(cty.StringVal(own[1]))}).Draw(t, "output")})
		p.Steps = append(p.Steps, step)
		errs = append(errs, rapid.SampledFrom([]error{
			&planner.ChangedError{Changes: []planner.ChangedAttribute{{Attr: "last_name", Before: fmt.Sprintf("%q", own[1]), Now: `"Somebody Zqelse"`}}},
			fmt.Errorf("it needs the create of %s first", where),
			&Diagnosis{Summary: "It was refused", Detail: told, Discreet: "This person was refused."},
			fmt.Errorf("HTTP 422: %s has %q already, and %s", own[0], own[2], own[1]),
		}).Draw(t, "error"))
	}
	summarise(p)
	return p, errs
}

// everyFace writes everything that is said of a plan and of its apply.
func everyFace(b *bytes.Buffer, plan *planner.Plan, errs []error, o Options) error {
	clock := func() time.Time { return time.Unix(0, 0) }
	events := NewEvents(b, clock, o)
	events.Plan(plan, "plan", Cost{})
	outputs := []NamedValue{{Name: "a", Value: cty.StringVal("Zqora")}, {Name: "b", Value: cty.TupleVal([]cty.Value{cty.StringVal("zq@example.org")})}}
	events.Outputs(outputs)
	progress := NewProgress(b, plan, clock(), ProgressOptions{Options: o})
	report := &planner.Report{}
	for i := range plan.Steps {
		status := planner.Failed
		if planner.AsChanged(errs[i]) != nil {
			status = planner.Conflicted
		}
		for _, s := range []planner.Status{planner.Running, status} {
			ev := planner.Event{Index: i, Step: &plan.Steps[i], Status: s, Err: errs[i], Total: len(plan.Steps), Settled: i + 1}
			events.Step(ev)
			progress.Step(ev)
		}
		report.Status, report.Errors = append(report.Status, status), append(report.Errors, errs[i])
	}
	events.Report(report)
	return errors.Join(events.Err(), progress.End(), Plan(b, plan, o, Cost{}), PlanJSON(b, plan, o, Cost{}), Report(b, plan, report, o), Graph(b, plan, o),
		ReportAnnotations(b, plan, report, o, ""), ReportMarkdown(b, plan, report, o), PlanAnnotations(b, plan, o, ""), PlanSVG(b, plan, o),
		Markdown(b, plan, MarkdownOptions{Options: o}), HTML(b, plan, HTMLOptions{Options: o}), Outputs(b, outputs, OutputText, o))
}

// TestPeopleAreShielded: whatever a plan says of people, no face names one of them
// where they are shown by address, and none has an address of one where they are counted.
func TestPeopleAreShielded(t *testing.T) {
	lib := library()
	rapid.Check(t, func(t *rapid.T) {
		plan, errs := peoplePlan(t)
		whole := fmt.Sprint(plan.Steps)
		o := Options{Full: rapid.Bool().Draw(t, "full"), People: rapid.SampledFrom([]PeopleMode{PeopleAddresses, PeopleCounts}).Draw(t, "mode"), Library: lib}
		var b bytes.Buffer
		if err := everyFace(&b, plan, errs, o); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if at := namesSomebody.FindStringIndex(line); at != nil {
				t.Fatalf("mode %d: somebody is named: %s", o.People, line[max(0, at[0]-200):min(len(line), at[1]+50)])
			}
			if at := personAddress.FindStringIndex(line); at != nil && o.People == PeopleCounts {
				t.Fatalf("an address is shown in counts: %s", line[max(0, at[0]-200):min(len(line), at[1]+50)])
			}
		}
		if diff := cmp.Diff(whole, fmt.Sprint(plan.Steps)); diff != "" {
			t.Fatalf("showing the plan has changed it: %s", diff)
		}
	})
}

// TestKeysOfPeople: which keys are shown, and that the others are one and the same
// digest all over a plan.
func TestKeysOfPeople(t *testing.T) {
	for key, shown := range map[string]bool{
		"17": true, "p-17": true, "north": true, "7": true,
		"ada@example.org": false, "Ada": false, "ada": false, "lovelace": false, "ada.lovelace": false, "Ada Lovelace": false,
		"EN7700": false, "en-7700": false, "+47 988 00 001": false, "staff-lovelace": false,
	} {
		where := at("acme_user.p")
		where.Key = schema.InstanceKey{Kind: schema.StringKey, Text: key}
		plan := &planner.Plan{Steps: []planner.Step{{Address: where, Class: schema.ClassPerson, Label: "ada.lovelace@example.org", Action: planner.Update, Kept: map[string]cty.Value{
			"first_name": cty.StringVal("Ada"), "last_name": cty.StringVal("Lovelace"), "employee_number": cty.StringVal("EN7700"), "phone_number": cty.StringVal("+4798800001"),
		}}}, Warnings: []planner.Warning{{Summary: "W", Address: where}}}
		n := newNames(plan, Options{People: PeopleAddresses, Library: library()})
		got := n.plan.Steps[0].Address
		if (got == where) != shown || !shown && !digestText.MatchString(got.Key.Text) {
			t.Errorf("the key %q is shown as %s", key, got)
		}
		if n.plan.Warnings[0].Address != got || n.discreet("See "+where.String()+".") != "See "+got.String()+"." || n.address(got) != got {
			t.Errorf("the key %q is shown in several ways", key)
		}
	}
}

// TestDiscreetTexts: names go, and the words around them stay.
func TestDiscreetTexts(t *testing.T) {
	plan := &planner.Plan{Steps: []planner.Step{{Address: person(17), Class: schema.ClassPerson, Label: "ann@example.org", Action: planner.Update, Kept: map[string]cty.Value{
		"first_name": cty.StringVal("Ann"), "last_name": cty.StringVal("Van der Ash"), "phone_number": cty.StringVal("+47 988 00 001"), "role": cty.StringVal("admin"),
	}}}}
	for text, want := range map[string]string{
		"Annotations of Ann, and of ann.":        "Annotations of (not shown), and of (not shown).",
		"\"Van der Ash\" is van der Ash's name":  "\"(not shown)\" is (not shown)'s name",
		"ANN@example.org has \"+47 988 00 001\"": `acme_user.staff["17"] has "(not shown)"`,
		"call +1 (555) 010-9999 now":             "call (not shown) now",
		"The admin x@example.net is left.":       "The admin (a person) is left.",
		"main.org.hcl:3 and acme_group.oslo":     "main.org.hcl:3 and acme_group.oslo",
		"17 people are in 3 groups":              "17 people are in 3 groups",
	} {
		if diff := cmp.Diff(want, newNames(plan, Options{People: PeopleAddresses, Library: library()}).discreet(text)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
}

// TestDiscreetDiagnostics: a diagnostic is told in the words that name nobody, and without
// a line of source or a value that is at hand.
func TestDiscreetDiagnostics(t *testing.T) {
	source := &hcl.File{Bytes: []byte(`email = "zq@example.org"`)}
	at := hcl.Range{Filename: "a.org.hcl", Start: hcl.Pos{Line: 1, Column: 1}, End: hcl.Pos{Line: 1, Column: 25, Byte: 24}}
	diags := hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "Duplicate phone", Detail: `acme_user.p["zqora"] has "+47 988 00 001".`, Subject: &at, Extra: schema.Discreet{Detail: `acme_user.p["zqora"] has one.`}},
		{Severity: hcl.DiagError, Summary: "Wrong type", Detail: `"role" must be a number, and this is the text "Zqora". Say so with "espalier import".`, Subject: &at},
	}
	for _, mode := range []PeopleMode{PeopleAddresses, PeopleCounts} {
		o, files := Options{People: mode, Library: library()}, map[string]*hcl.File{"a.org.hcl": source}
		var b bytes.Buffer
		events := NewEvents(&b, time.Now, o)
		events.Diagnostics(diags, files)
		if err := errors.Join(events.Err(), Diagnostics(&b, diags, files, o), Annotations(&b, diags, o, "")); err != nil {
			t.Fatal(err)
		}
		if found := namesSomebody.FindString(b.String()); found != "" || mode == PeopleCounts && personAddress.MatchString(b.String()) {
			t.Errorf("mode %d: %q is shown:\n%s", mode, found, b.String())
		}
		for _, want := range []string{"a.org.hcl:1", "has one.", "espalier import", `"role" must be`} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("mode %d: no %q in\n%s", mode, want, b.String())
			}
		}
	}
}
