package planner

import (
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// Forest is the tree of units, of all provider configurations together, in the
// order in which it is drawn: each unit before those below it, siblings by name.
type Forest struct {
	Branches []Branch
	// AtLeast says that of some people it is not known which units they are in, so
	// that there may be more than are counted.
	AtLeast bool `json:",omitempty"`
}

// Branch is one unit of a forest, at its place in it. In a forest that compares,
// Before is the unit as it is live and After as the plan leaves it; one is nil
// where the unit is made or goes. In any other forest only After is set.
type Branch struct {
	// Address is the instance that manages the unit; zero if none does.
	Address schema.Address
	Type    string
	ID      string `json:",omitempty"`
	// Parent is the index of the branch it stands below, -1 at the top. One that
	// goes stands where it is, every other where it will be.
	Parent        int
	Before, After *Unit `json:",omitempty"`
	// Moves says that it stands elsewhere now; From are the names of the units it
	// stands below now, the top first.
	Moves bool     `json:",omitempty"`
	From  []string `json:",omitempty"`
}

// Unit is one unit of the tree with its people.
type Unit struct {
	Name, Level string
	// People is how many are in the unit itself, Whole how many are in it or in
	// any unit below it, each counted once.
	People, Whole int
	Leads         []Element `json:",omitempty"`
	// LeadsUnknown says that it is not known of everybody in it whether they lead.
	LeadsUnknown bool `json:",omitempty"`
}

// Change is what happens to the unit of a forest that compares: Create, Delete,
// Move, Update where its name or its level changes, or None.
func (b *Branch) Change() Action {
	switch {
	case b.Before == nil:
		return Create
	case b.After == nil:
		return Delete
	case b.Moves:
		return Move
	case b.Before.Name != b.After.Name || b.Before.Level != b.After.Level:
		return Update
	}
	return None
}

// Unit is the branch's unit as it will be, or as it is where it goes.
func (b *Branch) Unit() *Unit {
	if b.After != nil {
		return b.After
	}
	return b.Before
}

func (b *Branch) was() *Unit { return b.Before }

// Below is the forest of one branch: the unit at that index and all below it.
func (f Forest) Below(i int) Forest {
	keep := make([]bool, len(f.Branches))
	keep[i] = true
	for at := i + 1; at < len(keep); at++ { // those below come later
		up := f.Branches[at].Parent
		keep[at] = up >= 0 && keep[up]
	}
	out := f.only(keep)
	out.Branches[0].Parent = -1
	return out
}

// changed keeps the branches in which something changes, and some others, with
// the units above.
func (f Forest) changed(others []int) Forest {
	keep := make([]bool, len(f.Branches))
	for _, i := range others {
		keep[i] = true
	}
	for i := range slices.Backward(f.Branches) { // those below come later
		b := &f.Branches[i]
		if keep[i] = keep[i] || b.Change() != None; keep[i] && b.Parent >= 0 {
			keep[b.Parent] = true
		}
	}
	return f.only(keep)
}

// only keeps some branches; with each also the one above it must be kept.
func (f Forest) only(keep []bool) Forest {
	out := Forest{AtLeast: f.AtLeast}
	place := make([]int, len(f.Branches))
	for i, b := range f.Branches {
		if !keep[i] {
			continue
		}
		if place[i] = len(out.Branches); b.Parent >= 0 {
			b.Parent = place[b.Parent]
		}
		out.Branches = append(out.Branches, b)
	}
	return out
}
