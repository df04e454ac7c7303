package providertest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// briefly is how many random lives an object has in a brief run.
const briefly = 3

// valuesSurvive lives through the life of random objects of every type.
func valuesSurvive(t *testing.T, b *bench) {
	for _, typ := range b.Provider.Types() {
		t.Run(typ.Name, func(t *testing.T) {
			live := b.life
			if typ.Standing {
				live = b.standing
			}
			if !b.Brief {
				rapid.Check(t, func(rt *rapid.T) { live(rt, typ) })
				return
			}
			// A generator whose value is the life itself; each seed is another.
			life := rapid.Custom(func(rt *rapid.T) bool { live(rt, typ); return true })
			for seed := range briefly {
				life.Example(seed)
			}
		})
	}
}

func (b *bench) life(t *rapid.T, typ *schema.Type) {
	values := b.drawObject(t, typ)
	object, err := b.Client.Create(b.ctx, typ.Name, values)
	b.must(t, err)
	b.holds(t, typ, "create", object, values, false)
	b.isEverywhere(t, typ, object.ID, values)

	change := provider.Change{Before: values, After: maps.Clone(values)}
	for _, a := range settable(typ) {
		if !a.CreateOnly && rapid.Bool().Draw(t, a.Name+" changes") {
			change.After[a.Name] = b.draw(t, a)
			change.Changed = append(change.Changed, a.Name)
		}
	}
	if up := typ.Upload; up != nil && up.Digest != "" && !typ.Attribute(up.Digest).Forces {
		b.addFile(t, typ, change.After, "another")
		change.Changed = append(change.Changed, up.Digest)
	}
	if len(change.Changed) > 0 {
		object, err = b.Client.Update(b.ctx, typ.Name, object.ID, change)
		b.must(t, err)
		b.holds(t, typ, "update", object, change.After, false)
		b.isEverywhere(t, typ, object.ID, change.After)
	}

	b.must(t, b.Client.Delete(b.ctx, typ.Name, object.ID))
	if _, err := b.Client.Read(b.ctx, typ.Name, object.ID, nil); provider.KindOf(err) != provider.NotFound {
		t.Fatalf("reading what was deleted: %v, want a NotFound", err)
	}
	if _, ok := b.listed(t, typ, object.ID); ok {
		t.Fatalf("%s %s is still listed after its deletion", typ.Name, object.ID)
	}
}

// isEverywhere reads an object alone and in the list. Between the two, all
// attributes are carried.
func (b *bench) isEverywhere(t fataler, typ *schema.Type, id string, values map[string]cty.Value) {
	t.Helper()
	read, err := b.Client.Read(b.ctx, typ.Name, id, nil)
	b.must(t, err)
	b.holds(t, typ, "read", read, values, true)
	if typ.Lookup != "" && len(b.list(t, typ)) == 0 {
		return // there is no list
	}
	item, ok := b.listed(t, typ, id)
	if !ok {
		t.Fatalf("%s %s is not listed", typ.Name, id)
	}
	b.holds(t, typ, "list", item, values, true)
	for name := range values {
		_, inRead := read.Attrs[name]
		_, inList := item.Attrs[name]
		a := typ.Attribute(name)
		if !inRead && !inList && mustBeCarried(typ, a) {
			t.Fatalf("%s of %s %s is carried neither by reading it nor by the list", name, typ.Name, id)
		}
	}
}

// mustBeCarried reports whether a server that does not show an attribute is of no
// use: it may keep to itself who leads, and the checksum of a file, and it knows no
// paths of ours.
func mustBeCarried(typ *schema.Type, a *schema.Attribute) bool {
	digest := typ.Upload != nil && typ.Upload.Digest == a.Name
	return a.Purpose != schema.PurposeLead && a.Purpose != schema.PurposeSource && !digest
}

// holds compares what an object carries with the values it was given. With
// unset, what was not given must not be there.
func (b *bench) holds(t fataler, typ *schema.Type, how string, object schema.Object, values map[string]cty.Value, unset bool) {
	t.Helper()
	if object.ID == "" {
		t.Fatalf("%s %s: no id", how, typ.Name)
	}
	for name, have := range object.Attrs {
		a := typ.Attribute(name)
		if a == nil {
			t.Fatalf("%s %s: carries %q, which is no attribute of the type", how, typ.Name, name)
		}
		if have == cty.NilVal || !have.Type().Equals(a.Type) || !have.IsWhollyKnown() || have.ContainsMarked() {
			t.Fatalf("%s %s: %s is %#v, which is not a plain value of its type", how, typ.Name, name, have)
		}
		want, given := values[name]
		if a.Computed || a.Name == typ.Lookup || !given && (!unset || a.Purpose == schema.PurposeAdmin || a.Purpose == schema.PurposeLevel) {
			continue
		}
		if !given {
			want = cty.NullVal(a.Type)
			if a.Type.IsSetType() {
				want = cty.SetValEmpty(a.Type.ElementType())
			}
		}
		if !agree(a, have, want) {
			t.Fatalf("%s %s: %s is %#v, want %#v", how, typ.Name, name, have, want)
		}
	}
}

