package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// fastCallNode is a call of a function that looks at one place of a collection.
// The general way of calling looks for marks in the whole of every argument,
// which makes a look-up in a table of n rows, done for each of n instances, a
// matter of n squared. Where nothing is out of the ordinary the answer is given
// here; everything else, errors included, goes the general way.
type fastCallNode struct {
	*hclsyntax.FunctionCallExpr
	// invariant says that the first argument is the same each time.
	invariant bool
	// members are the texts of an invariant first argument of contains, once
	// built; failed says that it has something else in it.
	members       map[string]struct{}
	built, failed bool
}

// fastCall wraps a call if there is a fast way for it.
func fastCall(e *hclsyntax.FunctionCallExpr, invariant bool) hclsyntax.Expression {
	if e.ExpandFinal {
		return e
	}
	switch n := len(e.Args); {
	case e.Name == "lookup" && (n == 2 || n == 3),
		e.Name == "contains" && n == 2,
		e.Name == "element" && n == 2,
		e.Name == "length" && n == 1:
		return &fastCallNode{FunctionCallExpr: e, invariant: invariant}
	}
	return e
}

func (n *fastCallNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	given, diags := n.Args[0].Value(ctx)
	collection, from, _ := outside(given)
	if !diags.HasErrors() && !collection.IsMarked() && collection.IsKnown() && !collection.IsNull() {
		var v cty.Value
		var ok bool
		switch n.Name {
		case "lookup":
			if v, ok = n.lookup(ctx, collection); ok {
				v = v.WithMarks(from)
			}
		case "contains":
			v, ok = n.contains(ctx, collection)
		case "element":
			if v, ok = n.element(ctx, collection); ok {
				v = v.WithMarks(from)
			}
		case "length":
			v, ok = fastLength(collection)
		}
		if ok {
			return v, diags
		}
	}
	return n.FunctionCallExpr.Value(ctx)
}

// second evaluates the second argument, if it is a plain known value of the type.
func (n *fastCallNode) second(ctx *hcl.EvalContext, want cty.Type) (cty.Value, bool) {
	v, diags := n.Args[1].Value(ctx)
	if v, _, _ = outside(v); len(diags) > 0 || v.IsMarked() || !v.IsKnown() || v.IsNull() {
		return v, false
	}
	if v.Type() != want && v.Type().IsPrimitiveType() {
		converted, err := convert.Convert(v, want)
		return converted, err == nil
	}
	return v, v.Type() == want
}

func (n *fastCallNode) lookup(ctx *hcl.EvalContext, table cty.Value) (cty.Value, bool) {
	if t := table.Type(); !t.IsObjectType() && !t.IsMapType() {
		return cty.NilVal, false
	}
	key, ok := n.second(ctx, cty.String)
	if !ok {
		return cty.NilVal, false
	}
	if v, found := lookUp(table, key.AsString()); found {
		return v, true
	}
	if len(n.Args) < 3 || !table.Type().IsObjectType() {
		return cty.NilVal, false
	}
	v, diags := n.Args[2].Value(ctx)
	return v, len(diags) == 0
}

func (n *fastCallNode) element(ctx *hcl.EvalContext, list cty.Value) (cty.Value, bool) {
	if t := list.Type(); !t.IsListType() && !t.IsTupleType() {
		return cty.NilVal, false
	}
	index, ok := n.second(ctx, cty.Number)
	if !ok {
		return cty.NilVal, false
	}
	size := int64(list.LengthInt())
	i, exact := index.AsBigFloat().Int64()
	if exact != 0 || i < 0 || size == 0 {
		return cty.NilVal, false
	}
	return list.Index(cty.NumberIntVal(i % size)), true
}

func fastLength(v cty.Value) (cty.Value, bool) {
	if t := v.Type(); t.IsObjectType() || t.IsTupleType() || t.IsListType() || t.IsMapType() {
		return cty.NumberIntVal(int64(v.LengthInt())), true
	}
	return cty.NilVal, false
}

// contains looks a text up in a collection of texts that does not change.
func (n *fastCallNode) contains(ctx *hcl.EvalContext, list cty.Value) (cty.Value, bool) {
	if !n.invariant || n.failed {
		return cty.NilVal, false
	}
	if !n.built {
		n.built = true
		n.members, n.failed = texts(list)
		if n.failed {
			return cty.NilVal, false
		}
	}
	v, diags := n.Args[1].Value(ctx)
	if v, _, _ = outside(v); len(diags) > 0 || v.IsMarked() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return cty.NilVal, false
	}
	_, has := n.members[v.AsString()]
	return cty.BoolVal(has), true
}

// texts indexes a collection whose elements are all known texts.
func texts(list cty.Value) (members map[string]struct{}, failed bool) {
	if t := list.Type(); !t.IsListType() && !t.IsSetType() && !t.IsTupleType() {
		return nil, true
	}
	members = make(map[string]struct{}, list.LengthInt())
	for it := list.ElementIterator(); it.Next(); {
		_, v := it.Element()
		if v, _, _ = outside(v); v.IsMarked() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
			return nil, true
		}
		members[v.AsString()] = struct{}{}
	}
	return members, false
}
