package planner

import (
	"fmt"
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// Outline is the tree of units around a plan, before and after it: all that are
// live or to be made, whoever manages them, of all provider configurations. They
// stand in the order in which they are drawn, siblings by name. It is a picture
// for people, and no decision is made from it.
type Outline struct {
	Units []OutlineUnit
	// AtLeast says that of some people it is not known which units they are in, so
	// that there may be more than are counted.
	AtLeast bool `json:",omitempty"`
}

// OutlineUnit is one unit of an outline.
type OutlineUnit struct {
	// Provider is the key of the provider configuration.
	Provider, Type string
	// Address is the instance that manages it; zero for a unit that is not ours.
	Address schema.Address
	// ID is the live id; empty for one that is yet to be made.
	ID string `json:",omitempty"`
	// Before is the unit as it is live, nil if it is yet to be made; After is it as
	// the plan leaves it, nil if it goes.
	Before, After *OutlinePlace `json:",omitempty"`
}

// OutlinePlace is a unit at one of the two times.
type OutlinePlace struct {
	Name  string
	Level string `json:",omitempty"`
	// Parent is the index in Outline.Units of the unit above, -1 for a top unit.
	// No unit stands below itself.
	Parent int
	// Members is how many people are in the unit itself, Leads how many lead it, as
	// far as that is known; Whole is how many are in it or in any unit below it, each
	// counted once.
	Members int `json:",omitempty"`
	Leads   int `json:",omitempty"`
	Whole   int `json:",omitempty"`
}

// Change is what happens to the unit: Create, Delete, Move, Update where its name
// or its level changes, or None.
func (u *OutlineUnit) Change() Action {
	switch {
	case u.Before == nil:
		return Create
	case u.After == nil:
		return Delete
	case u.Before.Parent != u.After.Parent:
		return Move
	case u.Before.Name != u.After.Name || u.Before.Level != u.After.Level:
		return Update
	}
	return None
}

// Place is the unit as it will be, or as it is where it goes.
func (u *OutlineUnit) Place() *OutlinePlace {
	if u.After != nil {
		return u.After
	}
	return u.Before
}

// outline takes the whole tree out of the comparison, of which the forest has
// been made.
func (g *comparison) outline(f *Forest) *Outline {
	if len(f.Branches) == 0 {
		return nil
	}
	providers := make([]string, len(g.branches))
	for id, at := range g.byID {
		providers[at] = id.Provider
	}
	for addr, at := range g.made {
		if n := g.m.at[addr]; n != nil {
			providers[at] = n.inst.Provider
		}
	}
	o := &Outline{Units: make([]OutlineUnit, len(f.Branches)), AtLeast: f.AtLeast}
	for i, provider := range providers {
		at := g.place[i]
		b := &f.Branches[at]
		u := &o.Units[at]
		u.Provider, u.Type, u.Address, u.ID = provider, b.Type, b.Address, b.ID
		u.After = placeOf(b.After, b.Parent)
		if over := g.live[i]; over >= 0 {
			u.Before = placeOf(b.Before, g.place[over])
		} else {
			u.Before = placeOf(b.Before, -1)
		}
	}
	return o
}

func placeOf(u *Unit, parent int) *OutlinePlace {
	if u == nil {
		return nil
	}
	return &OutlinePlace{Name: u.Name, Level: u.Level, Parent: parent, Members: u.People, Leads: len(u.Leads), Whole: u.Whole}
}

// check reports what no outline of a plan can be: a unit that is at neither time,
// or that stands below no unit of the outline, or below itself.
func (o *Outline) check() error {
	if o == nil {
		return nil
	}
	for _, side := range []func(*OutlineUnit) *OutlinePlace{
		func(u *OutlineUnit) *OutlinePlace { return u.Before }, func(u *OutlineUnit) *OutlinePlace { return u.After },
	} {
		parents := make([]int, len(o.Units))
		for i := range o.Units {
			u := &o.Units[i]
			place := side(u)
			if parents[i] = -1; place == nil {
				if u.Before == nil && u.After == nil {
					return fmt.Errorf("unit %d of its outline is there neither before nor after", i)
				}
				continue
			}
			if parents[i] = place.Parent; place.Parent < -1 || place.Parent >= len(o.Units) {
				return fmt.Errorf("unit %d of its outline stands below unit %d, which is not there", i, place.Parent)
			}
		}
		straight := slices.Clone(parents)
		if straighten(straight); !slices.Equal(straight, parents) {
			return fmt.Errorf("a unit of its outline stands below itself")
		}
	}
	return nil
}
