package planner

import (
	"container/heap"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// order adds the edges that follow from live structure and from unique keys,
// and puts the steps so that each comes after all it needs.
func (m *Match) order() {
	inTheWay := m.edgesOfLevels()
	m.edgesOfDeletes()
	for _, i := range inTheWay {
		m.hasten(i)
	}
	freed := m.edgesOfKeys()
	for {
		sorted, stuck := sortSteps(m.plan.Steps)
		if stuck == nil {
			m.renumber(sorted)
			return
		}
		if !m.breakCycle(stuck, freed) {
			return
		}
	}
}

// edgesOfDeletes makes every deletion wait for what still uses the object:
// children that move away or are deleted, people who leave, owned objects that
// depended on it.
func (m *Match) edgesOfDeletes() {
	steps := m.plan.Steps
	byID, byAddress := map[ObjectID]int{}, map[schema.Address]int{}
	for i := range steps {
		if steps[i].Action == Delete {
			byID[ObjectID{steps[i].Provider, steps[i].Address.Type, steps[i].ID}] = i
			byAddress[steps[i].Address] = i
		}
	}
	if len(byID) == 0 {
		return
	}
	for i := range steps {
		s := &steps[i]
		if s.Action == Delete {
			for _, need := range s.Dependencies {
				if d, ok := byAddress[need]; ok && d != i {
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
			if attr.Refers == "" {
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
// it up.
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
			if !s.givesUp(typ, key) {
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
				m.hasten(from)
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

// hasten takes a deletion, and the deletions it needs, out of the last phase,
// because something that is wanted waits for it.
func (m *Match) hasten(i int) {
	if !m.plan.Steps[i].Last {
		return
	}
	m.plan.Steps[i].Last = false
	for _, need := range m.plan.Steps[i].Needs {
		m.hasten(need)
	}
}

// sortSteps orders the steps so that needs come first, keeping the given order
// wherever that is free. With a circle it returns the steps it could not place.
func sortSteps(steps []Step) (sorted, stuck []int) {
	open := make([]int, len(steps))
	needed := make([][]int, len(steps))
	for i := range steps {
		open[i] = len(steps[i].Needs)
		for _, need := range steps[i].Needs {
			needed[need] = append(needed[need], i)
		}
	}
	ready := &stepHeap{steps: steps}
	for i := range steps {
		if open[i] == 0 {
			ready.list = append(ready.list, i)
		}
	}
	heap.Init(ready)
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		sorted = append(sorted, i)
		for _, next := range needed[i] {
			if open[next]--; open[next] == 0 {
				heap.Push(ready, next)
			}
		}
	}
	if len(sorted) == len(steps) {
		return sorted, nil
	}
	for i := range steps {
		if open[i] > 0 {
			stuck = append(stuck, i)
		}
	}
	return nil, stuck
}

// stepHeap gives the first step of those that are ready, deletions last.
type stepHeap struct {
	steps []Step
	list  []int
}

func (h *stepHeap) Len() int { return len(h.list) }
func (h *stepHeap) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	if h.steps[a].Last != h.steps[b].Last {
		return h.steps[b].Last
	}
	return a < b
}
func (h *stepHeap) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *stepHeap) Push(x any)    { h.list = append(h.list, x.(int)) }
func (h *stepHeap) Pop() any {
	x := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return x
}

// renumber puts the steps into the order and corrects the edges.
func (m *Match) renumber(sorted []int) {
	place := make([]int, len(sorted))
	for at, i := range sorted {
		place[i] = at
	}
	out := make([]Step, len(sorted))
	for at, i := range sorted {
		out[at] = m.plan.Steps[i]
		for j, need := range out[at].Needs {
			out[at].Needs[j] = place[need]
		}
		slices.Sort(out[at].Needs)
	}
	m.plan.Steps = out
	for _, n := range m.nodes {
		if n.step >= 0 {
			n.step = place[n.step]
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
