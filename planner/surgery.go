package planner

import "slices"

// forest is the units of one tree, as they stand and as they are to stand. It is
// plain data: a unit is known by its index, and where the choice is free, one of a
// lower index is the one that goes a longer way.
type forest struct {
	units []placing
	// links are orders that hold for reasons outside of the tree. Ends from
	// len(units) on, outside of them, stand for work on other things.
	links   []link
	outside int
	// leaveFirst chooses between two ways to keep units from standing below
	// themselves; see aroundCircles.
	leaveFirst bool
}

// placing is one unit before and after. What nobody changes stands the same.
type placing struct {
	id           string
	live, wanted spot
	// interim is where the unit stands in between, if it takes two calls.
	interim *spot
	// stranger says that nothing here manages the unit: what its parent's deletion
	// means for it, and who else has its name, is judged elsewhere.
	stranger bool
}

// spot is where a unit stands; the zero value is nowhere: not made yet, or gone.
type spot struct {
	there  bool
	parent int    // an index, atTop or elsewhere
	name   string // empty if it is not known, or may be anybody's
	rank   int    // of its level, the highest being 0; -1 if it has none
}

// Parents that are no unit of the forest.
const (
	atTop     = -1
	elsewhere = -2 // not known
)

// sibling is what one unit alone may have at a time.
type sibling struct {
	parent int
	name   string
}

// key is what the spot takes; false if it is not known.
func (s spot) key() (sibling, bool) {
	return sibling{s.parent, s.name}, s.there && s.parent != elsewhere && s.name != ""
}

// link says that one piece of work must have ended before the other begins. Its
// ends are the last call of a unit, by its index; the call before that, as early
// gives it; or work outside of the forest.
type link struct{ first, then int }

// early is the first call of a unit that takes two.
func (f *forest) early(unit int) int { return len(f.units) + f.outside + unit }

// nodes is how many ends of links there are.
func (f *forest) nodes() int { return 2*len(f.units) + f.outside }

// need is a link that follows from the tree; byName, from a name passed on.
type need struct {
	link
	byName bool
}

// operation is how a live forest becomes the wanted one: one call for each unit
// that differs, and one before that for each that has to go by an interim spot,
// which operate sets. In whatever order the needs are kept, each prefix leaves a
// valid tree: no circle, each unit at a lower level than its parent, none without
// the parent it has, no two siblings of one name. Where the live tree is not like
// that already, no call makes it worse.
type operation struct {
	needs []need
	// faults say why the wanted forest cannot be; stuck are pieces of work, each of
	// which waits for the next, and the last for the first. With either there is no
	// way.
	faults []fault
	stuck  []int
}

// fault is something wrong with the wanted forest, which shows when units that
// are left as they are count as well.
type fault struct {
	kind        faultKind
	unit, other int
}

type faultKind uint8

const (
	belowItself faultKind = iota // the unit stands below itself, by way of other
	notLower                     // the unit stands no lower than its parent, other
	parentGoes                   // the unit's parent, other, is deleted
	nameTaken                    // the unit's name is that of its sibling, other
	noInterim                    // an interim spot clashes with another unit's spot
)

// operate works out how the live forest becomes the wanted one: in the fewest
// calls, as long as those that wait for each other in circles are few. An interim
// spot is under a parent and at a level that the unit has or will have, even if
// another would now and then save a call: people see it, and a server may not take
// it. Where levels are not ranked, a tangle of many that change names along with
// parents may take more. It takes n log n, and more only for circles.
func operate(f *forest) *operation {
	if i, ok := f.circle(); ok {
		return &operation{faults: []fault{{belowItself, i, f.units[i].wanted.parent}}}
	}
	op := f.tryOut()
	if f.longer() == 0 && op.stuck == nil || len(op.faults) > 0 {
		return op
	}
	if _, risky := f.risks(); risky == nil {
		return op
	}
	other := &forest{units: slices.Clone(f.units), links: f.links, outside: f.outside, leaveFirst: true}
	for i := range other.units {
		other.units[i].interim = nil
	}
	if try := other.tryOut(); try.stuck == nil && (op.stuck != nil || other.longer() < f.longer()) {
		f.units, f.leaveFirst = other.units, true
		return try
	}
	return op
}

// tryOut finds the interim spots for one way of avoiding circles.
func (f *forest) tryOut() *operation {
	op := f.needs()
	if len(op.faults) > 0 || len(op.needs)+len(f.links) == 0 {
		return op
	}
	if op.stuck = op.untie(f); op.stuck != nil {
		return op
	}
	return f.needs()
}

// longer is how many units take two calls.
func (f *forest) longer() int {
	n := 0
	for i := range f.units {
		if f.units[i].interim != nil {
			n++
		}
	}
	return n
}

// changes reports whether the tree sees the unit change.
func (p *placing) changes() bool { return p.live != p.wanted }

// spots are where a unit stands one after the other.
func (p *placing) spots() []spot {
	switch {
	case !p.changes():
		return []spot{p.live}
	case p.interim != nil:
		return []spot{p.live, *p.interim, p.wanted}
	}
	return []spot{p.live, p.wanted}
}

// inverted reports whether a child is no lower than its parent, as far as that
// can be told.
func inverted(parent, child spot) bool {
	return parent.there && child.there && parent.rank >= 0 && child.rank >= 0 && parent.rank >= child.rank
}
