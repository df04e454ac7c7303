package planner

import (
	"slices"
	"testing"
)

// TestLines: steps come in the order in which they were ready, and a line that has
// no turn holds up nobody else.
func TestLines(t *testing.T) {
	call := func(provider string) Step { return Step{Provider: provider, Calls: 1} }
	l := newReadyLines([]Step{call("a"), call("a"), call("b"), {Provider: "a"}, call("b"), call("a")}, 1)
	var taken []int
	take := func() {
		for {
			step, ok := l.next()
			if !ok {
				return
			}
			taken = append(taken, step)
			if l.steps[step].Calls > 0 {
				l.begin(step)
			}
		}
	}
	l.add(0, 1, 2)
	l.add(3, 4, 5)
	take() // a has its turn out, and so has b
	l.end(2)
	take()
	l.end(4)
	take() // b is done; a still waits for its first
	if want := []int{0, 2, 4}; !slices.Equal(taken, want) || l.waiting != 3 {
		t.Errorf("taken %v, want %v; %d wait", taken, want, l.waiting)
	}
	l.end(0)
	take()
	l.end(1)
	take() // the one without a call needs no turn
	l.end(5)
	take()
	if want := []int{0, 2, 4, 1, 3, 5}; !slices.Equal(taken, want) || l.waiting != 0 {
		t.Errorf("taken %v, want %v; %d wait", taken, want, l.waiting)
	}
}
