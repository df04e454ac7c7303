package providertest

import (
	"maps"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// nobody is an id that no object has.
const nobody = "Unobody"

// standing changes an object that was there before and stays there.
func (b *bench) standing(t *rapid.T, typ *schema.Type) {
	id := rapid.SampledFrom(b.Standing).Draw(t, "who")
	change := provider.Change{Before: b.written(t, typ, id)}
	change.After = maps.Clone(change.Before)
	for _, a := range settable(typ) {
		if !a.CreateOnly && rapid.Bool().Draw(t, a.Name+" changes") {
			change.After[a.Name] = b.draw(t, a)
			change.Changed = append(change.Changed, a.Name)
		}
	}
	object, err := b.Client.Update(b.ctx, typ.Name, id, change)
	b.must(t, err)
	b.holds(t, typ, "update", object, change.After, false)
	b.isEverywhere(t, typ, id, change.After)
}

// written are the attributes of a live object that can be set.
func (b *bench) written(t fataler, typ *schema.Type, id string) map[string]cty.Value {
	t.Helper()
	object, err := b.Client.Read(b.ctx, typ.Name, id, nil)
	b.must(t, err)
	values := map[string]cty.Value{}
	for _, a := range settable(typ) {
		if v, carried := object.Attrs[a.Name]; carried {
			values[a.Name] = v
		}
	}
	return values
}

// alter changes something of an object.
func (b *bench) alter(t *testing.T, typ *schema.Type, id string) {
	t.Helper()
	name := settable(typ)[0].Name
	change := provider.Change{Before: b.written(t, typ, id), Changed: []string{name}}
	change.After = maps.Clone(change.Before)
	change.After[name] = b.draw1(typ, name)
	_, err := b.Client.Update(b.ctx, typ.Name, id, change)
	b.must(t, err)
}

// nobodyIsNotFound uses the id of nobody, and holds that what stands is neither made
// nor deleted.
func (b *bench) nobodyIsNotFound(t *testing.T, typ *schema.Type) {
	t.Helper()
	name := settable(typ)[0].Name
	change := provider.Change{After: map[string]cty.Value{name: b.draw1(typ, name)}, Changed: []string{name}}
	_, readErr := b.Client.Read(b.ctx, typ.Name, nobody, nil)
	_, updateErr := b.Client.Update(b.ctx, typ.Name, nobody, change)
	for call, err := range map[string]error{"read": readErr, "update": updateErr} {
		if provider.KindOf(err) != provider.NotFound {
			t.Errorf("%s %s: %v, want a NotFound", call, typ.Name, err)
		}
	}
	if _, err := b.Client.Read(b.ctx, typ.Name, "", nil); err == nil {
		t.Errorf("read %s with an empty id: no error", typ.Name)
	}
	if _, err := b.Client.Create(b.ctx, typ.Name, change.After); provider.KindOf(err) != provider.Refused {
		t.Errorf("create %s: %v, want a refusal", typ.Name, err)
	}
	if err := b.Client.Delete(b.ctx, typ.Name, b.Standing[0]); provider.KindOf(err) != provider.Refused {
		t.Errorf("delete %s: %v, want a refusal", typ.Name, err)
	}
}

// aliasIsTheAccount reads the account by its alias: what comes back has its own id.
func aliasIsTheAccount(t *testing.T, b *bench) {
	if b.Alias == "" {
		return
	}
	self, err := b.Client.Self(b.ctx)
	b.must(t, err)
	for _, typ := range b.Provider.Types() {
		if typ.Lookup == "" {
			continue
		}
		if !typ.Standing {
			values := b.plain(t, typ, "by alias")
			values[typ.Lookup] = cty.StringVal(b.Alias)
			object, err := b.Client.Create(b.ctx, typ.Name, values)
			b.must(t, err)
			if object.ID != self.ID {
				t.Errorf("create %s of %q: id %q, want %q", typ.Name, b.Alias, object.ID, self.ID)
			}
		}
		object, err := b.Client.Read(b.ctx, typ.Name, b.Alias, nil)
		b.must(t, err)
		if object.ID != self.ID {
			t.Errorf("read %s %q: id %q, want %q", typ.Name, b.Alias, object.ID, self.ID)
		}
	}
}
