package planner

import (
	"maps"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Unread lists the live objects whose list did not carry an attribute that is
// managed: what they have of it is in their record, or in a reading of the object
// alone. See Remembered, Recall and Fill.
func (m *Match) Unread() []ObjectID {
	var out []ObjectID
	for _, n := range m.nodes {
		if live := n.live(); live != nil && len(n.untold(live.Attrs)) > 0 {
			out = append(out, ObjectID{n.inst.Provider, n.inst.Type.Name, live.ID})
		}
	}
	for _, rec := range m.orphans {
		if typ := m.in.Types[rec.Address.Type]; typ != nil && typ.Class == schema.ClassPerson {
			if live, ok := m.table(rec.Provider, typ.Name).Find(rec.ID); ok && len(untoldMembers(typ, live.Attrs)) > 0 {
				out = append(out, ObjectID{rec.Provider, typ.Name, rec.ID})
			}
		}
	}
	return out
}

// untold are the wanted attributes that are not among those given.
func (n *node) untold(attrs map[string]cty.Value) []string {
	var out []string
	for name := range n.values {
		if _, told := attrs[name]; !told && isTold(n.inst.Type.Attribute(name)) {
			out = append(out, name)
		}
	}
	return out
}

// isTold reports whether a reading may be expected to tell an attribute. Roles are
// read with the memberships or not at all.
func isTold(attr *schema.Attribute) bool {
	switch attr.Purpose {
	case schema.PurposeLead, schema.PurposeMode, schema.PurposeSource:
		return false
	}
	return !attr.Computed && !attr.Derived && !attr.Sensitive && attr.Compare != schema.CompareNone
}

// untoldMembers are the memberships that are not among the attributes given.
func untoldMembers(typ *schema.Type, attrs map[string]cty.Value) []string {
	var out []string
	for _, name := range typ.ByPurpose(schema.PurposeMembership) {
		if _, told := attrs[name]; !told {
			out = append(out, name)
		}
	}
	return out
}

// Remembered is an unread object whose record has all that its list lacks.
type Remembered struct {
	ID ObjectID
	// Read is when the record's attributes were last read in full, Written when we
	// last wrote to the object; each is zero if that has not been.
	Read, Written time.Time
	// Shown says that its list is new enough to show what we wrote to it.
	Shown bool
	// Differs says that what its list does carry is not as the record has it, so that
	// the rest may have changed, too.
	Differs bool
}

// Remembered sorts unread objects: those whose record has what their list lacks,
// and those that nobody has read in full yet.
func (m *Match) Remembered(unread []ObjectID) (known []Remembered, unknown []ObjectID) {
	for _, id := range unread {
		table := m.table(id.Provider, id.Type)
		rec := table.owner[table.byID[id.ID]]
		if rec == nil || rec.Read.IsZero() && rec.Written.IsZero() || len(m.lacks(id, rec.Attrs)) > 0 {
			unknown = append(unknown, id)
			continue
		}
		e := m.evidenceOf(id.Provider, id.Type)
		known = append(known, Remembered{ID: id, Read: rec.Read, Written: rec.Written, Shown: !e.behind && !rec.Written.After(e.latest), Differs: differs(table.typ, rec, table.objects[table.byID[id.ID]].Attrs)})
	}
	return known, unknown
}

// differs reports whether an attribute that is told is not as it is recorded.
func differs(typ *schema.Type, rec *Record, live map[string]cty.Value) bool {
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		have, told := live[attr.Name]
		had, recorded := rec.Attrs[attr.Name]
		if told && recorded && isTold(attr) && !equal(attr, have, had) {
			return true
		}
	}
	return false
}

// lacks are the attributes that attrs would have to have so that the object need
// not be read alone.
func (m *Match) lacks(id ObjectID, attrs map[string]cty.Value) []string {
	table := m.table(id.Provider, id.Type)
	if n := table.claim[table.byID[id.ID]]; n != nil {
		return n.untold(attrs)
	}
	return untoldMembers(table.typ, attrs)
}

// Untold names the attributes that the lists of unread objects do not carry.
func (m *Match) Untold(unread []ObjectID) []string {
	names := map[string]bool{}
	for _, id := range unread {
		live, _ := m.table(id.Provider, id.Type).Find(id.ID)
		for _, name := range m.lacks(id, live.Attrs) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Unasked lists, by the address of the record, the recorded attributes of live
// objects of a type that their list does not carry and that are not managed: since
// nobody asks for them, nobody would see that they have changed.
func (m *Match) Unasked(provider, typ string) map[schema.Address][]string {
	out := map[schema.Address][]string{}
	table := m.table(provider, typ)
	if table == nil || table.recorded {
		return out
	}
	for i, rec := range table.owner {
		if rec == nil {
			continue
		}
		for name := range rec.Attrs {
			attr := table.typ.Attribute(name)
			if _, carried := table.objects[i].Attrs[name]; carried || attr == nil || !isTold(attr) {
				continue
			}
			n := table.claim[i]
			if n == nil && attr.Purpose == schema.PurposeMembership {
				continue // of those who go it is read
			}
			if n == nil || n.values[name].Pending == nil && n.values[name].Value == cty.NilVal {
				out[rec.Address] = append(out[rec.Address], name)
			}
		}
	}
	return out
}

// Recall takes what the list lacks of objects from their records, as if a reading
// had shown it.
func (m *Match) Recall(ids []ObjectID) {
	for _, id := range ids {
		table := m.table(id.Provider, id.Type)
		i := table.byID[id.ID]
		attrs := maps.Clone(table.objects[i].Attrs)
		for _, name := range m.lacks(id, attrs) {
			attrs[name] = table.owner[i].Attrs[name]
		}
		table.objects[i].Attrs = attrs
	}
}

// Fill adds to a live object what reading it alone has brought.
func (m *Match) Fill(id ObjectID, attrs schema.Object) {
	t := m.table(id.Provider, id.Type)
	i, ok := t.byID[id.ID]
	if !ok {
		return
	}
	t.Fill(schema.Object{ID: id.ID, Attrs: attrs.Attrs})
	if rec := t.owner[i]; rec != nil {
		t.objects[i].Attrs = m.overlay(t.typ, rec, t.objects[i].Attrs, m.in.Providers[id.Provider].ReadLag)
	}
}
