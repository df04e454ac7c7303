package motimate

import (
	"encoding/json"
	"slices"
	"strings"
)

// setKind reads the name of a level.
func (s *Sandbox) setKind(in *input, g *sandboxGroup) {
	kind := ""
	in.text("kind", &kind)
	g.Level = slices.IndexFunc(s.levels, func(name string) bool {
		return name == kind || s.chosen.Is("kinds", "folded") && strings.EqualFold(name, kind)
	})
	switch {
	case g.Level >= 0:
	case s.chosen.Is("unknown_kind", "outside"):
		g.Level = 0
	default:
		in.fail("there is no kind %q", kind)
	}
}

// setParent reads the id of the group above; without one, a group that had one
// is detached.
func (s *Sandbox) setParent(in *input, raw json.RawMessage, g *sandboxGroup) {
	parent := in.id("parent_id", raw)
	if parent == 0 && g.Parent != 0 && !s.chosen.Is("detach", "allowed") {
		if s.chosen.Is("detach", "refused") {
			in.fail("parent_id is missing")
		}
		return
	}
	g.Parent = parent
}

// checkPlace keeps the rule of the tree: a child stands lower than its parent,
// 1 being the highest level, and level 0 outside of the tree [help-prov].
func (s *Sandbox) checkPlace(id int64, g sandboxGroup) error {
	if g.Parent == 0 && g.Level > 1 && s.chosen.Is("parent_required", "yes") {
		return s.refuse("parent_id is missing")
	}
	if g.Parent != 0 {
		parent, ok := s.groups.Get(g.Parent)
		switch {
		case !ok:
			return s.refuse("there is no parent %s", s.showID(g.Parent))
		case g.Parent == id || s.isBelow(g.Parent, id):
			return s.refuse("a group cannot stand below itself")
		case g.Level == 0 || parent.Level == 0 || g.Level <= parent.Level:
			return s.refuse("a group of the kind %s cannot stand below one of the kind %s", s.kindOf(g), s.kindOf(parent))
		}
	}
	if id == 0 {
		return nil
	}
	for _, child := range s.children.Find(id) {
		if below, _ := s.groups.Get(child); g.Level == 0 || below.Level <= g.Level {
			return s.refuse("a group of the kind %s cannot stand above one of the kind %s", s.kindOf(g), s.kindOf(below))
		}
	}
	return nil
}

// isBelow reports whether a group stands anywhere below another.
func (s *Sandbox) isBelow(id, above int64) bool {
	for {
		group, ok := s.groups.Get(id)
		if !ok || group.Parent == 0 {
			return false
		}
		if group.Parent == above {
			return true
		}
		id = group.Parent
	}
}
