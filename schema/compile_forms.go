package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func (c *compiler) forExpr(e *hclsyntax.ForExpr) (hclsyntax.Expression, traits) {
	copied := *e
	var all traits
	copied.CollExpr, all = c.compile(e.CollExpr)
	from := &loop{}
	copied.CollExpr = c.over(copied.CollExpr, from)

	outerNames, outerLevel, outerRepeated := c.names, c.level, c.repeated
	level := min(firstLevel+c.level, lastLevel)
	c.names = append(c.names[:len(c.names):len(c.names)], forName{e.ValVar, level, &from.elements})
	if e.KeyVar != "" {
		c.names = append(c.names, forName{e.KeyVar, level, &from.keys})
	}
	c.level++
	c.repeated = true
	var inner traits
	for _, part := range []*hclsyntax.Expression{&copied.KeyExpr, &copied.ValExpr, &copied.CondExpr} {
		if *part != nil {
			compiled, t := c.compile(*part)
			*part = compiled
			inner = inner.join(t)
		}
	}
	copied.KeyExpr, copied.CondExpr = c.usedAsKey(copied.KeyExpr), c.used(copied.CondExpr)
	c.names, c.level, c.repeated = outerNames, outerLevel, outerRepeated
	if level != lastLevel {
		inner.levels &^= 1 << level
	}
	all = all.join(inner)
	return c.hoist(&copied, all), all
}

func (c *compiler) splat(e *hclsyntax.SplatExpr) (hclsyntax.Expression, traits) {
	source, t := c.compile(e.Source)
	if ref, ok := source.(*refNode); ok && len(ref.rest) == 0 && ref.key == nil && ref.target.decl.forEachAbove() {
		d := ref.target.decl
		return c.reject(e, problem(e.Range(), "[*] over a for_each",
			"%s has its instances by key, and [*] goes over lists. Write [for x in %s : x.id].", d, d)), traits{}
	}
	each, inner := c.compile(e.Each)
	inner.levels &^= levelSplat
	t = t.join(inner)
	copied := &hclsyntax.SplatExpr{Source: source, Each: each, Item: e.Item, SrcRange: e.SrcRange, MarkerRange: e.MarkerRange}
	return c.hoist(copied, t), t
}

func (c *compiler) call(e *hclsyntax.FunctionCallExpr) (hclsyntax.Expression, traits) {
	if _, known := c.scope.functions[e.Name]; !known {
		d := problem(e.NameRange, "Unknown function "+quoted(e.Name),
			"There is no function %q.%s", e.Name, functionHint(e.Name, maps.Keys(c.scope.functions)))
		c.list(e.Args) // for the mistakes in them
		return c.reject(e, d), traits{}
	}
	copied := *e
	copied.Args = make([]hclsyntax.Expression, len(e.Args))
	var t, first traits
	for i, arg := range e.Args {
		compiled, argTraits := c.compile(arg)
		copied.Args[i] = compiled
		t = t.join(argTraits)
		if i == 0 {
			first = argTraits
		}
	}
	invariant := first.levels == 0 && !first.refs
	return c.hoist(c.calls(fastCall(&copied, invariant), e.Name), t), t
}

// conditional makes a conditional lazy if a branch reaches beyond itself: the
// branch not taken must neither be evaluated nor depended on.
func (c *compiler) conditional(e *hclsyntax.ConditionalExpr) (hclsyntax.Expression, traits) {
	copied := *e
	var t, yes, no traits
	copied.Condition, t = c.compile(e.Condition)
	copied.Condition = c.used(copied.Condition)
	copied.TrueResult, yes = c.compile(e.TrueResult)
	copied.FalseResult, no = c.compile(e.FalseResult)
	t = t.join(yes).join(no)
	if yes.outside() || no.outside() {
		return &lazyConditional{&copied}, t
	}
	return &copied, t
}

func (c *compiler) binary(e *hclsyntax.BinaryOpExpr) (hclsyntax.Expression, traits) {
	copied := *e
	var left, right traits
	copied.LHS, left = c.compile(e.LHS)
	copied.RHS, right = c.compile(e.RHS)
	copied.LHS, copied.RHS = c.used(copied.LHS), c.used(copied.RHS)
	t := left.join(right)
	switch e.Op {
	case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
		copied.LHS, copied.RHS = untagged(copied.LHS), untagged(copied.RHS)
	case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
		if right.outside() {
			return &lazyLogic{&copied}, t
		}
	}
	return &copied, t
}

// hoist lets an expression that does not change from one repetition to the next
// be evaluated once.
func (c *compiler) hoist(e hclsyntax.Expression, t traits) hclsyntax.Expression {
	if !c.repeated || t.levels != 0 || t.refs {
		return e
	}
	return &hoisted{Expression: e, scope: c.scope}
}

// reject reports a mistake that is seen without evaluating, and puts a node in
// the place that reports it again if it is evaluated.
func (c *compiler) reject(e hclsyntax.Expression, d *hcl.Diagnostic) hclsyntax.Expression {
	c.diags = append(c.diags, d)
	return &rejected{&hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: e.Range()}, d}
}
