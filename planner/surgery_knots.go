package planner

import "slices"

// knot is operations that wait for each other in circles.
type knot struct {
	nodes []int   // of the forest and outside of it, in their order
	after [][]arc // by place in nodes: what waits for it
	needs [][]arc // by place in nodes: what it waits for
	away  []bool  // by place in nodes: gives up its name first
}

// arc is one end of a need within a knot.
type arc struct {
	end    int // a place in nodes
	byName bool
}

// untie has units go by an interim spot so that no calls wait for each other in a
// circle any more. Nothing but a name passed on closes one: parents, levels, what
// is made and what is deleted have an order of their own. So a temporary name at
// the right place always helps; an interim spot of another kind is taken where it
// saves a call. It returns a circle that names have no part in.
func (op *operation) untie(f *forest) (stuck []int) {
	of, count := op.graph(f).knots()
	if count == len(of) {
		return nil
	}
	knots := op.knots(f, of, count)
	looks := leastLooks + looksEach*len(f.units)
	for _, k := range knots {
		if stuck := k.untie(&looks); stuck != nil {
			return stuck
		}
	}
	f.settle(knots, &looks)
	return nil
}

// knots gathers the knots of more than one node, in the order of their nodes.
func (op *operation) knots(f *forest, of []int, count int) []*knot {
	size, place, byKnot := make([]int, count), make([]int, len(of)), make([]*knot, count)
	for _, k := range of {
		size[k]++
	}
	var out []*knot
	for node, k := range of {
		if size[k] < 2 {
			continue
		}
		if byKnot[k] == nil {
			byKnot[k] = &knot{}
			out = append(out, byKnot[k])
		}
		place[node] = len(byKnot[k].nodes)
		byKnot[k].nodes = append(byKnot[k].nodes, node)
	}
	for _, k := range out {
		k.after, k.needs, k.away = make([][]arc, len(k.nodes)), make([][]arc, len(k.nodes)), make([]bool, len(k.nodes))
	}
	tie := func(l link, byName bool) {
		if k := byKnot[of[l.first]]; k != nil && of[l.first] == of[l.then] {
			first, then := place[l.first], place[l.then]
			k.after[first] = append(k.after[first], arc{then, byName})
			k.needs[then] = append(k.needs[then], arc{first, byName})
		}
	}
	for _, n := range op.needs {
		tie(n.link, n.byName)
	}
	for _, l := range f.links {
		tie(l, false)
	}
	return out
}

// Of knots of at most so many nodes all ways are tried, while that takes no more
// than so many looks at an arc, for all of them together.
const (
	smallKnot  = 64
	leastLooks = 1 << 17
	looksEach  = 64 // for each unit
)

// untie finds the fewest names that have to be given up first: surely the fewest
// in a small knot, and few in a large one. Where names do not help it returns the
// circle.
func (k *knot) untie(looks *int) (stuck []int) {
	if stuck := k.greedily(); stuck != nil {
		return stuck
	}
	if len(k.nodes) > smallKnot {
		return nil
	}
	few := k.away
	for most := k.disjoint(k.longer(), looks); most < k.longer(); most++ {
		k.away = make([]bool, len(few))
		if k.try(most, looks) {
			return nil
		}
		k.away = few
	}
	return nil
}

// longer is how many are put away.
func (k *knot) longer() int {
	n := 0
	for _, away := range k.away {
		if away {
			n++
		}
	}
	return n
}

// disjoint counts circles that share nothing, up to a number: in each a unit has
// to go a longer way.
func (k *knot) disjoint(most int, looks *int) int {
	rest := &knot{nodes: k.nodes, after: slices.Clone(k.after), away: make([]bool, len(k.nodes))}
	for found := 0; found < most; found++ {
		circle := rest.circle(looks)
		if circle == nil {
			return found
		}
		for at := range rest.after {
			if slices.Contains(circle, at) {
				rest.after[at] = nil
			}
			rest.after[at] = slices.DeleteFunc(slices.Clone(rest.after[at]), func(a arc) bool { return slices.Contains(circle, a.end) })
		}
	}
	return most
}
