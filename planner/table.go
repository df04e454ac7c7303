package planner

import (
	"maps"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Table is the live objects of one type of one provider configuration, joined
// by hash.
type Table struct {
	typ          *schema.Type
	objects      []schema.Object
	byID         map[string]int
	byKey        []map[string][]int // one for each natural key, made when first used
	unknownPlace map[string][]int   // by name: objects whose parent is not known
	owner        []*Record          // by object: the record that holds its id
	claim        []*node            // by object: the wanted instance it was matched to
	assumed      map[string]bool    // ids that no list shows, of objects that we wrote lately
	aliases      map[string]string  // ids by other names
	recorded     bool               // it is what the state says, and nothing was read
	deposed      map[int]bool       // objects that are ours only until they are deleted
	byContent    *contents          // made when first used
	obscure      map[string]string  // by id: why nobody can tell what an object is like
}

// NewRecordedTable makes a table of what the state says: it proves nothing of
// what is live.
func NewRecordedTable(typ *schema.Type, objects []schema.Object) *Table {
	t := NewTable(typ, objects)
	t.recorded = true
	return t
}

// NewTable makes a table. Of two objects with one id the first is kept.
func NewTable(typ *schema.Type, objects []schema.Object) *Table {
	t := &Table{typ: typ, byID: make(map[string]int, len(objects))}
	t.objects = make([]schema.Object, 0, len(objects))
	for _, o := range objects {
		t.add(o)
	}
	return t
}

func (t *Table) add(o schema.Object) int {
	if i, ok := t.byID[o.ID]; ok {
		return i
	}
	t.byID[o.ID] = len(t.objects)
	t.objects = append(t.objects, o)
	t.owner = append(t.owner, nil)
	t.claim = append(t.claim, nil)
	return len(t.objects) - 1
}

// remove takes an object out: it is as if it had not been listed. It reports
// whether it was there.
func (t *Table) remove(id string) bool {
	i, ok := t.byID[id]
	if ok {
		delete(t.byID, id)
		t.objects[i].ID = ""
	}
	return ok
}

// assume notes that no list shows the object with that id.
func (t *Table) assume(id string) {
	if t.assumed == nil {
		t.assumed = map[string]bool{}
	}
	t.assumed[id] = true
}

// Fill adds to an object the attributes that it lacks; one that is not in the
// table is left out.
func (t *Table) Fill(o schema.Object) {
	i, ok := t.byID[o.ID]
	if !ok {
		return
	}
	merged := make(map[string]cty.Value, len(o.Attrs)+len(t.objects[i].Attrs))
	maps.Copy(merged, o.Attrs)
	maps.Copy(merged, t.objects[i].Attrs)
	t.objects[i].Attrs = merged
}

// Find returns the object with that id.
func (t *Table) Find(id string) (schema.Object, bool) {
	if t == nil {
		return schema.Object{}, false
	}
	i, ok := t.byID[id]
	if !ok {
		return schema.Object{}, false
	}
	return t.objects[i], true
}

// lookup returns the indices of the objects with that value of the natural key.
func (t *Table) lookup(key int, value string) []int {
	if t.byKey == nil {
		t.byKey = make([]map[string][]int, len(t.typ.Keys))
	}
	if t.byKey[key] == nil {
		index := make(map[string][]int, len(t.objects))
		for i := range t.objects {
			if t.objects[i].ID == "" || t.deposed[i] {
				continue
			}
			if k, ok := liveKey(t.typ, key, t.objects[i].Attrs); ok {
				index[k] = append(index[k], i)
			}
		}
		t.byKey[key] = index
	}
	return t.byKey[key][value]
}

// unplaced returns the objects of that name whose parent is not known.
func (t *Table) unplaced(parent, name string, wanted cty.Value) []int {
	if t.unknownPlace == nil {
		t.unknownPlace = map[string][]int{}
		for i := range t.objects {
			if _, known := t.objects[i].Attrs[parent]; known || t.objects[i].ID == "" || t.deposed[i] {
				continue
			}
			if s, ok := text(t.objects[i].Attrs[name]); ok {
				t.unknownPlace[s] = append(t.unknownPlace[s], i)
			}
		}
	}
	s, _ := text(wanted)
	return t.unknownPlace[s]
}

// liveKey is the value of a natural key in known attributes; false if any part
// of it is empty or not known. A parent that is known to be null is a part.
func liveKey(typ *schema.Type, key int, attrs map[string]cty.Value) (string, bool) {
	return keyOf(typ, key, func(name string) (cty.Value, bool) {
		v, ok := attrs[name]
		return v, ok
	})
}

// keyOf joins the parts of a natural key into one text.
func keyOf(typ *schema.Type, key int, get func(string) (cty.Value, bool)) (string, bool) {
	names := typ.Keys[key]
	if len(names) == 1 {
		return keyPart(typ.Attribute(names[0]), get)
	}
	parts := make([]string, len(names))
	for i, name := range names {
		part, ok := keyPart(typ.Attribute(name), get)
		if !ok {
			return "", false
		}
		parts[i] = part
	}
	return strings.Join(parts, "\x00"), true
}

func keyPart(attr *schema.Attribute, get func(string) (cty.Value, bool)) (string, bool) {
	v, ok := get(attr.Name)
	if !ok {
		return "", false
	}
	if schema.IsEmpty(v) {
		return "", attr.Purpose == schema.PurposeParent
	}
	v = plain(v)
	if !isText(v) {
		return "", false
	}
	folded := schema.Fold(attr.Compare, v.AsString())
	return folded, folded != ""
}

// AddMissing takes over the objects of another table of the same type whose ids
// this one does not have.
func (t *Table) AddMissing(o *Table) {
	for _, object := range o.objects {
		if object.ID != "" {
			t.add(object)
		}
	}
}

// stranger looks for the one object that nobody owns or claims and that has the
// content of these values, or their natural keys: one at least, and none before it
// that differs.
// count says how many there are; only of one the index is meant. Those with the ids
// of except have another content for sure.
func (t *Table) stranger(values map[string]cty.Value, except ...string) (index, count int) {
	if o, ok := t.meant(values); ok && t.isStranger(t.byID[o.ID]) {
		return t.byID[o.ID], 1
	}
	if knownByContent(t.typ) {
		found := t.madeOf(values, except...)
		if len(found) == 0 {
			return 0, 0
		}
		return found[0], len(found)
	}
	get := sentValues(t.typ, values)
	for key := range t.typ.Keys {
		want, ok := keyOf(t.typ, key, get)
		if !ok {
			continue
		}
		for _, i := range t.lookup(key, want) {
			if t.owner[i] != nil || t.claim[i] != nil || t.differs(i, get, key) {
				continue
			}
			if count == 0 || i != index {
				index = i
				count++
			}
		}
	}
	if count == 0 {
		return t.strangerUnplaced(values)
	}
	return index, count
}

// maybe names the strangers that have the content of these values as far as they
// tell it.
func (t *Table) maybe(values map[string]cty.Value, except []string) string {
	if !knownByContent(t.typ) {
		return ""
	}
	return t.ids(t.resembling(attrsGetter(values), widely, t.strangerBut(except)).untold)
}

// strangerUnplaced looks for the one unit of that name that nobody owns and whose
// place is not told. There was none when it was decided to make one.
func (t *Table) strangerUnplaced(values map[string]cty.Value) (index, count int) {
	parent, name := single(t.typ, schema.PurposeParent), single(t.typ, schema.PurposeName)
	if parent == "" || name == "" {
		return 0, 0
	}
	for _, i := range t.unplaced(parent, name, plain(values[name])) {
		if t.owner[i] != nil || t.claim[i] != nil {
			continue
		}
		index = i
		count++
	}
	return index, count
}

// differs reports whether an object has another value of a natural key before
// the given one.
func (t *Table) differs(i int, get func(string) (cty.Value, bool), before int) bool {
	for key := range before {
		want, ok := keyOf(t.typ, key, get)
		have, set := liveKey(t.typ, key, t.objects[i].Attrs)
		if ok && set && want != have {
			return true
		}
	}
	return false
}

// sentValues gives the values of a create: a parent that is left out is none.
func sentValues(typ *schema.Type, values map[string]cty.Value) func(string) (cty.Value, bool) {
	return func(name string) (cty.Value, bool) {
		v, ok := values[name]
		if !ok && typ.Attribute(name).Purpose == schema.PurposeParent {
			return cty.NullVal(cty.String), true
		}
		return v, ok
	}
}

// FindByKey looks for an object with any natural key of these values.
func (t *Table) FindByKey(values map[string]cty.Value) (id string, found bool) {
	if o, ok := t.meant(values); ok {
		return o.ID, true
	}
	for key := range t.typ.Keys {
		want, ok := keyOf(t.typ, key, sentValues(t.typ, values))
		if !ok {
			continue
		}
		for _, i := range t.lookup(key, want) {
			return t.objects[i].ID, true
		}
	}
	return "", false
}
