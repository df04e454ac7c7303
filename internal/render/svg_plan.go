package render

import (
	"io"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// The size of the picture of a plan: how many units are drawn, how long a line of
// text is in letters, and how many changes are told to those who do not see it.
const (
	mostPictured = 60
	pictureText  = 100
	mostTold     = 12
)

// PlanSVG writes the branches of the tree that the plan changes as a picture for a
// comment or a slide, with the numbers of the plan above it. It needs nothing else, is readable
// on light and dark pages, and tells those who do not see it what changes. Siblings
// to which the same happens are folded, at most 60 units are drawn, and it says
// how many are left out.
func PlanSVG(w io.Writer, plan *planner.Plan, o Options) error {
	o.Color, o.Width, o.Full = false, 0, false
	f := newFace(w, plan, o)
	var tree planner.Forest
	if plan.Tree != nil {
		tree = *plan.Tree
	}
	s := &svgTree{printer: f.printer, chosen: pictured(tree, o)}
	s.list = s.rows()
	s.tellLeftOut()
	f.headPicture(s)
	s.describe()
	return s.draw()
}

// headPicture puts the lines that count the plan above the tree, and the signs in it.
func (f *face) headPicture(s *svgTree) {
	text := f.pictureText()
	s.title = "Plan: " + text
	for _, l := range wrap(text, pictureText) {
		s.above = append(s.above, []toned{{l, toneName}})
	}
	if legend := s.legend(); len(legend) > 0 {
		s.above = append(s.above, legend, nil)
	} else {
		s.said = append(s.said, "The tree stays as it is.")
	}
	s.list = append(make([]row, len(s.above)), s.list...)
	for i := range s.above {
		s.list[i].index = -1
	}
	if s.forest.AtLeast {
		s.said = append(s.said, wrap(s.uncounted(), pictureText)...)
	}
	if left := len(s.forest.Branches) - s.count; left > 0 {
		s.said = append(s.said, s.plural(left)+" that change, or stand above these, are not drawn.")
	}
}

// pictureText is the outcome of the plan in a few words.
func (f *face) pictureText() string {
	text := ""
	switch counts := actionCounts(f.plan); {
	case f.plan.Empty():
		text = f.emptyLine()
	case f.plan.RefreshOnly:
		text = recordText(f.plan)
	case len(counts) == 0:
		text = "No object changes"
	default:
		text = strings.Join(counts, ", ")
	}
	if n := f.plan.Summary.People; n > 0 {
		text += "; " + plural(n, "person", "people") + " affected"
	}
	if n := len(f.plan.Refusals); n > 0 {
		text = "Refused by " + plural(n, "guard", "guards") + ". " + text
	}
	return text
}

// legend says what the signs mean that are drawn.
func (s *svgTree) legend() []toned {
	drawn := map[planner.Action]bool{}
	for i := range s.forest.Branches {
		if s.shown[i] {
			drawn[s.forest.Branches[i].Change()] = true
		}
	}
	var list []toned
	for _, a := range treeActions {
		if drawn[a] {
			list = joinToned(list, toned{a.Sign() + " " + treeWord(a), toneOf(a)})
		}
	}
	return list
}

// treeActions are what can happen to a unit of a tree.
var treeActions = [...]planner.Action{planner.Delete, planner.Create, planner.Move, planner.Update}

func treeWord(a planner.Action) string {
	switch a {
	case planner.Delete:
		return "deleted"
	case planner.Create:
		return "new"
	case planner.Move:
		return "moved"
	}
	return "changed"
}

// describe tells what changes in the tree, first what goes.
func (s *svgTree) describe() {
	var list []string
	total := 0
	for _, a := range treeActions {
		for i := range s.forest.Branches {
			b := &s.forest.Branches[i]
			if b.Change() != a {
				continue
			}
			if total++; total > mostTold {
				continue
			}
			text := clean(b.Unit().Name) + " is " + treeWord(a)
			switch {
			case a == planner.Move:
				text += " from " + s.way(b.From)
			case a == planner.Update && b.Before.Name != b.After.Name:
				text = clean(b.Before.Name) + " is now " + clean(b.After.Name)
			}
			list = append(list, text)
		}
	}
	if s.desc = "The tree stays as it is."; len(list) > 0 {
		s.desc = capital(some(list, total)) + "."
	}
}
