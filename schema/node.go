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

// wrapper is a node that gives the value of another in another form. A walk
// through an expression comes to the wrapper, and from there to what is below the
// other, without coming to the other itself.
type wrapper interface{ wrapped() hclsyntax.Expression }

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
