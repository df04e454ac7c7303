package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// Graph writes the steps of a plan and their order as a DOT graph: an edge
// leads from a step to the one that waits for it. Steps that wait for all
// others hang on one point, as an edge from each would draw nothing but lines.
// In counts of people their steps are left out.
func Graph(w io.Writer, plan *planner.Plan, o Options) error {
	p := newPrinter(w, o)
	n := newNames(plan, o)
	plan = n.plan
	p.line("digraph plan {")
	p.line(`  rankdir = "LR"`)
	p.line(`  node [shape = "box", style = "rounded", fontname = "sans-serif"]`)
	left := func(i int) bool { return o.People == PeopleCounts && n.shielded(&plan.Steps[i]) }
	waited := make([]bool, len(plan.Steps))
	anyLast := false
	for i := range plan.Steps {
		if left(i) {
			continue
		}
		step := &plan.Steps[i]
		anyLast = anyLast || step.Last
		title := step.Action.Sign() + " " + step.Address.String()
		if step.Label != "" && !n.shielded(step) {
			title += "\n" + step.Label
		}
		p.line(fmt.Sprintf("  s%d [label = %s, color = %q]", i, dotText(title), dotColor(step)))
		for _, need := range step.Needs {
			if need >= 0 && need < len(plan.Steps) && !left(need) {
				waited[need] = waited[need] || !step.Last
				p.line(fmt.Sprintf("  s%d -> s%d", need, i))
			}
		}
	}
	if anyLast {
		p.line(`  last [shape = "point", xlabel = "after all others"]`)
		for i := range plan.Steps {
			switch {
			case left(i):
			case plan.Steps[i].Last:
				p.line(fmt.Sprintf(`  last -> s%d [style = "dashed"]`, i))
			case !waited[i]:
				p.line(fmt.Sprintf(`  s%d -> last [style = "dashed"]`, i))
			}
		}
	}
	p.line("}")
	return p.Flush()
}

// dotText returns s as a quoted string of DOT, where a backslash leads in an
// escape; lines of s become lines of the label.
func dotText(s string) string {
	lines := strings.SplitN(s, "\n", 2)
	for i, l := range lines {
		lines[i] = quoting.Replace(clean(l))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

func dotColor(step *planner.Step) string {
	if stripped(step) {
		return "firebrick"
	}
	switch step.Action {
	case planner.Create:
		return "forestgreen"
	case planner.Adopt:
		return "darkcyan"
	case planner.Update:
		return "goldenrod"
	case planner.Move, planner.Readdress:
		return "royalblue"
	case planner.Replace:
		return "purple"
	case planner.Delete:
		return "firebrick"
	}
	return "gray"
}
