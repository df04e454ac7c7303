package planner

import (
	"slices"
	"strings"
)

// grove is a forest in the making: its units stand in the order in which they
// were found, and people are put into them.
type grove struct {
	branches []Branch
	// before counts people in the live tree and is nil unless two are compared;
	// after counts those of the other.
	before, after *census
	atLeast       bool
	place         []int // by unit: where it stands in the forest that was made
}

// root makes the tree ready for people. Units that stand below themselves, which
// broken data alone can have, become top units.
func (g *grove) root() {
	parents := make([]int, len(g.branches))
	for i := range g.branches {
		parents[i] = g.branches[i].Parent
	}
	straighten(parents)
	for i, p := range parents {
		g.branches[i].Parent = p
	}
	g.after = newCensus(parents)
}

// lead notes who leads units as they will be.
func (g *grove) lead(units []int, who Element) {
	for _, u := range units {
		if unit := g.branches[u].After; unit != nil {
			unit.Leads = append(unit.Leads, who)
		}
	}
}

// forest sums up, and puts the branches into the order in which they are drawn.
func (g *grove) forest() Forest {
	g.after.sum()
	if g.before != nil {
		g.before.sum()
	}
	for i := range g.branches {
		b := &g.branches[i]
		if b.Before != nil && g.before != nil {
			b.Before.People, b.Before.Whole = g.before.of(i)
			sortLeads(b.Before)
		}
		if b.After != nil {
			b.After.People, b.After.Whole = g.after.of(i)
			sortLeads(b.After)
		}
	}
	f := Forest{Branches: make([]Branch, 0, len(g.branches)), AtLeast: g.atLeast}
	g.place = make([]int, len(g.branches))
	for _, i := range preorder(g.parents(), g.byName()) {
		b := g.branches[i]
		if g.place[i] = len(f.Branches); b.Parent >= 0 {
			b.Parent = g.place[b.Parent]
		}
		f.Branches = append(f.Branches, b)
	}
	return f
}

// sortLeads puts leads into an order that does not depend on where they were found.
func sortLeads(u *Unit) {
	slices.SortStableFunc(u.Leads, func(a, b Element) int { return strings.Compare(a.Label, b.Label) })
}

func (g *grove) parents() []int {
	out := make([]int, len(g.branches))
	for i := range g.branches {
		out[i] = g.branches[i].Parent
	}
	return out
}

// byName lists the branches by the names of their units.
func (g *grove) byName() []int {
	out := make([]int, len(g.branches))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int {
		return strings.Compare(g.branches[a].Unit().Name, g.branches[b].Unit().Name)
	})
	return out
}

// preorder lists the units so that each stands before those below it, and its
// whole branch before the next one; siblings keep the order of the list given.
// It goes as deep as the tree does without a call for each level.
func preorder(parents, list []int) []int {
	first, next := make([]int, len(parents)+1), make([]int, len(parents))
	for i := range first {
		first[i] = -1
	}
	for _, i := range slices.Backward(list) { // the last stays first
		over := parents[i] + 1
		next[i], first[over] = first[over], i
	}
	out := make([]int, 0, len(parents))
	var waiting []int
	for at := first[0]; ; {
		for at < 0 {
			if len(waiting) == 0 {
				return out
			}
			at, waiting = waiting[len(waiting)-1], waiting[:len(waiting)-1]
		}
		out = append(out, at)
		if next[at] >= 0 {
			waiting = append(waiting, next[at])
		}
		at = first[at+1]
	}
}

// straighten makes a top unit of one unit in every circle.
func straighten(parents []int) {
	const unseen, onTheWay, done = 0, 1, 2
	seen := make([]uint8, len(parents))
	for i := range parents {
		at := i
		for at >= 0 && seen[at] == unseen {
			seen[at] = onTheWay
			if up := parents[at]; up >= 0 && seen[up] == onTheWay {
				parents[at] = -1
			}
			at = parents[at]
		}
		for at = i; at >= 0 && seen[at] == onTheWay; at = parents[at] {
			seen[at] = done
		}
	}
}
