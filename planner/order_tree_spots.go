package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// placeUnit says where a unit stands, as read or else as last recorded, and where
// its step puts it.
func (m *Match) placeUnit(l *living, i int) {
	u, member := &l.units[i], l.members[i]
	u.id, u.stranger = member.id, member.address.IsZero()
	if member.at >= 0 {
		o, rec := &l.table.objects[member.at], l.table.owner[member.at]
		u.live = m.spot(l, func(name string) (schema.Template, bool) {
			v, ok := o.Attrs[name]
			if !ok && rec != nil {
				v, ok = rec.Attrs[name]
			}
			return schema.Known(v), ok
		})
	}
	u.wanted = u.live
	if member.step < 0 {
		return
	}
	s := &m.plan.Steps[member.step]
	if s.Action == Delete {
		u.wanted = spot{}
		return
	}
	will := m.spot(l, func(name string) (schema.Template, bool) { t, ok := s.After[name]; return t, ok })
	if _, sent := s.After[l.parent]; sent {
		u.wanted.parent = will.parent
	} else if s.Action == Create {
		u.wanted.parent = atTop
	}
	if _, sent := s.After[l.name]; sent {
		u.wanted.name = will.name
	}
	if _, sent := s.After[l.level]; sent || s.Action == Create {
		u.wanted.rank = will.rank
	}
	u.wanted.there = true
}

// spot reads from its attributes where a unit stands.
func (m *Match) spot(l *living, get func(string) (schema.Template, bool)) spot {
	s := spot{there: true, parent: elsewhere, rank: -1}
	if t, ok := get(l.parent); ok {
		s.parent = l.parentOf(t)
	}
	if t, ok := get(l.name); ok && l.unique && t.IsKnown() {
		s.name, _ = text(t.Value)
	}
	if t, ok := get(l.level); ok && t.IsKnown() {
		s.rank = m.rank(l.provider, t.Value)
	}
	return s
}

// parentOf is the unit that the value of a parent means.
func (l *living) parentOf(t schema.Template) int {
	if !t.IsKnown() {
		if t.Pending.Ref != nil {
			if i, ok := l.made[t.Pending.Ref.Address]; ok {
				return i
			}
		}
		return elsewhere
	}
	id, _ := text(t.Value)
	if id == "" {
		return atTop
	}
	if i, ok := l.byID[id]; ok {
		return i
	}
	return elsewhere
}

// rank is the place of a level among those the provider configuration names, the
// highest being 0; -1 if it names no such level.
func (m *Match) rank(provider string, level cty.Value) int {
	name, _ := text(level)
	return slices.Index(m.in.Providers[provider].Levels, name)
}
