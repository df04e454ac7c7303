package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// people counts everybody twice, as they are and as the plan leaves them.
func (g *comparison) people() {
	steps := map[ObjectID]*Step{}
	for i := range g.m.plan.Steps {
		if s := &g.m.plan.Steps[i]; s.Class == schema.ClassPerson && s.Calls > 0 {
			if s.ID == "" {
				g.person(s.Provider, g.m.in.Types[s.Address.Type], presence{}, s, Element{Address: s.Address, Label: s.Label})
				continue
			}
			steps[ObjectID{s.Provider, s.Address.Type, s.ID}] = s
		}
	}
	eachPerson(g.m.in.Live, func(provider string, t *Table, i int) {
		o := &t.objects[i]
		p := presence{attrs: o.Attrs}
		who := Element{ID: o.ID, Label: label(t.typ, attrsGetter(o.Attrs), o.ID)}
		if rec := t.owner[i]; rec != nil {
			p.recorded, who.Address = rec.Attrs, rec.Address
		}
		if n := t.claim[i]; n != nil {
			who.Address = n.inst.Address
		}
		g.person(provider, t.typ, p, steps[ObjectID{provider, t.typ.Name, o.ID}], who)
	})
}

// person counts one person, whom a step may change.
func (g *comparison) person(provider string, typ *schema.Type, p presence, s *Step, who Element) {
	in, leads, known := p.units(typ, provider, g.byID)
	if who.ID != "" {
		g.unplaced = g.unplaced || !known
		g.before.add(in)
		if g.along != nil {
			g.along.add(in)
		}
		for _, u := range leads {
			g.branches[u].Before.Leads = append(g.branches[u].Before.Leads, who)
		}
		g.doubt(typ, p, in)
	}
	switch {
	case s == nil:
	case s.Action == Delete:
		return
	default:
		in, leads = g.afterStep(provider, typ, s, in, leads)
	}
	// Who is in a unit that goes is in nothing by that.
	goes := func(u int) bool { return g.branches[u].After == nil }
	g.after.add(slices.DeleteFunc(slices.Clone(in), goes))
	g.lead(leads, who)
}

// doubt notes the units of somebody of whom it is not known what they lead.
func (g *comparison) doubt(typ *schema.Type, p presence, in []int) {
	for _, name := range typ.ByPurpose(schema.PurposeLead) {
		if _, known := p.value(name); known {
			continue
		}
		for _, u := range in {
			g.branches[u].Before.LeadsUnknown = true
		}
	}
}

// afterStep is where a person is once a step is done: sets that it sends are what
// it sends, and who leaves a unit leads it no more.
func (g *comparison) afterStep(provider string, typ *schema.Type, s *Step, in, leads []int) (inAfter, leadsAfter []int) {
	member, lead := g.sent(provider, typ, s, schema.PurposeMembership), g.sent(provider, typ, s, schema.PurposeLead)
	if member == nil {
		member = in
	}
	if lead == nil {
		for _, u := range leads {
			if slices.Contains(member, u) {
				lead = append(lead, u)
			}
		}
	}
	return append(slices.Clone(member), lead...), lead
}

// sent lists the units in the sets of a purpose that a step sends; nil if it
// sends none, or if their elements are not known yet.
func (g *comparison) sent(provider string, typ *schema.Type, s *Step, purpose schema.Purpose) []int {
	var out []int
	for a := range typ.Attributes {
		attr := &typ.Attributes[a]
		t, ok := s.After[attr.Name]
		target := g.m.in.Types[attr.Refers]
		if attr.Purpose != purpose || !ok || target == nil || target.Class != schema.ClassUnit {
			continue
		}
		set := g.m.foreseen(t)
		if set.whole != nil {
			g.atLeast = true
			continue
		}
		out = slices.Grow(out, len(set.list)+1)
		for _, e := range set.list {
			one := schema.Known(cty.StringVal(e.id))
			if e.pending != nil {
				one = *e.pending
			}
			if u := g.unit(provider, attr.Refers, one); u >= 0 {
				out = append(out, u)
			}
		}
	}
	return out
}
