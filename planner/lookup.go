package planner

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Objects of a type with a Lookup are named by the configuration itself: by their id,
// or by an alias for one, such as that of the account that holds the token.

// Alias has an object be found by another name than its id.
func (t *Table) Alias(name, id string) {
	if t.aliases == nil {
		t.aliases = map[string]string{}
	}
	t.aliases[name] = id
}

// Named returns the object with that id or alias.
func (t *Table) Named(name string) (schema.Object, bool) {
	if t == nil {
		return schema.Object{}, false
	}
	return t.Find(t.idOf(name))
}

// idOf is the id that a name stands for: an alias of it, or itself.
func (t *Table) idOf(name string) string {
	if id, ok := t.aliases[name]; ok {
		return id
	}
	return name
}

// meant is the object that values name, if their type is one of those that are found
// by a name.
func (t *Table) meant(values map[string]cty.Value) (schema.Object, bool) {
	name, ok := text(values[t.typ.Lookup])
	if t.typ.Lookup == "" || !ok {
		return schema.Object{}, false
	}
	return t.Named(name)
}

// claimByLookup matches an instance with the object that it names. Where it names
// another than it did, the one from before is let go of, if it stands there anyway, or
// is replaced.
func (m *Match) claimByLookup(n *node) {
	typ := n.inst.Type
	v, known := n.known(typ.Lookup)
	if !known || !isText(plain(v)) {
		if m.in.Live == nil { // which may be known when things are read
			return
		}
		if m.namesAbsent(n) { // which is told there
			n.rec = m.records[n.inst.Address]
			return
		}
		m.diags = append(m.diags, problem(fmt.Sprintf("%s is not known yet", typ.Lookup),
			fmt.Sprintf("%s says which %s is meant by a value that is only known after an apply. Apply what it comes from first, or write it down.", n.inst.Address, typ.Noun[0]), n.inst.Block.RangeOf(typ.Lookup)))
		return
	}
	name := plain(v).AsString()
	if id := n.table.idOf(name); id != name {
		name, n.values = id, withValue(n.values, typ.Lookup, cty.StringVal(id))
	}
	i, live := n.table.byID[name]
	rec := m.records[n.inst.Address]
	other := m.means(n, name)
	switch {
	case other != n:
		m.meantTwice(n, other, name)
	case !live && typ.Standing && rec != nil && rec.ID == name:
		n.rec, n.gone = rec, true
	case !live && typ.Standing && m.in.Live != nil:
		m.diags = append(m.diags, problem(fmt.Sprintf("There is no such %s", typ.Noun[0]),
			fmt.Sprintf("%s is about %s %q, which the server does not have or does not show to this account. It can only be managed, not made: correct %s.", n.inst.Address, typ.Noun[0], name, typ.Lookup), n.inst.Block.RangeOf(typ.Lookup)))
	case live:
		m.claimMeant(n, i, rec)
	case rec != nil && rec.ID == name:
		n.rec, n.gone = rec, true
	case rec != nil:
		m.claimMeant(n, -1, rec)
	}
}

// noteMeant notes which objects are meant by what is known before anything is matched:
// none of them may be taken for one that has to go.
func (m *Match) noteMeant() {
	m.meant = map[ObjectID]*node{}
	for _, n := range m.nodes {
		if v, ok := n.known(n.inst.Type.Lookup); ok && n.inst.Type.Lookup != "" && isText(plain(v)) {
			m.means(n, n.table.idOf(plain(v).AsString()))
		}
	}
}

// means returns the first instance that means the object with that id: this one, if
// there was none.
func (m *Match) means(n *node, id string) *node {
	key := ObjectID{n.inst.Provider, n.inst.Type.Name, id}
	if m.meant[key] == nil {
		m.meant[key] = n
	}
	return m.meant[key]
}

// meantTwice refuses two instances that mean one object.
func (m *Match) meantTwice(n, other *node, name string) {
	typ := n.inst.Type
	m.diags = append(m.diags, problem(fmt.Sprintf("Two addresses mean one %s", typ.Noun[0]),
		fmt.Sprintf("%s and %s (%s) both are about the %s %q. Take one of them out, or correct %s.",
			n.inst.Address, other.inst.Address, other.inst.Block.Range, typ.Noun[0], name, typ.Lookup), n.inst.Block.RangeOf(typ.Lookup)))
}

// namesAbsent reports whether an instance means what another names, whose object is
// not there.
func (m *Match) namesAbsent(n *node) bool {
	t := n.values[n.inst.Type.Lookup]
	if t.Pending == nil || t.Pending.Ref == nil {
		return false
	}
	other := m.at[t.Pending.Ref.Address]
	return other != nil && other.inst.Type.Standing && other.index < 0
}

// claimMeant gives an instance the live object at i, or with -1 none yet, and what
// the state has under its address. Where that is of another object, which nothing means
// any more, it gives way to the new one.
func (m *Match) claimMeant(n *node, i int, rec *Record) {
	if rec != nil && !n.inst.Type.Standing {
		at, had := n.table.byID[rec.ID]
		if had && at != i && m.meant[ObjectID{n.inst.Provider, n.inst.Type.Name, rec.ID}] == nil {
			if i >= 0 && n.table.owner[i] != nil {
				m.refuseShift(n, n.table.owner[i])
				return
			}
			i = at
		}
	}
	if i < 0 {
		return
	}
	n.index, n.table.claim[i] = i, n
	if owner := n.table.owner[i]; owner != nil {
		n.rec, n.from = owner, m.moved[owner]
		if owner.Address != n.inst.Address {
			n.from = owner.Address
		}
	} else if rec != nil {
		n.former = rec // its address gets another record
	}
}

// refuseShift refuses to have an instance replace what it has by what another address
// has: the one would delete what the other has just made.
func (m *Match) refuseShift(n *node, owner *Record) {
	typ := n.inst.Type
	m.diags = append(m.diags, problem(fmt.Sprintf("The %s belongs to another address", typ.Noun[0]),
		fmt.Sprintf("%s means another %s than it did, and the state has that one as %s. Let go of one after the other: take %s out of the configuration, apply, and then change %s.",
			n.inst.Address, typ.Noun[0], owner.Address, owner.Address, typ.Lookup), n.inst.Block.RangeOf(typ.Lookup)))
}

// completeUpload adds to a change of what an object is made of the file itself, and
// what is not compared of it.
func (n *node) completeUpload(d *difference) {
	up := n.inst.Type.Upload
	if up == nil || d.replaces {
		return
	}
	if _, changes := d.after[up.Digest]; !changes {
		return
	}
	for _, name := range []string{up.Source, up.MediaType, n.inst.Type.Lookup} {
		if v, ok := n.values[name]; ok {
			d.after[name] = v
		}
	}
}

// namesAnother reports whether an instance names another object than the live one
// that it was matched to.
func (n *node) namesAnother() bool {
	lookup := n.inst.Type.Lookup
	if lookup == "" || n.index < 0 {
		return false
	}
	v, ok := n.known(lookup)
	s, isText := text(v)
	return ok && isText && s != n.live().ID
}
