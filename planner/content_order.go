package planner

import (
	"maps"
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// claimOrder is the instances in groups, in an order in which each comes after all
// that it needs. Where that can be, all of one type are in one group, and none of
// what they need is, but for others of that type: so those that are known by their
// content alone can be compared all at once.
func (m *Match) claimOrder() [][]*node {
	if !slices.ContainsFunc(m.nodes, func(n *node) bool { return knownByContent(n.inst.Type) }) {
		return [][]*node{m.nodes}
	}
	needs, rank := map[[2]string]bool{}, map[string]int{}
	for _, n := range m.nodes {
		rank[n.inst.Type.Name] = 0
		for _, need := range n.inst.Needs {
			if need.Type != n.inst.Address.Type && m.at[need] != nil {
				needs[[2]string{n.inst.Address.Type, need.Type}] = true
			}
		}
	}
	for round, changed := 0, true; changed; round++ {
		if round > len(rank) { // types that need each other
			return [][]*node{m.nodes}
		}
		changed = false
		for pair := range needs {
			if rank[pair[0]] <= rank[pair[1]] {
				rank[pair[0]], changed = rank[pair[1]]+1, true
			}
		}
	}
	groups := make([][]*node, 1+slices.Max(slices.Collect(maps.Values(rank))))
	for _, n := range m.nodes {
		at := rank[n.inst.Type.Name]
		groups[at] = append(groups[at], n)
	}
	return groups
}

// claims finds the live objects of those instances that no id says.
func (m *Match) claims() {
	for _, group := range m.claimOrder() {
		var waiting []*node
		for _, n := range group {
			if slices.ContainsFunc(n.inst.Needs, m.isWaiting) { // of its own type, or of types that need each other
				m.claimByContent(waiting)
				waiting = nil
			}
			m.checkProviders(n)
			m.resolve(n)
			m.checkAnyOf(n)
			m.setDefaultLevel(n)
			if knownByContent(n.inst.Type) {
				n.waiting = true
				waiting = append(waiting, n)
				continue
			}
			switch {
			case n.index >= 0:
			case n.inst.Type.Lookup != "":
				m.claimByLookup(n)
			default:
				m.claimByKey(n)
			}
			m.checkStrangers(n)
		}
		m.claimByContent(waiting)
	}
}

// isWaiting reports whether the live object of an instance is still to be looked for
// by its content.
func (m *Match) isWaiting(addr schema.Address) bool { return m.at[addr] != nil && m.at[addr].waiting }
