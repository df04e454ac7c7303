package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// claimByContent looks for the live object that an instance without one means: one
// of ours whose address is gone, so that a renamed label makes nothing twice, or a
// stranger.
func (m *Match) claimByContent(n *node) {
	t := n.table
	want, settled := n.content()
	owned := t.resembling(want, func(i int) bool { return t.owner[i] != nil && t.claim[i] == nil }).best()
	switch {
	case len(owned) == 1:
		m.take(n, owned[0])
		return
	case len(owned) > 1:
		m.severalOwned(n, owned)
		return
	case !settled: // something it is to have is still to be made, so nobody has it
		return
	}
	strangers := t.resembling(want, t.isStranger)
	switch found := strangers.best(); {
	case len(found) == 1:
		m.take(n, found[0])
	case len(found) > 1:
		m.severalAlike(n, found)
	case m.claimTried(n):
	case len(strangers.untold) > 0:
		m.refuseUntold(n, strangers.untold)
	}
}

// claimTried makes ours what an earlier run made for an instance without learning of
// it, where something else is wanted by now.
func (m *Match) claimTried(n *node) bool {
	if len(m.in.State.Intents) == 0 {
		return false
	}
	m.indexIntents()
	i, tried := m.intents[n.inst.Address]
	if !tried || i.Action != Create || i.Provider != n.inst.Provider || n.rec != nil && !n.gone {
		return false
	}
	at, count := n.table.stranger(i.Wanted)
	if count != 1 || !isOurs(n.table.typ, i.Wanted, n.table.objects[at].Attrs) {
		return false
	}
	rec := &Record{Address: i.Address, Provider: i.Provider, ID: n.table.objects[at].ID, Attrs: i.Wanted, Written: i.At}
	n.table.owner[at], n.table.claim[at] = rec, n
	n.lost, n.rec, n.gone = n.rec, rec, false
	n.index, n.tried = at, true
	return true
}

// take makes a live object that was not found by id the one of an instance.
func (m *Match) take(n *node, found int) {
	n.index, n.keyed = found, true
	n.table.claim[found] = n
	n.lost, n.rec, n.gone = n.rec, nil, false
	if owner := n.table.owner[found]; owner != nil {
		n.rec = owner
		if owner.Address != n.inst.Address {
			n.from = owner.Address
		}
	}
}

func (t *Table) ids(list []int) string {
	ids := make([]string, len(list))
	for i, at := range list {
		ids[i] = t.objects[at].ID
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}

// contentWords names the content of a type: "title, body and groups".
func contentWords(typ *schema.Type) string {
	names := slices.Clone(typ.Content)
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func (m *Match) severalOwned(n *node, found []int) {
	var names []string
	for _, i := range found {
		names = append(names, n.table.owner[i].Address.String())
	}
	m.diags = append(m.diags, problem(fmt.Sprintf("Several %s of the state may be this one", n.inst.Type.Noun[1]),
		fmt.Sprintf("The configuration no longer has %s, and all of them have the %s of %s. Say which one has got this address with \"espalier state mv OLD '%s'\".",
			strings.Join(names, ", "), contentWords(n.inst.Type), n.inst.Address, n.inst.Address), n.inst.Block.Range))
}

func (m *Match) severalAlike(n *node, found []int) {
	typ := n.inst.Type
	m.diags = append(m.diags, problem(fmt.Sprintf("Several live %s have this content", typ.Noun[1]),
		fmt.Sprintf("The live %s with ids %s all have the %s of %s. Say which one is meant with \"espalier import '%s' ID\".",
			typ.Noun[1], n.table.ids(found), contentWords(typ), n.inst.Address, n.inst.Address), n.inst.Block.Range))
}

func (m *Match) refuseUntold(n *node, found []int) {
	typ := n.inst.Type
	name := typ.Content[0]
	m.diags = append(m.diags, problem(fmt.Sprintf("It cannot be told whether this %s is there", typ.Noun[0]),
		fmt.Sprintf("%s is not in the state, and the server does not tell all of the content of the live %s with id %s, which may be the same. If it is, say so with \"espalier import '%s' ID\"; if not, give the new one another %s.",
			n.inst.Address, typ.Noun[0], n.table.ids(found), n.inst.Address, name), n.inst.Block.RangeOf(name)))
}
