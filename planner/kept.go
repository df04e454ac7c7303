package planner

import "github.com/zclconf/go-cty/cty"

// kept are the managed attributes of a live object that its step leaves as they are,
// as they are written. Values that must not be kept in the clear are not among them.
func (n *node) kept(d difference) map[string]cty.Value {
	hidden := map[string]bool{}
	for _, name := range n.inst.Sensitive() {
		hidden[name] = true
	}
	for i := range d.changes {
		hidden[d.changes[i].Attr] = true
	}
	out := map[string]cty.Value{}
	for name, t := range n.values {
		attr := n.inst.Type.Attribute(name)
		if attr == nil || attr.Sensitive || hidden[name] || !t.IsKnown() || t.Value == cty.NilVal || t.Value.IsNull() || n.ignores(name) {
			continue
		}
		out[name] = t.Value
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
