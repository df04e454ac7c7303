package planner

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Plan decides on every object and puts the steps in order. It is called once,
// after Unread has been served.
func (m *Match) Plan() (*Plan, hcl.Diagnostics) {
	in := m.in
	p := m.plan
	p.Lineage, p.Serial, p.Pending = in.State.Lineage, in.State.Serial, len(in.State.Intents)
	p.Destroy, p.RefreshOnly, p.Made = in.Destroy, in.RefreshOnly, in.Now
	for _, t := range in.Targets {
		p.Targets = append(p.Targets, t.String())
	}
	before := len(m.diags)
	if !in.RefreshOnly {
		m.findRenamed()
	}
	m.selected = m.selection()
	m.findReplaced()
	for _, n := range m.nodes {
		m.findDrift(n)
		if !in.RefreshOnly && m.selected.instance(n) {
			m.decide(n)
			m.retire(n)
		}
		m.inheritWaits(n)
	}
	if !in.RefreshOnly {
		for _, rec := range m.orphans {
			if m.selected.record(rec) {
				m.remove(rec)
			}
		}
		m.decideOutputs()
		m.handOver()
		m.order()
		m.firstOfKind()
		m.sayTaken()
		m.guard()
	}
	m.sayMoves()
	m.find()
	p.count()
	m.countUnmanaged()
	p.ID = m.planID()
	return p, m.diags[before:]
}

// decide makes the step of one wanted instance, if it needs one.
func (m *Match) decide(n *node) {
	if m.leaveGone(n) {
		return
	}
	s := Situation{Wanted: true, Recorded: n.rec != nil, Live: n.index >= 0, Elsewhere: !n.from.IsZero()}
	earlier, held := m.undecided(n)
	var d difference
	if s.Live {
		m.warnRoles(n)
		d = m.diff(n)
		s.Differs, s.Moves, s.Replaces = len(d.changes) > 0, d.moves, d.replaces
		if why := n.table.obscure[n.live().ID]; why != "" && !s.Replaces {
			m.refuseObscure(n, why)
			return
		}
	} else {
		d = m.create(n)
	}
	action := Decide(s)
	strays := m.retireStrays(n)
	if action == None {
		return
	}
	if action == Replace { // the new one is made with all there is
		d.after = m.create(n).after
	}
	at := n.inst.Block.Range
	step := Step{
		Address: n.inst.Address, From: n.from, Action: action, Provider: n.inst.Provider, Class: n.inst.Type.Class,
		Label: m.labelOf(n, n.inst.Address), Changes: d.changes, Before: d.before, After: d.after, Implied: d.implied,
		Sensitive: n.inst.Sensitive(), Dependencies: n.inst.Needs, File: at.Filename, Line: at.Start.Line, KeyUnknown: n.keyUnknown && !s.Live,
		Deposed: m.deposes(n), Taken: d.taken, Similar: n.similar,
	}
	if s.Live {
		step.ID, step.Kept = n.live().ID, n.kept(d)
		if i, tried := m.tried(n); tried && (!s.Recorded || n.tried) {
			step.Made, step.Reason = i.At, "an earlier run made it"
		} else if at, ours := m.wasToGo(n); ours && !s.Recorded {
			step.Made, step.Reason = at, "an earlier run was to delete it"
		}
	}
	switch {
	case held && step.makes():
		step.Unsettled, step.Tried, step.Accepted = true, earlier.At, earlier.Accepted
		step.Reason = "an earlier run may have made it, which is looked up first"
	case action == Create && n.gone:
		step.Reason = "it is gone from the live system"
	}
	if len(d.changes) > 0 || action == Create {
		step.Calls = 1
	}
	for _, need := range n.inst.Needs {
		if dep := m.at[need]; dep != nil {
			step.Needs = append(step.Needs, dep.waits...)
		}
	}
	step.Needs = sortedUnique(append(step.Needs, strays...))
	n.step = len(m.plan.Steps)
	m.plan.Steps = append(m.plan.Steps, step)
}

// inheritWaits says what those that need n wait for: its own step if it makes a
// call, else what it would itself have waited for.
func (m *Match) inheritWaits(n *node) {
	if n.step >= 0 && m.plan.Steps[n.step].Calls > 0 {
		n.waits = []int{n.step}
		return
	}
	switch len(n.inst.Needs) {
	case 0:
	case 1:
		if dep := m.at[n.inst.Needs[0]]; dep != nil {
			n.waits = dep.waits
		}
	default:
		for _, need := range n.inst.Needs {
			if dep := m.at[need]; dep != nil {
				n.waits = append(n.waits, dep.waits...)
			}
		}
		n.waits = sortedUnique(n.waits)
	}
}

