package motimate

import (
	"context"
	"slices"
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// directories keeps, of each type, what makes its listing ready for look-ups. Its
// zero value is ready.
type directories struct {
	mu     sync.Mutex
	byType map[string]*directory
}

// directory is one listing with its indexes, so that any number of data sources
// costs one pass over it for each attribute they ask for.
type directory struct {
	objects []schema.Object

	mu      sync.Mutex
	indexes map[string]index
	tree    *tree            // made when it is asked for
	single  map[string]*lone // what was read alone, by id
}

// lone is one object that is read by itself. Its lock is held during the call, so
// that others wait who ask for the same one, and nobody else.
type lone struct {
	mu     sync.Mutex
	read   bool
	object schema.Object
}

// index finds objects by the comparable form of one attribute.
type index struct {
	places map[string][]int // in the listing
	// whole is unset if some object does not say what it has.
	whole bool
}

// directory returns the listing of a type, ready for look-ups. The directory
// lives as long as the listing.
func (c *client) directory(ctx context.Context, typ string) (*directory, error) {
	listing, err := c.List(ctx, typ)
	if err != nil {
		return nil, err
	}
	c.directories.mu.Lock()
	defer c.directories.mu.Unlock()
	if d := c.directories.byType[typ]; d != nil && sameList(d.objects, listing.Objects) {
		return d, nil
	}
	if c.directories.byType == nil {
		c.directories.byType = map[string]*directory{}
	}
	d := newDirectory(listing.Objects)
	c.directories.byType[typ] = d
	return d, nil
}

func newDirectory(objects []schema.Object) *directory {
	return &directory{objects: objects, indexes: map[string]index{}, single: map[string]*lone{}}
}

// sameList reports whether two listings are one reading.
func sameList(a, b []schema.Object) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// find returns the objects that fit all criteria, in the order of the listing. An
// attribute that holds a set fits if it has the text in it; whole says whether
// every object says what it has.
func (d *directory) find(wanted []criterion) (found []schema.Object, whole bool) {
	if len(wanted) == 0 {
		return d.objects, true
	}
	whole = true
	hits := map[int]int{} // place → criteria met
	for _, c := range wanted {
		x := d.index(c.name)
		whole = whole && x.whole
		for _, place := range x.places[form(c.name, c.text)] {
			hits[place]++
		}
	}
	return d.all(hits, len(wanted), wanted[0]), whole
}

// all returns the objects that were hit so many times. Those that fit one of the
// criteria are all that can have been.
func (d *directory) all(hits map[int]int, times int, c criterion) []schema.Object {
	var found []schema.Object
	for _, place := range d.index(c.name).places[form(c.name, c.text)] {
		if hits[place] == times {
			found = append(found, d.objects[place])
		}
	}
	return found
}

// index returns the index of an attribute, made when it is first asked for.
func (d *directory) index(name string) index {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x, ok := d.indexes[name]; ok {
		return x
	}
	x := index{places: make(map[string][]int, len(d.objects)), whole: true}
	for place, object := range d.objects {
		texts, known := textsOf(object, name)
		x.whole = x.whole && known
		for _, text := range texts {
			key := form(name, text)
			x.places[key] = append(x.places[key], place)
		}
	}
	d.indexes[name] = x
	return x
}

// has returns the texts that objects have in an attribute, sorted.
func (d *directory) has(name string) []string {
	var list []string
	for text := range d.index(name).places {
		if text != "" {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list
}

// setBehind names the set that the argument asks for an id in; empty for an
// argument that asks for a text.
func setBehind(argument string) string {
	switch argument {
	case "group":
		return "groups"
	case "position":
		return "positions"
	}
	return ""
}

// textsOf returns what an object has under the name of an argument: one text, empty
// if it is not set, or the ids of a set.
func textsOf(object schema.Object, name string) (texts []string, known bool) {
	if set := setBehind(name); set != "" {
		return ids(object.Attrs, set)
	}
	if name == "id" {
		return []string{object.ID}, true
	}
	return []string{textOf(object, name)}, true
}

// groups returns the listing of groups as a tree.
func (d *directory) groups() *tree {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tree == nil {
		d.tree = newTree(d.objects)
	}
	return d.tree
}

// alone reads one object by itself, once.
func (d *directory) alone(id string, read func(id string) (schema.Object, error)) (schema.Object, error) {
	d.mu.Lock()
	one := d.single[id]
	if one == nil {
		one = &lone{}
		d.single[id] = one
	}
	d.mu.Unlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.read {
		return one.object, nil
	}
	object, err := read(id)
	one.object, one.read = object, err == nil
	return object, err
}

func textOf(object schema.Object, name string) string {
	if v := nullable(object.Attrs[name]); !v.IsNull() && v.Type() == cty.String {
		return v.AsString()
	}
	return ""
}
