package planner

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// bindDeposed notes the live objects that are ours only until they are deleted:
// those that a record has deposed, and those whose deletion an earlier run began.
func (m *Match) bindDeposed() {
	m.deposed = map[*Record][]string{}
	for _, addr := range sortedAddresses(m.records) {
		for _, id := range m.records[addr].Deposed {
			if id != m.records[addr].ID {
				m.depose(m.records[addr], id)
			}
		}
	}
	for _, i := range m.in.State.Intents {
		rec, table := m.records[i.Address], m.table(i.Provider, i.Address.Type)
		if i.Action != Delete || rec == nil || rec.Provider != i.Provider || rec.ID == i.ID || slices.Contains(rec.Deposed, i.ID) {
			continue
		}
		if _, listed := table.Find(i.ID); listed {
			m.depose(rec, i.ID)
		}
	}
}

// depose notes that an object is to be deleted, because that of the record has
// replaced it.
func (m *Match) depose(rec *Record, id string) {
	m.deposed[rec] = append(m.deposed[rec], id)
	table := m.table(rec.Provider, rec.Address.Type)
	if table == nil {
		return
	}
	if i, listed := table.byID[id]; listed && table.owner[i] == nil {
		if table.deposed == nil {
			table.deposed = map[int]bool{}
		}
		table.deposed[i] = true
	}
}

// claimReplacement looks for what an earlier run may have made in the place of a
// node's object without learning of it. If that is still wanted it is the node's
// from now on; else it is deleted.
func (m *Match) claimReplacement(n *node) {
	if len(m.in.State.Intents) == 0 || !knownByContent(n.inst.Type) {
		return
	}
	m.indexIntents()
	i, tried := m.intents[n.inst.Address]
	if !tried || n.rec == nil || i.Action != Replace || i.Provider != n.inst.Provider || i.ID != n.rec.ID {
		return
	}
	found := n.table.madeOf(i.Wanted)
	typ := n.inst.Type
	switch len(found) {
	case 1:
	case 0:
		if ids := n.table.maybe(i.Wanted, nil); ids != "" {
			m.refuseMade(n, fmt.Sprintf("It cannot be told whether a new %s is there", typ.Noun[0]),
				fmt.Sprintf("%s with id %s may be it: the server does not tell all of its content", typ.Noun[0], ids))
		}
		return
	default:
		m.refuseMade(n, fmt.Sprintf("Several live %s have this content", typ.Noun[1]),
			fmt.Sprintf("%s with ids %s all have the content it was to have", typ.Noun[1], n.table.ids(found)))
		return
	}
	want, settled := n.content()
	if !settled || !n.table.isStillWanted(want, i.Wanted, found[0]) {
		m.depose(n.rec, n.table.objects[found[0]].ID)
		return
	}
	n.former, n.rec, n.keyed, n.ours = n.rec, nil, true, true
	if n.index >= 0 {
		n.table.claim[n.index] = nil
		m.depose(n.former, n.former.ID)
	}
	n.index, n.gone = found[0], false
	n.table.claim[n.index] = n
}

// isStillWanted reports whether what was made of some values is what is wanted now,
// be it as the values say, or as the object tells of itself.
func (t *Table) isStillWanted(want getter, sent map[string]cty.Value, i int) bool {
	made := func(name string) (cty.Value, bool) {
		v, ok := t.objects[i].Attrs[name]
		if !ok {
			v, ok = sent[name]
		}
		return v, ok
	}
	return compareContent(t.typ, want, attrsGetter(sent), nearly) == likewise || compareContent(t.typ, want, made, nearly) >= akin
}

// refuseMade refuses to make another object again while it is not clear which live one
// an earlier run has made.
func (m *Match) refuseMade(n *node, summary, but string) {
	typ, addr := n.inst.Type, n.inst.Address
	m.diags = append(m.diags, problem(summary,
		fmt.Sprintf("An earlier run may have made another %s in the place of %s (id %s), and the live %s. Delete what is not needed in the vendor's own pages, or say which one is meant with \"espalier state rm '%s'\" and \"espalier import '%s' ID\".",
			typ.Noun[0], addr, n.rec.ID, but, addr, addr), n.inst.Block.Range))
}

// isStray reports whether an object was made by an earlier run in the place of that
// of a record, without its being recorded.
func (m *Match) isStray(rec *Record, id string) bool {
	return id != rec.ID && !slices.Contains(rec.Deposed, id)
}

// strays are the objects that a call of an earlier run made in the place of another
// without learning of it, and that nothing wants any more.
func (m *Match) strays(i Intent) []string {
	rec := m.records[i.Address]
	if rec == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(m.deposed[rec]), func(id string) bool { return !m.isStray(rec, id) })
}
