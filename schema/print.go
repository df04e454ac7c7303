package schema

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// printer writes a compiled expression as source in native syntax that needs
// nothing but instances and the values in vars: what is known and simple is
// written out, local values that are not known are put in their place, and other
// known values are kept under their names.
type printer struct {
	scope *Scope
	ctx   *hcl.EvalContext
	b     strings.Builder
	vars  varTree
	// names are the variables of for expressions around the present place.
	names []string
	// uses are the instances that the source names; wide says that it also reads
	// some whose keys only come out when it is evaluated.
	uses []Address
	wide bool
	// opaque says that something is unknown that has no name to write down.
	opaque bool
}

// result returns the source and the variables that it uses.
func (p *printer) result() (string, map[string]cty.Value) {
	return p.b.String(), p.vars.values()
}

func (p *printer) expr(e hclsyntax.Expression) {
	if p.literal(e) {
		return
	}
	switch e := e.(type) {
	case *hoisted:
		p.expr(e.Expression)
	case wrapper:
		p.expr(e.wrapped())
	case *fastCallNode:
		p.call(e.FunctionCallExpr)
	case *lazyLogic:
		p.expr(e.BinaryOpExpr)
	case *lazyConditional:
		if branch, _, _ := e.choose(p.ctx); branch != nil && len(p.names) == 0 {
			p.expr(branch)
			return
		}
		p.expr(e.ConditionalExpr)
	case *refNode:
		p.reference(e)
	case *variableNode:
		p.named([]string{"var", e.name}, e.rest)
	case *localNode:
		p.local(e)
	case *scopeNode:
		p.traversal(e)
	case *indexNode:
		p.expr(e.IndexExpr)
	case *relativeNode:
		p.expr(e.RelativeTraversalExpr)
	case *hclsyntax.ForExpr:
		p.forExpr(e)
	case *hclsyntax.FunctionCallExpr:
		p.call(e)
	case *hclsyntax.TemplateExpr:
		p.template(e)
	default:
		p.plain(e)
	}
}

// literal writes an expression that is known and simple as its value, and one
// that is nothing but a reference as that reference.
func (p *printer) literal(e hclsyntax.Expression) bool {
	if _, splat := e.(*hclsyntax.AnonSymbolExpr); splat || p.loose(e) {
		return false
	}
	var v cty.Value
	var diags hcl.Diagnostics
	p.scope.collect(func() { v, diags = e.Value(p.ctx) })
	if v = withoutOrigin(v); diags.HasErrors() || v.IsMarked() {
		return false
	}
	if ref := p.scope.referenceOf(v); ref != nil {
		p.ref(ref.Ref)
		return true
	}
	switch {
	case !v.IsKnown():
		return false
	case v.IsNull():
		p.b.WriteString("null")
	case v.Type() == cty.String:
		p.b.WriteString(Quote(v.AsString()))
	case v.Type() == cty.Number:
		p.b.WriteString(v.AsBigFloat().Text('f', -1))
	case v.Type() == cty.Bool:
		p.b.WriteString(strconv.FormatBool(v.True()))
	default:
		return false
	}
	return true
}

// loose reports whether the expression uses a variable of a for expression
// around it, or the item of a splat, so that it has no value by itself.
func (p *printer) loose(e hclsyntax.Expression) bool {
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.AnonSymbolExpr:
			found = true
		case wrapper:
			found = found || p.loose(n.wrapped())
		case *scopeNode:
			for _, name := range p.names {
				found = found || name == n.traversal.RootName()
			}
		case *refNode:
			found = found || n.key != nil && p.loose(n.key)
		}
		return nil
	})
	return found
}
