package planner

import (
	"fmt"

	"github.com/espalier-dev/espalier/schema"
)

// An object can be there without anybody being able to tell what it is like: what the
// server sends for it is no such thing. To delete it, that need not be known.

// Obscure notes that an object of the table is there but cannot be read, and why, in
// sentences. What is wanted of it cannot be compared; it can be deleted.
func (t *Table) Obscure(id, why string) {
	if t.obscure == nil {
		t.obscure = map[string]string{}
	}
	t.obscure[id] = why
}

// refuseObscure refuses to decide on what cannot be compared.
func (m *Match) refuseObscure(n *node, why string) {
	typ := n.inst.Type
	m.diags = append(m.diags, problem(fmt.Sprintf("The %s cannot be compared", typ.Noun[0]),
		fmt.Sprintf("What is live in the place of %s cannot be read. %s It is neither kept nor replaced unseen: have it taken away there, or, if it is owned here, take it out of the configuration, apply, and put it back.",
			n.inst.Address, why), n.inst.Block.RangeOf(typ.Lookup)))
}

// warnObscure says of what is deleted unread what was found in its place.
func (m *Match) warnObscure(typ *schema.Type, table *Table, s *Step) {
	if table == nil || table.obscure[s.ID] == "" {
		return
	}
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("A %s is deleted unread", typ.Noun[0]),
		Detail:  fmt.Sprintf("%s (id %s) goes, so what it is like does not matter. %s", s.Address, s.ID, table.obscure[s.ID]),
		Address: s.Address,
	})
}
