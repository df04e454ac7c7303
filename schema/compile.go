package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// traits are what the compiler finds out about an expression.
type traits struct {
	// levels has a bit for each repeated scope whose variables it uses: each and
	// count, and every for expression around it.
	levels uint64
	// refs says that it names a resource or a data source, locals that it names
	// a local value.
	refs, locals bool
}

func (t traits) join(other traits) traits {
	return traits{t.levels | other.levels, t.refs || other.refs, t.locals || other.locals}
}

// outside reports whether the expression may reach beyond itself and the
// instance it stands in.
func (t traits) outside() bool { return t.refs || t.locals }

const (
	levelEach  = 1 << 0
	levelSplat = 1 << 1
	firstLevel = 2
	lastLevel  = 63
)

// compiler rewrites the references of an expression into nodes that ask the
// scope. It copies what it changes, so that one Config serves several scopes.
type compiler struct {
	scope *Scope
	// each and count say which of the two is there.
	each, count bool
	// owner is the block that the expression stands in, for messages; nil where
	// there is none.
	owner *resourceDecl
	// only says, if not empty, that nothing but variables may be used, and where.
	only string
	// repeated says that the expression is evaluated many times.
	repeated bool

	names []forName
	level uint
	diags hcl.Diagnostics
}

// forName is a variable of a for expression.
type forName struct {
	name  string
	level uint
}

// compile rewrites an expression.
func (c *compiler) compile(e hclsyntax.Expression) (hclsyntax.Expression, traits) {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return c.traversal(e, e.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		return c.relative(e)
	case *hclsyntax.IndexExpr:
		return c.index(e)
	case *hclsyntax.SplatExpr:
		return c.splat(e)
	case *hclsyntax.ForExpr:
		return c.forExpr(e)
	case *hclsyntax.FunctionCallExpr:
		return c.call(e)
	case *hclsyntax.ConditionalExpr:
		return c.conditional(e)
	case *hclsyntax.BinaryOpExpr:
		return c.binary(e)
	case *hclsyntax.AnonSymbolExpr:
		return e, traits{levels: levelSplat}
	}
	return c.simple(e)
}

// simple rewrites the nodes that only hold others.
func (c *compiler) simple(e hclsyntax.Expression) (hclsyntax.Expression, traits) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		inner, t := c.compile(e.Expression)
		return &hclsyntax.ParenthesesExpr{Expression: inner, SrcRange: e.SrcRange}, t
	case *hclsyntax.UnaryOpExpr:
		copied := *e
		var t traits
		copied.Val, t = c.compile(e.Val)
		return &copied, t
	case *hclsyntax.TemplateExpr:
		copied := *e
		var t traits
		copied.Parts, t = c.list(e.Parts)
		return &copied, t
	case *hclsyntax.TemplateWrapExpr:
		copied := *e
		var t traits
		copied.Wrapped, t = c.compile(e.Wrapped)
		return &copied, t
	case *hclsyntax.TemplateJoinExpr:
		copied := *e
		var t traits
		copied.Tuple, t = c.compile(e.Tuple)
		return &copied, t
	case *hclsyntax.TupleConsExpr:
		copied := *e
		var t traits
		copied.Exprs, t = c.list(e.Exprs)
		return &copied, t
	case *hclsyntax.ObjectConsExpr:
		return c.object(e)
	}
	return e, traits{}
}

func (c *compiler) list(exprs []hclsyntax.Expression) ([]hclsyntax.Expression, traits) {
	out := make([]hclsyntax.Expression, len(exprs))
	var all traits
	for i, e := range exprs {
		var t traits
		out[i], t = c.compile(e)
		all = all.join(t)
	}
	return out, all
}

func (c *compiler) object(e *hclsyntax.ObjectConsExpr) (hclsyntax.Expression, traits) {
	copied := *e
	copied.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
	var all traits
	for i, item := range e.Items {
		value, t := c.compile(item.ValueExpr)
		all = all.join(t)
		key := item.KeyExpr
		if wrapper, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok && !isBareKey(wrapper) {
			wrapped, t := c.compile(wrapper.Wrapped)
			all = all.join(t)
			key = &hclsyntax.ObjectConsKeyExpr{Wrapped: wrapped, ForceNonLiteral: wrapper.ForceNonLiteral}
		}
		copied.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value}
	}
	return &copied, all
}

// isBareKey reports whether an object key is a name and not an expression.
func isBareKey(key *hclsyntax.ObjectConsKeyExpr) bool {
	if key.ForceNonLiteral {
		return false
	}
	_, isTraversal := key.Wrapped.(*hclsyntax.ScopeTraversalExpr)
	_, isLiteral := key.Wrapped.(*hclsyntax.LiteralValueExpr)
	return isTraversal || isLiteral
}

func (c *compiler) forExpr(e *hclsyntax.ForExpr) (hclsyntax.Expression, traits) {
	copied := *e
	var all traits
	copied.CollExpr, all = c.compile(e.CollExpr)

	outerNames, outerLevel, outerRepeated := c.names, c.level, c.repeated
	level := min(firstLevel+c.level, lastLevel)
	c.names = append(c.names[:len(c.names):len(c.names)], forName{e.ValVar, level})
	if e.KeyVar != "" {
		c.names = append(c.names, forName{e.KeyVar, level})
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
	return c.hoist(fastCall(&copied, invariant), t), t
}

// conditional makes a conditional lazy if a branch reaches beyond itself: the
// branch not taken must neither be evaluated nor depended on.
func (c *compiler) conditional(e *hclsyntax.ConditionalExpr) (hclsyntax.Expression, traits) {
	copied := *e
	var t, yes, no traits
	copied.Condition, t = c.compile(e.Condition)
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
