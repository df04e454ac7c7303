package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// difference is what one wanted object and its live one come to.
type difference struct {
	changes  []Change
	before   map[string]cty.Value
	after    map[string]schema.Template
	implied  map[string][]string
	taken    map[string]schema.Template
	moves    bool
	replaces bool
}

func (d *difference) add(c Change, before cty.Value, after schema.Template) {
	d.changes = append(d.changes, c)
	if before != cty.NilVal {
		d.before[c.Attr] = before
	}
	d.after[c.Attr] = after
}

// create lists everything an object is made with.
func (m *Match) create(n *node) difference {
	d := difference{before: map[string]cty.Value{}, after: make(map[string]schema.Template, len(n.values))}
	typ := n.inst.Type
	sets := m.memberSets(n)
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		if set := sets[attr.Name]; set != nil {
			if set.managed || len(set.after.list) > 0 || set.after.whole != nil {
				d.add(m.memberChange(n, set), cty.NilVal, set.after.template())
			}
			continue
		}
		t, ok := n.values[attr.Name]
		if !ok || attr.Computed || attr.Purpose == schema.PurposeMode {
			continue
		}
		d.add(m.change(n, attr, cty.NilVal, t), cty.NilVal, t)
	}
	return d
}

// diff compares what is wanted with what is live, for an object we own or are
// about to adopt.
func (m *Match) diff(n *node) difference {
	d := difference{before: map[string]cty.Value{}, after: map[string]schema.Template{}}
	typ := n.inst.Type
	sets := m.memberSets(n)
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		if attr.Computed || attr.Purpose == schema.PurposeMode || silent(attr) || n.ignores(attr.Name) {
			continue
		}
		if set := sets[attr.Name]; set != nil {
			if set.changes() && (set.managed || attr.Purpose == schema.PurposeMembership) {
				before := set.before.template().Value
				if set.othersUnsure {
					before = cty.NilVal
				}
				d.add(m.memberChange(n, set), before, set.after.template())
			}
			continue
		}
		m.diffAttr(n, attr, &d)
	}
	m.completeMembers(sets, &d)
	n.completeUpload(&d)
	for name, set := range sets {
		if len(set.implied) > 0 {
			if d.implied == nil {
				d.implied = map[string][]string{}
			}
			d.implied[name] = ids(set.implied)
		}
	}
	return d
}

// diffAttr compares one attribute that is no set of memberships.
func (m *Match) diffAttr(n *node, attr *schema.Attribute, d *difference) {
	want, managed := n.values[attr.Name]
	if !managed {
		if attr.Purpose != schema.PurposeParent {
			return
		}
		want = schema.Known(cty.NullVal(attr.Type))
	}
	if attr.Name == n.inst.Type.Lookup {
		if n.namesAnother() {
			d.add(m.change(n, attr, cty.StringVal(n.live().ID), want), cty.StringVal(n.live().ID), want)
			d.replaces = true
		}
		return
	}
	have, known := n.readable(attr.Name)
	if known && want.IsKnown() && m.same(n, attr, want.Value, have) || m.isRenamed(n, attr) {
		return
	}
	if !known && n.unreadable(m, attr, want) || n.takes(attr, want, have, d) {
		return
	}
	if attr.CreateOnly && !slices.Contains(m.in.Providers[n.inst.Provider].Mutable[n.inst.Type.Name], attr.Name) {
		m.warnCreateOnly(n, attr, want, have)
		return
	}
	if !known {
		have = cty.NilVal
	}
	d.add(m.change(n, attr, have, want), have, want)
	d.moves = d.moves || attr.Purpose == schema.PurposeParent
	d.replaces = d.replaces || attr.Forces
}

// same reports whether the live value is the wanted one, or the form the server
// gave to exactly that when we sent it.
func (m *Match) same(n *node, attr *schema.Attribute, want, have cty.Value) bool {
	if equal(attr, want, have) {
		return true
	}
	if n.rec == nil {
		return false
	}
	w := n.rec.Writes[attr.Name]
	return w.Sent != cty.NilVal && equal(attr, want, w.Sent) && (n.rec.isFormOfSent(attr, have) || attr.Forces && w.Answer == cty.NilVal)
}

// isFormOfSent reports whether a live value is the form that the server gave to what
// we sent. What could only be changed by making the object anew has any form that the
// server answered with: it would be given the same again.
func (r *Record) isFormOfSent(attr *schema.Attribute, have cty.Value) bool {
	w := r.Writes[attr.Name]
	switch {
	case w.Sent == cty.NilVal:
		return false
	case w.Answer == cty.NilVal:
		return attr.Forces && isForm(attr, w.Sent, have)
	}
	return equal(attr, have, w.Answer) && (attr.Forces || isForm(attr, w.Sent, w.Answer))
}

// takes settles what the live object tells in another form, or not at all. An
// attribute that is worked out of a local file could not be changed in place: an
// object that was found by its content is taken to have it. So is a text that differs
// in nothing but the white space at its ends, or the markup around it.
func (n *node) takes(attr *schema.Attribute, want schema.Template, have cty.Value, d *difference) bool {
	if n.rec != nil { // a digest of it is not the wanted one's, or it would be settled
		return attr.Derived && have == cty.NilVal && want.IsKnown() && n.rec.Digests[attr.Name] == ""
	}
	if !want.IsKnown() || !knownByContent(n.inst.Type) {
		return false
	}
	derived := attr.Derived && (have == cty.NilVal || n.ours && isForm(attr, want.Value, have))
	if !derived && !nearly(attr, want.Value, have) {
		return false
	}
	if d.taken == nil {
		d.taken = map[string]schema.Template{}
	}
	d.taken[attr.Name] = want
	return true
}

