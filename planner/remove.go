package planner

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// remove makes the step of an owned object that nothing wanted stands for.
func (m *Match) remove(rec *Record) {
	typ := m.in.Types[rec.Address.Type]
	live, isLive := m.table(rec.Provider, rec.Address.Type).Find(rec.ID)
	person := typ.Class == schema.ClassPerson
	removal := RemovalDelete
	switch {
	case typ.Standing:
		removal = RemovalForget
	case person:
		removal = m.in.Providers[rec.Provider].Removal
	}
	s := Situation{Recorded: true, Live: isLive, Released: removal == RemovalForget || removal == RemovalStrip}
	attrs := rec.Attrs
	if isLive {
		attrs = withoutHidden(live.Attrs, rec)
	}
	step := Step{
		Address: rec.Address, Action: Decide(s), Provider: rec.Provider, ID: rec.ID, Class: typ.Class,
		Label: m.labelOfGoing(rec.Provider, typ, attrs, rec.ID), Before: attrs, Dependencies: rec.Needs, Last: true,
		Reason: "it is no longer in the configuration",
	}
	if step.Action == Delete && typ.Class == schema.ClassUnit && m.holdsOn(rec) {
		return
	}
	step.Needs = m.retireOrphan(rec)
	if m.in.Destroy {
		step.Reason = "everything that is owned goes"
	}
	switch {
	case !isLive:
		step.Reason = "it is gone from the live system"
		m.plan.Drift = append(m.plan.Drift, Drift{Address: rec.Address, ID: rec.ID, Gone: true, Label: step.Label})
	case step.Action == Delete:
		step.Calls = 1
		m.warnMissed(typ, &step)
		m.warnObscure(typ, m.table(rec.Provider, typ.Name), &step)
	case removal == RemovalStrip:
		m.strip(typ, live, &step)
	}
	m.plan.Steps = append(m.plan.Steps, step)
}

// withoutHidden leaves out of what is live the attributes that the record keeps
// as digests alone.
func withoutHidden(attrs map[string]cty.Value, rec *Record) map[string]cty.Value {
	if len(rec.Digests) == 0 {
		return attrs
	}
	attrs = maps.Clone(attrs)
	for name := range rec.Digests {
		delete(attrs, name)
	}
	return attrs
}

// strip takes a person out of every unit and role; the account stays.
func (m *Match) strip(typ *schema.Type, live schema.Object, step *Step) {
	step.After = map[string]schema.Template{}
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		if attr.Purpose != schema.PurposeMembership && attr.Purpose != schema.PurposeLead {
			continue
		}
		ids := elements(live.Attrs[attr.Name])
		step.After[attr.Name] = schema.Known(cty.SetValEmpty(cty.String))
		if len(ids) == 0 || attr.Purpose == schema.PurposeLead {
			continue
		}
		c := Change{Attr: attr.Name, Before: live.Attrs[attr.Name], After: step.After[attr.Name], Refers: m.in.Types[attr.Refers].Noun[0]}
		for _, id := range ids {
			c.Removed = append(c.Removed, m.element(step.Provider, attr.Refers, member{id: id}))
		}
		step.Changes = append(step.Changes, c)
	}
	if len(step.Changes) == 0 {
		return
	}
	step.Action, step.Calls, step.Release = Update, 1, true
	step.Reason += fmt.Sprintf("; the %s's account stays", typ.Noun[0])
}

// selection says what a targeted plan is about.
type selection struct {
	all       bool
	addresses map[schema.Address]bool
	resources map[schema.Address]bool // targets without a key, which mean all instances
	ids       map[ObjectID]bool       // live units below a targeted one
}

func (s *selection) instance(n *node) bool { return s.all || s.addresses[n.inst.Address] }

func (s *selection) record(rec *Record) bool {
	return s.all || s.addresses[rec.Address] || s.resources[rec.Address.Resource()] ||
		s.ids[ObjectID{rec.Provider, rec.Address.Type, rec.ID}]
}

// selection works out what the targets take: the addresses, all units below a
// targeted unit, wanted or live, and what all of these need.
func (m *Match) selection() *selection {
	s := &selection{all: len(m.in.Targets) == 0, addresses: map[schema.Address]bool{}, resources: map[schema.Address]bool{}, ids: map[ObjectID]bool{}}
	if s.all {
		return s
	}
	for _, t := range m.in.Targets {
		s.addresses[t] = true
		if t.Key.Kind == schema.NoKey {
			s.resources[t] = true
		}
	}
	found := map[schema.Address]bool{}
	for _, n := range m.nodes { // parents come before children
		addr := n.inst.Address
		if s.resources[addr.Resource()] {
			s.addresses[addr] = true
		}
		if !s.addresses[addr] && m.parentSelected(n, s) {
			s.addresses[addr] = true
		}
		if s.addresses[addr] {
			found[addr.Resource()], found[addr] = true, true
			if live := n.live(); live != nil && n.inst.Type.Class == schema.ClassUnit {
				s.ids[ObjectID{n.inst.Provider, n.inst.Type.Name, live.ID}] = true
			}
		}
	}
	for _, rec := range m.orphans {
		if s.record(rec) {
			found[rec.Address.Resource()], found[rec.Address] = true, true
			s.ids[ObjectID{rec.Provider, rec.Address.Type, rec.ID}] = true
		}
	}
	m.selectBelow(s)
	m.selectNeeds(s)
	for _, t := range m.in.Targets {
		if !found[t] {
			m.refuse("Nothing has the targeted address", "-target %s is neither in the configuration nor in the state. \"espalier state list\" shows the addresses that are owned.", t)
		}
	}
	return s
}

func (m *Match) parentSelected(n *node, s *selection) bool {
	if n.inst.Type.Class != schema.ClassUnit {
		return false
	}
	t, ok := n.inst.Values[single(n.inst.Type, schema.PurposeParent)]
	if !ok {
		return false
	}
	if t.Pending != nil && t.Pending.Ref != nil {
		return s.addresses[t.Pending.Ref.Address]
	}
	id, _ := text(t.Value)
	return s.ids[ObjectID{n.inst.Provider, n.inst.Type.Name, id}]
}

// selectBelow adds the live units below the selected ones.
func (m *Match) selectBelow(s *selection) {
	for provider, types := range m.in.Live {
		for name, table := range types {
			parent := single(table.typ, schema.PurposeParent)
			if table.typ.Class != schema.ClassUnit || parent == "" {
				continue
			}
			children := map[string][]string{}
			for i := range table.objects {
				if p, ok := text(table.objects[i].Attrs[parent]); ok {
					children[p] = append(children[p], table.objects[i].ID)
				}
			}
			var queue []string
			for id := range s.ids {
				if id.Provider == provider && id.Type == name {
					queue = append(queue, id.ID)
				}
			}
			for len(queue) > 0 {
				id := queue[len(queue)-1]
				queue = queue[:len(queue)-1]
				for _, child := range children[id] {
					if key := (ObjectID{provider, name, child}); !s.ids[key] {
						s.ids[key] = true
						queue = append(queue, child)
					}
				}
			}
		}
	}
}

// selectNeeds adds what the selected instances refer to, however far.
func (m *Match) selectNeeds(s *selection) {
	for _, n := range slices.Backward(m.nodes) { // needs come earlier
		if !s.addresses[n.inst.Address] {
			continue
		}
		for _, need := range n.inst.Needs {
			s.addresses[need] = true
		}
	}
}
