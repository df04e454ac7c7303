package planner

import (
	"fmt"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// warnUsed says that an object that was replaced stays, since it is still in use.
func (m *Match) warnUsed(typ *schema.Type, s *Step, users []string) {
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("A %s that was replaced is not deleted yet", typ.Noun[0]),
		Detail: fmt.Sprintf("The old %s of %s (id %s) is still referred to by %s, and this plan leaves that as it is. It is deleted when nothing that is managed refers to it any more.",
			typ.Noun[0], s.Address, s.ID, someOf(users)),
		Address: s.Address,
	})
}

// warnMissed says that an object that is no longer wanted is deleted although
// something that is managed goes on referring to it. What people are in is counted
// by the guards.
func (m *Match) warnMissed(typ *schema.Type, s *Step) {
	users := m.usersOf(ObjectID{s.Provider, typ.Name, s.ID})
	if len(users) == 0 {
		return
	}
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("A %s that is deleted is still referred to", typ.Noun[0]),
		Detail: fmt.Sprintf("%s (id %s) is deleted, and %s still refers to it, which this plan leaves as it is: the configuration does not manage that there, or leaves it out. Take it out of there first, or keep the %s.",
			s.Address, s.ID, someOf(users), typ.Noun[0]),
		Address: s.Address,
	})
}

// someOf lists the first ten names, and counts the others.
func someOf(names []string) string {
	text := strings.Join(firstTen(names), ", ")
	if more := len(names) - 10; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// usersOf names the managed objects that refer to an object and go on doing so after
// the plan, because it leaves them out or leaves their attribute alone. Memberships
// and places in a tree are not among them.
func (m *Match) usersOf(id ObjectID) []string {
	if m.users == nil {
		m.users = map[ObjectID][]string{}
		for _, n := range m.nodes {
			if n.index >= 0 {
				m.noteUses(n.inst.Type, n.inst.Provider, n.inst.Address, n.readable, func(attr string) bool {
					_, managed := n.values[attr]
					return managed && m.selected.instance(n) && !n.ignores(attr)
				})
			}
		}
		for _, rec := range m.orphans {
			m.noteUses(m.in.Types[rec.Address.Type], rec.Provider, rec.Address, attrsGetter(rec.Attrs), func(string) bool { return m.selected.record(rec) })
		}
	}
	return m.users[id]
}

// noteUses notes what an object refers to in the attributes that the plan does not
// care for.
func (m *Match) noteUses(typ *schema.Type, provider string, addr schema.Address, get getter, cares func(string) bool) {
	if typ == nil {
		return
	}
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		if attr.Refers == "" || attr.Purpose != schema.PurposeNone || cares(attr.Name) {
			continue
		}
		v, _ := get(attr.Name)
		for _, id := range referred(v) {
			key := ObjectID{provider, attr.Refers, id}
			m.users[key] = append(m.users[key], addr.String())
		}
	}
}