// sameButEnds reports whether two texts differ at most in line ends and in the white
// space around them.
func sameButEnds(a, b cty.Value) bool {
	s, okA := text(a)
	t, okB := text(b)
	trim := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return okA && okB && trim(s) != "" && trim(s) == trim(t)
}

// readable is the live value: as read, else as last recorded.
func (n *node) readable(attr string) (cty.Value, bool) {
	if v, ok := n.live().Attrs[attr]; ok {
		return v, true
	}
	if n.rec != nil {
		v, ok := n.rec.Attrs[attr]
		return v, ok
	}
	return cty.NilVal, false
}

// unreadable settles an attribute that no read carries and the state does not
// have: a sensitive one by its digest; a parent that cannot be read is taken as
// it is.
func (n *node) unreadable(m *Match, attr *schema.Attribute, want schema.Template) bool {
	if attr.Purpose == schema.PurposeParent && schema.IsEmpty(want.Value) && want.IsKnown() {
		return true
	}
	if n.rec == nil || !want.IsKnown() || m.in.State.Digest == nil {
		return false
	}
	digest, ok := n.rec.Digests[attr.Name]
	return ok && digest == m.in.State.Digest(plain(want.Value))
}

// leavesAlone reports whether differences of an attribute of an object that is
// there are to be ignored.
func (n *node) leavesAlone(attr string) bool { return n.index >= 0 && n.ignores(attr) }

// ignores reports whether differences of an attribute are to be ignored. What is
// worked out of a file is ignored with the path of the file.
func (n *node) ignores(attr string) bool {
	b := n.inst.Block
	if b.IgnoreAll {
		return true
	}
	if up := n.inst.Type.Upload; up != nil && attr != up.Source && n.ignores(up.Source) {
		if a := n.inst.Type.Attribute(attr); a != nil && a.Derived {
			return true
		}
	}
	for _, name := range b.IgnoreChanges {
		if name == attr {
			return true
		}
	}
	return false
}

func (m *Match) warnCreateOnly(n *node, attr *schema.Attribute, want schema.Template, have cty.Value) {
	if !want.IsKnown() {
		return
	}
	at := n.inst.Block.RangeOf(attr.Name)
	typ := n.inst.Type
	detail, discreet := told("%s wants %s %s, and the live %s %s has %s. The vendor documents no way to change it on an existing %s, so it is left as it is. Correct the configuration, or change it in the vendor's own pages.",
		n.inst.Address, attr.Name, privateValue(typ, attr, want.Value), typ.Noun[0], n.live().ID, privateValue(typ, attr, have), typ.Noun[0])
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("%s cannot be changed here", attr.Name), Detail: detail, Discreet: discreet,
		Address: n.inst.Address, File: at.Filename, Line: at.Start.Line,
	})
}

// shown is a value for a message.
func shown(attr *schema.Attribute, v cty.Value) string {
	if attr.Sensitive || schema.IsSensitive(v) {
		return "(sensitive)"
	}
	if s, ok := text(v); ok && s != "" {
		return fmt.Sprintf("%q", s)
	}
	if ids := elements(v); len(ids) > 0 {
		return strings.Join(ids, ", ")
	}
	if v = plain(v); v != cty.NilVal && v.Type() == cty.Number && v.IsKnown() && !v.IsNull() {
		return v.AsBigFloat().Text('f', -1)
	}
	return "none"
}

func (m *Match) change(n *node, attr *schema.Attribute, before cty.Value, after schema.Template) Change {
	c := Change{Attr: attr.Name, Before: before, After: after,
		Sensitive: attr.Sensitive || schema.IsSensitive(after.Value) || after.Pending != nil && after.Pending.Sensitive,
		Drift:     m.drifted(n, attr)}
	if target := m.in.Types[attr.Refers]; target != nil {
		c.Refers = target.Noun[0]
		if attr.Type.IsSetType() {
			m.nameElements(n, attr, &c)
			return c
		}
		if id, ok := text(before); ok && id != "" {
			c.Removed = []Element{m.element(n.inst.Provider, attr.Refers, member{id: id})}
		}
		if id, ok := text(after.Value); ok && id != "" {
			c.Added = []Element{m.element(n.inst.Provider, attr.Refers, member{id: id})}
		} else if after.Pending != nil && after.Pending.Ref != nil {
			c.Added = []Element{m.element(n.inst.Provider, attr.Refers, member{pending: &after})}
		}
	}
	return c
}

// nameElements says by name what comes into a set of ids and what goes.
func (m *Match) nameElements(n *node, attr *schema.Attribute, c *Change) {
	had, wanted := idMembers(elements(c.Before)), wantedMembers(c.After)
	if wanted.whole != nil {
		return
	}
	for _, e := range wanted.minus(had).list {
		c.Added = append(c.Added, m.element(n.inst.Provider, attr.Refers, e))
	}
	for _, e := range had.minus(wanted).list {
		c.Removed = append(c.Removed, m.element(n.inst.Provider, attr.Refers, e))
	}
}

// drifted reports whether the live value is another than the recorded one.
func (m *Match) drifted(n *node, attr *schema.Attribute) bool {
	if n.rec == nil || n.index < 0 || m.isNotKept(n, attr) {
		return false
	}
	had, ok := n.rec.Attrs[attr.Name]
	have, read := n.live().Attrs[attr.Name]
	return ok && read && !equal(attr, had, have)
}
