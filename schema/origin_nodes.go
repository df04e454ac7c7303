package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// originNode is an expression whose value is used for something else than itself.
type originNode struct {
	hclsyntax.Expression
	change func(cty.Value) cty.Value
}

func (n *originNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := n.Expression.Value(ctx)
	return n.change(v), diags
}

func (n *originNode) wrapped() hclsyntax.Expression { return n.Expression }

// used makes of an expression one whose value decides about others, or is computed
// with: it does not hand on where it comes from.
func (c *compiler) used(e hclsyntax.Expression) hclsyntax.Expression {
	if !c.scope.several || e == nil {
		return e
	}
	return &originNode{e, withoutOrigin}
}

// usedAsKey makes of an expression one whose value becomes a key of an object.
func (c *compiler) usedAsKey(e hclsyntax.Expression) hclsyntax.Expression {
	if !c.scope.several || e == nil {
		return e
	}
	return &originNode{e, func(v cty.Value) cty.Value {
		bare, elements, _ := outside(v)
		for mark := range elements {
			o, _ := mark.(origin)
			bare = bare.Mark(origin{res: o.res, keys: true})
		}
		return bare
	}}
}

// calls makes of a call of a function, where that matters, one whose result comes from
// where it should: numbers and truth are no ids, and keys are.
func (c *compiler) calls(e hclsyntax.Expression, function string) hclsyntax.Expression {
	switch function {
	case "alltrue", "anytrue", "can", "contains", "endswith", "index", "length", "startswith":
		return c.used(e)
	case "keys":
		if c.scope.several {
			return &originNode{e, func(v cty.Value) cty.Value {
				bare, _, keys := outside(v)
				return bare.WithMarks(keys)
			}}
		}
	}
	return e
}

// loop is where the elements of a for expression come from, and their keys, while it
// is evaluated: what is made of them has it, and nothing else.
type loop struct{ elements, keys cty.ValueMarks }

// over makes of the collection of a for expression one that tells the loop.
func (c *compiler) over(e hclsyntax.Expression, l *loop) hclsyntax.Expression {
	if !c.scope.several {
		return e
	}
	return &originNode{e, func(v cty.Value) cty.Value {
		v, l.elements, l.keys = outside(v)
		return v
	}}
}
