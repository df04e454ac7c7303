package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// mostTallied is how many gains, and how many losses, a folded block counts one
// by one.
const mostTallied = 10

// tally counts who comes into and goes out of what in a block whose steps
// differ, so that folding never hides a loss.
func (f *face) tally(b block) {
	counts := f.names.memberCounts(b)
	first := &f.plan.Steps[b.steps[0]]
	f.tallied(counts, partLoss, first)
	f.tallied(counts, partGain, first)
}

// memberCounts counts who comes into and goes out of what in a block whose steps
// differ; nil for others.
func (n *names) memberCounts(b block) map[memberPart]int {
	first := &n.plan.Steps[b.steps[0]]
	if b.alike || first.Action == planner.Delete || first.Action == planner.Create {
		return nil
	}
	counts := map[memberPart]int{}
	for _, i := range b.steps {
		for _, x := range n.memberParts(&n.plan.Steps[i]) {
			counts[x]++
		}
	}
	return counts
}

// memberParts returns what a step gains and loses, without notes.
func (n *names) memberParts(step *planner.Step) []memberPart {
	var list []memberPart
	for _, x := range n.parts(step) {
		if x.kind == partGain || x.kind == partLoss {
			list = append(list, memberPart{x.kind, x.attr, x.old + x.new})
		}
	}
	return list
}

// memberPart is a gain or a loss in a form that can be counted.
type memberPart struct {
	kind       partKind
	attr, name string
}

// byCount lists the gains or the losses, the most frequent first.
func byCount(counts map[memberPart]int, kind partKind) []memberPart {
	var list []memberPart
	for x := range counts {
		if x.kind == kind {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b memberPart) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a.attr, b.attr), strings.Compare(a.name, b.name))
	})
	return list
}

func (f *face) tallied(counts map[memberPart]int, kind partKind, first *planner.Step) {
	list := byCount(counts, kind)
	hue, sign := f.paint.green, "+"
	if kind == partLoss {
		hue, sign = f.paint.red, "-"
	}
	one, many := f.nouns(first.Address.Type, first.Class)
	for _, x := range list[:min(mostTallied, len(list))] {
		f.line(indent, hue(sign), " ", x.attr, " ", hue(x.name), "  ", f.paint.dim(plural(counts[x], one, many)))
	}
	if more := len(list) - mostTallied; more > 0 {
		f.line(indent, hue(sign), " ", f.paint.dim("... and "+count(more)+" more"))
	}
}
