package planner

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Forest is the wanted tree, with the wanted people in it.
func (m *Match) Forest() Forest {
	g := &grove{}
	at := map[string]int{}
	var above []string
	for _, n := range m.nodes {
		if n.inst.Type.Class != schema.ClassUnit {
			continue
		}
		u := &Unit{Name: m.labelOf(n, n.inst.Address)}
		u.Level, _ = n.level(single(n.inst.Type, schema.PurposeLevel))
		parent := ""
		if t, ok := n.values[single(n.inst.Type, schema.PurposeParent)]; ok {
			parent = m.unitKey(t, n)
		}
		at[n.inst.Address.String()], above = len(g.branches), append(above, parent)
		g.branches = append(g.branches, Branch{Address: n.inst.Address, Type: n.inst.Type.Name, After: u})
	}
	for i, key := range above {
		g.branches[i].Parent = indexIn(at, key)
	}
	g.root()
	for _, n := range m.nodes {
		if n.inst.Type.Class == schema.ClassPerson {
			m.settleWanted(g, n, at)
		}
	}
	return g.forest()
}

// settleWanted puts a wanted person into the units the configuration names.
func (m *Match) settleWanted(g *grove, n *node, at map[string]int) {
	var in, leads []int
	for i := range n.inst.Type.Attributes {
		attr := &n.inst.Type.Attributes[i]
		t, ok := n.values[attr.Name]
		if !ok || attr.Purpose != schema.PurposeMembership && attr.Purpose != schema.PurposeLead {
			continue
		}
		set := m.foreseen(t)
		g.atLeast = g.atLeast || set.whole != nil
		for _, e := range set.list {
			u := indexIn(at, m.memberUnit(e, attr, n.inst.Provider))
			switch {
			case u < 0:
			case attr.Purpose == schema.PurposeLead:
				in, leads = append(in, u), append(leads, u)
			default:
				in = append(in, u)
			}
		}
	}
	if len(in) > 0 {
		g.after.add(in)
		g.lead(leads, Element{Address: n.inst.Address, Label: m.labelOf(n, n.inst.Address)})
	}
}

// foreseen takes a wanted set apart, also one that is computed from ids which are
// not known yet.
func (m *Match) foreseen(t schema.Template) members {
	set := wantedMembers(t)
	if set.whole == nil {
		return set
	}
	v, ok := m.foresee(t)
	if !ok {
		return set
	}
	out := idMembers(elements(v))
	for i, e := range out.list {
		if address, made := strings.CutPrefix(e.id, "\x01"); made {
			addr, err := schema.ParseAddress(address)
			if err != nil {
				return set
			}
			out.list[i] = member{pending: &schema.Template{Pending: &schema.Pending{Type: cty.String, Ref: &schema.Ref{Address: addr, Attr: "id"}}}}
		}
	}
	return out
}

// unitKey is the address of the unit that a wanted parent means.
func (m *Match) unitKey(t schema.Template, n *node) string {
	if t.Pending != nil && t.Pending.Ref != nil {
		return t.Pending.Ref.Address.String()
	}
	id, _ := text(t.Value)
	return m.unitOf(id, n.inst.Provider, n.inst.Type.Name)
}

func (m *Match) memberUnit(e member, attr *schema.Attribute, provider string) string {
	if e.pending != nil {
		if e.pending.Pending.Ref != nil {
			return e.pending.Pending.Ref.Address.String()
		}
		return ""
	}
	return m.unitOf(e.id, provider, attr.Refers)
}

// unitOf is the address that owns a live unit, or its id where none does.
func (m *Match) unitOf(id, provider, typ string) string {
	if m.byOwnedID == nil {
		m.byOwnedID = make(map[ObjectID]schema.Address, len(m.records))
		for addr, rec := range m.records {
			m.byOwnedID[ObjectID{rec.Provider, addr.Type, rec.ID}] = addr
		}
	}
	if addr, ok := m.byOwnedID[ObjectID{provider, typ, id}]; ok {
		return addr.String()
	}
	return id
}
