package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// member is one element of a wanted set of ids: an id, or a value that waits.
type member struct {
	id      string
	pending *schema.Template
}

func (e member) key() string {
	if e.pending == nil {
		return e.id
	}
	if ref := e.pending.Pending.Ref; ref != nil {
		return "\x01" + ref.Address.String() + "." + ref.Attr
	}
	return "\x02" + e.pending.Pending.Expr.Source
}

// members is a set of ids in the order of their keys. whole is set when the
// elements themselves are not known yet.
type members struct {
	list  []member
	whole *schema.Template
}

// wantedMembers takes a wanted value apart.
func wantedMembers(t schema.Template) members {
	if t.IsKnown() {
		return idMembers(elements(t.Value))
	}
	if t.Pending.List == nil {
		return members{whole: &t}
	}
	var out members
	for i := range t.Pending.List {
		e := t.Pending.List[i]
		switch {
		case e.IsKnown() && isText(plain(e.Value)):
			out.list = append(out.list, member{id: plain(e.Value).AsString()})
		case e.IsKnown():
		case e.Pending.Ref != nil || e.Pending.Expr != nil:
			out.list = append(out.list, member{pending: &e})
		default:
			return members{whole: &t}
		}
	}
	return out.sorted()
}

func idMembers(ids []string) members {
	out := members{list: make([]member, len(ids))}
	for i, id := range ids {
		out.list[i].id = id
	}
	return out
}

func (s members) sorted() members {
	slices.SortFunc(s.list, func(a, b member) int {
		switch ka, kb := a.key(), b.key(); {
		case ka < kb:
			return -1
		case ka > kb:
			return 1
		}
		return 0
	})
	s.list = slices.CompactFunc(s.list, func(a, b member) bool { return a.key() == b.key() })
	return s
}

func ids(list []member) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.id
	}
	return out
}

func (s members) has(key string) bool {
	return slices.ContainsFunc(s.list, func(e member) bool { return e.key() == key })
}

// with is the union; either may wait as a whole, and then the result does.
func (s members) with(o members) members {
	if s.whole != nil {
		return s
	}
	if o.whole != nil {
		return o
	}
	return members{list: append(slices.Clone(s.list), o.list...)}.sorted()
}

// and keeps the elements that o has too.
func (s members) and(o members) members {
	if s.whole != nil || o.whole != nil {
		return s
	}
	var out members
	for _, e := range s.list {
		if o.has(e.key()) {
			out.list = append(out.list, e)
		}
	}
	return out
}

// minus keeps the elements that o does not have.
func (s members) minus(o members) members {
	var out members
	for _, e := range s.list {
		if !o.has(e.key()) {
			out.list = append(out.list, e)
		}
	}
	return out
}

// template is the set as a wanted value.
func (s members) template() schema.Template {
	if s.whole != nil {
		return *s.whole
	}
	var ids []string
	waits := false
	list := make([]schema.Template, len(s.list))
	for i, e := range s.list {
		if e.pending != nil {
			waits = true
			list[i] = *e.pending
			continue
		}
		ids = append(ids, e.id)
		list[i] = schema.Known(cty.StringVal(e.id))
	}
	if !waits {
		return schema.Known(setOf(ids))
	}
	return schema.Template{Pending: &schema.Pending{Type: cty.Set(cty.String), List: list}}
}

// memberAttr is one membership attribute of a person: what is wanted of it, what
// is live, and what both come to.
type memberAttr struct {
	attr          *schema.Attribute
	managed       bool
	want, live    members
	before        members // live, also the roles that end with a membership
	liveKnown     bool
	after         members
	added, gone   []member
	implied       []member // live, not wanted, and left alone
	afterIsUnsure bool     // the roles after are not known, so they are not sent
	// othersUnsure: beside those in after others may lead, whom nothing may demote.
	othersUnsure bool
}

// memberships works out all membership attributes of a person. With mode
// "include" nothing is taken away.
func (m *Match) memberships(n *node) []memberAttr {
	typ := n.inst.Type
	include := false
	if mode := single(typ, schema.PurposeMode); mode != "" {
		if v, ok := n.known(mode); ok {
			s, _ := text(v)
			include = s == "include"
		}
	}
	var out []memberAttr
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		if attr.Purpose == schema.PurposeMembership {
			out = append(out, m.membership(n, attr, include))
		}
	}
	for i := range typ.Attributes {
		if attr := &typ.Attributes[i]; attr.Purpose == schema.PurposeLead {
			for j := range out {
				if out[j].attr.Refers == attr.Refers {
					lead := m.leads(n, attr, &out[j], include)
					out = append(out, lead)
					break
				}
			}
		}
	}
	return out
}

