package render

import (
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// partKinds are the kinds of parts as the page's script knows them.
var partKinds = [...]string{partSet: "set", partChange: "change", partGain: "gain", partLoss: "loss", partText: "text"}

func (f *face) reportParts(parts []part) []reportPart {
	var list []reportPart
	for i := range parts {
		p := &parts[i]
		x := reportPart{Kind: partKinds[p.kind], Attr: p.attr, Note: p.note}
		switch {
		case p.kind != partText:
			x.Old, x.New = f.shorten(p.old), f.shorten(p.new)
		case strings.Contains(spanText(p.text), "\n"):
			x.Kind, x.Spans = "lines", reportLinesOf(p.text)
		default:
			x.Spans = f.reportSpans(p.text)
		}
		list = append(list, x)
	}
	return list
}

func spanSign(op diffmatchpatch.Operation) string {
	switch op {
	case diffmatchpatch.DiffInsert:
		return "+"
	case diffmatchpatch.DiffDelete:
		return "-"
	}
	return ""
}

// reportSpans are the differences inside one line.
func (f *face) reportSpans(spans []span) [][2]string {
	var list [][2]string
	for i, s := range spans {
		text := clean(s.text)
		if s.op == diffmatchpatch.DiffEqual {
			text = f.stretch(text, i == 0, i == len(spans)-1)
		}
		list = append(list, [2]string{spanSign(s.op), text})
	}
	return list
}

// reportLinesOf are the lines around the differences of a text.
func reportLinesOf(spans []span) [][2]string {
	var list [][2]string
	end := 0
	left := func(n int) {
		if n > 0 {
			list = append(list, [2]string{"…", plural(n, "line", "lines") + " unchanged"})
		}
	}
	for _, h := range hunks(spans, 2) {
		left(h.from - end)
		for _, s := range spans[h.from:h.to] {
			list = append(list, [2]string{spanSign(s.op), cleanLine(strings.TrimSuffix(s.text, "\n"))})
		}
		end = h.to
	}
	left(len(spans) - end)
	return list
}

// reportDrift adds what changed outside of the configuration.
func (f *face) reportDrift(d *reportData) {
	hidden := 0
	for _, object := range driftByObject(f.plan) {
		first := object[0]
		private := f.People != PeopleNames && f.person(first.Address.Type)
		if private && f.People == PeopleCounts {
			hidden++
			continue
		}
		x := reportStep{Action: "drift", Sign: "*", Address: clean(first.Address.String())}
		if first.Label != "" && !private {
			x.Label = clean(first.Label)
		}
		if first.Gone {
			x.Action, x.Sign = "gone", "-"
		} else {
			x.Parts = f.reportParts(f.names.driftParts(object))
		}
		d.Drift = append(d.Drift, x)
	}
	if hidden > 0 {
		d.Drift = append(d.Drift, reportStep{Action: "drift", Sign: "*", Label: plural(hidden, "person", "people")})
	}
}

// unitsOf lists the units that a step is about: its own, and those that people
// come into, go out of, or are in when they go.
func (f *face) unitsOf(step *planner.Step, at unitSpots) []int {
	seen := unitsSeen{at: at}
	if step.Class == schema.ClassUnit {
		seen.add(step.Provider, "", "", step.Address)
	}
	refers := func(attr string) string {
		if t := f.Library.Resources[step.Address.Type]; t != nil {
			if a := t.Attribute(attr); a != nil {
				return a.Refers
			}
		}
		return ""
	}
	for i := range step.Changes {
		c := &step.Changes[i]
		for _, e := range c.Added {
			seen.add(step.Provider, refers(c.Attr), e.ID, e.Address)
		}
		for _, e := range c.Removed {
			seen.add(step.Provider, refers(c.Attr), e.ID, e.Address)
		}
	}
	if step.Class == schema.ClassPerson && step.Action == planner.Delete {
		for attr, v := range step.Before {
			for _, id := range texts(v) {
				seen.add(step.Provider, refers(attr), id, schema.Address{})
			}
		}
	}
	return seen.sorted()
}
