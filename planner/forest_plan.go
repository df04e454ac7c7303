package planner

import (
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// comparison is the live forest with the plan's steps laid over it.
type comparison struct {
	grove
	m     *Match
	live  []int // by branch: what it stands below now, -1 for nothing
	byID  map[ObjectID]int
	made  map[schema.Address]int
	moves []passing
	// unplaced says of a live person that it is not known which units they are in.
	unplaced bool
	// along counts what goes along with units that move: the live tree, cut above
	// each unit that moves or goes. It is nil where none moves.
	along *census
}

// passing is one step that gives a unit another parent.
type passing struct {
	step, unit int
	from, to   []string
}

// Compare lays the steps of the plan over the live tree. It is called after Plan.
func (m *Match) Compare() Forest { return m.grow().forest() }

// sayMoves says of each move where it goes and what goes along, and of the tree
// what it is before and after, and which branches change.
func (m *Match) sayMoves() {
	g := m.grow()
	f := g.forest()
	m.plan.Outline = g.outline(&f)
	if !slices.ContainsFunc(m.plan.Steps, m.shapes) {
		return
	}
	if f = f.changed(g.left()); len(f.Branches) > 0 {
		m.plan.Tree = &f
	}
	if g.along == nil {
		return
	}
	g.along.sum()
	for _, p := range g.moves {
		_, people := g.along.of(p.unit)
		m.plan.Steps[p.step].Passage = &Passage{From: p.from, To: p.to, Groups: g.along.below(p.unit), People: people, AtLeast: g.unplaced}
	}
}

// shapes reports whether a step changes the tree as it is drawn.
func (m *Match) shapes(s Step) bool {
	if s.Class != schema.ClassUnit {
		return false
	}
	typ := m.in.Types[s.Address.Type]
	return s.Action == Create || s.Action == Delete || slices.ContainsFunc(s.Changes, func(c Change) bool {
		p := typ.Attribute(c.Attr).Purpose
		return p == schema.PurposeName || p == schema.PurposeLevel || p == schema.PurposeParent
	})
}

func (m *Match) grow() *comparison {
	g := &comparison{m: m, made: map[schema.Address]int{}}
	g.byID = g.gather(m.in.Live, func(t *Table, i int, _ ObjectID) schema.Address {
		switch {
		case t.claim[i] != nil:
			return t.claim[i].inst.Address
		case t.owner[i] != nil:
			return t.owner[i].Address
		}
		return schema.Address{}
	})
	g.live = g.parents()
	straighten(g.live)
	for i := range g.branches {
		was := *g.branches[i].Before
		g.branches[i].Parent, g.branches[i].After = g.live[i], &was
	}
	for i := range m.plan.Steps {
		if s := &m.plan.Steps[i]; s.Class == schema.ClassUnit && (s.Calls > 0 || s.Action == Create) {
			g.shape(i, s)
		}
	}
	g.root()
	g.before = newCensus(g.live)
	g.findMoves()
	g.people()
	g.atLeast = g.atLeast || g.unplaced
	return g
}

// shape carries out what a step does to the tree.
func (g *comparison) shape(index int, s *Step) {
	at, ok := g.byID[ObjectID{s.Provider, s.Address.Type, s.ID}]
	typ := g.m.in.Types[s.Address.Type]
	switch {
	case s.Action == Delete && ok:
		g.branches[at].After = nil
	case s.Action == Create:
		at = len(g.branches)
		g.made[s.Address] = at
		g.live = append(g.live, -1)
		g.branches = append(g.branches, Branch{Address: s.Address, Type: typ.Name, Parent: -1, After: &Unit{Name: s.Label}})
		g.change(index, at, typ, s)
	case ok && g.branches[at].After != nil:
		g.change(index, at, typ, s)
	}
}

// change gives a unit the name, level and parent that a step sends.
func (g *comparison) change(index, at int, typ *schema.Type, s *Step) {
	b := &g.branches[at]
	if t, sent := s.After[single(typ, schema.PurposeName)]; sent {
		if name, ok := text(t.Value); ok {
			b.After.Name = name
		}
	}
	if t, sent := s.After[single(typ, schema.PurposeLevel)]; sent {
		b.After.Level, _ = text(t.Value)
	}
	t, sent := s.After[single(typ, schema.PurposeParent)]
	if !sent {
		return
	}
	was := b.Parent
	if b.Parent = g.unit(s.Provider, typ.Name, t); s.ID != "" && b.Parent != was {
		g.moves = append(g.moves, passing{step: index, unit: at})
	}
}

// unit finds the branch whose id a value is, or waits for; -1 if it is none.
func (g *comparison) unit(provider, typ string, t schema.Template) int {
	if t.Pending == nil {
		id, _ := text(t.Value)
		return indexIn(g.byID, ObjectID{provider, typ, id})
	}
	if t.Pending.Ref == nil {
		return -1
	}
	if at, ok := g.made[t.Pending.Ref.Address]; ok {
		return at
	}
	if n := g.m.at[t.Pending.Ref.Address]; n != nil && n.live() != nil {
		return indexIn(g.byID, ObjectID{provider, typ, n.live().ID})
	}
	return -1
}

// findMoves says where units come from and go to, now that all of them stand
// where the plan leaves them.
func (g *comparison) findMoves() {
	if len(g.moves) == 0 {
		return
	}
	cut := slices.Clone(g.live)
	for i := range g.branches {
		b := &g.branches[i]
		if b.Before == nil || b.After == nil {
			cut[i] = -1
			continue
		}
		if b.Moves = b.Parent != g.live[i]; b.Moves {
			cut[i] = -1
			b.From = g.way(g.live[i], g.live, (*Branch).was)
		}
	}
	g.along = newCensus(cut)
	now := g.parents()
	for i := range g.moves {
		p := &g.moves[i]
		p.from, p.to = g.way(p.unit, g.live, (*Branch).was), g.way(p.unit, now, (*Branch).Unit)
	}
}

// longWay is how many names of a way are kept.
const longWay = 12

// way lists the names down to a unit; of a long one the last.
func (g *comparison) way(at int, parents []int, unit func(*Branch) *Unit) []string {
	var names []string
	for ; at >= 0 && len(names) < longWay; at = parents[at] {
		names = append(names, unit(&g.branches[at]).Name)
	}
	if at >= 0 {
		names = append(names, "…")
	}
	slices.Reverse(names)
	return names
}

// left lists, by their place in the forest, the units from under which others
// move away.
func (g *comparison) left() []int {
	var out []int
	for i := range g.branches {
		if g.branches[i].Moves && g.live[i] >= 0 {
			out = append(out, g.place[g.live[i]])
		}
	}
	return out
}
