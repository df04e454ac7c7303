package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// Of siblings to which the same happens so many are drawn when there are more
// than foldSiblings.
const (
	foldSiblings  = 5
	shownSiblings = 3
)

// pictured chooses what is drawn of the branches that change.
func pictured(f planner.Forest, o Options) *chosen {
	c := TreeOptions{Options: o, Compare: true}.choose(f)
	c.foldSiblings()
	c.limit(mostPictured)
	c.settle()
	return c
}

// foldSiblings hides all but a few of the siblings to which the same happens and
// that have nothing below them.
func (c *chosen) foldSiblings() {
	type alike struct {
		parent int
		action planner.Action
		from   string
	}
	groups := map[alike][]int{}
	for i := range c.forest.Branches {
		b := &c.forest.Branches[i]
		if a := b.Change(); c.shown[i] && !c.parent[i] && a != planner.None {
			key := alike{b.Parent, a, strings.Join(b.From, "\x00")}
			groups[key] = append(groups[key], i)
		}
	}
	for _, list := range groups {
		if len(list) > foldSiblings {
			for _, i := range list[shownSiblings:] {
				c.shown[i] = false
			}
		}
	}
}

// limit shows at most n units, those of the heaviest branches first.
func (c *chosen) limit(n int) {
	var list []int
	for i, shown := range c.shown {
		if shown {
			list = append(list, i)
		}
	}
	if len(list) <= n {
		return
	}
	weight := c.weights()
	slices.SortStableFunc(list, func(a, b int) int {
		return cmp.Or(cmp.Compare(weight[a], weight[b]), cmp.Compare(c.depth[a], c.depth[b]))
	})
	for _, i := range list[n:] {
		c.shown[i] = false
	}
}

// tellLeftOut says in the rows that stand for units which are not drawn what
// happens to these.
func (s *svgTree) tellLeftOut() {
	counts := map[int]map[planner.Action]int{} // by the unit above that is drawn
	above := make([]int, len(s.forest.Branches))
	for i := range s.forest.Branches {
		up := s.forest.Branches[i].Parent
		if above[i] = up; up >= 0 && !s.shown[up] {
			above[i] = above[up]
		}
		if s.shown[i] {
			continue
		}
		if counts[above[i]] == nil {
			counts[above[i]] = map[planner.Action]int{}
		}
		counts[above[i]][s.forest.Branches[i].Change()]++
	}
	for i := range s.list {
		r := &s.list[i]
		if r.branch != nil {
			continue
		}
		var words []string
		for _, a := range treeActions {
			if n := counts[r.index][a]; n > 0 {
				words = append(words, count(n)+" "+treeWord(a))
			}
		}
		switch {
		case len(words) == 1 && len(counts[r.index]) == 1:
			_, word, _ := strings.Cut(words[0], " ")
			r.title = append(r.title, toned{", all " + word, toneDim})
		case len(words) > 0:
			r.title = append(r.title, toned{": " + strings.Join(words, ", "), toneDim})
		}
	}
}
