package schema

import (
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
	from  *cty.ValueMarks // see loop
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
			wrapped = c.usedAsKey(wrapped)
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