func (b *bench) list(t fataler, typ *schema.Type) []schema.Object {
	t.Helper()
	listing, err := b.Client.List(b.ctx, typ.Name)
	b.must(t, err)
	return listing.Objects
}

func (b *bench) listed(t fataler, typ *schema.Type, id string) (schema.Object, bool) {
	t.Helper()
	objects := b.list(t, typ)
	i := slices.IndexFunc(objects, func(o schema.Object) bool { return o.ID == id })
	if i < 0 {
		return schema.Object{}, false
	}
	return objects[i], true
}

// nothingIsNotFound uses the id of what was deleted.
func nothingIsNotFound(t *testing.T, b *bench) {
	for _, typ := range b.Provider.Types() {
		if typ.Standing {
			b.nobodyIsNotFound(t, typ)
			continue
		}
		object, err := b.Client.Create(b.ctx, typ.Name, b.plain(t, typ, "gone"))
		b.must(t, err)
		b.must(t, b.Client.Delete(b.ctx, typ.Name, object.ID))
		_, readErr := b.Client.Read(b.ctx, typ.Name, object.ID, nil)
		calls := map[string]error{"read": readErr, "delete": b.Client.Delete(b.ctx, typ.Name, object.ID)}
		if can := settable(typ); len(can) > 0 {
			first := can[0].Name
			change := provider.Change{After: b.plain(t, typ, "new"), Changed: []string{first}}
			change.After[first] = b.draw1(typ, first)
			_, calls["update"] = b.Client.Update(b.ctx, typ.Name, object.ID, change)
		}
		for call, err := range calls {
			if provider.KindOf(err) != provider.NotFound {
				t.Errorf("%s %s: %v, want a NotFound", call, typ.Name, err)
			}
		}
		if _, err := b.Client.Read(b.ctx, typ.Name, "", nil); err == nil {
			t.Errorf("read %s with an empty id: no error", typ.Name)
		}
	}
}

// draw1 is a value of an attribute that is not random.
func (b *bench) draw1(typ *schema.Type, name string) cty.Value {
	return rapid.Custom(func(rt *rapid.T) cty.Value { return b.draw(rt, *typ.Attribute(name)) }).Example(1)
}

// duplicatesAreRefused creates objects with a key that is taken.
func duplicatesAreRefused(t *testing.T, b *bench) {
	if !b.RefusesDuplicates {
		return
	}
	for _, typ := range b.Provider.Types() {
		for _, key := range typ.Keys {
			values := b.plain(t, typ, "first")
			for _, name := range key {
				if a := typ.Attribute(name); a.Purpose != schema.PurposeParent {
					values[name] = b.draw1(typ, name)
				}
			}
			_, err := b.Client.Create(b.ctx, typ.Name, values)
			b.must(t, err)
			before := len(b.list(t, typ))
			again := b.plain(t, typ, "second")
			for _, name := range key {
				if v, ok := values[name]; ok {
					again[name] = v
				}
			}
			if _, err := b.Client.Create(b.ctx, typ.Name, again); provider.KindOf(err) != provider.Refused {
				t.Errorf("create %s with a %v that is taken: %v, want a refusal", typ.Name, key, err)
			}
			if after := len(b.list(t, typ)); after != before {
				t.Errorf("create %s with a %v that is taken: %d are listed, want %d", typ.Name, key, after, before)
			}
		}
	}
}

func cancelledIsCancelled(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	for _, typ := range b.Provider.Types() {
		if _, err := b.Client.List(ctx, typ.Name); !errors.Is(err, context.Canceled) {
			t.Errorf("list %s: %v, want the cancellation", typ.Name, err)
		}
		if _, err := b.Client.List(b.ctx, typ.Name); err != nil {
			t.Errorf("list %s after a cancelled list: %v", typ.Name, err)
		}
	}
}

func selfIsKnown(t *testing.T, b *bench) {
	self, err := b.Client.Self(b.ctx)
	b.must(t, err)
	people := b.typ(schema.ClassPerson)
	if people == nil {
		return
	}
	if _, ok := b.listed(t, people, self.ID); !ok {
		t.Errorf("the account %q is not among the people listed", self.ID)
	}
	if err := b.Client.Delete(b.ctx, people.Name, self.ID); provider.KindOf(err) != provider.Refused {
		t.Errorf("the account deletes itself: %v, want a refusal", err)
	}
}
