package planner

import (
	"container/heap"
	"slices"
)

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
