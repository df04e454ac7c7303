package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// setting is one attribute as it is written.
type setting struct {
	name      string
	expr      hclsyntax.Expression
	rng       hcl.Range // of the value
	nameRange hcl.Range
}

// settingsOf lists the attributes of a body in the order they are written.
func settingsOf(body *hclsyntax.Body) []setting {
	list := make([]setting, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		list = append(list, setting{name: a.Name, expr: a.Expr, rng: a.Expr.Range(), nameRange: a.NameRange})
	}
	slices.SortFunc(list, func(a, b setting) int { return a.nameRange.Start.Byte - b.nameRange.Start.Byte })
	return list
}

// isJSON reports whether a place is in a file of JSON syntax, where references
// that are no values are written as strings.
func isJSON(rng hcl.Range) bool {
	n := len(rng.Filename)
	return n >= 5 && rng.Filename[n-5:] == ".json"
}

// literalText returns the text of a plain string without interpolation.
func literalText(e hclsyntax.Expression) (string, bool) {
	switch e := e.(type) {
	case *hclsyntax.TemplateExpr:
		if !e.IsStringLiteral() {
			return "", len(e.Parts) == 0
		}
		v, _ := e.Value(nil)
		if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			return v.AsString(), true
		}
	case *hclsyntax.ParenthesesExpr:
		return literalText(e.Expression)
	}
	return "", false
}

// literalBool returns the value of true or false as it is written.
func literalBool(e hclsyntax.Expression) (value, ok bool) {
	lit, isLit := e.(*hclsyntax.LiteralValueExpr)
	if !isLit || lit.Val.Type() != cty.Bool || lit.Val.IsNull() {
		return false, false
	}
	return lit.Val.True(), true
}

// referenceIn reads an expression that is a reference and no value, such as an
// element of depends_on: a.b, or "a.b" in JSON.
func referenceIn(e hclsyntax.Expression) (hcl.Traversal, bool) {
	if isJSON(e.Range()) {
		if text, ok := literalText(e); ok {
			t, diags := hclsyntax.ParseTraversalAbs([]byte(text), e.Range().Filename, e.Range().Start)
			if diags.HasErrors() {
				return nil, false
			}
			placeTraversal(t, e.Range())
			return t, true
		}
	}
	t, diags := hcl.AbsTraversalForExpr(e)
	return t, !diags.HasErrors()
}

// elementsOf returns the elements of a literal list.
func elementsOf(e hclsyntax.Expression) ([]hclsyntax.Expression, bool) {
	for {
		paren, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		e = paren.Expression
	}
	tuple, ok := e.(*hclsyntax.TupleConsExpr)
	if !ok {
		return nil, false
	}
	return tuple.Exprs, true
}

// addressIn reads a traversal as the address of a resource or an instance.
func addressIn(t hcl.Traversal) (Address, bool) {
	if len(t) < 2 || len(t) > 3 || t.IsRelative() {
		return Address{}, false
	}
	name, ok := t[1].(hcl.TraverseAttr)
	if !ok {
		return Address{}, false
	}
	a := Address{Type: t.RootName(), Name: name.Name}
	if len(t) == 3 {
		index, ok := t[2].(hcl.TraverseIndex)
		if !ok {
			return Address{}, false
		}
		key, err := KeyOf(index.Key)
		if err != nil {
			return Address{}, false
		}
		a.Key = key
	}
	return a, true
}