func (m *Match) membership(n *node, attr *schema.Attribute, include bool) memberAttr {
	a := memberAttr{attr: attr}
	a.live, a.liveKnown = m.liveMembers(n, attr)
	a.before = a.live
	t, ok := n.values[attr.Name]
	a.managed = ok && !n.leavesAlone(attr.Name)
	if a.managed {
		a.want = wantedMembers(t)
	}
	// Who leads a unit is in it: what is led is wanted as well.
	for i := range n.inst.Type.Attributes {
		lead := &n.inst.Type.Attributes[i]
		if lead.Purpose == schema.PurposeLead && lead.Refers == attr.Refers {
			if t, ok := n.values[lead.Name]; ok && !n.leavesAlone(lead.Name) {
				a.want = a.want.with(wantedMembers(t))
			}
		}
	}
	a.after = a.want
	if include || !a.managed {
		a.after = a.want.with(a.live)
	}
	a.settle(m.isImplied(n, attr, a.after))
	return a
}

// leads works out who leads, given the memberships it is a role of.
func (m *Match) leads(n *node, attr *schema.Attribute, of *memberAttr, include bool) memberAttr {
	a := memberAttr{attr: attr}
	a.live, a.liveKnown = m.liveMembers(n, attr)
	a.before = a.live
	t, ok := n.values[attr.Name]
	ok = ok && !n.leavesAlone(attr.Name)
	a.managed = ok
	switch {
	case !ok && !a.liveKnown:
		a.afterIsUnsure = true
		return a
	case !ok: // roles untouched, as far as the membership goes on
		a.after, a.live = a.live.and(of.after), a.live.and(of.after)
	default:
		a.want = wantedMembers(t)
		a.after = a.want
		if include {
			a.after = a.want.with(a.live)
			a.othersUnsure = !n.reads(attr.Name)
		}
		// Nobody leads what he is no longer in: that is not a change of its own.
		a.live = a.live.and(of.after)
	}
	a.settle(nil)
	return a
}

func (a *memberAttr) settle(implied func(string) bool) {
	if a.after.whole != nil {
		return
	}
	a.added = a.after.minus(a.live).list
	for _, e := range a.live.minus(a.after).list {
		if implied != nil && implied(e.id) {
			a.implied = append(a.implied, e)
			continue
		}
		a.gone = append(a.gone, e)
	}
	if len(a.implied) > 0 {
		a.after = a.after.with(members{list: a.implied})
	}
}

func (a *memberAttr) changes() bool {
	return a.after.whole != nil || len(a.added)+len(a.gone) > 0
}

// liveMembers are the ids a person has in an attribute: as read, else as last
// recorded.
func (m *Match) liveMembers(n *node, attr *schema.Attribute) (members, bool) {
	if live := n.live(); live != nil {
		if v, ok := live.Attrs[attr.Name]; ok {
			return idMembers(elements(v)), true
		}
	}
	if n.rec != nil && n.index >= 0 {
		if v, ok := n.rec.Attrs[attr.Name]; ok {
			return idMembers(elements(v)), true
		}
	}
	return members{}, n.index < 0
}

// reads reports whether the server tells an attribute of the live object; what is
// to be made has nothing to tell.
func (n *node) reads(attr string) bool {
	if n.index < 0 {
		return true
	}
	_, ok := n.live().Attrs[attr]
	return ok
}

// isImplied tells which live memberships in units above a wanted one the server
// adds by itself: those that an answer showed without our having sent them, and,
// where nothing is recorded, those in a tenant where nobody is in a unit without
// being in the one above it.
func (m *Match) isImplied(n *node, attr *schema.Attribute, after members) func(string) bool {
	target := m.in.Types[attr.Refers]
	if target == nil || target.Class != schema.ClassUnit || after.whole != nil {
		return nil
	}
	var ancestors map[string]bool
	return func(id string) bool {
		if ancestors == nil {
			ancestors = m.ancestors(n.inst.Provider, attr.Refers, after)
		}
		if !ancestors[id] {
			return false
		}
		return m.serverAdded(n.rec, n.inst.Provider, n.table, attr, id)
	}
}
