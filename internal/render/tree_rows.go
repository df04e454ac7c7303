package render

import (
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// row is one line of a tree: a unit, or what is left out below one.
type row struct {
	branch *planner.Branch // nil for what is left out
	index  int             // of the branch; for what is left out, of the one above, or -1
	depth  int
	last   bool // the last of its siblings
	guide  string
	// title is the sign, the name and the level; heads how many people are in it,
	// below how many in the whole branch; tail what else there is to say.
	title, heads, below, tail []toned
}

// mostGuides is how deep lines are drawn; what stands deeper says its level.
const mostGuides = 24

// rows lays the chosen units out, one after the other.
func (c *chosen) rows() []row {
	last := c.lasts()
	var rows []row
	var open []int      // the units above the present one
	var guides []string // in front of what stands below each of these
	closeTo := func(parent int) {
		for len(open) > 0 && open[len(open)-1] != parent {
			at := open[len(open)-1]
			if c.left[at] > 0 && c.hasShown(at, last) {
				rows = append(rows, c.leftOut(at, len(open), guides[len(open)-1]+"└─ ", c.left[at]))
			}
			open, guides = open[:len(open)-1], guides[:len(guides)-1]
		}
	}
	for i := range c.forest.Branches {
		if !c.shown[i] {
			continue
		}
		b := &c.forest.Branches[i]
		closeTo(b.Parent)
		r := c.row(i)
		r.last = last[b.Parent+1] == i && (b.Parent < 0 || c.left[b.Parent] == 0)
		below := ""
		if len(guides) > 0 {
			r.guide, below = fork(guides[len(guides)-1], c.depth[i], r.last)
		}
		if c.depth[i] > mostGuides {
			r.title = append([]toned{{"· level " + count(c.depth[i]+1) + "  ", toneDim}}, r.title...)
		}
		if c.left[i] > 0 && !c.hasShown(i, last) {
			r.tail = joinToned(r.tail, toned{"… " + c.plural(c.left[i]) + " below", toneDim})
		}
		rows, open, guides = append(rows, r), append(open, i), append(guides, below)
	}
	closeTo(-1)
	if c.topLeft > 0 {
		rows = append(rows, c.leftOut(-1, 0, "", c.topLeft))
	}
	c.align(rows)
	return rows
}

// fork is the guide in front of a unit and that in front of what is below it.
func fork(above string, depth int, last bool) (own, below string) {
	switch {
	case depth > mostGuides:
		return above, above
	case last:
		return above + "└─ ", above + "   "
	}
	return above + "├─ ", above + "│  "
}

// lasts finds the last shown unit below each unit, at its index and one more; the
// first is that of the top.
func (c *chosen) lasts() []int {
	out := make([]int, len(c.forest.Branches)+1)
	for i := range out {
		out[i] = -1
	}
	for i := range c.forest.Branches {
		if c.shown[i] {
			out[c.forest.Branches[i].Parent+1] = i
		}
	}
	return out
}

func (c *chosen) hasShown(i int, last []int) bool { return last[i+1] >= 0 }

// leftOut is the row that stands for units that are not shown.
func (c *chosen) leftOut(above, depth int, guide string, n int) row {
	return row{index: above, depth: depth, last: true, guide: guide, title: []toned{{"… " + c.plural(n) + " more", toneDim}}}
}

// align puts the numbers of people one below the other.
func (c *chosen) align(rows []row) {
	digits := 0
	for i := range rows {
		if len(rows[i].heads) > 0 {
			digits = max(digits, width(rows[i].heads[0].text))
		}
	}
	for i := range rows {
		if h := rows[i].heads; len(h) > 0 {
			h[0].text = blanks(digits-width(h[0].text)) + h[0].text
		}
	}
}

func blanks(n int) string { return strings.Repeat(" ", max(0, n)) }
