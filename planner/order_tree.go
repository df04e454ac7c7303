package planner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// edgesOfTrees lets the steps of units wait for each other so that the tree stays
// whole all the way, and adds a step for each unit that has to take two. It reports
// whether there is a way; if not, it says why.
func (m *Match) edgesOfTrees() bool {
	ok := true
	for _, provider := range slices.Sorted(maps.Keys(m.in.Live)) {
		for _, name := range slices.Sorted(maps.Keys(m.in.Live[provider])) {
			if typ := m.in.Types[name]; typ != nil && isTree(typ) {
				ok = m.edgesOfTree(provider, typ) && ok
			}
		}
	}
	return ok
}

func (m *Match) edgesOfTree(provider string, typ *schema.Type) bool {
	l := m.living(provider, typ)
	if l == nil {
		return true
	}
	m.relax(l)
	m.linkSteps(l)
	op := operate(&l.forest)
	switch {
	case len(op.faults) > 0 && op.faults[0].kind == belowItself && m.circleIsWanted(l, op.faults[0].unit):
		return true // a guard refuses the plan, which is shown as it is
	case len(op.faults) > 0:
		for _, f := range op.faults {
			m.refuseTree(l, f)
		}
		return false
	case op.stuck != nil:
		m.refuseKnot(l, op.stuck)
		return false
	}
	m.tieSteps(l, op)
	return true
}

// isTree reports whether objects of a type stand under each other.
func isTree(typ *schema.Type) bool {
	return typ.Class == schema.ClassUnit && single(typ, schema.PurposeParent) != ""
}

// isSiblingKey reports whether a natural key is a name among siblings.
func isSiblingKey(typ *schema.Type, key int) bool {
	names := typ.Keys[key]
	return isTree(typ) && len(names) == 2 &&
		slices.Contains(names, single(typ, schema.PurposeParent)) && slices.Contains(names, single(typ, schema.PurposeName))
}

// sameTree reports whether two steps are of units of one tree.
func sameTree(a, b *Step) bool {
	return a.Class == schema.ClassUnit && a.Provider == b.Provider && a.Address.Type == b.Address.Type
}

// living is a live tree and the wanted one, with the steps that lead there.
type living struct {
	forest
	typ                 *schema.Type
	provider            string
	parent, name, level string // attributes
	unique              bool   // names are, among siblings
	table               *Table
	members             []treeMember // by unit
	byID                map[string]int
	made                map[schema.Address]int // units that are not live yet
}

// treeMember is what a unit is to the plan.
type treeMember struct {
	id      string
	at      int            // in the table; -1 if it is not live
	step    int            // -1 if it has none
	address schema.Address // zero if nobody manages it
}

// living gathers the units of a tree; nil if no step changes it. Their order is
// that of their addresses, so that nothing depends on how the configuration is
// written; those that nobody manages come last.
func (m *Match) living(provider string, typ *schema.Type) *living {
	l := &living{typ: typ, provider: provider, table: m.table(provider, typ.Name), byID: map[string]int{}, made: map[schema.Address]int{},
		parent: single(typ, schema.PurposeParent), name: single(typ, schema.PurposeName), level: single(typ, schema.PurposeLevel)}
	for key := range typ.Keys {
		l.unique = l.unique || isSiblingKey(typ, key)
	}
	if l.members = m.treeMembers(l); l.members == nil {
		return nil
	}
	slices.SortFunc(l.members, func(a, b treeMember) int {
		switch {
		case a.address.IsZero() && !b.address.IsZero():
			return 1
		case !a.address.IsZero() && b.address.IsZero():
			return -1
		}
		return cmp.Or(a.address.Compare(b.address), cmp.Compare(a.id, b.id))
	})
	l.units = make([]placing, len(l.members))
	for i, member := range l.members {
		if member.at >= 0 {
			l.byID[member.id] = i
		} else {
			l.made[member.address] = i
		}
	}
	for i := range l.units {
		m.placeUnit(l, i)
	}
	return l
}

// treeMembers lists what is live or will be made; nil if no step is about a tree's
// units.
func (m *Match) treeMembers(l *living) []treeMember {
	var made []treeMember
	changed := map[string]int{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		switch {
		case s.Provider != l.provider || s.Address.Type != l.typ.Name || s.Calls == 0 || s.Action == Replace:
		case s.ID == "":
			made = append(made, treeMember{at: -1, step: i, address: s.Address})
		default:
			changed[s.ID] = i
		}
	}
	if len(made)+len(changed) == 0 {
		return nil
	}
	out := make([]treeMember, 0, len(l.table.objects)+len(made))
	for i := range l.table.objects {
		id := l.table.objects[i].ID
		if id == "" {
			continue
		}
		member := treeMember{id: id, at: i, step: -1}
		switch step, ok := changed[id]; {
		case ok:
			member.step, member.address = step, m.plan.Steps[step].Address
		case l.table.claim[i] != nil:
			member.address = l.table.claim[i].inst.Address
		case l.table.owner[i] != nil:
			member.address = l.table.owner[i].Address
		}
		out = append(out, member)
	}
	return append(out, made...)
}
