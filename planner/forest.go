package planner

import (
	"maps"
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// Unit is one unit of a forest, with its people.
type Unit struct {
	Key    string // its address, or its id where it is read live
	Parent string // the key of its parent; empty for a top unit
	Name   string
	Level  string
	People int
	Leads  []string // names of those who lead it
}

// Forest is the wanted tree, parents before children.
func (m *Match) Forest() []Unit {
	var out []Unit
	at := map[string]int{}
	for _, n := range m.nodes {
		if n.inst.Type.Class != schema.ClassUnit {
			continue
		}
		u := Unit{Key: n.inst.Address.String(), Name: m.labelOf(n, n.inst.Address)}
		u.Level, _ = n.level(single(n.inst.Type, schema.PurposeLevel))
		if t, ok := n.values[single(n.inst.Type, schema.PurposeParent)]; ok {
			u.Parent = m.unitKey(t, n)
		}
		at[u.Key] = len(out)
		out = append(out, u)
	}
	for _, n := range m.nodes {
		if n.inst.Type.Class != schema.ClassPerson {
			continue
		}
		in, leads := map[string]bool{}, map[string]bool{}
		for i := range n.inst.Type.Attributes {
			attr := &n.inst.Type.Attributes[i]
			t, ok := n.values[attr.Name]
			if !ok || attr.Purpose != schema.PurposeMembership && attr.Purpose != schema.PurposeLead {
				continue
			}
			for _, e := range wantedMembers(t).list {
				key := m.memberUnit(e, attr, n.inst.Provider)
				in[key] = true
				leads[key] = leads[key] || attr.Purpose == schema.PurposeLead
			}
		}
		for _, key := range slices.Sorted(maps.Keys(in)) {
			if i, ok := at[key]; ok {
				out[i].People++
				if leads[key] {
					out[i].Leads = append(out[i].Leads, m.labelOf(n, n.inst.Address))
				}
			}
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

// LiveForest makes a forest of the tables of one provider configuration.
func LiveForest(tables map[string]*Table, types map[string]*schema.Type) []Unit {
	var out []Unit
	at := map[[2]string]int{}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		typ, table := types[name], tables[name]
		if typ.Class != schema.ClassUnit {
			continue
		}
		for i := range table.objects {
			o := &table.objects[i]
			if o.ID == "" {
				continue
			}
			u := Unit{Key: o.ID, Name: label(typ, attrsGetter(o.Attrs), o.ID)}
			u.Parent, _ = text(o.Attrs[single(typ, schema.PurposeParent)])
			u.Level, _ = text(o.Attrs[single(typ, schema.PurposeLevel)])
			at[[2]string{name, o.ID}] = len(out)
			out = append(out, u)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if types[name].Class == schema.ClassPerson {
			countPeople(out, at, types[name], tables[name])
		}
	}
	return out
}

func countPeople(out []Unit, at map[[2]string]int, typ *schema.Type, table *Table) {
	for i := range table.objects {
		o := &table.objects[i]
		for a := range typ.Attributes {
			attr := &typ.Attributes[a]
			if attr.Purpose != schema.PurposeMembership && attr.Purpose != schema.PurposeLead {
				continue
			}
			for _, id := range elements(o.Attrs[attr.Name]) {
				u, ok := at[[2]string{attr.Refers, id}]
				switch {
				case !ok:
				case attr.Purpose == schema.PurposeLead:
					out[u].Leads = append(out[u].Leads, label(typ, attrsGetter(o.Attrs), o.ID))
				default:
					out[u].People++
				}
			}
		}
	}
}
