package providertest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// pagesAreRead lists numbers of objects around the size of a page.
func pagesAreRead(t *testing.T, b *bench) {
	typ := b.typ(schema.ClassRole)
	if typ == nil {
		return
	}
	made := map[string]bool{}
	for _, n := range []int{0, 1, 49, 50, 51, 100, 101} {
		for len(made) < n {
			object, err := b.Client.Create(b.ctx, typ.Name, b.plain(t, typ, "page"))
			b.must(t, err)
			made[object.ID] = true
		}
		listing, err := b.Client.List(b.ctx, typ.Name)
		b.must(t, err)
		seen := map[string]bool{}
		for _, object := range listing.Objects {
			seen[object.ID] = true
			if !made[object.ID] {
				t.Errorf("of %d: %s was never made", n, object.ID)
			}
		}
		if len(listing.Objects) != n || len(seen) != n {
			t.Errorf("of %d: %d were listed, %d of them different", n, len(listing.Objects), len(seen))
		}
		if listing.Date.IsZero() {
			t.Errorf("of %d: the listing has no date", n)
		}
		if b.PageSize > 0 && listing.Calls > (n+b.PageSize-1)/b.PageSize+2 {
			t.Errorf("of %d: %d calls for pages of %d", n, listing.Calls, b.PageSize)
		}
	}
}

// listingsAreShared asks for one list many times at once.
func listingsAreShared(t *testing.T, b *bench) {
	typ := b.Provider.Types()[0]
	want := b.grow(t, typ)
	listings := make([]provider.Listing, 8)
	var wait sync.WaitGroup
	for i := range listings {
		wait.Go(func() {
			listing, err := b.Client.List(b.ctx, typ.Name)
			if err != nil {
				t.Error(err)
			}
			listings[i] = listing
		})
	}
	wait.Wait()
	readers := 0
	for _, listing := range listings {
		if listing.Calls > 0 {
			readers++
		}
		if len(listing.Objects) != want {
			t.Errorf("%d objects are listed, want %d", len(listing.Objects), want)
		}
	}
	if readers != 1 {
		t.Errorf("%d of 8 spent calls on one list, want 1", readers)
	}
	want = b.grow(t, typ)
	listing, err := b.Client.List(b.ctx, typ.Name)
	b.must(t, err)
	if n := len(listing.Objects); n != want || listing.Calls == 0 {
		t.Errorf("after a write %d objects are listed in %d calls, want %d", n, listing.Calls, want)
	}
}

// grow writes, and returns how many objects of a type there are then: one more, where
// any can be made.
func (b *bench) grow(t *testing.T, typ *schema.Type) int {
	t.Helper()
	if typ.Standing {
		before := len(b.list(t, typ))
		b.alter(t, typ, b.Standing[0])
		return before
	}
	b.grown++
	_, err := b.Client.Create(b.ctx, typ.Name, b.plain(t, typ, "shared"))
	b.must(t, err)
	return b.grown
}

