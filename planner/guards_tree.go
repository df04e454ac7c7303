package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// guardBelowItself refuses a tree in which a unit would stand below itself. The
// language refuses it among references; ids that are written or looked up can
// still say so.
func (m *Match) guardBelowItself() {
	type at struct{ provider, typ, key string }
	const walking, done = 1, 2
	state := map[at]int{}
	for _, n := range m.nodes {
		parent := single(n.inst.Type, schema.PurposeParent)
		if n.inst.Type.Class != schema.ClassUnit || parent == "" {
			continue
		}
		provider, typ := n.inst.Provider, n.inst.Type.Name
		var way []member
		e, ok := n.asMember(), true
		for ok && state[at{provider, typ, e.key()}] == 0 {
			state[at{provider, typ, e.key()}] = walking
			way = append(way, e)
			e, ok = m.parentAfter(provider, typ, parent, e)
		}
		if ok && state[at{provider, typ, e.key()}] == walking {
			from := slices.IndexFunc(way, func(o member) bool { return o.key() == e.key() })
			m.refuseCircle(provider, typ, parent, way[from:])
		}
		for _, o := range way {
			state[at{provider, typ, o.key()}] = done
		}
	}
}

// asMember stands for the node's object: its id, or that it is to be made.
func (n *node) asMember() member {
	if live := n.live(); live != nil {
		return member{id: live.ID}
	}
	return member{pending: &schema.Template{Pending: &schema.Pending{Ref: &schema.Ref{Address: n.inst.Address, Attr: "id"}}}}
}

// refuseCircle refuses a circle of units, each of which is to stand below the
// next, if the configuration says so of any.
func (m *Match) refuseCircle(provider, typ, parent string, circle []member) {
	r := Refusal{Guard: GuardBelowItself, Count: len(circle), Base: 1}
	var names []string
	for _, e := range circle {
		what := m.element(provider, typ, e)
		names = append(names, what.Label)
		if n := m.at[what.Address]; n != nil && r.File == "" {
			rng := n.inst.Block.RangeOf(parent)
			r.File, r.Line = rng.Filename, rng.Start.Line
		}
	}
	slices.Reverse(names)
	r.Names = firstTen(names)
	word := m.in.Types[typ].Noun[0]
	r.Summary = fmt.Sprintf("A %s would stand below itself", word)
	r.Detail = fmt.Sprintf("The wanted tree goes in a circle: %s. No server can keep that. Give one of them another %s.",
		strings.Join(append(names, names[0]), " / "), parent)
	m.plan.Refusals = append(m.plan.Refusals, r)
}
