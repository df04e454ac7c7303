package render

import (
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// trees draws the branches that change as they are and as they will be, each unit
// with the sign of what happens to it at column one.
func (m *comment) trees() string {
	if m.plan.Outline == nil {
		return ""
	}
	units := m.plan.Outline.Units
	keep := changedUnits(units)
	if !slices.Contains(keep, true) {
		return ""
	}
	var b strings.Builder
	b.WriteString("#### The tree, where it changes\n\n")
	for _, side := range []struct {
		title string
		place func(*planner.OutlineUnit) *planner.OutlinePlace
	}{
		{"Before", func(u *planner.OutlineUnit) *planner.OutlinePlace { return u.Before }},
		{"After", func(u *planner.OutlineUnit) *planner.OutlinePlace { return u.After }},
	} {
		if text := m.side(units, keep, side.place); text != "" {
			b.WriteString(side.title + "\n\n" + fenced("diff", text) + "\n")
		}
	}
	return b.String()
}

// changedUnits are those that change, and those they stand below at either time.
func changedUnits(units []planner.OutlineUnit) []bool {
	keep := make([]bool, len(units))
	var todo []int
	take := func(i int) {
		if i >= 0 && !keep[i] {
			keep[i] = true
			todo = append(todo, i)
		}
	}
	for i := range units {
		if units[i].Change() != planner.None {
			take(i)
		}
	}
	for len(todo) > 0 {
		u := &units[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		for _, p := range []*planner.OutlinePlace{u.Before, u.After} {
			if p != nil {
				take(p.Parent)
			}
		}
	}
	return keep
}

// mostSide is how many units of a side are drawn.
const mostSide = 60

// side draws one of the two trees.
func (m *comment) side(units []planner.OutlineUnit, keep []bool, place func(*planner.OutlineUnit) *planner.OutlinePlace) string {
	order := drawingOrder(units, keep, place)
	at := make(map[int]int, len(order)) // where a unit stands in the forest
	f := planner.Forest{AtLeast: m.plan.Outline.AtLeast}
	for _, i := range order {
		p, up := place(&units[i]), -1
		if p.Parent >= 0 {
			up = at[p.Parent]
		}
		at[i] = len(f.Branches)
		f.Branches = append(f.Branches, planner.Branch{Address: units[i].Address, Type: units[i].Type, ID: units[i].ID, Parent: up,
			After: &planner.Unit{Name: p.Name, Level: p.Level, People: p.Members, Whole: p.Whole}})
	}
	c := TreeOptions{Options: m.Options, most: mostSide}.choose(f)
	return m.drawn(m.Options, func(f *face) {
		f.signed(c, func(branch int) string {
			if a := units[order[branch]].Change(); a != planner.None {
				return a.Sign()
			}
			return " "
		})
		if c.folded {
			f.line("  ", count(c.count)+" of "+count(len(order))+" "+c.noun(2)+" are shown.")
		}
		if c.forest.AtLeast {
			f.line("  Of some people it is not known which " + c.noun(2) + " they are in. They are not counted.")
		}
	})
}

// drawingOrder lists the kept units of one side, each before those below it, siblings
// by name.
func drawingOrder(units []planner.OutlineUnit, keep []bool, place func(*planner.OutlineUnit) *planner.OutlinePlace) []int {
	below := map[int][]int{}
	for i := range units {
		if p := place(&units[i]); p != nil && keep[i] {
			below[p.Parent] = append(below[p.Parent], i)
		}
	}
	for _, list := range below {
		slices.SortStableFunc(list, func(a, b int) int { return strings.Compare(place(&units[b]).Name, place(&units[a]).Name) })
	}
	var order []int
	stack := slices.Clone(below[-1]) // the last is the next
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		order = append(order, i)
		stack = append(stack[:len(stack)-1], below[i]...)
	}
	return order
}

// signed draws a tree with a sign before each line.
func (p *printer) signed(c *chosen, sign func(branch int) string) {
	rows := c.rows()
	wide := 0
	for i := range rows {
		wide = max(wide, width(rows[i].guide)+tonedWidth(rows[i].title))
	}
	for i := range rows {
		r := &rows[i]
		mark := " "
		if r.branch != nil {
			mark = sign(r.index)
		}
		text := mark + " " + pad(r.guide+tonedText(r.title), wide) + "  " + tonedText(r.heads) + "  " + tonedText(r.below)
		p.line(strings.TrimRight(text, " "))
	}
}
