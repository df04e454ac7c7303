package planner

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// LiveForest is the live tree, as the tables of all provider configurations show
// it. owners are the addresses of the owned objects.
func LiveForest(live map[string]map[string]*Table, owners map[ObjectID]schema.Address) Forest {
	g := &grove{}
	at := g.gather(live, func(t *Table, i int, id ObjectID) schema.Address { return owners[id] })
	for i := range g.branches {
		g.branches[i].After, g.branches[i].Before = g.branches[i].Before, nil
	}
	g.root()
	eachPerson(live, func(provider string, t *Table, i int) {
		o := &t.objects[i]
		p := presence{attrs: o.Attrs}
		in, leads, known := p.units(t.typ, provider, at)
		g.atLeast = g.atLeast || !known
		if len(in) > 0 {
			g.after.add(in)
			g.lead(leads, Element{ID: o.ID, Address: owners[ObjectID{provider, t.typ.Name, o.ID}], Label: label(t.typ, attrsGetter(o.Attrs), o.ID)})
		}
	})
	return g.forest()
}

// gather takes the live units out of their tables, as they are before a plan.
func (g *grove) gather(live map[string]map[string]*Table, address func(*Table, int, ObjectID) schema.Address) map[ObjectID]int {
	at := map[ObjectID]int{}
	var above []ObjectID
	for _, provider := range slices.Sorted(maps.Keys(live)) {
		for _, name := range slices.Sorted(maps.Keys(live[provider])) {
			t := live[provider][name]
			if t.typ.Class != schema.ClassUnit {
				continue
			}
			parent, level := single(t.typ, schema.PurposeParent), single(t.typ, schema.PurposeLevel)
			for i := range t.objects {
				o := &t.objects[i]
				if o.ID == "" {
					continue
				}
				u := &Unit{Name: label(t.typ, attrsGetter(o.Attrs), o.ID)}
				u.Level, _ = text(o.Attrs[level])
				place, told := o.Attrs[parent]
				if rec := t.owner[i]; !told && rec != nil {
					place = rec.Attrs[parent]
				}
				over, _ := text(place)
				id := ObjectID{provider, name, o.ID}
				at[id], above = len(g.branches), append(above, ObjectID{provider, name, over})
				g.branches = append(g.branches, Branch{Address: address(t, i, id), Type: name, ID: o.ID, Before: u})
			}
		}
	}
	for i, id := range above {
		g.branches[i].Parent = indexIn(at, id)
	}
	return at
}

// eachPerson visits the live people in a fixed order.
func eachPerson(live map[string]map[string]*Table, visit func(provider string, t *Table, i int)) {
	for _, provider := range slices.Sorted(maps.Keys(live)) {
		for _, name := range slices.Sorted(maps.Keys(live[provider])) {
			t := live[provider][name]
			if t.typ.Class != schema.ClassPerson {
				continue
			}
			for i := range t.objects {
				if t.objects[i].ID != "" {
					visit(provider, t, i)
				}
			}
		}
	}
}

// presence is what is known of where a person is: as read, else as recorded.
type presence struct {
	attrs, recorded map[string]cty.Value
}

func (p presence) value(attr string) (cty.Value, bool) {
	if v, ok := p.attrs[attr]; ok {
		return v, true
	}
	v, ok := p.recorded[attr]
	return v, ok
}

// units are the units a person is in and those they lead; known is false where
// neither a reading nor a record says which.
func (p presence) units(typ *schema.Type, provider string, at map[ObjectID]int) (in, leads []int, known bool) {
	known = true
	for a := range typ.Attributes {
		attr := &typ.Attributes[a]
		lead := attr.Purpose == schema.PurposeLead
		if attr.Purpose != schema.PurposeMembership && !lead {
			continue
		}
		v, ok := p.value(attr.Name)
		known = known && (ok || lead)
		for _, id := range elements(v) {
			u, ok := at[ObjectID{provider, attr.Refers, id}]
			if !ok {
				continue
			}
			if in = append(in, u); lead {
				leads = append(leads, u)
			}
		}
	}
	return in, leads, known
}

// indexIn is where a key stands, -1 if nowhere.
func indexIn[K comparable](at map[K]int, key K) int {
	if i, ok := at[key]; ok {
		return i
	}
	return -1
}
