package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// claimByKey looks for the live object that an instance without one means, by
// its natural keys in their order.
func (m *Match) claimByKey(n *node) {
	typ := n.inst.Type
	found, via := -1, 0
	for key := range typ.Keys {
		want, ok := keyOf(typ, key, n.known)
		if !ok {
			n.keyUnknown = n.keyUnknown || n.keyPending(key)
			continue
		}
		candidates := m.candidates(n, key, want)
		switch {
		case len(candidates) > 1:
			m.ambiguous(n, key, candidates)
			return
		case len(candidates) == 0:
			continue
		case found < 0:
			found, via = candidates[0], key
		case found != candidates[0] && !m.isFreed(n, candidates[0]):
			m.twoObjects(n, via, found, key, candidates[0])
			return
		}
	}
	if found < 0 {
		m.refuseUnplaced(n)
		return
	}
	if !m.mayTake(n, via, found) {
		return
	}
	if other := n.table.claim[found]; other != nil {
		m.claimedTwice(n, other, found)
		return
	}
	m.take(n, found)
}

// refuseUnplaced refuses to make a unit while a live one of its name stands at a
// place that the server does not tell: it may be the very same.
func (m *Match) refuseUnplaced(n *node) {
	typ := n.inst.Type
	parent, name := single(typ, schema.PurposeParent), single(typ, schema.PurposeName)
	wanted, ok := n.known(name)
	if typ.Class != schema.ClassUnit || parent == "" || !ok {
		return
	}
	if intent, tried := m.tried(n); tried {
		if i, count := n.table.strangerUnplaced(intent.Wanted); count == 1 && m.triedOnce(intent) { // an earlier run made it
			n.index, n.keyed, n.table.claim[i] = i, true, n
			return
		}
	}
	var ids []string
	for _, i := range n.table.unplaced(parent, name, plain(wanted)) {
		if n.table.owner[i] == nil && n.table.claim[i] == nil {
			ids = append(ids, n.table.objects[i].ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	m.diags = append(m.diags, problem(fmt.Sprintf("It cannot be told whether this %s is there", typ.Noun[0]),
		fmt.Sprintf("The server does not say what stands under what, and a live %s with id %s has the name of %s. If it is the same, say so with \"espalier import '%s' ID\"; if not, give the new one another name.",
			typ.Noun[0], strings.Join(ids, ", "), n.inst.Address, n.inst.Address), n.inst.Block.RangeOf(name)))
}

// keyPending reports whether a part of the key is wanted but not known yet.
// A parent that is still to be made is no such part: nothing can be under it.
func (n *node) keyPending(key int) bool {
	for _, name := range n.inst.Type.Keys[key] {
		t, ok := n.values[name]
		if ok && !t.IsKnown() && t.Pending.Ref == nil {
			return true
		}
	}
	return false
}

// candidates are the live objects with the key, without those that another
// wanted instance is by its id or an earlier key and whose key it is about to
// give up. Of several the one that is ours goes before strangers.
func (m *Match) candidates(n *node, key int, want string) []int {
	var out, owned []int
	for _, i := range n.table.lookup(key, want) {
		other := n.table.claim[i]
		if other == nil {
			other = m.meantByEarlier(n, key, i)
		}
		if other != nil && other != n && !other.keeps(key, want) {
			continue
		}
		out = append(out, i)
		if n.table.owner[i] != nil {
			owned = append(owned, i)
		}
	}
	if len(out) > 1 && len(owned) == 1 {
		return owned
	}
	return out
}

// meantByEarlier is the wanted instance that names a live object by an earlier
// key, and so will be found to be it when its turn comes.
func (m *Match) meantByEarlier(n *node, key, i int) *node {
	typ := n.inst.Type
	for earlier := range key {
		value, ok := liveKey(typ, earlier, n.table.objects[i].Attrs)
		if !ok {
			continue
		}
		if other := m.wantedBy(n.inst.Provider, typ, earlier)[value]; other != nil {
			return other
		}
	}
	return nil
}

// wantedBy is an index of the wanted instances of a type by a natural key, made
// when it is first used.
func (m *Match) wantedBy(provider string, typ *schema.Type, key int) map[string]*node {
	which := wantedKey{provider, typ.Name, key}
	index, made := m.wanted[which]
	if made {
		return index
	}
	index = map[string]*node{}
	for _, n := range m.nodes {
		if n.inst.Provider != provider || n.inst.Type != typ {
			continue
		}
		if value, ok := keyOf(typ, key, n.known); ok && index[value] == nil {
			index[value] = n
		}
	}
	if m.wanted == nil {
		m.wanted = map[wantedKey]map[string]*node{}
	}
	m.wanted[which] = index
	return index
}

// wantedKey names an index of wanted instances.
type wantedKey struct {
	provider, typ string
	key           int
}

// keeps reports whether a node goes on having that value of a key. Where a part
// is not worked out yet it is taken to change: two that do want one key are found
// to be duplicates later.
func (n *node) keeps(key int, value string) bool {
	for _, name := range n.inst.Type.Keys[key] {
		if t, wanted := n.values[name]; wanted && !t.IsKnown() {
			return false
		}
	}
	wants, ok := keyOf(n.inst.Type, key, n.known)
	return !ok || wants == value
}

// mayTake refuses an object found by a later key when an earlier key is set on
// both sides and differs: it is somebody else's.
func (m *Match) mayTake(n *node, via, found int) bool {
	typ, live := n.inst.Type, n.table.objects[found].Attrs
	for key := range typ.Keys[:via] {
		want, ok := keyOf(typ, key, n.known)
		have, set := liveKey(typ, key, live)
		if !ok || !set || want == have {
			continue
		}
		if m.isFreed(n, found) {
			return false
		}
		at := n.inst.Block.RangeOf(typ.Keys[via][0])
		m.diags = append(m.diags, personal(fmt.Sprintf("This %s belongs to somebody else", strings.Join(typ.Keys[via], " and ")), at,
			"%s wants %s and %s, but the live %s %s has that %s with %s. One key must not hand over what another key names. Give the new one a %s of its own, or first free the old one's.",
			n.inst.Address, privateKey(typ, key, n.known), privateKey(typ, via, n.known), typ.Noun[0], n.table.objects[found].ID,
			strings.Join(typ.Keys[via], " and "), privateKey(typ, key, attrsGetter(live)), strings.Join(typ.Keys[via], " and ")))
		return false
	}
	return true
}

// isFreed reports whether a live object gives up its keys in this very plan:
// it is ours, nothing wanted is it, and it will be deleted.
func (m *Match) isFreed(n *node, i int) bool {
	rec := n.table.owner[i]
	if rec == nil || n.table.claim[i] != nil {
		return false
	}
	if n.inst.Type.Class == schema.ClassPerson && m.in.Providers[rec.Provider].Removal != RemovalDelete {
		return false
	}
	other, wanted := m.at[rec.Address]
	return !wanted || other.rec != rec
}

func (m *Match) ambiguous(n *node, key int, candidates []int) {
	ids := make([]string, len(candidates))
	for i, c := range candidates {
		ids[i] = n.table.objects[c].ID
	}
	slices.Sort(ids)
	typ := n.inst.Type
	m.diags = append(m.diags, personal(fmt.Sprintf("Several live %s have this %s", typ.Noun[1], strings.Join(typ.Keys[key], " and ")), n.inst.Block.RangeOf(typ.Keys[key][0]),
		"%s wants %s, and the live %s with ids %s all have it. Say which one is meant with \"espalier import '%s' ID\".",
		n.inst.Address, privateKey(typ, key, n.known), typ.Noun[1], strings.Join(ids, ", "), n.inst.Address))
}

func (m *Match) twoObjects(n *node, key1, i1, key2, i2 int) {
	typ := n.inst.Type
	m.diags = append(m.diags, personal(fmt.Sprintf("The keys of one %s point to two", typ.Noun[0]), n.inst.Block.Range,
		"%s wants %s, which is %s %s, and %s, which is %s %s. Correct the one that is wrong, or say which is meant with \"espalier import '%s' ID\".",
		n.inst.Address, privateKey(typ, key1, n.known), typ.Noun[0], n.table.objects[i1].ID,
		privateKey(typ, key2, n.known), typ.Noun[0], n.table.objects[i2].ID, n.inst.Address))
}

func (m *Match) claimedTwice(n, other *node, i int) {
	typ := n.inst.Type
	m.diags = append(m.diags, problem(fmt.Sprintf("Two addresses claim one %s", typ.Noun[0]),
		fmt.Sprintf("%s and %s (%s) both mean the live %s %s. Take one of them out, or change its keys.",
			n.inst.Address, other.inst.Address, other.inst.Block.Range, typ.Noun[0], n.table.objects[i].ID), n.inst.Block.Range))
}

// checkStrangers warns when somebody we do not own has a key of somebody we do.
func (m *Match) checkStrangers(n *node) {
	if n.index < 0 || n.rec == nil {
		return
	}
	typ := n.inst.Type
	for key := range typ.Keys {
		want, ok := keyOf(typ, key, n.known)
		if !ok {
			continue
		}
		for _, i := range n.table.lookup(key, want) {
			if i == n.index || n.table.owner[i] != nil || n.table.claim[i] != nil {
				continue
			}
			detail, discreet := told("%s is %s %s; %s %s, which nothing here manages, also has %s. The server may refuse changes to either.",
				n.inst.Address, typ.Noun[0], n.live().ID, typ.Noun[0], n.table.objects[i].ID, privateKey(typ, key, n.known))
			m.plan.Warnings = append(m.plan.Warnings, Warning{
				Summary: fmt.Sprintf("Another live %s has the same %s", typ.Noun[0], strings.Join(typ.Keys[key], " and ")),
				Detail:  detail, Discreet: discreet,
				Address: n.inst.Address, File: n.inst.Block.Range.Filename, Line: n.inst.Block.Range.Start.Line,
			})
		}
	}
}

// checkDuplicates refuses two wanted instances with one natural key.
func (m *Match) checkDuplicates() {
	seen := map[string]*node{}
	for _, n := range m.nodes {
		typ := n.inst.Type
		for key := range typ.Keys {
			text, ok := keyOf(typ, key, n.identity)
			if !ok {
				continue
			}
			text = fmt.Sprintf("%s\x00%s\x00%d\x00%s", n.inst.Provider, typ.Name, key, text)
			first, dup := seen[text]
			if !dup {
				seen[text] = n
				continue
			}
			names := strings.Join(typ.Keys[key], " and ")
			m.diags = append(m.diags, personal(fmt.Sprintf("Duplicate %s", names), n.inst.Block.RangeOf(typ.Keys[key][0]),
				"%s (%s) and %s (%s) both have %s. Two %s cannot share it; change one of them.",
				first.inst.Address, first.inst.Block.RangeOf(typ.Keys[key][0]), n.inst.Address, n.inst.Block.RangeOf(typ.Keys[key][0]),
				privateKey(typ, key, n.known), typ.Noun[1]))
		}
	}
}

// identity is like known, but a plain reference to an instance stands for
// itself, so that children of one new parent can be compared.
func (n *node) identity(attr string) (cty.Value, bool) {
	if t, ok := n.values[attr]; ok && !t.IsKnown() && t.Pending.Ref != nil {
		return cty.StringVal("\x01" + t.Pending.Ref.Address.String()), true
	}
	return n.known(attr)
}

func attrsGetter(attrs map[string]cty.Value) func(string) (cty.Value, bool) {
	return func(name string) (cty.Value, bool) { v, ok := attrs[name]; return v, ok }
}

// keyText says a key in words, leaving out the parts that are ids.
func keyText(typ *schema.Type, key int, get func(string) (cty.Value, bool)) string {
	var parts []string
	for _, name := range typ.Keys[key] {
		attr := typ.Attribute(name)
		v, ok := get(name)
		switch {
		case attr.Purpose == schema.PurposeParent && ok && schema.IsEmpty(v):
			parts = append(parts, "no "+name)
		case attr.Purpose == schema.PurposeParent:
			parts = append(parts, "the same "+name)
		case ok && attr.Sensitive || ok && schema.IsSensitive(v):
			parts = append(parts, name+" (sensitive)")
		case ok && isText(plain(v)):
			parts = append(parts, fmt.Sprintf("%s %q", name, plain(v).AsString()))
		}
	}
	return strings.Join(parts, " and ")
}
