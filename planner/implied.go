package planner

import (
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// addsParents reports whether the tenant seems to add the membership of a
// parent with a child's: some person is in a unit below the top, and everybody
// in such a unit is in the one above it as well. It is worked out once for each
// provider configuration.
func (m *Match) addsParents(n *node, attr *schema.Attribute) bool {
	if m.impliesParents == nil {
		m.impliesParents = map[string]bool{}
	}
	answer, known := m.impliesParents[n.inst.Provider]
	if !known {
		answer = m.everybodyIsInParents(n, attr)
		m.impliesParents[n.inst.Provider] = answer
	}
	return answer
}

func (m *Match) everybodyIsInParents(n *node, attr *schema.Attribute) bool {
	seen := false
	for i := range n.table.objects {
		v, ok := n.table.objects[i].Attrs[attr.Name]
		if !ok {
			continue
		}
		ids := elements(v)
		for _, id := range ids {
			parent := m.parentOf(n.inst.Provider, attr.Refers, id)
			if parent == "" {
				continue
			}
			if !slices.Contains(ids, parent) {
				return false
			}
			seen = true
		}
	}
	return seen
}
