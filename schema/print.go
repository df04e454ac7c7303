package schema

import (
	"fmt"
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
	// uses are the instances that known values of the place refer to.
	uses []Address
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
	case *untaggedNode:
		p.expr(e.Expression)
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
		p.named([]string{"var", e.name}, e.rest, e)
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

// literal writes an expression that is known and simple as its value.
func (p *printer) literal(e hclsyntax.Expression) bool {
	if _, splat := e.(*hclsyntax.AnonSymbolExpr); splat || p.loose(e) {
		return false
	}
	var v cty.Value
	var diags hcl.Diagnostics
	p.scope.collect(func() { v, diags = e.Value(p.ctx) })
	if diags.HasErrors() || v.IsMarked() || !v.IsKnown() {
		return false
	}
	switch {
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
		case *untaggedNode:
			found = found || p.loose(n.Expression)
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

// plain writes the nodes that only hold others.
func (p *printer) plain(e hclsyntax.Expression) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		// Operators and conditionals bring parentheses of their own.
		p.expr(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		p.expr(e.Wrapped)
	case *hclsyntax.TemplateJoinExpr:
		p.wrap(`join("", `, ")", e.Tuple)
	case *hclsyntax.RelativeTraversalExpr:
		p.expr(e.Source)
		p.steps(e.Traversal)
	case *hclsyntax.IndexExpr:
		p.expr(e.Collection)
		p.wrap("[", "]", e.Key)
	case *hclsyntax.SplatExpr:
		p.expr(e.Source)
		p.b.WriteString("[*]")
		p.expr(e.Each)
	case *hclsyntax.AnonSymbolExpr:
	case *hclsyntax.ConditionalExpr:
		p.wrap("(", " ? ", e.Condition)
		p.wrap("", " : ", e.TrueResult)
		p.wrap("", ")", e.FalseResult)
	case *hclsyntax.BinaryOpExpr:
		p.wrap("(", " "+operator(e.Op)+" ", e.LHS)
		p.wrap("", ")", e.RHS)
	case *hclsyntax.UnaryOpExpr:
		p.wrap("("+operator(e.Op), ")", e.Val)
	case *hclsyntax.TupleConsExpr:
		p.list("[", "]", e.Exprs, false)
	case *hclsyntax.ObjectConsExpr:
		p.object(e)
	case *hclsyntax.LiteralValueExpr:
		// Only values that are no literals of the language come here; there are
		// none in parsed source.
		p.b.WriteString("null")
	}
}

func (p *printer) wrap(before, after string, e hclsyntax.Expression) {
	p.b.WriteString(before)
	p.expr(e)
	p.b.WriteString(after)
}

func (p *printer) list(before, after string, exprs []hclsyntax.Expression, expand bool) {
	p.b.WriteString(before)
	for i, e := range exprs {
		if i > 0 {
			p.b.WriteString(", ")
		}
		p.expr(e)
	}
	if expand {
		p.b.WriteString("...")
	}
	p.b.WriteString(after)
}

func (p *printer) call(e *hclsyntax.FunctionCallExpr) {
	p.list(e.Name+"(", ")", e.Args, e.ExpandFinal)
}

func (p *printer) object(e *hclsyntax.ObjectConsExpr) {
	p.b.WriteString("{")
	for i, item := range e.Items {
		if i > 0 {
			p.b.WriteString(", ")
		}
		key := item.KeyExpr
		if wrapper, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok {
			if name := hcl.ExprAsKeyword(wrapper.Wrapped); name != "" && !wrapper.ForceNonLiteral {
				p.b.WriteString(Quote(name))
				p.wrap(" = ", "", item.ValueExpr)
				continue
			}
			key = wrapper.Wrapped
		}
		p.wrap("(", ") = ", key)
		p.expr(item.ValueExpr)
	}
	p.b.WriteString("}")
}

func (p *printer) forExpr(e *hclsyntax.ForExpr) {
	open, end := "[", "]"
	if e.KeyExpr != nil {
		open, end = "{", "}"
	}
	p.b.WriteString(open + "for ")
	if e.KeyVar != "" {
		p.b.WriteString(e.KeyVar + ", ")
	}
	p.wrap(e.ValVar+" in ", " : ", e.CollExpr)
	outer := p.names
	p.names = append(p.names[:len(p.names):len(p.names)], e.ValVar, e.KeyVar)
	if e.KeyExpr != nil {
		p.wrap("", " => ", e.KeyExpr)
	}
	p.expr(e.ValExpr)
	if e.Group {
		p.b.WriteString("...")
	}
	if e.CondExpr != nil {
		p.wrap(" if ", "", e.CondExpr)
	}
	p.names = outer
	p.b.WriteString(end)
}

// template writes a text with interpolations in quotes.
func (p *printer) template(e *hclsyntax.TemplateExpr) {
	p.b.WriteByte('"')
	for _, part := range e.Parts {
		if lit, ok := part.(*hclsyntax.LiteralValueExpr); ok && lit.Val.Type() == cty.String && !lit.Val.IsNull() {
			text := Quote(lit.Val.AsString())
			if last := text[len(text)-2]; last == '$' || last == '%' {
				// Before an interpolation it would be read as an escape.
				p.b.WriteString("${" + text + "}")
				continue
			}
			p.b.WriteString(text[1 : len(text)-1])
			continue
		}
		p.wrap("${", "}", part)
	}
	p.b.WriteByte('"')
}

// operators are written as in the source.
func operator(op *hclsyntax.Operation) string {
	for sign, known := range map[string]*hclsyntax.Operation{
		"||": hclsyntax.OpLogicalOr, "&&": hclsyntax.OpLogicalAnd, "!": hclsyntax.OpLogicalNot,
		"==": hclsyntax.OpEqual, "!=": hclsyntax.OpNotEqual,
		">": hclsyntax.OpGreaterThan, ">=": hclsyntax.OpGreaterThanOrEqual, "<": hclsyntax.OpLessThan, "<=": hclsyntax.OpLessThanOrEqual,
		"+": hclsyntax.OpAdd, "-": hclsyntax.OpSubtract, "*": hclsyntax.OpMultiply, "/": hclsyntax.OpDivide, "%": hclsyntax.OpModulo,
	} {
		if op == known {
			return sign
		}
	}
	return "-"
}

// steps writes what follows a value: attributes and literal indexes.
func (p *printer) steps(t hcl.Traversal) {
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			p.b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			if key, err := KeyOf(step.Key); err == nil {
				p.b.WriteString(key.String())
			} else {
				fmt.Fprintf(&p.b, "[%s]", step.Key.AsBigFloat().Text('f', -1))
			}
		}
	}
}
