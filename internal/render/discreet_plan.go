package render

import (
	"slices"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// shade returns the plan as it is shown: where people are not shown by name with the
// addresses that stand for theirs. The plan itself stays as it is.
func (n *names) shade(plan *planner.Plan) *planner.Plan {
	if n.People == PeopleNames {
		return plan
	}
	p := *plan
	p.Steps, p.Drift, p.Findings = slices.Clone(plan.Steps), slices.Clone(plan.Drift), slices.Clone(plan.Findings)
	p.Warnings, p.Targets = slices.Clone(plan.Warnings), slices.Clone(plan.Targets)
	for i := range p.Steps {
		p.Steps[i] = *n.shadeStep(&p.Steps[i])
	}
	for i := range p.Drift {
		d := &p.Drift[i]
		d.Address, d.Added, d.Removed = n.address(d.Address), n.shadeElements(d.Added), n.shadeElements(d.Removed)
	}
	for i := range p.Findings {
		p.Findings[i].Address, p.Findings[i].Now = n.address(p.Findings[i].Address), n.address(p.Findings[i].Now)
	}
	for i := range p.Warnings {
		p.Warnings[i].Address = n.address(p.Warnings[i].Address)
	}
	for i := range p.Targets {
		p.Targets[i] = n.discreet(p.Targets[i])
	}
	if plan.Tree != nil {
		tree := n.shadeForest(*plan.Tree)
		p.Tree = &tree
	}
	return &p
}

// shadeStep returns a step as it is shown.
func (n *names) shadeStep(step *planner.Step) *planner.Step {
	if n.People == PeopleNames || step == nil {
		return step
	}
	s := *step
	s.Address, s.From = n.address(s.Address), n.address(s.From)
	copied := false
	for i := range s.Changes {
		c := &s.Changes[i]
		if !slices.ContainsFunc(c.Added, n.isPerson) && !slices.ContainsFunc(c.Removed, n.isPerson) {
			continue
		}
		if !copied {
			s.Changes, copied = slices.Clone(s.Changes), true
			c = &s.Changes[i]
		}
		c.Added, c.Removed = n.shadeElements(c.Added), n.shadeElements(c.Removed)
	}
	return &s
}

func (n *names) isPerson(e planner.Element) bool {
	return !e.Address.IsZero() && n.personal(e.Address.Type)
}

func (n *names) shadeElements(list []planner.Element) []planner.Element {
	if !slices.ContainsFunc(list, n.isPerson) {
		return list
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].Address = n.address(list[i].Address)
	}
	return list
}

// shadeForest returns a tree as it is shown.
func (n *names) shadeForest(f planner.Forest) planner.Forest {
	f.Branches = slices.Clone(f.Branches)
	for i := range f.Branches {
		b := &f.Branches[i]
		b.Before, b.After = n.shadeUnit(b.Before), n.shadeUnit(b.After)
	}
	return f
}

// shadedTree is a tree without a plan as it is shown.
func (o Options) shadedTree(f planner.Forest) planner.Forest {
	if o.People == PeopleNames {
		return f
	}
	n := newNames(&planner.Plan{}, o)
	for _, b := range f.Branches {
		for _, e := range b.Unit().Leads {
			n.seed = append(n.seed, e.Label...)
		}
	}
	return n.shadeForest(f)
}

func (n *names) shadeUnit(u *planner.Unit) *planner.Unit {
	if u == nil || !slices.ContainsFunc(u.Leads, n.isPerson) {
		return u
	}
	shaded := *u
	shaded.Leads = n.shadeElements(u.Leads)
	return &shaded
}

// personLabels maps the labels of the people in the plan to their addresses as these
// are shown.
func (n *names) personLabels() map[string]schema.Address {
	labels := map[string]schema.Address{}
	for i := range n.whole.Steps {
		if step := &n.whole.Steps[i]; step.Label != "" && n.shielded(step) {
			labels[step.Label] = n.address(step.Address)
		}
	}
	for i := range n.whole.Drift {
		if d := &n.whole.Drift[i]; d.Label != "" && n.person(d.Address.Type) {
			labels[d.Label] = n.address(d.Address)
		}
	}
	return labels
}

// discreetNames returns names as they may be shown. Where people are not to be
// shown by name, those are left that surely name something else, and addresses
// where these may be shown.
func (n *names) discreetNames(list []string) []string {
	var shown []string
	if n.People == PeopleNames {
		for _, name := range list {
			shown = append(shown, clean(name))
		}
		return shown
	}
	labels := n.labels()
	harmless := map[string]bool{}
	for i := range n.plan.Steps {
		if step := &n.plan.Steps[i]; !n.shielded(step) {
			harmless[step.Label], harmless[step.Address.String()] = true, true
		}
	}
	for _, name := range list {
		a, person := labels[name]
		parsed, err := schema.ParseAddress(name)
		switch {
		case n.People == PeopleAddresses && person:
			shown = append(shown, clean(a.String()))
		case harmless[name] && !person, err == nil && !n.personal(parsed.Type):
			shown = append(shown, clean(name))
		case err == nil && n.People == PeopleAddresses:
			shown = append(shown, clean(n.address(parsed).String()))
		}
	}
	return shown
}
