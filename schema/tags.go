package schema

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A text that is not known yet, such as the id of an object that is not there,
// carries the reference it stands for as a refinement: a prefix that no real text
// has. Whatever only passes the value on (locals, lists, objects, for
// expressions, conditionals) keeps the prefix, and whatever computes something
// else of it loses it. So a value says by itself which reference it is.
//
// The prefix must not take part in a comparison, where it would prove that the
// value differs from every known text; see untag.

const tagPrefix = "\x00espalier\x00"

// reference is a reference that some value waits for.
type reference struct {
	Ref
	pending *Pending
}

// tagged returns the unknown value that stands for an attribute of an instance.
func (s *Scope) tagged(in *instance, attr string, typ cty.Type) cty.Value {
	if v, ok := in.tags[attr]; ok {
		return v
	}
	v := cty.UnknownVal(typ)
	if typ == cty.String {
		n := len(s.references)
		s.references = append(s.references, reference{Ref: Ref{Address: in.out.Address, Attr: attr}})
		b := v.Refine().StringPrefixFull(tagPrefix + strconv.Itoa(n) + "\x00")
		if attr == "id" {
			b = b.NotNull()
		}
		v = b.NewValue()
	}
	if in.tags == nil {
		in.tags = make(map[string]cty.Value, 1)
	}
	in.tags[attr] = v
	return v
}

// referenceOf returns the reference that an unmarked value stands for, or nil.
func (s *Scope) referenceOf(v cty.Value) *reference {
	if v.IsKnown() || v.Type() != cty.String {
		return nil
	}
	rest, ok := strings.CutPrefix(v.Range().StringPrefix(), tagPrefix)
	if !ok {
		return nil
	}
	number, _, _ := strings.Cut(rest, "\x00")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(s.references) {
		return nil
	}
	return &s.references[n]
}

// isTagged reports whether a value carries a reference.
func isTagged(v cty.Value) bool {
	v, _ = v.Unmark()
	return v.Type() == cty.String && !v.IsKnown() && strings.HasPrefix(v.Range().StringPrefix(), tagPrefix)
}

// untag takes the references out of a value, so that nothing is known of what is
// unknown.
func untag(v cty.Value) cty.Value {
	if v.IsKnown() && v.Type().IsPrimitiveType() || v.IsWhollyKnown() {
		return v
	}
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		bare, marks := v.Unmark()
		if !isTagged(bare) {
			return v, nil
		}
		return cty.UnknownVal(cty.String).WithMarks(marks), nil
	})
	if err != nil {
		return cty.DynamicVal
	}
	return out
}

// untaggedNode is an operand of a comparison.
type untaggedNode struct{ hclsyntax.Expression }

func (n *untaggedNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := n.Expression.Value(ctx)
	if v.IsKnown() && v.Type().IsPrimitiveType() {
		return v, diags
	}
	return untag(v), diags
}

func (n *untaggedNode) wrapped() hclsyntax.Expression { return n.Expression }

func untagged(e hclsyntax.Expression) hclsyntax.Expression {
	if _, literal := e.(*hclsyntax.LiteralValueExpr); literal {
		return e
	}
	return &untaggedNode{e}
}
