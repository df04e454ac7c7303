package schema

import "github.com/hashicorp/hcl/v2"

// vertex is something that is evaluated once and that others depend on: an
// instance, a resource as a whole, a for_each, a local value, an output.
type vertex struct {
	owner evaluable
	state progress
	// muted says that the value, or a part of it, stands for something that
	// cannot be had for a reason that is told elsewhere: a mistake, or a data
	// source that is not read. What follows from it is not a mistake of its own.
	muted bool
	// reported says that a cycle through it has been told.
	reported bool
	order    mark
	id       uint32 // of a set of dependencies, see needs.go; 0 for none yet
	deps     []*vertex
	diags    hcl.Diagnostics
	// closure are the instances reached through what is no instance.
	closure []*instance
	closed  bool
}

// evaluable is the owner of a vertex.
type evaluable interface {
	evaluate(s *Scope)
	// String is the name in a message, place where it is written.
	String() string
	place() hcl.Range
}

type progress uint8

const (
	fresh progress = iota
	busy
	finished
)

// frame is an evaluation under way. Without a vertex it only collects what is
// depended on.
type frame struct {
	vertex *vertex
	at     hcl.Range // the reference that asked for it
	deps   []*vertex
	seen   map[*vertex]struct{}
	// maybe are resources that were indexed by a key that is not known.
	maybe []*resource
	muted bool
}

// depthLimit ends a chain of references through values long before the stack
// does.
const depthLimit = 50_000

// demand evaluates v unless it is done, and notes that the present frame depends
// on it. The diagnostic is a cycle: the value cannot be had.
func (s *Scope) demand(v *vertex, at hcl.Range) *hcl.Diagnostic {
	s.depend(v)
	return s.force(v, at)
}

// force is demand without the note.
func (s *Scope) force(v *vertex, at hcl.Range) *hcl.Diagnostic {
	switch v.state {
	case finished:
		return nil
	case busy:
		return s.cycleHere(v, at)
	}
	if len(s.stack) > depthLimit {
		return problem(at, "References too deep", "This value follows from a chain of more than %d values, each taken from the next. Take it from where the chain begins.", depthLimit)
	}
	v.state = busy
	f := s.push(v, at)
	v.owner.evaluate(s)
	v.deps = append(v.deps, f.deps...)
	v.muted = v.muted || f.muted
	s.pop()
	v.state = finished
	return nil
}

func (s *Scope) push(v *vertex, at hcl.Range) *frame {
	f := &frame{vertex: v, at: at}
	s.stack = append(s.stack, f)
	return f
}

func (s *Scope) pop() { s.stack = s.stack[:len(s.stack)-1] }

// collect runs an evaluation in a frame of its own and returns that frame.
func (s *Scope) collect(run func()) *frame {
	f := s.push(nil, hcl.Range{})
	run()
	s.pop()
	return f
}

func (s *Scope) top() *frame {
	if len(s.stack) == 0 {
		return nil
	}
	return s.stack[len(s.stack)-1]
}

// depend notes that the present frame depends on v.
func (s *Scope) depend(v *vertex) {
	if f := s.top(); f != nil {
		f.add(v)
	}
}

// mute notes that the present frame met something that is told elsewhere.
func (s *Scope) mute() {
	if f := s.top(); f != nil {
		f.muted = true
	}
}

// fewDeps is how many dependencies are searched one by one.
const fewDeps = 12

func (f *frame) add(v *vertex) {
	if f.seen != nil {
		if _, ok := f.seen[v]; ok {
			return
		}
		f.seen[v] = struct{}{}
		f.deps = append(f.deps, v)
		return
	}
	for _, have := range f.deps {
		if have == v {
			return
		}
	}
	f.deps = append(f.deps, v)
	if len(f.deps) > fewDeps {
		f.seen = make(map[*vertex]struct{}, 2*len(f.deps))
		for _, have := range f.deps {
			f.seen[have] = struct{}{}
		}
	}
}

// adopt takes over the dependencies of another frame.
func (s *Scope) adopt(deps []*vertex, muted bool) {
	f := s.top()
	if f == nil {
		return
	}
	for _, v := range deps {
		f.add(v)
	}
	f.muted = f.muted || muted
}

// gatherDiags returns the diagnostics of everything that can be reached from
// the vertices.
func gatherDiags(roots []*vertex) hcl.Diagnostics {
	var diags hcl.Diagnostics
	seen := map[*vertex]struct{}{}
	queue := append([]*vertex(nil), roots...)
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		if _, ok := seen[v]; ok {
			continue
		}
		seen[v] = struct{}{}
		diags = append(diags, v.diags...)
		queue = append(queue, v.deps...)
		if in, ok := v.owner.(*instance); ok {
			queue = append(queue, &in.res.expansion.vertex)
		}
	}
	return diags
}
