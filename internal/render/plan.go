package render

import (
	"io"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// face is the text plan being written.
type face struct {
	*printer
	names *names
	plan  *planner.Plan
	// folded says that something is left out which o.Full would show.
	folded bool
}

// newFace is a face of the plan as it is shown.
func newFace(w io.Writer, plan *planner.Plan, o Options) *face {
	n := newNames(plan, o)
	return &face{printer: newPrinter(w, o), names: n, plan: n.plan}
}

// Plan writes the plan as people read it: warnings, what an earlier run left
// open, what changed outside of the configuration, removals, then what else would
// be done by kind of object, the branches of the tree that change, outputs,
// refusals, and one closing line that counts all of it. Steps that are alike are
// folded unless o.Full. Every sign of a step stands at column one, and nothing
// else does but titles and the closing lines.
func Plan(w io.Writer, plan *planner.Plan, o Options, cost Cost) error {
	f := newFace(w, plan, o)
	f.warnings()
	f.findings()
	f.drift()
	f.steps()
	f.planTree()
	f.outputs()
	f.refusals()
	f.closing(cost)
	return f.Flush()
}

// steps draws all steps, removals first, then by kind of object.
func (f *face) steps() {
	keys, members := sections(f.plan)
	titles := f.titles(keys, members)
	for i, k := range keys {
		paint := f.paint.bold
		if k.rank == 0 {
			paint = f.paint.alarm
		}
		f.section(paint(titles[i]))
		for _, b := range f.names.fold(members[k]) {
			f.block(b)
		}
	}
}

// titles are those of the sections. Where those of two vendors have the same word for
// their objects, the vendor stands beside it.
func (f *face) titles(keys []sectionKey, members map[sectionKey][]int) []string {
	list, count := make([]string, len(keys)), map[string]int{}
	for i, k := range keys {
		list[i] = "Removals"
		if k.rank > 0 {
			first := &f.plan.Steps[members[k][0]]
			_, many := f.nouns(first.Address.Type, first.Class)
			list[i] = capital(many)
		}
		count[list[i]]++
	}
	for i, k := range keys {
		if t := f.Library.Resources[k.typ]; count[list[i]] > 1 && t != nil {
			list[i] += " (" + clean(t.Provider) + ")"
		}
	}
	return list
}

// block draws one step, or several in a few lines.
func (f *face) block(b block) {
	first := &f.plan.Steps[b.steps[0]]
	quiet := f.People == PeopleCounts && f.names.shielded(first)
	if len(b.steps) == 1 && !quiet {
		f.step(first)
		return
	}
	one, many := f.nouns(first.Address.Type, first.Class)
	head := []string{f.sign(first), " ", f.paint.bold(plural(len(b.steps), one, many))}
	var parts []part
	if b.alike {
		parts = f.names.parts(first)
	}
	inline := ""
	if len(parts) > 0 {
		if inline = f.oneLine(parts); inline != "" {
			head = append(head, ": ", inline)
		}
	} else if b.alike && first.Action == planner.Adopt {
		head = append(head, ": nothing changes")
	} else if !b.alike && changesOnly(first) {
		head = append(head, ": ", strings.Join(attributes(first), ", "), f.paint.dim(" (values differ)"))
	}
	if note := f.blockNote(first); note != "" {
		head = append(head, "  ", f.paint.dim("("+note+")"))
	}
	if at := f.commonPlace(b); at != "" {
		head = append(head, "  ", f.paint.dim(at))
	}
	f.line(head...)
	if inline == "" {
		f.parts(parts)
	}
	f.tally(b)
	if !quiet {
		f.folded = true
		f.examples(b)
	}
}

// oneLine is what alike steps change in one line, or empty if that is too long.
func (f *face) oneLine(parts []part) string {
	room := 96
	if f.Width > 0 {
		room = f.Width - 24
	}
	var items []string
	used := 0
	for i := range parts {
		x := &parts[i]
		text := x.short()
		used += width(text) + 2
		if text == "" || used > room {
			return ""
		}
		switch x.kind {
		case partGain:
			text = f.paint.green(text)
		case partLoss:
			text = f.paint.red(text)
		case partChange:
			text = x.attr + " " + f.between(x)
		}
		items = append(items, text)
	}
	return strings.Join(items, ", ")
}

func (f *face) blockNote(step *planner.Step) string {
	from, live := step.From, step.ID
	bare := *step
	bare.From = from.Resource()
	if step.Action == planner.Adopt && live != "" {
		bare.ID = ""
	}
	return f.stepNote(&bare)
}

// commonPlace is where the steps of a block are written, if that is one place.
func (f *face) commonPlace(b block) string {
	first := &f.plan.Steps[b.steps[0]]
	for _, i := range b.steps[1:] {
		if step := &f.plan.Steps[i]; step.File != first.File || step.Line != first.Line {
			return ""
		}
	}
	return place(first.File, first.Line)
}

// examples names the first of a folded block: a few where they are alike, with
// their values where these differ, more where they are removed.
func (f *face) examples(b block) {
	first := &f.plan.Steps[b.steps[0]]
	shown := 3
	if removes(first) || first.Passage != nil {
		shown = 10
	}
	if first.Passage != nil || !b.alike && !removes(first) {
		for _, i := range b.steps[:min(shown, len(b.steps))] {
			f.example(&f.plan.Steps[i])
		}
		f.line(indent, f.paint.dim("... and "+count(len(b.steps)-shown)+" more"))
		return
	}
	var list []string
	for _, i := range b.steps[:min(shown, len(b.steps))] {
		list = append(list, f.names.short(&f.plan.Steps[i]))
	}
	text := some(list, len(b.steps))
	for _, l := range wrap(text, f.Width-len(indent)) {
		f.line(indent, f.paint.dim(l))
	}
}

// example draws a step of a folded block in one line.
func (f *face) example(step *planner.Step) {
	address := clean(step.Address.String())
	label := f.names.label(step)
	switch {
	case step.Passage != nil:
		f.line(indent, f.passage(step))
		return
	case label == "" && !changesOnly(step):
		f.line(indent, address)
		return
	case !changesOnly(step):
		f.line(indent, label, "  ", f.paint.dim(address))
		return
	case label == "":
		label = address
	}
	var items []string
	for _, x := range f.names.parts(step) {
		if text := x.short(); text != "" {
			items = append(items, text)
		} else {
			items = append(items, x.attr+" …")
		}
	}
	text := label + "  " + strings.Join(items, ", ")
	if f.Width > 0 {
		text = cut(text, f.Width-len(indent))
	}
	f.line(indent, text)
}
