package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// turn says which of the ids that somebody has in an attribute a step takes, and
// which it adds. Of a set that cannot be told yet all is taken to go: a guard
// that has to guess guesses the worse.
func (m *Match) turn(s *Step, attr *schema.Attribute, had []string) (out, in []string) {
	if s == nil {
		return nil, nil
	}
	if s.Action == Delete {
		return had, nil
	}
	at := slices.IndexFunc(s.Changes, func(c Change) bool { return c.Attr == attr.Name })
	if at < 0 {
		return nil, nil
	}
	v, _ := m.foresee(s.Changes[at].After)
	has := elements(v)
	without := func(list, of []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(of, id) })
	}
	return without(had, has), without(has, had)
}

// foresee works a wanted value out as if everything that is still to be made
// had an id already, one that no live object has.
func (m *Match) foresee(t schema.Template) (cty.Value, bool) {
	if t.IsKnown() {
		return t.Value, true
	}
	done, diags := t.Resolve(schema.Resolver{Look: m.lookAhead, Object: m.objectAhead, Functions: m.in.Functions})
	if diags.HasErrors() || !done.IsKnown() {
		return cty.NilVal, false
	}
	return done.Value, true
}

func (m *Match) lookAhead(ref schema.Ref) (cty.Value, bool) {
	if v, ok := m.look(ref); ok {
		return v, true
	}
	n := m.at[ref.Address]
	switch {
	case n == nil:
		return cty.NilVal, false
	case ref.Attr == "id":
		return cty.StringVal("\x01" + ref.Address.String()), true
	}
	t, wanted := n.values[ref.Attr]
	if !wanted {
		return cty.NullVal(cty.String), true
	}
	return m.foresee(t)
}

func (m *Match) objectAhead(addr schema.Address) (map[string]cty.Value, bool) {
	if attrs, ok := m.lookObject(addr); ok {
		return attrs, true
	}
	n := m.at[addr]
	if n == nil {
		return nil, false
	}
	out := map[string]cty.Value{}
	for i := range n.inst.Type.Attributes {
		attr := &n.inst.Type.Attributes[i]
		v, ok := m.lookAhead(schema.Ref{Address: addr, Attr: attr.Name})
		if !ok {
			v = cty.NullVal(attr.Type)
		}
		out[attr.Name] = v
	}
	return out, true
}
