package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/schema"
)

// Verify holds a saved plan against the live system as it is now. The result
// names, by the index of the step, what is no longer as it was when the plan was
// made: an object that has gone or changed, or one that has meanwhile appeared
// where one was to be made.
func Verify(p *Plan, types map[string]*schema.Type, live map[string]map[string]*Table) map[int]error {
	conflicts, freed, below := map[int]error{}, givenUp(p, types), appeared(p, types, live)
	for i := range p.Steps {
		s := &p.Steps[i]
		typ, table := types[s.Address.Type], live[s.Provider][s.Address.Type]
		if typ == nil || table == nil {
			continue
		}
		var err error
		switch {
		case s.Unsettled: // it may be there: that is what it is looked for first
		case s.ID == "":
			err = verifyAbsent(s, typ, table, freed)
		default:
			err = verifySame(s, typ, table)
		}
		if err == nil && s.Action == Delete && s.Class == schema.ClassUnit {
			err = below[ObjectID{s.Provider, typ.Name, s.ID}]
		}
		if err != nil {
			conflicts[i] = err
		}
	}
	return conflicts
}

// appeared says of each unit that the plan deletes whether one stands in it by now
// that the plan knows nothing of: a server may delete it with the other.
func appeared(p *Plan, types map[string]*schema.Type, live map[string]map[string]*Table) map[ObjectID]error {
	deleted, known := map[ObjectID]bool{}, map[ObjectID]bool{}
	for i := range p.Steps {
		s := &p.Steps[i]
		typ, id := types[s.Address.Type], ObjectID{s.Provider, s.Address.Type, s.ID}
		if typ == nil || !isTree(typ) {
			continue
		}
		deleted[id] = deleted[id] || s.Action == Delete
		known[id] = known[id] || s.Action == Delete || s.moves(typ)
	}
	out := map[ObjectID]error{}
	for provider, tables := range live {
		for _, table := range tables {
			if isTree(table.typ) {
				lookInto(table, provider, deleted, known, out)
			}
		}
	}
	return out
}

// lookInto notes the strange units in the deleted ones of a table.
func lookInto(table *Table, provider string, deleted, known map[ObjectID]bool, out map[ObjectID]error) {
	parent := single(table.typ, schema.PurposeParent)
	for i := range table.objects {
		o := &table.objects[i]
		above, _ := text(o.Attrs[parent])
		in := ObjectID{provider, table.typ.Name, above}
		if deleted[in] && o.ID != "" && !known[ObjectID{provider, table.typ.Name, o.ID}] {
			out[in] = fmt.Errorf("%s (id %s) stands in it, which the plan does not delete or move. Plan again", label(table.typ, attrsGetter(o.Attrs), o.ID), o.ID)
		}
	}
}

// Believe lays over the tables of an input what its state knows of writes that a
// lagging read does not show yet, as NewMatch does before it decides; Verify
// needs that too. The diagnostics are errors for owned objects that cannot be
// told any more.
func Believe(in Input) hcl.Diagnostics {
	return bound(in).diags
}

// verifyAbsent looks for an object with a natural key of what is to be made.
func verifyAbsent(s *Step, typ *schema.Type, table *Table, freed map[ObjectID]bool) error {
	if knownByContent(typ) {
		return verifyNotAlike(s, typ, table, freed)
	}
	if name, known := s.After[typ.Lookup]; known && name.IsKnown() {
		if o, found := table.meant(map[string]cty.Value{typ.Lookup: name.Value}); found {
			return fmt.Errorf("a %s of %s has appeared meanwhile. Plan again to adopt it", typ.Noun[0], o.ID)
		}
	}
	for key := range typ.Keys {
		want, ok := keyOf(typ, key, func(name string) (cty.Value, bool) {
			t, ok := s.After[name]
			if !ok {
				return cty.NullVal(cty.String), typ.Attribute(name).Purpose == schema.PurposeParent
			}
			return t.Value, t.IsKnown()
		})
		if !ok {
			continue
		}
		for _, found := range table.lookup(key, want) {
			if freed[ObjectID{s.Provider, typ.Name, table.objects[found].ID}] {
				continue
			}
			return fmt.Errorf("a %s with this %s has appeared meanwhile: id %s. Plan again to adopt it", typ.Noun[0], strings.Join(typ.Keys[key], " and "), table.objects[found].ID)
		}
	}
	return nil
}

// verifyNotAlike looks for a strange object with the content of what is to be made,
// but for those that the plan has another use for.
func verifyNotAlike(s *Step, typ *schema.Type, table *Table, used map[ObjectID]bool) error {
	if !s.settled(typ) {
		return nil // something it is to have is still to be made, so nobody has it
	}
	found := table.resembling(s.known, nearly, func(i int) bool {
		return table.isStranger(i) && !used[ObjectID{s.Provider, typ.Name, table.objects[i].ID}]
	})
	if list := append(found.best(), found.untold...); len(list) > 0 {
		return fmt.Errorf("a %s that may be this one has appeared meanwhile: id %s. Plan again to adopt it", typ.Noun[0], table.ids(list))
	}
	return nil
}

// givenUp lists the objects that the plan itself deletes or gives another key. Of
// those without keys it is all that the plan is about: it was made knowing them.
func givenUp(p *Plan, types map[string]*schema.Type) map[ObjectID]bool {
	out := map[ObjectID]bool{}
	for i := range p.Steps {
		s := &p.Steps[i]
		typ := types[s.Address.Type]
		if s.ID == "" || typ == nil {
			continue
		}
		if knownByContent(typ) {
			out[ObjectID{s.Provider, typ.Name, s.ID}] = true
		}
		for key := range typ.Keys {
			if s.givesUp(typ, key) {
				out[ObjectID{s.Provider, typ.Name, s.ID}] = true
			}
		}
	}
	return out
}

// verifySame compares the fields the step was decided on. What nobody can manage decides
// nothing.
func verifySame(s *Step, typ *schema.Type, table *Table) error {
	o, ok := table.Find(s.ID)
	if !ok {
		if s.Action == Forget || s.Replaced {
			return nil
		}
		return fmt.Errorf("it is gone from the live system (id %s). Plan again", s.ID)
	}
	if why := table.obscure[s.ID]; why != "" && s.Action != Delete && s.Action != Replace {
		return fmt.Errorf("it cannot be read any more. %s", why)
	}
	var changed []ChangedAttribute
	for _, name := range slices.Sorted(maps.Keys(s.Before)) {
		attr := typ.Attribute(name)
		got, carried := o.Attrs[name]
		if attr == nil || attr.Computed || !carried || equal(attr, s.Before[name], got) {
			continue
		}
		changed = append(changed, ChangedAttribute{name, shown(attr, s.Before[name]), shown(attr, got)})
	}
	if len(changed) == 0 {
		return nil
	}
	return &ChangedError{changed}
}
