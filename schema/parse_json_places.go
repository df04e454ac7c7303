package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// placeAt gives all nodes of an expression the same range.
func placeAt(e hclsyntax.Expression, rng hcl.Range) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.LiteralValueExpr:
			n.SrcRange = rng
		case *hclsyntax.TemplateExpr:
			n.SrcRange = rng
		case *hclsyntax.TemplateWrapExpr:
			n.SrcRange = rng
		case *hclsyntax.ScopeTraversalExpr:
			n.SrcRange = rng
			placeTraversal(n.Traversal, rng)
		case *hclsyntax.RelativeTraversalExpr:
			n.SrcRange = rng
			placeTraversal(n.Traversal, rng)
		case *hclsyntax.FunctionCallExpr:
			n.NameRange, n.OpenParenRange, n.CloseParenRange = rng, rng, rng
		case *hclsyntax.ConditionalExpr:
			n.SrcRange = rng
		case *hclsyntax.IndexExpr:
			n.SrcRange, n.OpenRange, n.BracketRange = rng, rng, rng
		case *hclsyntax.TupleConsExpr:
			n.SrcRange, n.OpenRange = rng, rng
		case *hclsyntax.ObjectConsExpr:
			n.SrcRange, n.OpenRange = rng, rng
		case *hclsyntax.ForExpr:
			n.SrcRange, n.OpenRange, n.CloseRange = rng, rng, rng
		case *hclsyntax.SplatExpr:
			n.SrcRange, n.MarkerRange = rng, rng
		case *hclsyntax.BinaryOpExpr:
			n.SrcRange = rng
		case *hclsyntax.UnaryOpExpr:
			n.SrcRange, n.SymbolRange = rng, rng
		case *hclsyntax.ParenthesesExpr:
			n.SrcRange = rng
		}
		return nil
	})
}

func placeTraversal(t hcl.Traversal, rng hcl.Range) {
	for i, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			step.SrcRange = rng
			t[i] = step
		case hcl.TraverseAttr:
			step.SrcRange = rng
			t[i] = step
		case hcl.TraverseIndex:
			step.SrcRange = rng
			t[i] = step
		}
	}
}
