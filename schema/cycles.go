package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// cycleHere reports a reference to something that is being evaluated: the path
// from it to here, and back.
func (s *Scope) cycleHere(v *vertex, at hcl.Range) *hcl.Diagnostic {
	var path []step
	for i := len(s.stack) - 1; i >= 0; i-- {
		f := s.stack[i]
		if f.vertex == nil {
			continue
		}
		path = append(path, step{f.vertex, f.at})
		if f.vertex == v {
			break
		}
	}
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	for i := range path {
		// The reference that leads on from a step is the one that asked for the
		// next.
		if i+1 < len(path) {
			path[i].at = path[i+1].at
		} else {
			path[i].at = at
		}
	}
	return cycleProblem(path)
}

// step is one vertex of a cycle, and the reference in it that leads to the next.
type step struct {
	vertex *vertex
	at     hcl.Range
}

// aboutCycle marks the message for a cycle, which names the instances itself.
type aboutCycle struct{}

// shownSteps bounds the path that a message shows.
const shownSteps = 12

// cycleProblem makes the message for a cycle and remembers that it is told.
func cycleProblem(path []step) *hcl.Diagnostic {
	for _, s := range path {
		s.vertex.reported = true
		s.vertex.muted = true
	}
	first := path[0].vertex.owner.String()
	last := path[len(path)-1].at
	if len(path) == 1 {
		d := problem(last, "Reference to itself",
			"%s refers to itself here, so it can never be known. Refer to another instance, or write the value out.", first)
		d.Extra = aboutCycle{}
		return d
	}
	var names, lines []string
	for i, s := range path {
		if i >= shownSteps {
			names = append(names, plural(len(path)-shownSteps, "more step", "more steps"))
			break
		}
		names = append(names, s.vertex.owner.String())
		next := path[(i+1)%len(path)].vertex
		lines = append(lines, "  "+place(s.at)+": "+s.vertex.owner.String()+" needs "+next.owner.String())
	}
	names = append(names, first)
	d := problem(last, "Cycle of references",
		"These need one another in a circle, so none of them can come first: %s.\n\n%s\n\nTake one of these references out.",
		strings.Join(names, " -> "), strings.Join(lines, "\n"))
	d.Extra = aboutCycle{}
	return d
}
