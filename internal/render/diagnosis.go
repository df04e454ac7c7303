package render

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/planner"
)

// Diagnosis is the error of a step with all that a person needs to put it right.
// Faces tell such an error as a diagnostic, under the line that caused it.
type Diagnosis struct {
	// Summary says in a few words what is wrong. It names nobody, and is the same
	// for steps that fail alike. It has no full stop.
	Summary string
	// Detail says what is wrong with this object and what to do, in sentences.
	// Discreet says the same without naming a person, for faces that show none.
	Detail, Discreet string
	// Subject is where the configuration says what caused it, nil if it does so
	// nowhere. One without a column is the place alone.
	Subject *hcl.Range
	// Source is the file that Subject is in; nil names the place alone.
	Source *hcl.File
	// Err is the error itself.
	Err error
}

// Error says it in one line, as a part of a sentence.
func (d *Diagnosis) Error() string { return inOneLine(d.Summary, d.Detail) }

// Unwrap returns the error itself.
func (d *Diagnosis) Unwrap() error { return d.Err }

func inOneLine(summary, detail string) string {
	if detail == "" {
		return summary
	}
	return summary + ". " + strings.TrimSuffix(strings.Join(strings.Fields(detail), " "), ".")
}

// trouble is how a step went wrong, as one face may show it.
type trouble struct {
	summary, detail string
	subject         *hcl.Range
	source          *hcl.File
}

// trouble gathers what is to be said of a step that went wrong.
func (n *names) trouble(step *planner.Step, status planner.Status, err error) trouble {
	t := trouble{summary: n.outcome(step, status)}
	unrecorded := isUnrecorded(status, err)
	if unrecorded {
		one, _ := n.nouns(step.Address.Type, step.Class)
		t.summary = "The " + one + " was " + done(step) + ", but that could not be recorded"
	}
	if step.File != "" {
		at := hcl.Pos{Line: step.Line}
		t.subject = &hcl.Range{Filename: step.File, Start: at, End: at}
	}
	var d *Diagnosis
	switch {
	case err == nil:
	case errors.As(err, &d):
		t.summary, t.detail = n.discreet(d.Summary), n.detail(step, d)
		if status != planner.Conflicted { // which it says itself
			t.detail = around(err, d, t.detail)
		}
		if d.Subject != nil {
			t.subject, t.source = d.Subject, d.Source
		}
	case status == planner.Conflicted: // it may begin with the name of an attribute
		t.detail = stopped(n.errorWords(step, err))
	default:
		t.detail = stopped(capitalSentence(n.errorWords(step, err)))
	}
	if unrecorded {
		t.detail += " The next run finds it as it is now."
	}
	t.detail = n.discreet(t.detail)
	if n.People != PeopleNames && n.shielded(step) {
		t.source = nil // the lines may name somebody
	}
	return t
}

// isUnrecorded reports whether a step has done what it was to do, and failed only because
// there is no record of that.
func isUnrecorded(status planner.Status, err error) bool {
	var e *planner.RecordError
	return status == planner.Failed && errors.As(err, &e) && e.Done
}

// errorText is an error in one line, as it may be shown. step is nil for one of
// the whole run.
func (n *names) errorText(step *planner.Step, err error) string {
	var d *Diagnosis
	if !errors.As(err, &d) {
		return n.errorWords(step, err)
	}
	said := inOneLine(d.Summary, n.detail(step, d))
	if step == nil {
		said = d.Summary // the step has said the rest
	}
	before, after, _ := strings.Cut(err.Error(), d.Error())
	var c *planner.CallError
	if errors.As(err, &c) && c.Verdict == planner.Gone {
		before = "" // the diagnosis says that it is gone
	}
	return n.discreet(before + said + after)
}

func (n *names) detail(step *planner.Step, d *Diagnosis) string {
	if n.People != PeopleNames && (step == nil || n.shielded(step)) {
		return d.Discreet
	}
	return d.Detail
}

// around adds to the detail of a diagnosis what was said about it on its way up.
func around(err error, d *Diagnosis, detail string) string {
	before, after, ok := strings.Cut(err.Error(), d.Error())
	if !ok {
		return detail
	}
	if before = strings.TrimRight(before, ": \n"); before != "" {
		detail = capitalSentence(before) + ". " + detail
	}
	if after = strings.TrimLeft(after, ". \n"); after != "" {
		detail += " " + stopped(capitalSentence(after))
	}
	return detail
}

// stopped ends a sentence.
func stopped(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".?!") {
		return text
	}
	return text + "."
}

// capitalSentence begins a sentence, unless it begins with a name from the
// configuration, which stays as it is.
func capitalSentence(text string) string {
	if first, _, _ := strings.Cut(text, " "); strings.ContainsAny(first, `./\_"`) {
		return text
	}
	return capital(text)
}

// outcome says in a few words how a step ended of which no more is known.
func (n *names) outcome(step *planner.Step, status planner.Status) string {
	one, _ := n.nouns(step.Address.Type, step.Class)
	switch status {
	case planner.Undecided:
		return "It cannot be told yet whether the " + one + " was " + done(step)
	case planner.Conflicted:
		return "The " + one + " is no longer as planned"
	}
	return "The " + one + " could not be " + done(step)
}
