package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// refNode is a reference to a resource or a data source: to an attribute of an
// instance, to an instance, or to all of them.
type refNode struct {
	hclsyntax.Expression
	scope  *Scope
	target *resource
	key    hclsyntax.Expression // nil for none
	rest   hcl.Traversal
}

func (n *refNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if n.key == nil && n.target.decl.repeats() != nil {
		v, d := n.scope.whole(n.target, n.Range())
		return v, asDiags(d)
	}
	in, marks, v, diags := n.instance(ctx)
	if in == nil {
		return v, diags
	}
	if len(n.rest) == 0 {
		v, d := n.scope.object(in, n.Range())
		return v.WithMarks(marks), append(diags, asDiags(d)...)
	}
	attr, _ := stepName(n.rest, 0)
	v, d := n.scope.attribute(in, attr, n.Range())
	if d != nil {
		return cty.DynamicVal, append(diags, d)
	}
	if len(n.rest) > 1 {
		var restDiags hcl.Diagnostics
		v, restDiags = traverse(v, n.rest[1:])
		diags = append(diags, restDiags...)
	}
	if len(marks) > 0 {
		v = v.WithMarks(marks)
	}
	return v, diags
}

// instance finds the instance that the key names. Without one, the value stands
// for it.
func (n *refNode) instance(ctx *hcl.EvalContext) (*instance, cty.ValueMarks, cty.Value, hcl.Diagnostics) {
	var key InstanceKey
	var marks cty.ValueMarks
	var diags hcl.Diagnostics
	if n.key != nil {
		v, keyDiags := n.key.Value(ctx)
		diags = keyDiags
		if diags.HasErrors() {
			return nil, nil, cty.DynamicVal, diags
		}
		v, marks = withoutOrigin(v).Unmark()
		if !v.IsKnown() {
			n.scope.maybe(n.target)
			return nil, nil, cty.DynamicVal.WithMarks(marks), diags
		}
		var d *hcl.Diagnostic
		if key, d = n.keyOf(v); d != nil {
			return nil, nil, cty.DynamicVal, append(diags, d)
		}
	}
	in, d := n.scope.find(n.target, key, n.Range())
	if d != nil {
		return nil, nil, cty.DynamicVal, append(diags, d)
	}
	return in, marks, cty.DynamicVal, diags
}

// keyOf turns an index value into a key of the target.
func (n *refNode) keyOf(v cty.Value) (InstanceKey, *hcl.Diagnostic) {
	d := n.target.decl
	if v.IsNull() {
		return InstanceKey{}, problem(n.key.Range(), "Instance key is null",
			"The key in brackets is null, and every instance of %s has a key. If there may be none, write: key == null ? null : %s[key].id.", d, d)
	}
	want, what := cty.String, "a text"
	if !d.forEachAbove() {
		want, what = cty.Number, "a whole number of at least 0"
	}
	converted, err := convert.Convert(v, want)
	if err == nil {
		key, keyErr := KeyOf(converted)
		if keyErr == nil {
			return key, nil
		}
	}
	return InstanceKey{}, problem(n.key.Range(), "Not an instance key", "The key of an instance of %s is %s, not %s.", d, what, shown(v))
}

func asDiags(d *hcl.Diagnostic) hcl.Diagnostics {
	if d == nil {
		return nil
	}
	return hcl.Diagnostics{d}
}
