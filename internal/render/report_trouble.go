package render

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/planner"
)

// How many steps of one section that went wrong are told in full: of those that
// did so alike, and in all.
const (
	mostAlike    = 5
	mostFailures = 50
)

// alike is what steps that went wrong in the same way have in common: what is
// wrong, and the line that caused it.
type alike struct {
	summary, file string
	line          int
}

// group tells of the steps that ended in one way.
func (f *reportFace) group(s planner.Status, title string) {
	var list []int
	for i := range f.plan.Steps {
		if status(f.report, i) == s {
			list = append(list, i)
		}
	}
	if len(list) == 0 {
		return
	}
	slices.SortStableFunc(list, func(a, b int) int { return f.plan.Steps[a].Address.Compare(f.plan.Steps[b].Address) })
	f.section(title)
	told := 0
	for _, same := range f.sorts(s, list) {
		shown, most := same, mostAlike
		if f.People == PeopleCounts && f.names.shielded(&f.plan.Steps[same[0]]) {
			most = 1 // the others say the same of nobody in particular
		}
		if len(same) > most+1 && !f.Full { // one more takes no more room than its count
			shown = same[:most]
		}
		if told >= mostFailures && !f.Full {
			shown = nil
		}
		for _, i := range shown {
			f.tell(i, s)
		}
		told += len(shown)
		if rest := same[len(shown):]; len(rest) > 0 {
			f.more(rest, len(shown) > 0)
		}
	}
}

// sorts parts steps by how they went wrong, in the order in which each sort is
// first met.
func (f *reportFace) sorts(s planner.Status, list []int) [][]int {
	at := map[alike]int{}
	var out [][]int
	for _, i := range list {
		t := f.names.trouble(&f.plan.Steps[i], s, f.err(i))
		key := alike{summary: t.summary}
		if t.subject != nil {
			key.file, key.line = t.subject.Filename, t.subject.Start.Line
		}
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], i)
	}
	return out
}

func (f *reportFace) err(i int) error {
	if i < len(f.report.Errors) {
		return f.report.Errors[i]
	}
	return nil
}

// tell tells of one step that was not done.
func (f *reportFace) tell(i int, s planner.Status) {
	step := &f.plan.Steps[i]
	t := f.names.trouble(step, s, f.err(i))
	hue, word := f.paint.alarm, "Error"
	switch s {
	case planner.Undecided:
		hue, word = f.paint.yellow, "Undecided"
	case planner.Conflicted:
		hue, word = f.paint.yellow, "Conflict"
	}
	bar := f.open(hue, word, t.summary)
	f.line(bar)
	f.line(bar, "  ", f.sign(step), " ", f.who(step))
	if t.subject != nil {
		f.snippet(bar, hue, &hcl.Diagnostic{Subject: t.subject}, t.source)
	}
	if t.detail != "" {
		f.line(bar)
		f.boxed(bar, t.detail)
	}
	if skipped := f.because[i]; len(skipped) > 0 {
		f.line(bar)
		f.boxed(bar, f.skippedText(skipped, "it"))
	}
	f.line(hue("╵"))
}

// who names the object of a step as far as it may be named.
func (f *reportFace) who(step *planner.Step) string {
	if f.People == PeopleCounts && f.names.shielded(step) {
		return "1 person"
	}
	text := f.paint.bold(clean(step.Address.String()))
	if label := f.names.label(step); label != "" {
		text += "  " + label
	}
	return text
}

// more counts the steps of one sort that are not told in full; like says that
// others of the sort were.
func (f *reportFace) more(rest []int, like bool) {
	var skipped []int
	var list []string
	for _, i := range rest {
		skipped = append(skipped, f.because[i]...)
		if step := &f.plan.Steps[i]; len(list) < mostAlike && (f.People != PeopleCounts || !f.names.shielded(step)) {
			list = append(list, clean(step.Address.String()))
		}
	}
	text := "... and " + count(len(rest)) + " more"
	if like {
		text += " like it"
	}
	if len(list) > 0 {
		text += ": " + some(list, len(rest))
	}
	f.paragraph("", text+".")
	if len(skipped) > 0 {
		f.paragraph("", f.skippedText(skipped, "them")+".")
	}
}

// skippedText says what was not tried because of steps that went wrong.
func (f *reportFace) skippedText(skipped []int, of string) string {
	var list []string
	for _, j := range skipped[:min(5, len(skipped))] {
		if other := &f.plan.Steps[j]; f.People != PeopleCounts || !f.names.shielded(other) {
			list = append(list, f.names.short(other))
		}
	}
	text := "Not tried because of " + of + ": " + plural(len(skipped), "step", "steps")
	if len(list) > 0 {
		text += ": " + some(list, len(skipped))
	}
	return strings.TrimSuffix(text, ".")
}
