package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// memberSets works out the membership attributes of a person by name; nil for
// other types.
func (m *Match) memberSets(n *node) map[string]*memberAttr {
	if n.inst.Type.Class != schema.ClassPerson {
		return nil
	}
	list := m.memberships(n)
	out := make(map[string]*memberAttr, len(list))
	for i := range list {
		out[list[i].attr.Name] = &list[i]
	}
	return out
}

// memberChange says a change of memberships by name.
func (m *Match) memberChange(n *node, a *memberAttr) Change {
	c := Change{Attr: a.attr.Name, After: a.after.template(), Drift: m.drifted(n, a.attr)}
	if n.index >= 0 && a.liveKnown && !a.othersUnsure {
		c.Before = a.before.template().Value
	}
	if target := m.in.Types[a.attr.Refers]; target != nil {
		c.Refers = target.Noun[0]
	}
	for _, e := range a.added {
		c.Added = append(c.Added, m.element(n.inst.Provider, a.attr.Refers, e))
	}
	if len(a.gone) == 0 {
		return c
	}
	above := map[string]bool{}
	if target := m.in.Types[a.attr.Refers]; target != nil && isTree(target) && a.after.whole == nil {
		above = m.ancestors(n.inst.Provider, a.attr.Refers, a.after)
	}
	for _, e := range a.gone {
		gone := m.element(n.inst.Provider, a.attr.Refers, e)
		gone.Above = e.pending == nil && above[e.id]
		c.Removed = append(c.Removed, gone)
	}
	return c
}

// completeMembers adds to an update the sets that one call must carry whole: who
// changes a role needs the memberships, and the other way round.
func (m *Match) completeMembers(sets map[string]*memberAttr, d *difference) {
	for _, lead := range sets {
		if lead.attr.Purpose != schema.PurposeLead {
			continue
		}
		for _, of := range sets {
			if of.attr.Purpose != schema.PurposeMembership || of.attr.Refers != lead.attr.Refers {
				continue
			}
			_, roleChanges := d.after[lead.attr.Name]
			_, setChanges := d.after[of.attr.Name]
			if !roleChanges && !setChanges {
				continue
			}
			d.carry(of)
			if !lead.afterIsUnsure {
				d.carry(lead)
			}
		}
	}
}

// carry puts a whole set into the call without saying that it changes. Roles that
// cannot be read are taken as those of members, unless nobody may be demoted.
func (d *difference) carry(a *memberAttr) {
	if _, ok := d.after[a.attr.Name]; !ok {
		d.after[a.attr.Name] = a.after.template()
	}
	known := a.liveKnown || a.attr.Purpose == schema.PurposeLead
	if _, ok := d.before[a.attr.Name]; !ok && known && !a.othersUnsure {
		d.before[a.attr.Name] = a.before.template().Value
	}
}

// warnRoles tells once that the roles of adopted people cannot be read.
func (m *Match) warnRoles(n *node) {
	if m.warnedRoles || n.rec != nil || n.index < 0 {
		return
	}
	for i := range n.inst.Type.Attributes {
		attr := &n.inst.Type.Attributes[i]
		if _, wanted := n.values[attr.Name]; attr.Purpose != schema.PurposeLead || !wanted {
			continue
		}
		if _, read := n.live().Attrs[attr.Name]; read {
			continue
		}
		m.warnedRoles = true
		m.plan.Warnings = append(m.plan.Warnings, Warning{
			Summary: "Roles cannot be read",
			Detail: fmt.Sprintf("The server does not say who leads a %s. For %s that are adopted the configured %s are written once; everybody else is taken as a plain member.",
				m.in.Types[attr.Refers].Noun[0], n.inst.Type.Noun[1], attr.Name),
		})
	}
}

// element names one id of a set.
func (m *Match) element(provider, typ string, e member) Element {
	if e.pending != nil {
		if ref := e.pending.Pending.Ref; ref != nil {
			return Element{Address: ref.Address, Label: m.labelOf(m.at[ref.Address], ref.Address)}
		}
		return Element{Label: "(known after apply)"}
	}
	out := Element{ID: e.id, Label: e.id}
	table := m.table(provider, typ)
	if table == nil {
		return out
	}
	i, ok := table.byID[e.id]
	if !ok {
		return out
	}
	if n := table.claim[i]; n != nil {
		out.Address = n.inst.Address
		out.Label = m.labelOf(n, n.inst.Address)
		return out
	}
	attrs := table.objects[i].Attrs
	if owner := table.owner[i]; owner != nil {
		attrs = withoutHidden(attrs, owner)
	}
	out.Label = label(m.in.Types[typ], attrsGetter(attrs), e.id)
	return out
}

func (m *Match) labelOf(n *node, addr schema.Address) string {
	if n == nil {
		return addr.String()
	}
	get := n.known
	if live := n.live(); live != nil && n.inst.Type.Label != nil {
		hidden := n.inst.Sensitive()
		get = func(name string) (cty.Value, bool) {
			if v, ok := live.Attrs[name]; ok && !schema.IsEmpty(v) && !slices.Contains(hidden, name) {
				return v, true
			}
			return n.known(name)
		}
	}
	return label(n.inst.Type, get, addr.String())
}

// labelOfGoing names an object that nothing wants any more: by that of which it is one,
// where it is found by that, and else by itself.
func (m *Match) labelOfGoing(provider string, typ *schema.Type, attrs map[string]cty.Value, id string) string {
	whose := typ.Attribute(typ.Lookup)
	if name, told := text(attrs[typ.Lookup]); told && whose != nil && whose.Refers != "" {
		if of := m.element(provider, whose.Refers, member{id: name}).Label; of != name {
			return of
		}
	}
	return label(typ, attrsGetter(attrs), id)
}

// Label names a live object for people.
func Label(typ *schema.Type, o schema.Object) string {
	return label(typ, attrsGetter(o.Attrs), o.ID)
}

// label names an object for people: by its name, by its e-mail or phone, by the
// first key that is set, by its label, or by what stands first in its content.
func label(typ *schema.Type, get func(string) (cty.Value, bool), otherwise string) string {
	show := func(name string) string {
		v, ok := get(name)
		if a := typ.Attribute(name); !ok || a == nil || a.Sensitive || schema.IsSensitive(v) {
			return ""
		}
		s, _ := text(v)
		return s
	}
	if name := single(typ, schema.PurposeName); name != "" && show(name) != "" {
		return show(name)
	}
	for _, key := range typ.Keys {
		for _, name := range key {
			if s := show(name); s != "" && typ.Attribute(name).Compare != schema.CompareExact {
				return s
			}
		}
	}
	for _, key := range typ.Keys {
		if s := show(key[0]); s != "" {
			return s
		}
	}
	for _, set := range typ.Label {
		var parts []string
		for _, name := range set {
			if s := show(name); s != "" {
				parts = append(parts, s)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, " ")
		}
	}
	if len(typ.Content) > 0 && show(typ.Content[0]) != "" {
		return show(typ.Content[0])
	}
	return otherwise
}
