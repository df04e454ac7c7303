package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// order adds the edges that follow from live structure and from unique keys,
// and puts the steps so that each comes after all it needs.
func (m *Match) order() {
	m.edgesOfDeletes()
	passed := m.edgesOfKeys()
	// Circles of people's and roles' keys are no matter of the tree.
	if _, whole := m.untangle(passed); !whole || !m.edgesOfTrees() {
		return
	}
	m.edgesOfUntold()
	for i := range m.plan.Steps {
		if !m.plan.Steps[i].Last {
			m.hasten(i)
		}
	}
	m.edgesOfImplied()
	if sorted, whole := m.untangle(passed); whole {
		m.renumber(sorted)
	}
}

// untangle breaks the circles in what steps wait for, and returns an order of
// them. It reports whether there is one.
func (m *Match) untangle(passed freeing) (sorted []int, whole bool) {
	for {
		sorted, stuck := sortSteps(m.plan.Steps)
		if stuck == nil {
			return sorted, true
		}
		if !m.breakCycle(stuck, passed) {
			return nil, false
		}
	}
}

// edgesOfDeletes makes every deletion wait for what still uses the object:
// people who leave, owned objects that depended on it. What units of one tree wait
// for among each other is left to edgesOfTrees.
func (m *Match) edgesOfDeletes() {
	steps := m.plan.Steps
	byID, byAddress := map[ObjectID]int{}, map[schema.Address][]int{}
	for i := range steps {
		if steps[i].Action == Delete {
			byID[ObjectID{steps[i].Provider, steps[i].Address.Type, steps[i].ID}] = i
			if steps[i].Last { // else nobody knows of it
				byAddress[steps[i].Address] = append(byAddress[steps[i].Address], i)
			}
		}
	}
	if len(byID) == 0 {
		return
	}
	for i := range steps {
		s := &steps[i]
		for _, need := range s.Dependencies {
			for _, d := range byAddress[need] {
				// What has replaced an object is referred to by all that needed that.
				if waits := s.Action == Delete || steps[d].Replaced && s.Calls > 0; waits && d != i && !sameTree(s, &steps[d]) {
					steps[d].Needs = append(steps[d].Needs, i)
				}
			}
		}
		if s.Calls == 0 {
			continue
		}
		typ := m.in.Types[s.Address.Type]
		for a := range typ.Attributes {
			attr := &typ.Attributes[a]
			if attr.Refers == "" || attr.Purpose == schema.PurposeParent {
				continue
			}
			for _, id := range referred(s.Before[attr.Name]) {
				if d, ok := byID[ObjectID{s.Provider, attr.Refers, id}]; ok && d != i {
					steps[d].Needs = append(steps[d].Needs, i)
				}
			}
		}
	}
	for _, d := range byID {
		steps[d].Needs = sortedUnique(steps[d].Needs)
	}
}

func referred(v cty.Value) []string {
	if id, ok := text(v); ok {
		return []string{id}
	}
	return elements(v)
}

// freeing says which steps give up a unique key that another takes: taker ->
// the steps it waits for because of that.
type freeing map[int][]freed

// freed is a unique key, by its number in the type, that a step gives up.
type freed struct{ step, key int }

// edgesOfKeys makes a step that takes a unique key wait for the one that gives
// it up. Names among siblings are left to edgesOfTrees.
func (m *Match) edgesOfKeys() freeing {
	type unique struct {
		provider, typ string
		key           int
		value         string
	}
	gives := map[unique]int{}
	steps := m.plan.Steps
	for i := range steps {
		s := &steps[i]
		typ := m.in.Types[s.Address.Type]
		for key := range typ.Keys {
			if s.Replaced || !s.givesUp(typ, key) || isSiblingKey(typ, key) {
				continue
			}
			live, ok := m.table(s.Provider, typ.Name).Find(s.ID)
			if had, set := liveKey(typ, key, live.Attrs); ok && set {
				gives[unique{s.Provider, typ.Name, key, had}] = i
			}
		}
	}
	out := freeing{}
	if len(gives) == 0 {
		return out
	}
	for i := range steps {
		s := &steps[i]
		typ := m.in.Types[s.Address.Type]
		n := m.at[s.Address]
		if s.Action == Delete || s.Action == Forget || n == nil || s.Release {
			continue
		}
		for key := range typ.Keys {
			takes, ok := keyOf(typ, key, n.known)
			if from, given := gives[unique{s.Provider, typ.Name, key, takes}]; ok && given && from != i && (s.Action == Create || s.givesUp(typ, key)) {
				s.Needs = sortedUnique(append(s.Needs, from))
				out[i] = append(out[i], freed{from, key})
			}
		}
	}
	return out
}

// givesUp reports whether the step changes a part of a natural key, or deletes
// the object.
func (s *Step) givesUp(typ *schema.Type, key int) bool {
	if s.Action == Delete {
		return true
	}
	for _, c := range s.Changes {
		if s.Action != Create && slices.Contains(typ.Keys[key], c.Attr) {
			return true
		}
	}
	return false
}

// hasten takes what a step needs, however far, out of the last phase, because
// something that is wanted waits for it.
func (m *Match) hasten(i int) {
	for _, need := range m.plan.Steps[i].Needs {
		if m.plan.Steps[need].Last {
			m.plan.Steps[need].Last = false
			m.hasten(need)
		}
	}
}

func sortedUnique(list []int) []int {
	slices.Sort(list)
	return slices.Compact(list)
}

func sortedNames[V, W any](a map[string]V, b map[string]W) []string {
	names := make([]string, 0, len(a)+len(b))
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
