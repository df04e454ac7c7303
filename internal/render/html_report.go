package render

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// report is what the page's template is filled with. All texts are as they may be
// shown; the template escapes them.
type report struct {
	Policy string
	Style  template.CSS
	Script template.JS
	// Title and Outcome say what the plan does, Lines what else there is to say of all of it.
	Title, Outcome string
	Lines          []string
	Refused        bool
	Refusals       []reportRefusal
	Warnings       []reportWarning
	Findings       []string
	Outputs        []reportOutput
	Drift          int // objects that changed outside
	Removals       int
	// Data is what the script draws; nil where there is nothing to draw.
	Data *reportData
	// Text is the plan as text.
	Text   string
	Footer []reportFact
	Apply  string
}

type reportRefusal struct {
	Summary, Place, Counted, Allow string
	Detail                         []string
}

type reportWarning struct {
	Summary, Address, Place string
	Detail                  []string
}

type reportOutput struct {
	Sign, Word, Name, Old, New string
}

type reportFact struct{ Name, Value string }

func newReport(plan *planner.Plan, o HTMLOptions) *report {
	f := newFace(&bytes.Buffer{}, plan, o.Options)
	names, whole := f.names, plan
	plan = f.plan
	r := &report{Refused: plan.Refused(), Drift: len(driftByObject(plan))}
	r.Lines, r.Outcome = reportLines(f, o.Cost)
	r.Title = "Plan: " + r.Outcome
	if r.Refused {
		r.Title = "Plan refused"
	}
	for i := range plan.Refusals {
		x := &plan.Refusals[i]
		r.Refusals = append(r.Refusals, reportRefusal{Summary: clean(names.discreet(x.Summary)), Place: place(x.File, x.Line), Counted: f.counted(x),
			Allow: clean(x.Allow), Detail: paragraphs(names.discreet(x.Detail))})
	}
	for i := range plan.Warnings {
		r.Warnings = append(r.Warnings, f.reportWarning(&plan.Warnings[i]))
	}
	r.Findings = f.reportFindings()
	for i := range plan.Outputs {
		r.Outputs = append(r.Outputs, f.reportOutput(&plan.Outputs[i]))
	}
	r.Data = f.reportData()
	r.Removals = r.Data.removals()
	var text bytes.Buffer
	_ = Plan(&text, whole, o.Options, o.Cost) // a buffer takes everything
	r.Text = text.String()
	r.foot(plan, o)
	return r
}

// reportLines are the lines that close the text: the one that counts the plan,
// and all others.
func reportLines(f *face, cost Cost) (others []string, outcome string) {
	outcome = f.emptyLine()
	switch {
	case f.plan.Empty():
	case f.plan.RefreshOnly:
		outcome = recordText(f.plan) + "; nothing is sent."
	default:
		outcome = f.closingText(cost)
	}
	var b bytes.Buffer
	closing := &face{printer: newPrinter(&b, f.Options), names: f.names, plan: f.plan}
	closing.closing(cost)
	_ = closing.Flush() // a buffer takes everything
	for _, l := range strings.Split(b.String(), "\n") {
		if l != "" && strings.TrimPrefix(l, "Plan: ") != outcome && !strings.HasPrefix(l, "Refused by ") {
			others = append(others, l)
		}
	}
	return others, capital(outcome)
}

// paragraphs are the lines of a text that have any.
func paragraphs(text string) []string {
	var list []string
	for _, l := range wrap(text, 0) {
		if l != "" {
			list = append(list, l)
		}
	}
	return list
}

func (f *face) reportWarning(w *planner.Warning) reportWarning {
	summary, detail := f.names.warned(w)
	x := reportWarning{Summary: clean(summary), Place: place(w.File, w.Line), Detail: paragraphs(detail)}
	if !w.Address.IsZero() && !(f.People == PeopleCounts && f.person(w.Address.Type)) {
		x.Address = clean(w.Address.String())
	}
	return x
}

// reportFindings says of each call of an earlier run what became of it, and of
// those that cannot be named how many.
func (f *face) reportFindings() []string {
	var list, order []string
	hidden := map[string]int{}
	for i := range f.plan.Findings {
		x := &f.plan.Findings[i]
		step := planner.Step{Address: x.Address, Label: x.Label, Class: x.Class, Action: x.Action}
		text := outcomeText(x, f.plan.Until)
		if f.People == PeopleCounts && f.names.shielded(&step) {
			if hidden[text] == 0 {
				order = append(order, text)
			}
			hidden[text]++
			continue
		}
		head := clean(x.Address.String())
		if label := f.names.label(&step); label != "" {
			head += " " + label
		}
		list = append(list, head+": "+text+".")
	}
	for _, text := range order {
		list = append(list, plural(hidden[text], "person", "people")+": "+text+".")
	}
	return list
}

func (f *face) reportOutput(o *planner.OutputChange) reportOutput {
	old, new := f.outputSides(o)
	x := reportOutput{Sign: "~", Word: "changed", Name: clean(o.Name), Old: f.shorten(old), New: f.shorten(new)}
	switch {
	case o.Removed:
		x.Sign, x.Word, x.New = "-", "removed", ""
	case old == "":
		x.Sign, x.Word = "+", "new"
	}
	return x
}

// foot says by what the plan is known.
func (r *report) foot(plan *planner.Plan, o HTMLOptions) {
	fact := func(name, value string) {
		if value != "" {
			r.Footer = append(r.Footer, reportFact{name, clean(value)})
		}
	}
	fact("Plan", plan.ID)
	if !plan.Made.IsZero() {
		fact("Read", moment(plan.Made))
	}
	fact("Configuration", o.Revision)
	if plan.Lineage != "" {
		fact("State", "version "+count(int(plan.Serial)))
	}
	fact("Espalier", strings.TrimSpace(o.Version+" "+o.Commit))
	switch o.People {
	case PeopleAddresses:
		fact("People", "are shown by address")
	case PeopleCounts:
		fact("People", "are counted, and not shown")
	}
	switch {
	case plan.Refused() || plan.Empty() || plan.RefreshOnly:
	case o.Apply != "":
		r.Apply = clean(o.Apply)
	case plan.ID != "":
		r.Apply = "espalier apply -plan-id " + clean(plan.ID)
	}
}
