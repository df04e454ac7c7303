package render

import (
	"io"

	"github.com/espalier-dev/espalier/planner"
)

// treeFormat is the version of the JSON document of a tree.
const treeFormat = "1.0"

// TreeJSON writes a whole forest down to o.Depth as one JSON document:
//
//	format_version
//	compared          whether live and planned are laid over one another
//	people_at_least   whether some people could not be placed, so that there are more
//	units             each unit after the one above it
//
// A unit has address (unless nothing manages it), id (once it is live), parent
// (the index of the unit above; null at the top), name, kind, people, people_with_below
// (in it and all units below it, each once), leads and lead_count. Where trees are
// compared it has instead change ("create", "delete", "move", "update", "none"),
// from_path (of one that moves: the names of what it stands below now), and before
// and after with those fields; one is null where the unit is not there. Leads are
// named as far as people may be.
func TreeJSON(w io.Writer, f planner.Forest, o TreeOptions) error {
	o.Full = true
	f = o.shadedTree(f)
	c := o.choose(f)
	place := make([]int, len(f.Branches))
	n := 0
	for i := range f.Branches {
		if place[i] = n; c.shown[i] {
			n++
		}
	}
	d := &document{printer: newPrinter(w, o.Options)}
	d.field("format_version", treeFormat)
	d.field("compared", o.Compare)
	d.field("people_at_least", f.AtLeast)
	d.list("units", len(f.Branches), func(i int) any {
		if !c.shown[i] {
			return nil
		}
		return c.unitJSON(&f.Branches[i], place)
	})
	return d.end()
}

func (c *chosen) unitJSON(b *planner.Branch, place []int) fields {
	u := fields{"type": b.Type, "parent": nil}
	if !b.Address.IsZero() {
		u["address"] = b.Address.String()
	}
	if b.ID != "" {
		u["id"] = b.ID
	}
	if b.Parent >= 0 {
		u["parent"] = place[b.Parent]
	}
	if !c.Compare {
		for name, v := range c.sideJSON(b.Unit()) {
			u[name] = v
		}
		return u
	}
	u["change"], u["before"], u["after"] = b.Change().String(), c.sideJSON(b.Before), c.sideJSON(b.After)
	if b.Moves {
		u["from_path"] = append([]string{}, b.From...)
	}
	return u
}

// sideJSON is a unit at one time; null if it is not there.
func (c *chosen) sideJSON(u *planner.Unit) fields {
	if u == nil {
		return nil
	}
	leads := []string{}
	for _, e := range u.Leads {
		switch {
		case c.People == PeopleNames:
			leads = append(leads, e.Label)
		case c.People == PeopleAddresses && !e.Address.IsZero():
			leads = append(leads, e.Address.String())
		}
	}
	return fields{"name": u.Name, "kind": u.Level, "people": u.People, "people_with_below": u.Whole, "leads": leads, "lead_count": len(u.Leads)}
}
