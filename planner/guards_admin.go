package planner

import (
	"fmt"
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// administrators are those of one provider configuration: all there are today,
// those that the plan lets go, by the index of the step, and the steps that make
// an administrator of somebody who is there.
type administrators struct {
	provider     string
	attr         *schema.Attribute
	today        int
	goes, raises []int
}

// stays reports whether somebody who is one today goes on being one.
func (a *administrators) stays() bool { return a.today > len(a.goes) }

// administrators counts them for each provider configuration whose people have
// such a role. Without a step about a person there is nothing to count.
func (m *Match) administrators() []administrators {
	steps := map[ObjectID]int{}
	for i := range m.plan.Steps {
		if s := &m.plan.Steps[i]; s.Class == schema.ClassPerson && s.ID != "" {
			steps[ObjectID{s.Provider, s.Address.Type, s.ID}] = i
		}
	}
	if len(steps) == 0 {
		return nil
	}
	var out []administrators
	for _, provider := range sortedNames(m.in.Live, m.in.Providers) {
		for _, name := range sortedNames(m.in.Live[provider], m.in.Types) {
			table := m.table(provider, name)
			if table == nil || table.typ.Class != schema.ClassPerson {
				continue
			}
			attr := table.typ.Attribute(single(table.typ, schema.PurposeAdmin))
			if attr == nil || attr.Admin == "" {
				continue
			}
			a := administrators{provider: provider, attr: attr}
			for i := range table.objects {
				id := table.objects[i].ID
				if step, has := steps[ObjectID{provider, name, id}]; id != "" {
					m.countAdministrator(&a, table, i, step, has)
				}
			}
			out = append(out, a)
		}
	}
	return out
}

// countAdministrator counts one live person, with the step about them if there
// is one.
func (m *Match) countAdministrator(a *administrators, table *Table, i, step int, has bool) {
	v, known := table.objects[i].Attrs[a.attr.Name]
	if !known && table.owner[i] != nil {
		v = table.owner[i].Attrs[a.attr.Name]
	}
	role, _ := text(v)
	is := role == a.attr.Admin
	if is {
		a.today++
	}
	if !has {
		return
	}
	s := &m.plan.Steps[step]
	becomes := is
	if at := slices.IndexFunc(s.Changes, func(c Change) bool { return c.Attr == a.attr.Name }); at >= 0 {
		after, _ := m.foresee(s.Changes[at].After)
		role, _ := text(after)
		becomes = role == a.attr.Admin
	}
	switch leaves := s.Action == Delete || s.Release && s.Calls > 0; {
	case is && (leaves || !becomes):
		a.goes = append(a.goes, step)
	case !is && becomes && !leaves:
		a.raises = append(a.raises, step)
	}
}

// handOver lets who gives up the administrator's role wait for who gets it,
// where nobody else has it: else a refused call could leave an organisation
// without any. It is called before the steps are put in order. Where a key
// changes as well the order is not free, and guardLastAdministrator refuses.
func (m *Match) handOver() {
	for _, a := range m.administrators() {
		if a.today == 0 || a.stays() || len(a.raises) == 0 || m.changesKeys(a.goes) || m.changesKeys(a.raises) {
			continue
		}
		for _, i := range a.goes {
			if s := &m.plan.Steps[i]; !m.waits(a.raises[0], i) {
				s.Needs = sortedUnique(append(s.Needs, a.raises[0]))
			}
		}
	}
}

// waits reports whether a step has to wait for another, also by way of others.
func (m *Match) waits(step, other int) bool {
	seen := map[int]bool{}
	list := []int{step}
	for len(list) > 0 {
		i := list[len(list)-1]
		list = list[:len(list)-1]
		if i == other {
			return true
		}
		if !seen[i] {
			seen[i] = true
			list = append(list, m.plan.Steps[i].Needs...)
		}
	}
	return false
}

func (m *Match) changesKeys(steps []int) bool {
	return slices.ContainsFunc(steps, func(i int) bool {
		s := &m.plan.Steps[i]
		typ := m.in.Types[s.Address.Type]
		return s.Action != Delete && slices.ContainsFunc(s.Changes, func(c Change) bool { return isKeyPart(typ, c.Attr) })
	})
}

// guardLastAdministrator never lets an organisation be left without an
// administrator that has one.
func (m *Match) guardLastAdministrator() {
	for _, a := range m.administrators() {
		if a.today == 0 || a.stays() || m.handedOver(&a) {
			continue
		}
		var names []string
		for _, i := range a.goes {
			names = append(names, m.plan.Steps[i].Label)
		}
		first := &m.plan.Steps[a.goes[0]]
		m.refusal(Refusal{Guard: GuardLastAdministrator, Count: len(a.goes), Base: a.today, Names: firstTen(names), File: first.File, Line: first.Line,
			Summary: "Nobody would be left to administer the organisation",
			Detail: fmt.Sprintf("All who have %s %q today, as far as provider %q shows, would be deleted, demoted, or taken out of everything. First make somebody else one in a run of its own, or keep one of these.",
				a.attr.Name, a.attr.Admin, a.provider)})
	}
}

// handedOver reports whether all who go wait until somebody else is one.
func (m *Match) handedOver(a *administrators) bool {
	return len(a.raises) > 0 && !slices.ContainsFunc(a.goes, func(i int) bool {
		return !slices.ContainsFunc(m.plan.Steps[i].Needs, func(need int) bool { return slices.Contains(a.raises, need) })
	})
}

func isKeyPart(typ *schema.Type, name string) bool {
	return slices.ContainsFunc(typ.Keys, func(key []string) bool { return slices.Contains(key, name) })
}
