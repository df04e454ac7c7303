package render

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// diagnosed are a plan and a report of steps that went wrong: twelve people alike,
// one whose file is not at hand, and a group that no line speaks of.
func diagnosed(t *testing.T) (*planner.Plan, *planner.Report) {
	t.Helper()
	_, files := mistakes(t)
	spot := hcl.Range{Filename: "people.org.hcl", Start: hcl.Pos{Line: 2, Column: 10, Byte: 41}, End: hcl.Pos{Line: 2, Column: 26, Byte: 57}}
	plan, r := &planner.Plan{}, &planner.Report{}
	add := func(step planner.Step, status planner.Status, err error) {
		plan.Steps = append(plan.Steps, step)
		r.Status, r.Errors = append(r.Status, status), append(r.Errors, err)
	}
	for i := range 12 {
		who := person(i).String()
		d := &Diagnosis{Summary: "This email is taken already", Subject: &spot, Source: files["people.org.hcl"], Err: errors.New("HTTP 422"),
			Detail: who + " is to have the email " + mail(i) + ". Write another.", Discreet: "This person is to have an email that is taken. Write another."}
		add(planner.Step{Address: person(i), Class: schema.ClassPerson, Action: planner.Create, Label: mail(i), File: "people.org.hcl", Line: 1},
			planner.Failed, &planner.CallError{Err: d})
	}
	place := &hcl.Range{Filename: "elsewhere.org.hcl", Start: hcl.Pos{Line: 7}, End: hcl.Pos{Line: 7}}
	add(planner.Step{Address: person(20), Class: schema.ClassPerson, Action: planner.Update, ID: "20", Label: mail(20)}, planner.Undecided,
		fmt.Errorf("%w. But no list shows it", &Diagnosis{Summary: "The server is in trouble", Detail: "It is not known whether " + person(20).String() + " was changed.", Discreet: "It is not known whether this person was changed.", Subject: place}))
	add(planner.Step{Address: at("acme_group.bergen"), Class: schema.ClassUnit, Action: planner.Delete, ID: "7", Label: "Bergen"}, planner.Failed,
		fmt.Errorf("it is not deleted, because it could not be read what it holds: %w", &Diagnosis{Summary: "The server refuses to read", Detail: "The group was not read.", Discreet: "The group was not read."}))
	add(planner.Step{Address: at("acme_group.oslo"), Class: schema.ClassUnit, Action: planner.Update, ID: "8", Label: "Oslo", Needs: []int{0}}, planner.Skipped, errors.New("it needs another"))
	r.Stopped = fmt.Errorf("10 calls in a row went wrong, the last one like this: %w", r.Errors[0])
	return plan, r
}

func TestTroubleIsTold(t *testing.T) {
	plan, r := diagnosed(t)
	draws := func(o Options) string {
		o.Library = library()
		return draw(t, func(b *bytes.Buffer) error { return Report(b, plan, r, o) })
	}
	golden(t, "trouble.txt", []byte(draws(Options{Width: 90})))
	golden(t, "trouble-counts.txt", []byte(draws(Options{Width: 90, People: PeopleCounts})))
	if n := strings.Count(draws(Options{Full: true}), "Error: This email is taken already\n"); n != 12 {
		t.Errorf("%d of 12 are told in full", n)
	}
}

// Programs get every diagnostic, and a person at the terminal what is wrong once
// for what is alike.
func TestTroubleAsItComes(t *testing.T) {
	plan, r := diagnosed(t)
	var events, talk bytes.Buffer
	o := Options{Library: library()}
	e := NewEvents(&events, func() time.Time { return time.Unix(0, 0) }, o)
	e.Plan(plan, "apply", Cost{})
	p := NewProgress(&talk, plan, time.Unix(0, 0), ProgressOptions{Options: o})
	for i := range plan.Steps {
		ev := planner.Event{Index: i, Step: &plan.Steps[i], Status: r.Status[i], Err: r.Errors[i], Settled: i + 1, Total: len(plan.Steps)}
		e.Step(ev)
		p.Step(ev)
	}
	if err := errors.Join(e.Err(), p.End()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(events.String(), `"range":{"end":{"byte":57,"column":26,"line":2},"filename":"people.org.hcl"`); n != 12 {
		t.Errorf("%d of 12 events have the range: %s", n, events.String())
	}
	if n := strings.Count(events.String(), `"snippet"`); n != 12 {
		t.Errorf("%d of 12 events have the line", n)
	}
	if n := strings.Count(talk.String(), "This email is taken already.\n"); n != mostAlike {
		t.Errorf("%d times what is wrong: %s", n, talk.String())
	}
	if n := strings.Count(talk.String(), "failed"); n != 13 {
		t.Errorf("%d lines of what failed, want 13: %s", n, talk.String())
	}
}

// No face that names nobody shows a line of source, an address of mail or, where
// people are counted, whose step it is.
func TestTroubleNamesNobody(t *testing.T) {
	plan, r := diagnosed(t)
	for _, mode := range []PeopleMode{PeopleAddresses, PeopleCounts} {
		o := Options{People: mode, Library: library()}
		var b bytes.Buffer
		e := NewEvents(&b, func() time.Time { return time.Unix(0, 0) }, o)
		e.Plan(plan, "apply", Cost{})
		p := NewProgress(&b, plan, time.Unix(0, 0), ProgressOptions{Options: o})
		for i := range plan.Steps {
			ev := planner.Event{Index: i, Step: &plan.Steps[i], Status: r.Status[i], Err: r.Errors[i], Settled: i + 1, Total: len(plan.Steps)}
			e.Step(ev)
			p.Step(ev)
		}
		e.Report(r)
		if err := errors.Join(e.Err(), p.End(), Report(&b, plan, r, o)); err != nil {
			t.Fatal(err)
		}
		bad := []string{"@example", "each.value"}
		if mode == PeopleCounts {
			bad = append(bad, `staff[`)
		}
		for _, text := range bad {
			if i := strings.Index(b.String(), text); i >= 0 {
				t.Errorf("mode %d: %q is shown: %s", mode, text, b.String()[max(0, i-200):min(b.Len(), i+50)])
			}
		}
	}
}
