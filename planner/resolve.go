package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// resolve puts into an instance's wanted values what is known by now of the
// instances it refers to. They come earlier, so their matches are made.
func (m *Match) resolve(n *node) {
	copied := false
	for name, t := range n.inst.Values {
		if t.IsKnown() {
			continue
		}
		done, diags := t.Resolve(m.resolver())
		m.diags = append(m.diags, diags...)
		if !copied {
			n.values, copied = maps.Clone(n.inst.Values), true
		}
		if done.IsKnown() && done.Value.IsNull() {
			delete(n.values, name)
			continue
		}
		n.values[name] = done
	}
}

func (m *Match) resolver() schema.Resolver {
	return schema.Resolver{Look: m.look, Object: m.lookObject, Functions: m.in.Functions}
}

// look gives an attribute of a wanted instance: its live id, the configured
// value, or what is live where the configuration does not manage it.
func (m *Match) look(ref schema.Ref) (cty.Value, bool) {
	n := m.at[ref.Address]
	if n == nil {
		return cty.NilVal, false
	}
	live := n.live()
	if ref.Attr == "id" {
		if live == nil || n.replaced {
			return cty.NilVal, false
		}
		return cty.StringVal(live.ID), true
	}
	if t, ok := n.values[ref.Attr]; ok {
		if t.IsKnown() {
			return t.Value, true
		}
		return cty.NilVal, false
	}
	if live == nil || n.replaced {
		return cty.NilVal, false
	}
	v, ok := live.Attrs[ref.Attr]
	return v, ok
}

// lookObject gives all attributes of a wanted instance; false if one is not
// known yet.
func (m *Match) lookObject(addr schema.Address) (map[string]cty.Value, bool) {
	n := m.at[addr]
	if n == nil || n.live() == nil || n.replaced {
		return nil, false
	}
	out := map[string]cty.Value{}
	for i := range n.inst.Type.Attributes {
		attr := &n.inst.Type.Attributes[i]
		v, ok := m.look(schema.Ref{Address: addr, Attr: attr.Name})
		if !ok {
			v = cty.NullVal(attr.Type)
		}
		out[attr.Name] = v
	}
	return out, true
}

// setDefaultLevel gives a unit without a level the one below its parent's, and
// checks a level that is said.
func (m *Match) setDefaultLevel(n *node) {
	typ, levels := n.inst.Type, m.in.Providers[n.inst.Provider].Levels
	name := single(typ, schema.PurposeLevel)
	if name == "" || len(levels) == 0 {
		return
	}
	parentLevel, hasParent := m.parentLevel(n, name)
	if v, ok := n.known(name); ok {
		m.checkLevel(n, plain(v), parentLevel, levels)
		return
	}
	if _, pending := n.values[name]; pending || !hasParent {
		if !hasParent && !pending && n.isTop() && m.in.Live != nil && m.records[n.inst.Address] == nil {
			m.requireLevelOnCreate(n, name, levels)
		}
		return
	}
	rank := slices.Index(levels, parentLevel)
	switch {
	case rank < 0:
		return
	case rank == len(levels)-1:
		m.diags = append(m.diags, problem("No level below the parent's",
			fmt.Sprintf("%s stands under a %s of level %q, which is the lowest of %s. Move it up in the tree, or name a further level in the provider's kinds.",
				n.inst.Address, typ.Noun[0], parentLevel, quoted(levels)), n.inst.Block.Range))
		return
	}
	n.values = withValue(n.values, name, cty.StringVal(levels[rank+1]))
}

func (n *node) isTop() bool {
	parent := single(n.inst.Type, schema.PurposeParent)
	_, has := n.values[parent]
	return !has
}

// requireLevelOnCreate marks a top unit without a level, which can be adopted
// but not made; claimByKey decides which it is.
func (m *Match) requireLevelOnCreate(n *node, name string, levels []string) {
	parent := single(n.inst.Type, schema.PurposeParent)
	for key := range n.inst.Type.Keys {
		if w, ok := keyOf(n.inst.Type, key, n.known); ok && len(n.table.lookup(key, w)) > 0 {
			return
		}
	}
	m.diags = append(m.diags, problem(fmt.Sprintf("A new top %s needs a %s", n.inst.Type.Noun[0], name),
		fmt.Sprintf("%s has no %s, so its level cannot be told from the tree. Add %s = %q, or the name of another level: %s.",
			n.inst.Address, parent, name, levels[0], quoted(levels)), n.inst.Block.Range))
}

// checkLevel refuses a level that has no name in the configuration, and a unit
// that is not below its parent.
func (m *Match) checkLevel(n *node, v cty.Value, parentLevel string, levels []string) {
	if !isText(v) {
		return
	}
	attr := single(n.inst.Type, schema.PurposeLevel)
	if schema.IsSensitive(n.values[attr].Value) {
		return // the server judges it; here it would be shown
	}
	at := n.inst.Block.RangeOf(attr)
	rank := slices.Index(levels, v.AsString())
	if rank < 0 {
		m.diags = append(m.diags, problem("Unknown "+attr,
			fmt.Sprintf("%s has %s %q, which the provider's kinds do not name. %sThey are, highest first: %s.",
				n.inst.Address, attr, v.AsString(), didYouMean(v.AsString(), levels), quoted(levels)), at))
		return
	}
	if above := slices.Index(levels, parentLevel); above >= 0 && rank <= above {
		m.diags = append(m.diags, problem("Level is not below the parent's",
			fmt.Sprintf("%s is a %q under a %q. A %s must stand lower than its parent; the levels are, highest first: %s.",
				n.inst.Address, v.AsString(), parentLevel, n.inst.Type.Noun[0], quoted(levels)), at))
	}
}

// parentLevel is the level that the unit's parent has or will have.
func (m *Match) parentLevel(n *node, level string) (string, bool) {
	name := single(n.inst.Type, schema.PurposeParent)
	t, ok := n.inst.Values[name]
	if !ok {
		return "", false
	}
	if t.Pending != nil && t.Pending.Ref != nil {
		if p := m.at[t.Pending.Ref.Address]; p != nil {
			return p.level(level)
		}
	}
	t = n.values[name]
	if !t.IsKnown() || !isText(plain(t.Value)) {
		return "", false
	}
	i, ok := n.table.byID[plain(t.Value).AsString()]
	if !ok {
		return "", false
	}
	if p := n.table.claim[i]; p != nil {
		return p.level(level)
	}
	return text(n.table.objects[i].Attrs[level])
}

func (n *node) level(name string) (string, bool) {
	if v, ok := n.known(name); ok {
		return text(v)
	}
	if live := n.live(); live != nil {
		return text(live.Attrs[name])
	}
	return "", false
}

func text(v cty.Value) (string, bool) {
	v = plain(v)
	if !isText(v) {
		return "", false
	}
	return v.AsString(), true
}

// single is the type's one attribute of a purpose, or "".
func single(typ *schema.Type, p schema.Purpose) string {
	for i := range typ.Attributes {
		if typ.Attributes[i].Purpose == p {
			return typ.Attributes[i].Name
		}
	}
	return ""
}

// withValue returns a copy of values with one more.
func withValue(values map[string]schema.Template, name string, v cty.Value) map[string]schema.Template {
	out := maps.Clone(values)
	if out == nil {
		out = map[string]schema.Template{}
	}
	out[name] = schema.Known(v)
	return out
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(out, ", ")
}
