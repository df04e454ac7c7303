package motimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// tree is the listed groups by their place.
type tree struct {
	byID     map[string]schema.Object
	children map[string][]schema.Object // "" holds the top groups
}

// newTree joins groups to their parents. A group whose parent is not listed
// counts as a top group.
func newTree(objects []schema.Object) *tree {
	t := &tree{byID: make(map[string]schema.Object, len(objects)), children: map[string][]schema.Object{}}
	for _, object := range objects {
		t.byID[object.ID] = object
	}
	for _, object := range objects {
		parent := textOf(object, "parent")
		if _, listed := t.byID[parent]; !listed {
			parent = ""
		}
		t.children[parent] = append(t.children[parent], object)
	}
	return t
}

// find returns the groups that a path means. Slashes at its ends are taken off, unless
// there are groups whose names have them.
func (t *tree) find(path string) []schema.Object {
	if found := t.at(path); len(found) > 0 {
		return found
	}
	return t.at(strings.Trim(path, "/"))
}

// at returns the groups whose path reads like this. A name may itself hold a
// slash, so every way to cut the path is tried.
func (t *tree) at(path string) []schema.Object {
	return t.below("", path)
}

func (t *tree) below(parent, path string) []schema.Object {
	var found []schema.Object
	for _, child := range t.children[parent] {
		name := textOf(child, "name")
		if name == path {
			found = append(found, child)
		} else if rest, ok := strings.CutPrefix(path, name+"/"); ok && name != "" {
			found = append(found, t.below(child.ID, rest)...)
		}
	}
	return found
}

// way says how far a path that leads nowhere can be followed; empty if not at
// all.
func (t *tree) way(path string) string {
	parent, gone, path := "", "", strings.Trim(path, "/")
	for {
		next, rest, ok := t.step(parent, path)
		if !ok {
			break
		}
		gone = strings.TrimPrefix(gone+"/"+textOf(next, "name"), "/")
		parent, path = next.ID, rest
	}
	if gone == "" {
		return ""
	}
	return fmt.Sprintf(" (there is %q, and no %q below it)", gone, path)
}

// step takes the child whose name is the longest beginning of a path.
func (t *tree) step(parent, path string) (next schema.Object, rest string, ok bool) {
	for _, child := range t.children[parent] {
		name := textOf(child, "name")
		if after, found := strings.CutPrefix(path, name+"/"); found && name != "" && (!ok || len(after) < len(rest)) {
			next, rest, ok = child, after, true
		}
	}
	return next, rest, ok
}

// path is the names from the top down. A circle, which no server should have,
// ends where it closes.
func (t *tree) path(object schema.Object) string {
	names := []string{textOf(object, "name")}
	seen := map[string]bool{object.ID: true}
	for {
		parent, ok := t.byID[textOf(object, "parent")]
		if !ok || seen[parent.ID] {
			break
		}
		seen[parent.ID] = true
		names = append(names, textOf(parent, "name"))
		object = parent
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// pick returns the attributes that data sources give of a group.
func (t *tree) pick(object schema.Object) map[string]cty.Value {
	values := pick(object, groupFields...)
	values["path"] = cty.StringVal(t.path(object))
	return values
}
