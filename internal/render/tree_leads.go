package render

import (
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// mostLeads is how many leads of a unit are named.
const mostLeads = 3

// ledBy says who leads a unit, or how many do, and who did before.
func (c *chosen) ledBy(b *planner.Branch) string {
	is := b.Unit().Leads
	if !c.Compare || b.Before == nil || b.After == nil || b.Before.LeadsUnknown || sameLeads(b.Before.Leads, is) {
		return c.leads(is)
	}
	was := b.Before.Leads
	if c.People == PeopleCounts {
		if len(was) == len(is) {
			return plural(len(is), "lead", "leads") + " (other)"
		}
		return count(len(was)) + " -> " + plural(len(is), "lead", "leads")
	}
	before := c.leadNames(was)
	if before == "" {
		before = "none"
	}
	if len(is) == 0 {
		return "no lead (was " + before + ")"
	}
	return c.leads(is) + " (was " + before + ")"
}

func (c *chosen) leads(list []planner.Element) string {
	switch names := c.leadNames(list); {
	case len(list) == 0:
		return ""
	case names == "":
		return plural(len(list), "lead", "leads")
	default:
		return "led by " + names
	}
}

// leadNames names the first leads, as far as people may be named.
func (c *chosen) leadNames(list []planner.Element) string {
	if c.People == PeopleCounts {
		return ""
	}
	shown := mostLeads
	if c.Full {
		shown = len(list)
	}
	var names []string
	for _, e := range list[:min(shown, len(list))] {
		switch {
		case c.People == PeopleNames:
			names = append(names, clean(e.Label))
		case !e.Address.IsZero():
			names = append(names, clean(e.Address.String()))
		}
	}
	if len(names) == 0 && len(list) > 0 {
		return plural(len(list), "lead", "leads")
	}
	return some(names, len(list))
}

// sameLeads reports whether two lists are of the same people.
func sameLeads(a, b []planner.Element) bool {
	if len(a) != len(b) {
		return false
	}
	type person struct {
		id      string
		address schema.Address
	}
	in := make(map[person]bool, len(a))
	for _, e := range a {
		in[person{e.ID, e.Address}] = true
	}
	for _, e := range b {
		if !in[person{e.ID, e.Address}] {
			return false
		}
	}
	return true
}
