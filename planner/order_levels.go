package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// edgesOfLevels makes a unit that goes down to a lower level wait until the live
// units below it, which would stand beside or above it, are out of the way or
// lower themselves. In exchange nothing else waits for such a unit: what is put
// under it stands lower than where it is now as well. Units that go up keep the
// order in which they come, parents first. So a level never stands on its head,
// and as long as that is so there is no circle in the tree either.
//
// It returns the deletions that such a unit waits for.
func (m *Match) edgesOfLevels() (inTheWay []int) {
	sinking := m.sinking()
	if len(sinking) == 0 {
		return nil
	}
	m.relax(sinking)
	steps, at := m.plan.Steps, m.unitSteps()
	for provider, types := range m.in.Live {
		for name, table := range types {
			parent, level := single(table.typ, schema.PurposeParent), single(table.typ, schema.PurposeLevel)
			if table.typ.Class != schema.ClassUnit || parent == "" || level == "" {
				continue
			}
			for i := range table.objects {
				child := &table.objects[i]
				above, _ := text(child.Attrs[parent])
				up, ok := at[ObjectID{provider, name, above}]
				goes, sinks := sinking[up]
				j, changes := at[ObjectID{provider, name, child.ID}]
				if !ok || !sinks || !changes {
					continue
				}
				if rank := m.rank(provider, child.Attrs[level]); rank < 0 || rank > goes {
					continue
				}
				steps[up].Needs = sortedUnique(append(steps[up].Needs, j))
				if steps[j].Action == Delete {
					inTheWay = append(inTheWay, j)
				}
			}
		}
	}
	slices.Sort(inTheWay)
	return inTheWay
}

// sinking lists the steps of live units that go down, with the rank of the level
// they go to.
func (m *Match) sinking() map[int]int {
	out := map[int]int{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if s.Class != schema.ClassUnit || s.ID == "" || s.Action == Replace {
			continue
		}
		level := single(m.in.Types[s.Address.Type], schema.PurposeLevel)
		t, changes := s.After[level]
		if !changes || !t.IsKnown() {
			continue
		}
		was, goes := m.rank(s.Provider, s.Before[level]), m.rank(s.Provider, t.Value)
		if was >= 0 && goes > was {
			out[i] = goes
		}
	}
	return out
}

// rank is the place of a level among those the provider configuration names, the
// highest being 0; -1 if it names no such level.
func (m *Match) rank(provider string, level cty.Value) int {
	name, _ := text(level)
	return slices.Index(m.in.Providers[provider].Levels, name)
}

// unitSteps finds the step that changes or deletes a live unit.
func (m *Match) unitSteps() map[ObjectID]int {
	out := map[ObjectID]int{}
	for i := range m.plan.Steps {
		if s := &m.plan.Steps[i]; s.Class == schema.ClassUnit && s.ID != "" && s.Calls > 0 {
			out[ObjectID{s.Provider, s.Address.Type, s.ID}] = i
		}
	}
	return out
}

// relax lets nothing wait for these steps that does not wait for a value of
// theirs.
func (m *Match) relax(sinking map[int]int) {
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		s.Needs = slices.DeleteFunc(s.Needs, func(need int) bool {
			_, sinks := sinking[need]
			return sinks && !s.waitsFor(m.plan.Steps[need].Address)
		})
	}
}

// waitsFor reports whether a value of the step is known only after another's.
func (s *Step) waitsFor(addr schema.Address) bool {
	for _, t := range s.After {
		if t.Pending != nil && slices.Contains(t.Uses(), addr) {
			return true
		}
	}
	return false
}
