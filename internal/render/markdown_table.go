package render

import (
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// The table of a comment has at most mostRows rows, a cell at most mostItems lines,
// and each of these at most mostCell bytes of a value.
const (
	mostRows  = 50
	mostItems = 6
	mostCell  = 120
)

// tableRow is one step, or several that are alike.
type tableRow struct {
	sign, what string
	from, to   []string
	at         string
}

// table lists what changes, without the removals. What is alike is one row.
func (m *comment) table() string {
	o := m.Options
	f := &face{printer: newPrinter(nil, o), names: m.names, plan: m.plan}
	var rows []tableRow
	more, moreSteps := 0, 0
	keys, members := sections(m.plan)
	for _, k := range keys {
		if k.rank == 0 {
			continue
		}
		for _, b := range m.names.fold(members[k]) {
			if len(rows) == mostRows {
				more, moreSteps = more+1, moreSteps+len(b.steps)
				continue
			}
			rows = append(rows, m.row(f, b))
		}
	}
	for i := range m.plan.Outputs {
		if len(rows) == mostRows {
			more, moreSteps = more+1, moreSteps+1
			continue
		}
		rows = append(rows, m.outputRow(f, &m.plan.Outputs[i]))
	}
	if len(rows) == 0 {
		return ""
	}
	var t strings.Builder
	t.WriteString("#### Changes\n\n| | What | From | To | Where |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		t.WriteString("| " + strings.Join([]string{cellSpan(r.sign), r.what, cellLines(r.from), cellLines(r.to), cellSpan(r.at)}, " | ") + " |\n")
	}
	if more > 0 {
		t.WriteString("\n" + plural(more, "row", "rows") + " more, of " + plural(moreSteps, "change", "changes") + ", in the list of all changes.\n")
	}
	return t.String() + "\n"
}

// cellLines joins the lines of a cell, the first of them.
func cellLines(items []string) string {
	if more := len(items) - mostItems; more > 0 {
		items = append(items[:mostItems:mostItems], "and "+count(more)+" more")
	}
	return strings.Join(items, "<br>")
}

// row is the row of a block.
func (m *comment) row(f *face, b block) tableRow {
	first := &m.plan.Steps[b.steps[0]]
	one, many := m.nouns(first.Address.Type, first.Class)
	r := tableRow{sign: first.Action.Sign(), what: plural(len(b.steps), one, many), at: f.commonPlace(b)}
	if len(b.steps) == 1 && !(m.People == PeopleCounts && m.names.shielded(first)) {
		r.what = one + " " + cellSpan(clip(m.names.short(first), mostCell))
	}
	if g := first.Passage; g != nil && len(b.steps) == 1 {
		r.from, r.to = []string{value(f.way(g.From))}, []string{value(f.way(g.To))}
		if along := f.along(first); along != "" {
			r.to = append(r.to, along)
		}
	}
	switch {
	case len(b.steps) > 1 && !b.alike && changesOnly(first):
		r.addDiffering(m.names, b)
	case len(b.steps) > 1 && first.Action == planner.Create:
		r.to = append(r.to, most(m.arrivals(b), partGain)...)
	case len(b.steps) == 1 || b.alike:
		parts := m.names.parts(first)
		if first.Passage != nil {
			parts = f.withoutParent(first, parts)
		}
		r.addParts(first, parts)
	}
	return m.addStanding(r, first, len(b.steps) > 1 || m.names.shielded(first) && m.People == PeopleCounts)
}

func value(s string) string { return cellSpan(clip(s, mostCell)) }

// mostNamed is how many gains, and how many losses, the row of several steps counts.
const mostNamed = 4

// addDiffering says of steps that change the same attributes to different values who
// comes into and goes out of what, and which other attributes change.
func (r *tableRow) addDiffering(n *names, b block) {
	counts := n.memberCounts(b)
	r.from, r.to = append(r.from, most(counts, partLoss)...), append(r.to, most(counts, partGain)...)
	var plain []string
	first := &n.plan.Steps[b.steps[0]]
	for i := range first.Changes {
		if c := &first.Changes[i]; len(c.Added)+len(c.Removed) == 0 {
			plain = append(plain, cellSpan(c.Attr))
		}
	}
	if len(plain) > 0 {
		r.to = append(r.to, strings.Join(plain, ", ")+": values differ")
	}
}

// arrivals counts what those who are made come into.
func (m *comment) arrivals(b block) map[memberPart]int {
	counts := map[memberPart]int{}
	for _, i := range b.steps {
		for c := range m.plan.Steps[i].Changes {
			change := &m.plan.Steps[i].Changes[c]
			for _, e := range change.Added {
				counts[memberPart{partGain, clean(change.Attr), m.names.element(e, change.Refers)}]++
			}
		}
	}
	return counts
}

// most are the most frequent of the gains or of the losses.
func most(counts map[memberPart]int, kind partKind) []string {
	list := byCount(counts, kind)
	var items []string
	for _, x := range list[:min(mostNamed, len(list))] {
		items = append(items, cellSpan(x.attr)+" "+value(x.name)+" ("+count(counts[x])+")")
	}
	if more := len(list) - mostNamed; more > 0 {
		items = append(items, "and "+count(more)+" more")
	}
	return items
}

// addParts puts both sides of each part into their cells. The name of what is new is
// what the row is about already.
func (r *tableRow) addParts(step *planner.Step, parts []part) {
	for i := range parts {
		x := &parts[i]
		attr := cellSpan(x.attr) + " "
		switch x.kind {
		case partGain:
			r.to = append(r.to, attr+value(x.new))
		case partLoss:
			r.from = append(r.from, attr+value(x.old))
		case partText:
			r.to = append(r.to, attr+"changes inside")
		default:
			if step.Action == planner.Create && x.new == quote(step.Label) {
				continue
			}
			if x.old != "" {
				r.from = append(r.from, attr+value(x.old))
			}
			r.to = append(r.to, attr+value(x.new))
		}
	}
}

// addStanding says what a step does beside its changes; of several, or where it must
// not tell people apart, without the keys of its addresses.
func (m *comment) addStanding(r tableRow, step *planner.Step, several bool) tableRow {
	from, to := step.From, step.Address
	if several {
		from, to = from.Resource(), to.Resource()
	}
	switch {
	case !step.From.IsZero() && m.names.counted(step):
		r.to = append(r.to, "another address")
	case !step.From.IsZero():
		r.from, r.to = append(r.from, "address "+value(clean(from.String()))), append(r.to, "address "+value(clean(to.String())))
	case step.Action == planner.Adopt && len(r.to) == 0:
		r.to = append(r.to, "adopted as it is")
	case step.Action == planner.Forget:
		r.to = append(r.to, "no longer managed, left as it is")
	}
	return r
}

func (m *comment) outputRow(f *face, o *planner.OutputChange) tableRow {
	old, new := f.outputSides(o)
	r := tableRow{sign: planner.Update.Sign(), what: "output " + value(clean(o.Name)), from: []string{value(old)}, to: []string{value(new)}}
	switch {
	case o.Removed:
		r.sign, r.to = planner.Delete.Sign(), nil
	case old == "":
		r.sign = planner.Create.Sign()
	}
	return r
}
