package planner

import (
	"math/bits"
	"slices"
)

// census counts people in a forest: in each unit, and in each branch, where
// somebody who is in several of its units counts once. Each person costs as many
// steps as they are in units, however deep the tree and whoever asks.
//
// It works on ranks, the places of the units in an order in which each unit
// stands before those below it. A person is added to each of their units and
// taken off again where the branches of two of them, neighbours by rank, join.
// Summed upwards that leaves them in each branch once.
type census struct {
	rank []int // by unit
	up   []int // by rank: the rank of the unit above, -1 at the top
	// least finds the least of up between two ranks: in row k stands for each rank
	// that of the 2^k from there on. It is made when somebody is in two units.
	least            [][]int
	own, whole, size []int // by rank
	ranks            []int // of the person being added
}

// newCensus makes a census of units by their parents, -1 at the top, among which
// there is no circle.
func newCensus(parents []int) *census {
	n := len(parents)
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	c := &census{rank: make([]int, n), up: make([]int, n), own: make([]int, n), whole: make([]int, n), size: make([]int, n)}
	for at, unit := range preorder(parents, list) {
		c.rank[unit], c.up[at] = at, -1
		if p := parents[unit]; p >= 0 {
			c.up[at] = c.rank[p]
		}
	}
	return c
}

// add counts one person, who is in these units.
func (c *census) add(units []int) {
	c.ranks = c.ranks[:0]
	for _, u := range units {
		c.ranks = append(c.ranks, c.rank[u])
	}
	slices.Sort(c.ranks)
	c.ranks = slices.Compact(c.ranks)
	for i, at := range c.ranks {
		c.own[at]++
		c.whole[at]++
		if i == 0 {
			continue
		}
		if over := c.join(c.ranks[i-1], at); over >= 0 {
			c.whole[over]--
		}
	}
}

// join is the rank of the lowest unit with both a and b, of which a is the lower
// rank, in its branch; -1 if there is none.
func (c *census) join(a, b int) int {
	if c.least == nil {
		c.least = [][]int{c.up}
		for width := 1; 2*width <= len(c.up); width *= 2 {
			row := c.least[len(c.least)-1]
			next := make([]int, len(row)-width)
			for i := range next {
				next[i] = min(row[i], row[i+width])
			}
			c.least = append(c.least, next)
		}
	}
	// The unit above the highest one between them.
	k := bits.Len(uint(b-a)) - 1
	row := c.least[k]
	return min(row[a+1], row[b-1<<k+1])
}

// sum carries the counts upwards. It is called once, when everybody is counted.
func (c *census) sum() {
	for at := len(c.up) - 1; at >= 0; at-- {
		c.size[at]++
		if over := c.up[at]; over >= 0 {
			c.whole[over] += c.whole[at]
			c.size[over] += c.size[at]
		}
	}
}

// of says how many people are in a unit, and in its whole branch.
func (c *census) of(unit int) (own, whole int) {
	return c.own[c.rank[unit]], c.whole[c.rank[unit]]
}

// below says how many units stand below one.
func (c *census) below(unit int) int { return c.size[c.rank[unit]] - 1 }
