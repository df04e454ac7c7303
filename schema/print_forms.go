package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

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
