package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// mark is the state of a vertex in the search for an order.
type mark uint8

const (
	unseen mark = iota
	onPath
	ordered
)

// sorter puts instances in an order in which each comes after all it needs. It
// walks with a stack of its own, so that the depth of a tree does not matter.
type sorter struct {
	out   []*instance
	path  []visit
	diags hcl.Diagnostics
}

type visit struct {
	vertex *vertex
	deps   []*vertex
	next   int
}

// add appends v after everything it depends on.
func (o *sorter) add(v *vertex) {
	if v.order != unseen {
		return
	}
	o.enter(v)
	for len(o.path) > 0 {
		top := &o.path[len(o.path)-1]
		if top.next == len(top.deps) {
			top.vertex.order = ordered
			if in, ok := top.vertex.owner.(*instance); ok && !in.res.decl.data {
				o.out = append(o.out, in)
			}
			o.path = o.path[:len(o.path)-1]
			continue
		}
		dep := top.deps[top.next]
		top.next++
		switch dep.order {
		case unseen:
			o.enter(dep)
		case onPath:
			o.cycle(dep)
		}
	}
}

func (o *sorter) enter(v *vertex) {
	v.order = onPath
	o.path = append(o.path, visit{vertex: v, deps: next(v)})
}

// cycle reports the part of the path from v to its end, unless a cycle through it
// was told during the evaluation.
func (o *sorter) cycle(v *vertex) {
	start := len(o.path) - 1
	for start > 0 && o.path[start].vertex != v {
		start--
	}
	var path []step
	for i, visited := range o.path[start:] {
		if visited.vertex.reported {
			return
		}
		target := v
		if start+i+1 < len(o.path) {
			target = o.path[start+i+1].vertex
		}
		path = append(path, step{visited.vertex, placeOfReference(visited.vertex, target)})
	}
	o.diags = append(o.diags, cycleProblem(path))
}

// placeOfReference finds where one vertex refers to another; it is looked for
// only for a message.
func placeOfReference(from, to *vertex) hcl.Range {
	at := from.owner.place()
	var find func(hclsyntax.Expression) bool
	find = func(e hclsyntax.Expression) bool {
		found := false
		_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
			switch n := n.(type) {
			case *refNode:
				found = found || refersTo(n.target, to)
			case *localNode:
				found = found || &n.local.vertex == to
			case wrapper:
				found = found || find(n.wrapped())
			}
			return nil
		})
		return found
	}
	switch owner := from.owner.(type) {
	case *instance:
		for i := range owner.res.attrs {
			if find(owner.res.attrs[i].expr) {
				return owner.res.attrs[i].rng
			}
		}
		for _, ref := range owner.res.dependsOn {
			if find(ref) {
				return ref.Range()
			}
		}
	case *localValue:
		if find(owner.expr) {
			return owner.expr.Range()
		}
	}
	return at
}

func refersTo(target *resource, to *vertex) bool {
	switch owner := to.owner.(type) {
	case *instance:
		return owner.res == target
	case *resource:
		return owner == target
	}
	return false
}
