package planner

// splitting looks for the fewest interim spots of any kind, in a forest of the
// units near a knot alone.
type splitting struct {
	small *forest
	part  []int // their indices in the whole forest
	names []string
	looks *int
}

func newSplitting(f *forest, part []int, around *surroundings, looks *int) *splitting {
	s := &splitting{small: &forest{leaveFirst: f.leaveFirst}, part: part, looks: looks}
	index := make(map[int]int, len(part))
	for at, unit := range part {
		index[unit] = at
	}
	inner := func(p spot) spot {
		if at, ok := index[p.parent]; ok {
			p.parent = at
		} else if p.parent >= 0 {
			p.parent = farAway - p.parent
		}
		return p
	}
	for _, unit := range part {
		u := f.units[unit]
		u.live, u.wanted = inner(u.live), inner(u.wanted)
		if u.interim != nil {
			spot := inner(*u.interim)
			u.interim = &spot
		}
		s.small.units = append(s.small.units, u)
		s.names = append(s.names, around.temporary(f, unit))
	}
	for _, l := range f.links {
		first, ok := index[l.first]
		if then, both := index[l.then]; ok && both {
			s.small.links = append(s.small.links, link{first, then})
		}
	}
	return s
}

// farAway stands for the parent 0 where that is not near, farAway-1 for 1, and so
// on: they tell siblings apart, and nothing else is known of them.
const farAway = elsewhere - 1

// outer says an interim spot in the indices of the whole forest.
func (s *splitting) outer(p *spot) *spot {
	if p == nil {
		return nil
	}
	out := *p
	switch {
	case p.parent >= 0:
		out.parent = s.part[p.parent]
	case p.parent <= farAway:
		out.parent = farAway - p.parent
	}
	return &out
}

// costOfTry is what a try costs for each unit and need, in looks.
const costOfTry = 16

// try adds at most so many interim spots and reports whether nothing waits for
// itself then. Of each circle one unit must go by such a spot, so it is enough to
// try those of a shortest.
func (s *splitting) try(most int) bool {
	f := s.small
	op := f.needs()
	*s.looks -= costOfTry * (len(f.units) + len(op.needs))
	if len(op.faults) > 0 || *s.looks <= 0 {
		return false
	}
	circle := op.circle(f, s.looks)
	if circle == nil || most == 0 {
		return circle == nil
	}
	for _, node := range circle {
		u := &f.units[node%len(f.units)]
		if u.interim != nil || !u.live.there || !u.changes() {
			continue
		}
		for _, spot := range u.interims(s.names[node%len(f.units)]) {
			u.interim = &spot
			if s.try(most - 1) {
				return true
			}
		}
		u.interim = nil
	}
	return false
}

// interims are the spots between where a unit stands and where it is to stand,
// the usual one first. What is to be deleted can only give up its name.
func (p *placing) interims(temporary string) []spot {
	parents, names, ranks := []int{p.live.parent}, []string{temporary, p.live.name}, []int{p.live.rank}
	if p.wanted.there {
		if p.wanted.parent != elsewhere {
			parents = append(parents, p.wanted.parent)
		}
		if p.wanted.name != "" {
			names = append(names, p.wanted.name)
		}
		if p.wanted.rank >= 0 {
			ranks = append(ranks, p.wanted.rank)
		}
	}
	var out []spot
	for _, parent := range parents {
		for _, name := range names {
			for _, rank := range ranks {
				if s := (spot{true, parent, name, rank}); s != p.live && s != p.wanted {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// circle finds pieces of work, each of which waits for the one before it; nil if
// there is no such circle.
func (op *operation) circle(f *forest, looks *int) []int {
	g := op.graph(f)
	of, count := g.knots()
	if count == len(of) {
		return nil
	}
	k := &knot{nodes: make([]int, f.nodes()), after: make([][]arc, f.nodes()), away: make([]bool, f.nodes())}
	for from, to := range g.to {
		for _, end := range to {
			if of[from] == of[end] {
				k.after[from] = append(k.after[from], arc{end: end})
			}
		}
	}
	return k.circle(looks)
}

// graph is everything that waits for something.
func (op *operation) graph(f *forest) *graph {
	g := newGraph(f.nodes())
	for _, n := range op.needs {
		g.add(n.first, n.then)
	}
	for _, l := range f.links {
		g.add(l.first, l.then)
	}
	for i := range f.units {
		if f.units[i].interim != nil {
			g.add(f.early(i), i)
		}
	}
	return g
}
