package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// edgesOfUntold lets units that are deleted, and of which nobody says what they
// stand in, go from the lowest level up: what is below another is of a lower level.
func (m *Match) edgesOfUntold() {
	byTree := map[ObjectID]map[int][]int{} // steps by tree and rank
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		typ := m.in.Types[s.Address.Type]
		if s.Action != Delete || !isTree(typ) || m.isTold(s, typ) {
			continue
		}
		rank := m.rank(s.Provider, s.Before[single(typ, schema.PurposeLevel)])
		if rank < 0 {
			continue
		}
		tree := ObjectID{Provider: s.Provider, Type: typ.Name}
		if byTree[tree] == nil {
			byTree[tree] = map[int][]int{}
		}
		byTree[tree][rank] = append(byTree[tree][rank], i)
	}
	for _, ranks := range byTree {
		var lower []int
		for _, rank := range descending(ranks) {
			for _, i := range ranks[rank] {
				m.plan.Steps[i].Needs = sortedUnique(append(m.plan.Steps[i].Needs, lower...))
			}
			lower = ranks[rank]
		}
	}
}

// isTold reports whether the server or the record says what a unit stands in.
func (m *Match) isTold(s *Step, typ *schema.Type) bool {
	parent := single(typ, schema.PurposeParent)
	if s.Before[parent] != cty.NilVal {
		return true
	}
	table := m.table(s.Provider, typ.Name)
	i, ok := table.byID[s.ID]
	return ok && table.owner[i] != nil && table.owner[i].Attrs[parent] != cty.NilVal
}

func descending(ranks map[int][]int) []int {
	out := make([]int, 0, len(ranks))
	for rank := range ranks {
		out = append(out, rank)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}
