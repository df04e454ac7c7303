package planner

import (
	"container/heap"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// order adds the edges that follow from live structure and from unique keys,
// and puts the steps so that each comes after all it needs.
func (m *Match) order() {
	m.edgesOfDeletes()
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

// freeing says which step gives up a unique key that another takes: taker ->
// the steps it waits for because of that.
type freeing map[int][]int

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
			if from, freed := gives[unique{s.Provider, typ.Name, key, takes}]; ok && freed && from != i && (s.Action == Create || s.givesUp(typ, key)) {
				s.Needs = sortedUnique(append(s.Needs, from))
				out[i] = append(out[i], from)
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

// breakCycle lets one unit or role of a circle of keys go through a temporary
// name, which costs one call. A circle of people's keys is an error.
func (m *Match) breakCycle(stuck []int, freed freeing) bool {
	cycle := findCycle(m.plan.Steps, stuck)
	for at, taker := range cycle {
		from := cycle[(at+1)%len(cycle)]
		if !slices.Contains(freed[taker], from) {
			continue
		}
		step := &m.plan.Steps[from]
		attr := m.renamable(step)
		if attr == "" {
			continue
		}
		name, _ := text(step.Before[attr])
		if name == "" {
			live, _ := m.table(step.Provider, step.Address.Type).Find(step.ID)
			name, _ = text(live.Attrs[attr])
		}
		temporary := m.temporaryStep(step, attr, name)
		index := len(m.plan.Steps)
		m.plan.Steps = append(m.plan.Steps, temporary)
		for other, list := range freed {
			if slices.Contains(list, from) {
				m.plan.Steps[other].replaceNeed(from, index)
				freed[other] = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return i == from })
			}
		}
		step = &m.plan.Steps[from]
		step.Needs = sortedUnique(append(step.Needs, index))
		return true
	}
	m.refuseCycle(cycle)
	return false
}

// temporaryStep renames an object out of the way.
func (m *Match) temporaryStep(step *Step, attr, name string) Step {
	after := schema.Known(cty.StringVal(fmt.Sprintf("%s (renaming %s)", name, step.ID)))
	before := cty.StringVal(name)
	return Step{
		Address: step.Address, From: step.From, Action: Update, Provider: step.Provider, ID: step.ID, Label: step.Label, Class: step.Class,
		Changes: []Change{{Attr: attr, Before: before, After: after}},
		Before:  map[string]cty.Value{attr: before}, After: map[string]schema.Template{attr: after},
		Reason: "a temporary name, so that names can change places", Calls: 1, Dependencies: step.Dependencies,
		File: step.File, Line: step.Line,
	}
}

// renamable is the name attribute through which a unit or role can be put out
// of the way; "" for people and for what is being made.
func (m *Match) renamable(step *Step) string {
	if step.Class != schema.ClassUnit && step.Class != schema.ClassRole || step.ID == "" {
		return ""
	}
	return single(m.in.Types[step.Address.Type], schema.PurposeName)
}

func (s *Step) replaceNeed(old, now int) {
	for i, need := range s.Needs {
		if need == old {
			s.Needs[i] = now
		}
	}
	s.Needs = sortedUnique(s.Needs)
}

func (m *Match) refuseCycle(cycle []int) {
	var names []string
	for _, i := range cycle {
		names = append(names, fmt.Sprintf("%s (%s)", m.plan.Steps[i].Address, m.plan.Steps[i].Label))
	}
	m.refuse("Keys change places in a circle", "%s each take a key, such as an e-mail or phone, that the next one gives up, so no order of changes can be kept by the server. Let one of them go through another address first.",
		strings.Join(names, ", "))
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

// findCycle follows needs among the stuck steps until one comes again; each
// step of the result needs the next.
func findCycle(steps []Step, stuck []int) []int {
	in := make(map[int]bool, len(stuck))
	for _, i := range stuck {
		in[i] = true
	}
	// A stuck step may only wait for a circle; walking on leads into one.
	seen := map[int]int{}
	var path []int
	for at := stuck[0]; ; {
		if first, again := seen[at]; again {
			return path[first:]
		}
		seen[at] = len(path)
		path = append(path, at)
		next := -1
		for _, need := range steps[at].Needs {
			if in[need] {
				next = need
				break
			}
		}
		if next < 0 {
			return path
		}
		at = next
	}
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
