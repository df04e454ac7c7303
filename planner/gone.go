package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// What stands there anyway cannot be made again when it has gone. What is wanted of it, and
// of what needs it, is left, and everything else is planned; but the plan is refused, since
// what it would leave is not what is wanted.

// leaveGone reports whether an instance is left because it, or what it needs, is gone and
// cannot be made.
func (m *Match) leaveGone(n *node) bool {
	n.left = n.gone && n.inst.Type.Standing || slices.ContainsFunc(n.inst.Needs, func(need schema.Address) bool {
		other := m.at[need]
		return other != nil && other.left
	})
	return n.left
}

// guardGone refuses a plan in which something that is described is gone for good.
func (m *Match) guardGone() {
	var blocks []*schema.Block
	gone := map[*schema.Block][]*node{}
	for _, n := range m.nodes {
		if !n.left || !n.gone || !n.inst.Type.Standing {
			continue
		}
		if gone[n.inst.Block] == nil {
			blocks = append(blocks, n.inst.Block)
		}
		gone[n.inst.Block] = append(gone[n.inst.Block], n)
	}
	for _, b := range blocks {
		first := gone[b][0]
		typ, names := first.inst.Type, make([]string, len(gone[b]))
		for i, n := range gone[b] {
			names[i] = label(typ, attrsGetter(n.rec.Attrs), n.rec.ID)
		}
		at := b.RangeOf(typ.Lookup)
		who, them := fmt.Sprintf("%s (id %s)", first.inst.Address, first.rec.ID), typ.Noun[0]
		if len(names) > 1 {
			who, them = fmt.Sprintf("%d %s that %s describes", len(names), typ.Noun[1], b.Address), typ.Noun[1]
		}
		m.refusal(Refusal{Guard: GuardGone, Count: len(names), Base: m.owned()[typ.Name], Names: firstTen(names), File: at.Filename, Line: at.Start.Line,
			Summary: strings.ToUpper(them[:1]) + them[1:] + " gone from the live system",
			Detail: fmt.Sprintf("The state owns %s, and the server does not have them any more, or does not show them to this account. A %s can be managed, not made. Take out of the configuration who has gone, which lets go of them, or correct %s. Everything else is planned, and can be carried out with -target.",
				who, typ.Noun[0], typ.Lookup)})
	}
}
