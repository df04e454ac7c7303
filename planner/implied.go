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

// parentOf is the live parent's id of a unit, "" for none.
func (m *Match) parentOf(provider, typ, id string) string {
	o, ok := m.table(provider, typ).Find(id)
	if !ok {
		return ""
	}
	p, _ := text(o.Attrs[single(m.in.Types[typ], schema.PurposeParent)])
	return p
}

// ancestors are the live units that are above any of the given ones once the
// plan is carried out.
func (m *Match) ancestors(provider, typ string, of members) map[string]bool {
	out, seen := map[string]bool{}, map[string]bool{}
	parent := single(m.in.Types[typ], schema.PurposeParent)
	for _, e := range of.list {
		for at := e; ; {
			next, ok := m.parentAfter(provider, typ, parent, at)
			if !ok || seen[next.key()] {
				break
			}
			seen[next.key()] = true
			if next.pending == nil {
				out[next.id] = true
			}
			at = next
		}
	}
	return out
}

// parentAfter is the parent that a unit has once the plan is carried out: the
// wanted one where the configuration has the unit, else the live one.
func (m *Match) parentAfter(provider, typ, parent string, of member) (member, bool) {
	var n *node
	if of.pending != nil {
		if ref := of.pending.Pending.Ref; ref != nil {
			n = m.at[ref.Address]
		}
	} else if t := m.table(provider, typ); t != nil {
		if i, ok := t.byID[of.id]; ok {
			n = t.claim[i]
		}
	}
	if n == nil {
		id := m.parentOf(provider, typ, of.id)
		return member{id: id}, id != ""
	}
	t, ok := n.values[parent]
	switch {
	case !ok:
		return member{}, false
	case !t.IsKnown():
		return member{pending: &t}, t.Pending.Ref != nil
	}
	id, ok := text(t.Value)
	return member{id: id}, ok && id != ""
}
