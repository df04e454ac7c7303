package planner

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// tree is the live groups as a server keeps them, so that a plan's steps can be
// tried one by one.
type tree struct {
	groups map[string]map[string]cty.Value // by id
	people map[string][]string             // the groups of a person, by id
	made   map[schema.Address]string
}

func newTree(w *world) *tree {
	t := &tree{groups: map[string]map[string]cty.Value{}, people: map[string][]string{}, made: map[schema.Address]string{}}
	for _, o := range w.live["acme_group"] {
		t.groups[o.ID] = maps.Clone(o.Attrs)
	}
	for _, o := range w.live["acme_user"] {
		t.people[o.ID] = elements(o.Attrs["groups"])
	}
	return t
}

// do carries a step out.
func (t *tree) do(s *Step) {
	id := s.ID
	if id == "" {
		id = "new " + s.Address.String()
		t.made[s.Address] = id
	}
	switch {
	case s.Address.Type == "acme_user" && s.Action == Delete:
		delete(t.people, id)
	case s.Address.Type == "acme_user":
		if groups, ok := s.After["groups"]; ok {
			t.people[id] = t.ids(groups)
		}
	case s.Address.Type != "acme_group":
	case s.Action == Delete:
		delete(t.groups, id)
	default:
		if t.groups[id] == nil {
			t.groups[id] = map[string]cty.Value{}
		}
		for name, v := range s.After {
			if v.Pending != nil {
				v = schema.Known(cty.StringVal(t.made[v.Pending.Ref.Address]))
			}
			t.groups[id][name] = v.Value
		}
	}
}

func (t *tree) ids(groups schema.Template) []string {
	if groups.IsKnown() {
		return elements(groups.Value)
	}
	var out []string
	for _, e := range groups.Pending.List {
		if e.IsKnown() {
			out = append(out, e.Value.AsString())
			continue
		}
		id := t.made[e.Pending.Ref.Address]
		if id == "" {
			id = "nothing yet at " + e.Pending.Ref.Address.String()
		}
		out = append(out, id)
	}
	return out
}

// broken says what is wrong with the tree, or nothing.
func (t *tree) broken(levels []string) string {
	names := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(t.groups)) {
		g := t.groups[id]
		name, _ := text(g["name"])
		parent, _ := text(g["parent"])
		sibling := parent + "/" + name
		if other, taken := names[sibling]; taken {
			return fmt.Sprintf("%s and %s are both %q", other, id, sibling)
		}
		names[sibling] = id
		if parent == "" {
			continue
		}
		above, ok := t.groups[parent]
		if !ok {
			return fmt.Sprintf("the parent of %s is %q, which is not there", id, parent)
		}
		level, _ := text(g["kind"])
		over, _ := text(above["kind"])
		if len(levels) > 0 && slices.Index(levels, level) <= slices.Index(levels, over) {
			return fmt.Sprintf("%s (%s) stands under %s (%s)", id, level, parent, over)
		}
		for at, steps := parent, 0; at != ""; steps++ {
			if at == id || steps > len(t.groups) {
				return fmt.Sprintf("%s stands below itself", id)
			}
			at, _ = text(t.groups[at]["parent"])
		}
	}
	for person, groups := range t.people {
		for _, id := range groups {
			if _, ok := t.groups[id]; !ok {
				return fmt.Sprintf("person %s is in group %q, which is not there", person, id)
			}
		}
	}
	return ""
}
