package planner

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// isNotKept reports whether a live value is the one from before a write of ours that
// no answer has confirmed, although a reading cannot be behind it any more.
func (m *Match) isNotKept(n *node, attr *schema.Attribute) bool {
	if n.rec == nil || n.index < 0 {
		return false
	}
	w, wrote := n.rec.Writes[attr.Name]
	have, read := n.live().Attrs[attr.Name]
	return wrote && read && w.Answer == cty.NilVal && w.Before != cty.NilVal && w.Sent != cty.NilVal && equal(attr, have, w.Before) && !equal(attr, have, w.Sent)
}

// isOtherwise reports whether the server has made of what we sent something that it
// did not answer with, and that could only be changed by making the object anew.
func (m *Match) isOtherwise(n *node, attr *schema.Attribute) bool {
	if n.rec == nil || n.index < 0 || !attr.Forces {
		return false
	}
	w := n.rec.Writes[attr.Name]
	have, read := n.live().Attrs[attr.Name]
	want, managed := n.known(attr.Name)
	return read && managed && w.Sent != cty.NilVal && w.Answer == cty.NilVal && equal(attr, want, w.Sent) && !equal(attr, have, w.Sent) && !isForm(attr, w.Sent, have)
}

// warnOtherwise says so. It reports whether that is so.
func (m *Match) warnOtherwise(n *node, attr *schema.Attribute) bool {
	if !m.isOtherwise(n, attr) {
		return false
	}
	at, w := n.inst.Block.RangeOf(attr.Name), n.rec.Writes[attr.Name]
	detail, discreet := told("%s was sent with the %s %s on %s, and the live %s has %s. The server would do the same with another one, so it is left as it is.",
		n.inst.Address, attr.Name, m.named(n, attr, w.Sent), w.At.UTC().Format("2006-01-02 15:04 MST"), n.inst.Type.Noun[0], m.named(n, attr, n.live().Attrs[attr.Name]))
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("The server has another %s", attr.Name), Detail: detail, Discreet: discreet,
		Address: n.inst.Address, File: at.Filename, Line: at.Start.Line,
	})
	return true
}

// warnNotKept says that the server has not kept what was sent, which is no doing of
// somebody else. It reports whether that is so.
func (m *Match) warnNotKept(n *node, attr *schema.Attribute) bool {
	if !m.isNotKept(n, attr) {
		return false
	}
	at, w := n.inst.Block.RangeOf(attr.Name), n.rec.Writes[attr.Name]
	detail, discreet := told("%s was sent %s %s on %s, and the server answered that all is well. It still has %s, so it may not offer this change.",
		n.inst.Address, attr.Name, m.named(n, attr, w.Sent), w.At.UTC().Format("2006-01-02 15:04 MST"), m.named(n, attr, n.live().Attrs[attr.Name]))
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("The server has not kept %s", attr.Name), Detail: detail, Discreet: discreet,
		Address: n.inst.Address, File: at.Filename, Line: at.Start.Line,
	})
	return true
}

// named is a value for a message, ids by the names of what they are of.
func (m *Match) named(n *node, attr *schema.Attribute, v cty.Value) private {
	var names []string
	for _, id := range idsOf(v) {
		names = append(names, fmt.Sprintf("%q", m.element(n.inst.Provider, attr.Refers, member{id: id}).Label))
	}
	if m.in.Types[attr.Refers] == nil || len(names) == 0 {
		return privateValue(n.inst.Type, attr, v)
	}
	text := strings.Join(names, ", ")
	return private{text, notShown}.of(m.in.Types[attr.Refers])
}
