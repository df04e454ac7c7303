package render

import (
	"cmp"
	"slices"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// chosen is what is drawn of a forest.
type chosen struct {
	TreeOptions
	forest planner.Forest
	depth  []int  // of each unit, 0 at the top
	parent []bool // whether units stand below it
	shown  []bool
	count  int // how many are shown
	// left is for each unit that is shown how many below it are left out right
	// there, topLeft how many top units and units below these.
	left    []int
	topLeft int
	folded  bool
}

// choose takes the units down to the depth asked for, and of too many the upper
// ones; where trees are compared those of the heaviest branches come first. With
// each unit the one above it is taken.
func (o TreeOptions) choose(f planner.Forest) *chosen {
	n := len(f.Branches)
	c := &chosen{TreeOptions: o, forest: f, depth: make([]int, n), parent: make([]bool, n), shown: make([]bool, n), left: make([]int, n)}
	var list []int
	for i := range f.Branches {
		if up := f.Branches[i].Parent; up >= 0 {
			c.depth[i], c.parent[up] = c.depth[up]+1, true
		}
		if o.Depth <= 0 || c.depth[i] < o.Depth {
			list = append(list, i)
		}
	}
	if most := cmp.Or(o.most, mostUnits); len(list) > most && !o.Full {
		weight := c.weights()
		slices.SortStableFunc(list, func(a, b int) int {
			return cmp.Or(cmp.Compare(weight[a], weight[b]), cmp.Compare(c.depth[a], c.depth[b]))
		})
		list, c.folded = list[:most], true
	}
	for _, i := range list {
		c.shown[i] = true
	}
	c.settle()
	return c
}

// settle counts what is shown, and what is left out where.
func (c *chosen) settle() {
	c.count, c.topLeft = 0, 0
	clear(c.left)
	for i, b := range slices.Backward(c.forest.Branches) {
		if c.shown[i] {
			c.count++
		} else if b.Parent >= 0 {
			c.left[b.Parent] += 1 + c.left[i]
		} else {
			c.topLeft += 1 + c.left[i]
		}
	}
}

// weights rank the units of trees that are compared by what happens in their
// branches: 0 where a unit moves, goes or changes, 1 where some are only made, 2
// where nothing happens.
func (c *chosen) weights() []int {
	out := make([]int, len(c.forest.Branches))
	if !c.Compare {
		return out
	}
	for i := range out {
		switch c.forest.Branches[i].Change() {
		case planner.None:
			out[i] = 2
		case planner.Create:
			out[i] = 1
		}
	}
	for i := len(out) - 1; i >= 0; i-- {
		if up := c.forest.Branches[i].Parent; up >= 0 {
			out[up] = min(out[up], out[i])
		}
	}
	return out
}

// noun is the word for n units of the forest.
func (c *chosen) noun(n int) string {
	typ := ""
	if len(c.forest.Branches) > 0 {
		typ = c.forest.Branches[0].Type
	}
	one, many := c.nouns(typ, schema.ClassUnit)
	if n == 1 {
		return one
	}
	return many
}

func (c *chosen) plural(n int) string { return plural(n, c.noun(1), c.noun(2)) }