// membershipsComeAndGo puts a person into units and roles, and takes them out.
func membershipsComeAndGo(t *testing.T, b *bench) {
	person, unit, role := b.typ(schema.ClassPerson), b.typ(schema.ClassUnit), b.typ(schema.ClassRole)
	if person == nil || unit == nil || role == nil {
		return
	}
	units, roles := b.make(t, unit, 3), b.make(t, role, 2)
	groups := attrFor(person, schema.PurposeMembership, unit.Name)
	positions := attrFor(person, schema.PurposeMembership, role.Name)
	leads := attrFor(person, schema.PurposeLead, unit.Name)

	steps := []struct {
		name                 string
		groups, leads, holds []string
	}{
		{"created with some", units[:2], units[:1], roles[:1]},
		{"more", units, units[:1], roles},
		{"another lead", units, units[1:2], roles},
		{"no lead", units, nil, roles},
		{"fewer", units[2:], nil, roles[1:]},
		{"moved and led", units[:1], units[:1], roles[1:]},
		{"none", nil, nil, nil},
	}
	values := b.plain(t, person, "member")
	var id string
	for i, step := range steps {
		after := b.plain(t, person, "unused")
		for name := range after {
			after[name] = values[name]
		}
		after[groups], after[leads], after[positions] = ids(step.groups...), ids(step.leads...), ids(step.holds...)
		if i == 0 {
			object, err := b.Client.Create(b.ctx, person.Name, after)
			b.must(t, err)
			id = object.ID
		} else {
			change := provider.Change{Before: values, After: after}
			for _, name := range []string{groups, leads, positions} {
				if !values[name].RawEquals(after[name]) {
					change.Changed = append(change.Changed, name)
				}
			}
			object, err := b.Client.Update(b.ctx, person.Name, id, change)
			b.must(t, err)
			b.holds(t, person, step.name, object, after, false)
		}
		values = after
		b.isEverywhere(t, person, id, values)
	}
	b.refusesStrangers(t, person, groups, units[0])
}

// refusesStrangers puts a person into a unit that is gone.
func (b *bench) refusesStrangers(t *testing.T, person *schema.Type, groups, unit string) {
	b.must(t, b.Client.Delete(b.ctx, b.typ(schema.ClassUnit).Name, unit))
	values := b.plain(t, person, "stranger")
	values[groups] = ids(unit)
	if _, err := b.Client.Create(b.ctx, person.Name, values); provider.KindOf(err) != provider.Refused {
		t.Errorf("create with a unit that is gone: %v, want a refusal", err)
	}
}

func attrFor(typ *schema.Type, purpose schema.Purpose, refers string) string {
	names := typ.ByPurpose(purpose)
	i := slices.IndexFunc(names, func(name string) bool { return typ.Attribute(name).Refers == refers })
	return names[i]
}

// make creates some plain objects.
func (b *bench) make(t *testing.T, typ *schema.Type, n int) (made []string) {
	for range n {
		object, err := b.Client.Create(b.ctx, typ.Name, b.plain(t, typ, "one"))
		b.must(t, err)
		made = append(made, object.ID)
	}
	return made
}

// unitsMove builds a small tree and moves a unit in it, to the top too.
func unitsMove(t *testing.T, b *bench) {
	typ := b.typ(schema.ClassUnit)
	if typ == nil || typ.Nest == nil {
		return
	}
	parent, level := typ.Nest.Parent, typ.Nest.Level
	unit := func(kind int, above string) (string, map[string]cty.Value) {
		values := b.plain(t, typ, fmt.Sprintf("level %d", kind))
		values[level] = cty.StringVal(b.Kinds[kind])
		if above != "" {
			values[parent] = cty.StringVal(above)
		}
		object, err := b.Client.Create(b.ctx, typ.Name, values)
		b.must(t, err)
		b.isEverywhere(t, typ, object.ID, values)
		return object.ID, values
	}
	top, _ := unit(0, "")
	left, leftValues := unit(1, top)
	right, _ := unit(1, top)
	leaf, values := unit(2, left)

	for _, above := range []cty.Value{cty.StringVal(right), cty.StringVal(top), cty.NullVal(cty.String), cty.StringVal(left)} {
		change := provider.Change{Before: values, After: map[string]cty.Value{}, Changed: []string{parent}}
		for name, v := range values {
			change.After[name] = v
		}
		change.After[parent] = above
		_, err := b.Client.Update(b.ctx, typ.Name, leaf, change)
		b.must(t, err)
		values = change.After
		b.isEverywhere(t, typ, leaf, values)
	}
	loop := provider.Change{Before: leftValues, After: map[string]cty.Value{parent: cty.StringVal(leaf)}, Changed: []string{parent}}
	if _, err := b.Client.Update(b.ctx, typ.Name, left, loop); provider.KindOf(err) != provider.Refused {
		t.Errorf("a unit below its own child: %v, want a refusal", err)
	}
}
