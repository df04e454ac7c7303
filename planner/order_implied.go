package planner

import (
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// edgesOfImplied makes a person who leaves a unit wait for the units that he stays
// in, where they move out from below it: a server that adds the memberships of the
// units above would add it again. Where a unit is deleted before others move, people
// may have to leave first, and do.
func (m *Match) edgesOfImplied() {
	moves := map[ObjectID][]int{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		switch {
		case s.Class == schema.ClassUnit && s.Action == Delete && !s.Last:
			return
		case s.Class == schema.ClassUnit && s.ID != "" && s.moves(m.in.Types[s.Address.Type]):
			id := ObjectID{s.Provider, s.Address.Type, s.ID}
			moves[id] = append(moves[id], i)
		}
	}
	if len(moves) == 0 {
		return
	}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if s.Class != schema.ClassPerson || s.Action == Delete {
			continue
		}
		for c := range s.Changes {
			attr := m.in.Types[s.Address.Type].Attribute(s.Changes[c].Attr)
			if target := m.in.Types[attr.Refers]; target != nil && isTree(target) && len(s.Changes[c].Removed) > 0 {
				s.Needs = append(s.Needs, m.movesBelow(s, &s.Changes[c], target, moves)...)
			}
		}
		s.Needs = sortedUnique(s.Needs)
	}
}

// moves reports whether a step gives a unit another parent.
func (s *Step) moves(typ *schema.Type) bool {
	parent := single(typ, schema.PurposeParent)
	return slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Attr == parent })
}

// movesBelow lists the moves of units between those that a change keeps and those,
// above them in the live tree, that it takes away.
func (m *Match) movesBelow(s *Step, c *Change, target *schema.Type, moves map[ObjectID][]int) []int {
	removed := map[string]bool{}
	for _, e := range c.Removed {
		removed[e.ID] = true
	}
	var out []int
	for _, kept := range wantedMembers(s.After[c.Attr]).list {
		var path []int
		for at, seen := kept.id, map[string]bool{}; at != "" && !seen[at]; {
			seen[at] = true
			path = append(path, moves[ObjectID{s.Provider, target.Name, at}]...)
			if at = m.parentOf(s.Provider, target.Name, at); removed[at] {
				out = append(out, path...)
			}
		}
	}
	return out
}
