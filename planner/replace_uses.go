package planner

import (
	"fmt"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

func (m *Match) warnUsed(typ *schema.Type, s *Step, users []string) {
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("A %s that was replaced is not deleted yet", typ.Noun[0]),
		Detail: fmt.Sprintf("The old %s of %s (id %s) is still referred to by %s, and this plan leaves that as it is. It is deleted when nothing that is managed refers to it any more.",
			typ.Noun[0], s.Address, s.ID, strings.Join(firstTen(users), ", ")),
		Address: s.Address,
	})
}

// usersOf names the managed objects that refer to an object and go on doing so after
// the plan, because it leaves them out or leaves their attribute alone.
func (m *Match) usersOf(id ObjectID) []string {
	if m.users == nil {
		m.users = map[ObjectID][]string{}
		for _, n := range m.nodes {
			if n.index >= 0 {
				m.noteUses(n.inst.Type, n.inst.Provider, n.inst.Address, n.readable, func(attr string) bool { return m.selected.instance(n) && !n.ignores(attr) })
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
		if attr.Refers == "" || cares(attr.Name) {
			continue
		}
		v, _ := get(attr.Name)
		for _, id := range referred(v) {
			key := ObjectID{provider, attr.Refers, id}
			m.users[key] = append(m.users[key], addr.String())
		}
	}
}
