package planner

import (
	"fmt"
	"strconv"
)

// settle gives the units that have to go a longer way their interim spots: where
// they stand, under a temporary name, unless fewer of another kind do.
func (f *forest) settle(knots []*knot, looks *int) {
	around, clever := f.surroundings(), false
	for _, k := range knots {
		k.settlePlainly(f, around)
	}
	for _, k := range knots {
		clever = k.settleCleverly(f, around, looks) || clever
	}
	if !clever {
		return
	}
	if op := f.needs(); len(op.faults) == 0 && op.orderly(f) {
		return
	}
	for _, k := range knots { // what each knot found does not go together
		k.settlePlainly(f, around)
	}
}

// orderly reports whether nothing waits for itself.
func (op *operation) orderly(f *forest) bool {
	of, count := op.graph(f).knots()
	return count == len(of)
}

// settlePlainly has those whose names must be given up first do that.
func (k *knot) settlePlainly(f *forest, around *surroundings) {
	k.unsettle(f)
	for at, away := range k.away {
		if away {
			u := &f.units[k.nodes[at]]
			spot := u.live
			spot.name = around.temporary(f, k.nodes[at])
			u.interim = &spot
		}
	}
}

func (k *knot) unsettle(f *forest) {
	for _, node := range k.nodes {
		if node < len(f.units) {
			f.units[node].interim = nil
		}
	}
}

// settleCleverly looks for fewer interim spots than there are temporary names, and
// reports whether it has found some.
func (k *knot) settleCleverly(f *forest, around *surroundings, looks *int) bool {
	most := k.longer()
	if most < 2 || len(k.nodes) > smallKnot || k.disjoint(most, looks) == most {
		return false
	}
	part := around.near(f, k)
	if part == nil {
		return false
	}
	k.unsettle(f)
	s := newSplitting(f, part, around, looks)
	for fewer := 1; fewer < most; fewer++ {
		if s.try(fewer) {
			for at, unit := range s.part {
				f.units[unit].interim = s.outer(s.small.units[at].interim)
			}
			return true
		}
	}
	k.settlePlainly(f, around)
	return false
}

// surroundings say who is near whom.
type surroundings struct {
	holders  map[sibling][]int // who has or wants a name
	children [][]int           // who stands or will stand under a unit
}

func (f *forest) surroundings() *surroundings {
	out := &surroundings{holders: make(map[sibling][]int, len(f.units)), children: make([][]int, len(f.units))}
	for i := range f.units {
		for _, s := range f.units[i].spots() {
			if k, ok := s.key(); ok {
				out.holders[k] = append(out.holders[k], i)
			}
			if s.there && s.parent >= 0 {
				out.children[s.parent] = append(out.children[s.parent], i)
			}
		}
	}
	return out
}

// temporary is a name for a unit that nobody has or wants where it stands or will
// stand.
func (a *surroundings) temporary(f *forest, i int) string {
	u := &f.units[i]
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s (renaming %s)", u.live.name, u.id)
		if n > 1 {
			name += " " + strconv.Itoa(n)
		}
		if a.holders[sibling{u.live.parent, name}] == nil && a.holders[sibling{u.wanted.parent, name}] == nil {
			return name
		}
	}
}

// near are the units of a knot and all that stand or will stand right above or
// below them, or share a name with them; nil if they are too many, or if work
// outside of the forest has a part in the knot.
func (a *surroundings) near(f *forest, k *knot) []int {
	var out []int
	for _, node := range k.nodes {
		if node >= len(f.units) || len(out) > mostNear {
			return nil
		}
		out = append(append(out, node), a.children[node]...)
		for _, s := range f.units[node].spots() {
			if key, ok := s.key(); ok {
				out = append(out, a.holders[key]...)
			}
			if s.there && s.parent >= 0 {
				out = append(out, s.parent)
			}
		}
	}
	if out = sortedUnique(out); len(out) > mostNear {
		return nil
	}
	return out
}

// mostNear is how many units may have to do with a knot for interim spots of all
// kinds to be tried.
const mostNear = 200