// findDrift notes managed attributes that are live not as the state has them.
func (m *Match) findDrift(n *node) {
	lost := n.lost
	if n.gone {
		lost = n.rec
	}
	if lost != nil {
		m.plan.Drift = append(m.plan.Drift, Drift{Address: n.inst.Address, ID: lost.ID, Gone: true,
			Label: m.labelOfGoing(lost.Provider, n.inst.Type, lost.Attrs, lost.ID)})
	}
	if n.rec == nil || n.index < 0 {
		return
	}
	for i := range n.inst.Type.Attributes {
		attr := &n.inst.Type.Attributes[i]
		if _, managed := n.values[attr.Name]; !managed && attr.Purpose != schema.PurposeParent || n.ignores(attr.Name) || silent(attr) {
			continue
		}
		if m.warnNotKept(n, attr) || m.warnOtherwise(n, attr) {
			continue
		}
		if m.drifted(n, attr) && !m.triedTo(n, attr) && !m.isRenamed(n, attr) {
			d := Drift{Address: n.inst.Address, ID: n.rec.ID, Label: m.labelOf(n, n.inst.Address),
				Attr: attr.Name, Before: n.rec.Attrs[attr.Name], After: n.live().Attrs[attr.Name], Sensitive: attr.Sensitive}
			m.nameDrift(n, attr, &d)
			m.plan.Drift = append(m.plan.Drift, d)
		}
	}
}

// triedTo reports whether a live value is what a call of an earlier run was to
// give, of which that run did not learn the end: then it is ours, and no drift.
func (m *Match) triedTo(n *node, attr *schema.Attribute) bool {
	m.indexIntents()
	i, tried := m.intents[n.inst.Address]
	want, sent := i.Wanted[attr.Name]
	return tried && sent && i.ID == n.rec.ID && equal(attr, n.live().Attrs[attr.Name], want)
}

// nameDrift says by name which ids came and which went.
func (m *Match) nameDrift(n *node, attr *schema.Attribute, d *Drift) {
	target := m.in.Types[attr.Refers]
	if target == nil {
		return
	}
	d.Refers = target.Noun[0]
	had, have := idsOf(d.Before), idsOf(d.After)
	for _, id := range have {
		if !slices.Contains(had, id) {
			d.Added = append(d.Added, m.element(n.inst.Provider, attr.Refers, member{id: id}))
		}
	}
	for _, id := range had {
		if !slices.Contains(have, id) {
			d.Removed = append(d.Removed, m.element(n.inst.Provider, attr.Refers, member{id: id}))
		}
	}
}

// idsOf are the ids in a value: one, or those of a set.
func idsOf(v cty.Value) []string {
	if id, ok := text(v); ok && id != "" {
		return []string{id}
	}
	return elements(v)
}

func (m *Match) countUnmanaged() {
	m.plan.Summary.Unmanaged = map[string]int{}
	for _, types := range m.in.Live {
		for name, t := range types {
			for i := range t.objects {
				if t.objects[i].ID != "" && t.isStranger(i) {
					m.plan.Summary.Unmanaged[name]++
				}
			}
		}
	}
}

func (m *Match) decideOutputs() {
	if len(m.in.Targets) > 0 {
		return
	}
	seen := map[string]bool{}
	for _, o := range m.in.Outputs {
		seen[o.Name] = true
		if m.in.Destroy {
			continue
		}
		after, diags := o.Value.Resolve(m.resolver())
		m.diags = append(m.diags, diags...)
		had, was := m.in.State.Outputs[o.Name]
		if o.Sensitive {
			if !m.in.State.Hidden[o.Name] || !m.in.State.keeps(o.Name, after) {
				before := m.in.State.Kept[o.Name]
				if before != cty.NilVal {
					before = before.Mark(schema.Sensitive)
				}
				m.plan.Outputs = append(m.plan.Outputs, OutputChange{Name: o.Name, Before: before, After: after, Sensitive: true})
			}
			continue
		}
		if was && after.IsKnown() && had.RawEquals(after.Value) {
			continue
		}
		m.plan.Outputs = append(m.plan.Outputs, OutputChange{Name: o.Name, Before: had, After: after})
	}
	for _, name := range sortedNames(m.in.State.Outputs, m.in.State.Hidden) {
		if !seen[name] || m.in.Destroy {
			m.plan.Outputs = append(m.plan.Outputs, OutputChange{Name: name, Before: m.in.State.Outputs[name], Removed: true, Sensitive: m.in.State.Hidden[name]})
		}
	}
}

// keeps reports whether nothing is to be done for a sensitive output that is on record:
// its value is kept as it is wanted, or none is kept.
func (s State) keeps(name string, want schema.Template) bool {
	if s.Kept == nil {
		return true
	}
	had, is := s.Kept[name]
	return is && want.IsKnown() && had.RawEquals(plain(want.Value))
}

// refuse adds an error found while deciding.
func (m *Match) refuse(summary, detail string, args ...any) {
	m.diags = append(m.diags, problem(summary, fmt.Sprintf(detail, args...), hcl.Range{}))
}
