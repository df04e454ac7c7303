package planner

import (
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// edgesOfImplied makes a person wait for the moves of the units that he is to be in
// and of those above them: a server that adds the memberships of the units above adds
// those that are there at the time. Where a unit is deleted before others move,
// people may have to leave first, and do.
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
			if target := m.in.Types[attr.Refers]; target != nil && isTree(target) {
				s.Needs = append(s.Needs, m.movesOver(s, attr.Name, target, moves)...)
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

// movesOver lists the moves of the units that a step puts a person in, and of
// those that are above them in the live tree.
func (m *Match) movesOver(s *Step, attr string, target *schema.Type, moves map[ObjectID][]int) []int {
	var out []int
	for _, unit := range wantedMembers(s.After[attr]).list {
		for at, seen := unit.id, map[string]bool{}; at != "" && !seen[at]; at = m.parentOf(s.Provider, target.Name, at) {
			seen[at] = true
			out = append(out, moves[ObjectID{s.Provider, target.Name, at}]...)
		}
	}
	return out
}
