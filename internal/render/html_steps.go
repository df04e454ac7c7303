package render

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// reportData gathers what the script draws, in the sections and blocks of the text.
func (f *face) reportData() *reportData {
	d := &reportData{Steps: []reportStep{}, Sections: []reportSection{}, Drift: []reportStep{}}
	spots := f.reportUnits(d)
	keys, members := sections(f.plan)
	for i, title := range f.titles(keys, members) {
		s := reportSection{Title: title, Removal: keys[i].rank == 0}
		for _, b := range f.names.fold(members[keys[i]]) {
			s.Blocks = append(s.Blocks, f.reportBlock(d, b, spots))
		}
		d.Sections = append(d.Sections, s)
	}
	f.reportDrift(d)
	return d
}

// reportBlock adds the steps of a block, and says what they have in common.
func (f *face) reportBlock(d *reportData, b block, spots unitSpots) reportBlock {
	first := &f.plan.Steps[b.steps[0]]
	quiet := f.People == PeopleCounts && f.names.shielded(first)
	var x reportBlock
	if quiet || len(b.steps) > 1 {
		one, many := f.nouns(first.Address.Type, first.Class)
		x = reportBlock{Count: len(b.steps), Action: actionWord(first), Sign: first.Action.Sign(), Head: plural(len(b.steps), one, many), Note: f.blockNote(first)}
		if b.alike {
			x.Parts = f.reportParts(f.names.parts(first))
		} else {
			x.Parts = f.reportTally(b)
			if changesOnly(first) {
				x.Note = strings.TrimPrefix(x.Note+"; "+strings.Join(attributes(first), ", ")+" (values differ)", "; ")
			}
		}
	}
	if quiet {
		return x
	}
	for _, i := range b.steps {
		x.Steps = append(x.Steps, len(d.Steps))
		d.Steps = append(d.Steps, f.reportStep(d, &f.plan.Steps[i], spots))
	}
	return x
}

// reportTally says what is gained and lost in a block whose steps differ.
func (f *face) reportTally(b block) []reportPart {
	first := &f.plan.Steps[b.steps[0]]
	one, many := f.nouns(first.Address.Type, first.Class)
	counts := f.names.memberCounts(b)
	var list []reportPart
	for _, kind := range []partKind{partLoss, partGain} {
		order := byCount(counts, kind)
		for _, x := range order[:min(len(order), mostTallied)] {
			p := reportPart{Kind: partKinds[kind], Attr: x.attr, New: x.name, Note: plural(counts[x], one, many)}
			if kind == partLoss {
				p.Old, p.New = x.name, ""
			}
			list = append(list, p)
		}
		if more := len(order) - mostTallied; more > 0 {
			list = append(list, reportPart{Kind: partKinds[kind], Attr: "and " + count(more) + " more"})
		}
	}
	return list
}

// actionWord is what happens to an object, as the page filters by it.
func actionWord(step *planner.Step) string {
	if stripped(step) {
		return "release"
	}
	return step.Action.String()
}

func (f *face) reportStep(d *reportData, step *planner.Step, spots unitSpots) reportStep {
	x := reportStep{Action: actionWord(step), Sign: step.Action.Sign(), Address: clean(step.Address.String()), Note: f.stepNote(step), Place: place(step.File, step.Line)}
	if step.Label != "" && !f.names.shielded(step) {
		x.Label = clean(step.Label)
	}
	parts := f.names.parts(step)
	if step.Passage != nil {
		x.Way = []string{f.way(step.Passage.From), f.way(step.Passage.To), f.along(step)}
		parts = f.withoutParent(step, parts)
	}
	x.Parts = f.reportParts(parts)
	x.Units = f.unitsOf(step, spots)
	if i, ok := spots.byAddress[step.Address]; ok && step.Class == schema.ClassUnit && d.Units[i].Action == "" {
		d.Units[i].Action = x.Action
	}
	return x
}

// texts are the elements of a known set of texts.
func texts(v cty.Value) []string {
	v, _ = v.Unmark()
	if v == cty.NilVal || v.IsNull() || !v.IsWhollyKnown() || !v.CanIterateElements() {
		return nil
	}
	var list []string
	for it := v.ElementIterator(); it.Next(); {
		if _, e := it.Element(); e.Type() == cty.String && !e.IsNull() && !e.IsMarked() {
			list = append(list, e.AsString())
		}
	}
	return list
}
