package planner

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// checkIdentity refuses an owned person whose live record shares none of the
// keys we recorded: the id has been given to somebody else.
func (m *Match) checkIdentity(typ *schema.Type, addr schema.Address, rec *Record, live map[string]cty.Value) {
	if typ.Class != schema.ClassPerson {
		return
	}
	shared, differ := shareKeys(typ, func(name string) (cty.Value, bool) { v, ok := rec.Attrs[name]; return v, ok }, live)
	if shared || !differ || m.givenKeys(typ, addr, rec, live) {
		return
	}
	m.diags = append(m.diags, personal("Somebody else has this id", hcl.Range{},
		"%s is recorded as %s, but %s %s is now %s: no key that was recorded is the same. It is not touched. If it is the same person after all, say so with \"espalier state rm '%s'\" and \"espalier import '%s' %s\".",
		addr, private{describe(typ, rec.Attrs), "one person"}, typ.Noun[0], rec.ID, private{describe(typ, live), "another"}, addr, addr, rec.ID))
}

// givenKeys reports whether a call of an earlier run, of which it is not known how it
// ended, was to give the person a key that they now have.
func (m *Match) givenKeys(typ *schema.Type, addr schema.Address, rec *Record, live map[string]cty.Value) bool {
	return slices.ContainsFunc(m.in.State.Intents, func(i Intent) bool {
		if i.ID != rec.ID || i.Provider != rec.Provider || i.Address.Type != addr.Type || i.Action == Delete {
			return false
		}
		shared, _ := shareKeys(typ, func(name string) (cty.Value, bool) { v, ok := i.Wanted[name]; return v, ok }, live)
		return shared
	})
}

// shareKeys compares all natural keys of one person: whether any is equal, and
// whether any is set on both sides and differs.
func shareKeys(typ *schema.Type, wanted func(string) (cty.Value, bool), live map[string]cty.Value) (shared, differ bool) {
	for key := range typ.Keys {
		w, ok := keyOf(typ, key, wanted)
		l, set := liveKey(typ, key, live)
		if !ok || !set {
			continue
		}
		if w == l {
			shared = true
		} else {
			differ = true
		}
	}
	return shared, differ
}

// checkProviders refuses ids of one tenant in an object of another: there they
// mean something else.
func (m *Match) checkProviders(n *node) {
	for i := range n.inst.Type.Attributes {
		attr := &n.inst.Type.Attributes[i]
		if _, set := n.inst.Values[attr.Name]; !set || attr.Refers == "" {
			continue
		}
		for _, need := range n.inst.Needs {
			other := m.at[need]
			if need.Type != attr.Refers || other == nil || other.inst.Provider == n.inst.Provider {
				continue
			}
			m.diags = append(m.diags, problem("Reference into another provider configuration",
				fmt.Sprintf("%s is managed through provider %q, and %s, which it refers to, through %q. The id of one means something else in the other. Give both the same provider.",
					n.inst.Address, n.inst.Provider, need, other.inst.Provider), n.inst.Block.RangeOf(attr.Name)))
			return
		}
	}
}

// isSomebodyElse reports whether the address now means another person than the
// one it is recorded for, as happens when rows of a list shift under count. An
// account must not be handed on, so such a person is matched by key.
func (m *Match) isSomebodyElse(n *node, i int) bool {
	typ := n.inst.Type
	if typ.Class != schema.ClassPerson {
		return false
	}
	live := n.table.objects[i].Attrs
	wanted := n.known
	shared, differ := shareKeys(typ, wanted, live)
	if shared || !differ {
		return false
	}
	for key, names := range typ.Keys {
		w, ok := keyOf(typ, key, wanted)
		if !ok {
			continue
		}
		if l, set := liveKey(typ, key, live); set && w != l && typ.Attribute(names[0]).CreateOnly {
			return true
		}
		if slices.ContainsFunc(n.table.lookup(key, w), func(other int) bool { return other != i }) {
			return true
		}
	}
	return m.wantedElsewhere(n, live)
}

// personKey is a natural key that the configuration wants somebody to have.
type personKey struct {
	provider, typ string
	key           int
	value         string
}

// wantedElsewhere reports whether another address wants a key that the person
// has now: then it is that address the person belongs to.
func (m *Match) wantedElsewhere(n *node, live map[string]cty.Value) bool {
	if m.wanters == nil {
		m.wanters = map[personKey]*node{}
		for _, other := range m.nodes {
			if other.inst.Type.Class != schema.ClassPerson {
				continue
			}
			for key := range other.inst.Type.Keys {
				if w, ok := keyOf(other.inst.Type, key, other.known); ok {
					m.wanters[personKey{other.inst.Provider, other.inst.Type.Name, key, w}] = other
				}
			}
		}
	}
	for key := range n.inst.Type.Keys {
		if has, ok := liveKey(n.inst.Type, key, live); ok {
			if other := m.wanters[personKey{n.inst.Provider, n.inst.Type.Name, key, has}]; other != nil && other != n {
				return true
			}
		}
	}
	return false
}

// describe names a person by the natural keys that are set.
func describe(typ *schema.Type, attrs map[string]cty.Value) string {
	text := ""
	for _, key := range typ.Keys {
		for _, name := range key {
			if v, ok := attrs[name]; ok && !schema.IsEmpty(v) && isText(plain(v)) && typ.Attribute(name).Refers == "" {
				if text != "" {
					text += ", "
				}
				text += fmt.Sprintf("%s %q", name, plain(v).AsString())
			}
		}
	}
	if text == "" {
		return "one without any key"
	}
	return text
}
