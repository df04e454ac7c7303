package planner

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// A replacement makes the new object first, then lets all that refers to the old one
// refer to the new, and deletes the old one at last. Between these the record of
// the address has the id of the old one among the deposed, so that a run that is
// killed at any moment leaves nothing behind that the next one does not know of.

// The reasons of steps that are about a replaced object.
const (
	reasonReplaced = "the new one takes its place"
	reasonLeft     = "left by an earlier replacement"
	reasonStray    = "made by an earlier run, and not wanted any more"
)

// Replaceable reports whether an object of a type may have to be replaced, so that
// its id is certain only when it has been decided on.
func Replaceable(typ *schema.Type) bool {
	for i := range typ.Attributes {
		if typ.Attributes[i].Forces {
			return true
		}
	}
	return false
}

// findReplaced finds the objects that cannot be changed in place, and lets the
// values that refer to their ids wait for the new ones.
func (m *Match) findReplaced() {
	some := false
	for _, n := range m.nodes { // needs come earlier
		if some {
			m.await(n)
		}
		if n.rec == nil || n.index < 0 || !m.selected.instance(n) || !Replaceable(n.inst.Type) {
			continue
		}
		d := difference{before: map[string]cty.Value{}, after: map[string]schema.Template{}}
		for i := range n.inst.Type.Attributes {
			if attr := &n.inst.Type.Attributes[i]; attr.Forces && !silent(attr) && !n.ignores(attr.Name) {
				m.diffAttr(n, attr, &d)
			}
		}
		n.replaced = d.replaces
		some = some || n.replaced
	}
}

// await takes back the values of a node that come of an object to be replaced.
func (m *Match) await(n *node) {
	copied := false
	for name, t := range n.inst.Values {
		if t.IsKnown() || !slices.ContainsFunc(t.Uses(), func(a schema.Address) bool { return m.at[a] != nil && m.at[a].replaced }) {
			continue
		}
		if !copied {
			n.values, copied = maps.Clone(n.values), true
		}
		done, diags := t.Resolve(m.resolver())
		m.diags = append(m.diags, diags...)
		n.values[name] = done
	}
}

// records are the records that a node takes over.
func (n *node) records() []*Record {
	return slices.DeleteFunc([]*Record{n.rec, n.lost, n.former}, func(r *Record) bool { return r == nil })
}

// deposes lists what is still to be deleted when the step of a node is done.
func (m *Match) deposes(n *node) []string {
	var ids []string
	for _, rec := range n.records() {
		ids = append(ids, slices.DeleteFunc(slices.Clone(m.deposed[rec]), func(id string) bool { return m.isStray(rec, id) })...)
	}
	if n.replaced {
		ids = append(ids, n.rec.ID)
	}
	return ids
}

// retire makes the steps that delete what the object of a node has replaced, one
// after the other, when its own step is done.
func (m *Match) retire(n *node) {
	var first, last []int
	if n.step >= 0 {
		first = []int{n.step}
	}
	for _, rec := range n.records() {
		ids := m.deposed[rec]
		if n.replaced && rec == n.rec {
			ids = append(slices.Clone(ids), rec.ID)
		}
		for _, id := range ids {
			if m.isStray(rec, id) {
				continue
			}
			if at, due := m.retirement(rec, id, n); due {
				m.plan.Steps[at].Needs = slices.Concat(first, last)
				last = []int{at}
			}
		}
	}
}

// retireStrays makes the steps that delete such objects. They come before anything
// else is done with the node: the next call about it takes the place of what is
// known of them.
func (m *Match) retireStrays(n *node) (steps []int) {
	for _, rec := range n.records() {
		for _, id := range m.deposed[rec] {
			if !m.isStray(rec, id) {
				continue
			}
			if at, due := m.retirement(rec, id, n); due {
				m.plan.Steps[at].Needs, m.plan.Steps[at].Last = slices.Clone(steps), false
				steps = append(steps, at)
			}
		}
	}
	return steps
}

// retireOrphan makes those steps for an object that nothing wants any more, and
// returns them: the record must not be forgotten before.
func (m *Match) retireOrphan(rec *Record) (steps []int) {
	for _, id := range m.deposed[rec] {
		if at, due := m.retirement(rec, id, nil); due {
			m.plan.Steps[at].Needs = slices.Clone(steps)
			steps = append(steps, at)
		}
	}
	return steps
}

// retirement makes the step that deletes one object that a record's has replaced. It
// is not due as long as something goes on referring to it.
func (m *Match) retirement(rec *Record, id string, n *node) (at int, due bool) {
	typ, table := m.in.Types[rec.Address.Type], m.table(rec.Provider, rec.Address.Type)
	step := Step{Address: rec.Address, Action: Delete, Replaced: true, Provider: rec.Provider, ID: id, Class: typ.Class, Label: id,
		Calls: 1, Last: true, Reason: reasonLeft, Dependencies: rec.Needs}
	if m.isStray(rec, id) {
		step.Reason = reasonStray
	}
	if n != nil {
		step.Address, step.File, step.Line = n.inst.Address, n.inst.Block.Range.Filename, n.inst.Block.Range.Start.Line
		if n.replaced && rec == n.rec && id == rec.ID {
			step.Reason = reasonReplaced
		}
	}
	if users := m.usersOf(ObjectID{rec.Provider, typ.Name, id}); len(users) > 0 {
		m.warnUsed(typ, &step, users)
		return 0, false
	}
	if table == nil {
		table = NewRecordedTable(typ, nil)
	}
	i, listed := table.byID[id]
	switch {
	case !listed && !table.recorded && !rec.writtenWithin(m.in.Now, m.in.Providers[rec.Provider].ReadLag):
		step.Action, step.Calls, step.Reason = Forget, 0, step.Reason+", and gone from the live system"
	case !listed: // a list that is behind need not show it
	case table.owner[i] != nil && table.owner[i] != rec, table.claim[i] != nil && table.claim[i] != n:
		step.Action, step.Calls, step.Reason = Forget, 0, step.Reason+", and in use under another address"
	default:
		step.Before = withoutHidden(table.objects[i].Attrs, rec)
		step.Label = m.labelOfGoing(rec.Provider, typ, step.Before, id)
		m.warnObscure(typ, table, &step)
	}
	m.plan.Steps = append(m.plan.Steps, step)
	return len(m.plan.Steps) - 1, true
}
