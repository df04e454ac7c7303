package render

import (
	"io"

	"github.com/espalier-dev/espalier/planner"
)

// TreeOptions say how a tree is drawn.
type TreeOptions struct {
	Options
	// Compare says that the forest compares what is live with what is planned; else
	// it shows one of them.
	Compare bool
	// Depth is how many levels are drawn; 0 is all.
	Depth int
	// most is how many units are drawn unless o.Full; 0 is mostUnits.
	most int
}

// mostUnits is how many units of a tree are drawn unless o.Full.
const mostUnits = 200

// Tree writes a forest as a tree, one unit a line, with the people in each unit,
// the people in it and all units below it, and who leads it. Of more than 200
// units it draws the upper levels and, where two trees are compared, first of all
// the branches that change, and says how to see the others.
func Tree(w io.Writer, f planner.Forest, o TreeOptions) error {
	p := newPrinter(w, o.Options)
	f = o.shadedTree(f)
	c := o.choose(f)
	p.tree(c, "")
	p.treeNotes(c, "")
	return p.Flush()
}

// tree draws the chosen units, each line behind the prefix.
func (p *printer) tree(c *chosen, prefix string) {
	rows := c.rows()
	var wide [3]int // title with guide, counts, counts of the whole branch
	for i := range rows {
		r := &rows[i]
		wide[0] = max(wide[0], width(r.guide)+tonedWidth(r.title))
		wide[1] = max(wide[1], tonedWidth(r.heads))
		wide[2] = max(wide[2], tonedWidth(r.below))
	}
	for i := range rows {
		r := &rows[i]
		p.WriteString(prefix)
		p.WriteString(p.paint.dim(r.guide))
		cells := [][]toned{r.title, r.heads, r.below, r.tail}
		last := len(cells) - 1
		for last > 0 && len(cells[last]) == 0 {
			last--
		}
		used := width(r.guide)
		for at, cell := range cells[:last+1] {
			for _, s := range cell {
				p.WriteString(p.paint.tone(s.tone)(s.text))
			}
			used += tonedWidth(cell)
			if at < last && wide[at] > 0 {
				p.WriteString(blanks(wide[at] - used + 2))
			}
			used = 0
		}
		p.line()
	}
}

// treeNotes says below a tree what it does not show.
func (p *printer) treeNotes(c *chosen, prefix string) {
	if c.forest.AtLeast {
		p.paragraph(prefix, c.uncounted())
	}
	if c.folded {
		p.line(prefix, p.paint.dim(c.foldNote()))
	}
}

// uncounted says that there are more people than are counted.
func (c *chosen) uncounted() string {
	return "Of some people it is not known which " + c.noun(2) + " they are in. They are not counted."
}

// foldNote says how much of a tree is shown.
func (c *chosen) foldNote() string {
	return count(c.count) + " of " + count(len(c.forest.Branches)) + " " + c.noun(2) + " are shown; -full shows all."
}

// planTree draws the branches that the plan changes.
func (f *face) planTree() {
	if f.plan.Tree == nil || len(f.plan.Tree.Branches) == 0 {
		return
	}
	f.section(f.paint.bold("The tree, where it changes"))
	c := TreeOptions{Options: f.Options, Compare: true}.choose(*f.plan.Tree)
	f.tree(c, indent)
	f.treeNotes(c, indent)
}
