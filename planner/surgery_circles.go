package planner

// circle finds a unit that is wanted to stand below itself.
func (f *forest) circle() (int, bool) {
	seen := make([]int, len(f.units)) // by which walk, from 1
	for i := range f.units {
		for at := i; at >= 0 && f.units[at].wanted.there; at = f.units[at].wanted.parent {
			if seen[at] == i+1 {
				return at, true
			}
			if seen[at] != 0 {
				break
			}
			seen[at] = i + 1
		}
	}
	return 0, false
}

// aroundCircles keeps units from standing below themselves while some stand where
// they were and others where they are to be. A circle of that kind lies within
// what live and wanted parents connect both ways. There are two ways to prevent
// all of them: a unit comes to its parent after the nearest that comes to one
// above it, in the wanted tree; or it leaves its parent before the nearest that
// leaves one above it, in the live tree. Only those count above whose other parent
// lies within as well: otherwise no way leads back from there. Where levels go
// down along all such connections there can be no circle.
func (op *operation) aroundCircles(f *forest) {
	of, risky := f.risks()
	if risky == nil {
		return
	}
	t := &turns{f: f, of: of, known: make([]int, len(f.units))}
	for i := range f.units {
		if !risky[of[i]] || !t.turns(i) {
			continue
		}
		above := t.nearest(i)
		if above < 0 {
			continue
		}
		u := &f.units[above]
		switch {
		case !f.leaveFirst && within(of, of[i], u.live):
			op.needs = append(op.needs, need{link: link{f.arriving(above), f.arriving(i)}})
		case f.leaveFirst && within(of, of[i], u.wanted):
			op.needs = append(op.needs, need{link: link{f.departing(i), f.departing(above)}})
		}
	}
}

// risks finds the knots that live and wanted parents make and in which levels do
// not prevent circles; nil if there are none.
func (f *forest) risks() (of []int, risky []bool) {
	parents := newGraph(len(f.units))
	for i := range f.units {
		for _, s := range []spot{f.units[i].live, f.units[i].wanted} {
			if s.there && s.parent >= 0 {
				parents.add(i, s.parent)
			}
		}
	}
	of, count := parents.knots()
	if count == len(of) {
		return of, nil
	}
	for i := range f.units {
		for _, s := range []spot{f.units[i].live, f.units[i].wanted} {
			if within(of, of[i], s) && !f.goesDown(i, s.parent) {
				if risky == nil {
					risky = make([]bool, count)
				}
				risky[of[i]] = true
			}
		}
	}
	return of, risky
}

// within reports whether a spot is below a unit of a knot.
func within(of []int, knot int, s spot) bool {
	return s.there && s.parent >= 0 && of[s.parent] == knot
}

// goesDown reports whether the levels of a unit and a parent it has or will have
// are known, so that the rule of levels holds between them all the way.
func (f *forest) goesDown(child, parent int) bool {
	c, p := &f.units[child], &f.units[parent]
	for _, s := range []spot{c.live, c.wanted, p.live, p.wanted} {
		if s.there && s.rank < 0 {
			return false
		}
	}
	return !(c.live.parent == parent && inverted(p.live, c.live))
}

// arriving is the call with which a unit comes to its wanted parent.
func (f *forest) arriving(i int) int {
	if u := &f.units[i]; u.interim != nil && u.interim.parent == u.wanted.parent {
		return f.early(i)
	}
	return i
}

// departing is the call with which it leaves its live parent.
func (f *forest) departing(i int) int {
	if u := &f.units[i]; u.interim != nil && u.interim.parent != u.live.parent {
		return f.early(i)
	}
	return i
}

// turns finds who turns from one parent to another above a unit, within a knot, in
// the wanted tree or, where units leave first, in the live one.
type turns struct {
	f     *forest
	of    []int
	known []int // by unit: 0 for not known, else the answer and 2
}

// turns reports whether a unit comes to a parent, or leaves one.
func (t *turns) turns(i int) bool {
	u := &t.f.units[i]
	here, other := u.wanted, u.live
	if t.f.leaveFirst {
		here, other = other, here
	}
	return here.there && (!other.there || other.parent != here.parent)
}

// nearest gives the nearest above it that turns, by index, or -1.
func (t *turns) nearest(i int) int {
	var path []int
	answer := -1
	for at := i; ; {
		if t.known[at] != 0 {
			answer = t.known[at] - 2
			break
		}
		path = append(path, at)
		s := t.f.units[at].wanted
		if t.f.leaveFirst {
			s = t.f.units[at].live
		}
		if !within(t.of, t.of[at], s) || len(path) > len(t.known) {
			break
		}
		at = s.parent
		if t.turns(at) {
			answer = at
			break
		}
	}
	for _, at := range path {
		t.known[at] = answer + 2
	}
	return answer
}
