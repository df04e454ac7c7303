package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// The nodes below stand in a compiled expression in place of what was parsed.
// Each embeds an expression of package hclsyntax, whose closed interface it so
// implements, and has a Value of its own.

// rejected is an expression with a mistake that was found without evaluating.
type rejected struct {
	hclsyntax.Expression
	diagnostic *hcl.Diagnostic
}

func (n *rejected) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	return cty.DynamicVal, hcl.Diagnostics{n.diagnostic}
}

// variableNode is var.name and what follows.
type variableNode struct {
	hclsyntax.Expression
	scope *Scope
	name  string
	rest  hcl.Traversal
}

func (n *variableNode) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, ok := n.scope.variables[n.name]
	if !ok {
		// Its value was refused, which is told where it was given.
		n.scope.mute()
		return cty.DynamicVal, nil
	}
	return traverse(v, n.rest)
}

// localNode is local.name and what follows.
type localNode struct {
	hclsyntax.Expression
	local *localValue
	rest  hcl.Traversal
}

func (n *localNode) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	s := n.local.scope
	if d := s.demand(&n.local.vertex, n.Range()); d != nil {
		return cty.DynamicVal, hcl.Diagnostics{d}
	}
	if n.local.muted {
		s.mute()
	}
	return traverse(n.local.value, n.rest)
}

// hoisted is an expression inside something that is repeated, with nothing in it
// that changes from one time to the next.
type hoisted struct {
	hclsyntax.Expression
	scope *Scope
	done  bool
	value cty.Value
	diags hcl.Diagnostics
	deps  []*vertex
	muted bool
}

func (n *hoisted) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if !n.done {
		f := n.scope.collect(func() { n.value, n.diags = n.Expression.Value(n.scope.root) })
		n.deps, n.muted, n.done = f.deps, f.muted, true
	}
	n.scope.adopt(n.deps, n.muted)
	return n.value, n.diags
}

// lazyConditional evaluates only the branch that is taken.
type lazyConditional struct{ *hclsyntax.ConditionalExpr }

func (n *lazyConditional) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	branch, marks, diags := n.choose(ctx)
	switch {
	case diags.HasErrors():
		return cty.DynamicVal, diags
	case branch == nil:
		return n.ConditionalExpr.Value(ctx)
	}
	v, branchDiags := branch.Value(ctx)
	return v.WithMarks(marks), append(diags, branchDiags...)
}

// choose returns the branch that is taken, or nil if that is not known or the
// condition is none.
func (n *lazyConditional) choose(ctx *hcl.EvalContext) (hclsyntax.Expression, cty.ValueMarks, hcl.Diagnostics) {
	v, diags := n.Condition.Value(ctx)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	taken, marks, known := truth(v)
	switch {
	case !known:
		return nil, nil, diags
	case taken:
		return n.TrueResult, marks, diags
	}
	return n.FalseResult, marks, diags
}

// truth reads a condition.
func truth(v cty.Value) (is bool, marks cty.ValueMarks, known bool) {
	v, marks = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return false, marks, false
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil || b.IsNull() || !b.IsKnown() {
		return false, marks, false
	}
	return b.True(), marks, true
}

// lazyLogic is && or ||, whose right side is not evaluated if the left decides.
type lazyLogic struct{ *hclsyntax.BinaryOpExpr }

func (n *lazyLogic) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := n.LHS.Value(ctx)
	if !diags.HasErrors() {
		left, marks, known := truth(v)
		if known && left == (n.Op == hclsyntax.OpLogicalOr) {
			return cty.BoolVal(left).WithMarks(marks), diags
		}
	}
	return n.BinaryOpExpr.Value(ctx)
}

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
		v, marks = v.Unmark()
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
