package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// equal reports whether two known values of an attribute are the same: null,
// absent and "" are one, texts compare as the attribute says, collections of
// ids as sets.
func equal(attr *schema.Attribute, a, b cty.Value) bool {
	a, b = plain(a), plain(b)
	if isText(a) && isText(b) {
		return schema.Fold(attr.Compare, a.AsString()) == schema.Fold(attr.Compare, b.AsString())
	}
	if schema.IsEmpty(a) || schema.IsEmpty(b) {
		return schema.IsEmpty(a) && schema.IsEmpty(b)
	}
	if isCollection(a) && isCollection(b) && attr.Type.IsSetType() && attr.Type.ElementType() == cty.String {
		return slices.Equal(elements(a), elements(b))
	}
	return a.RawEquals(b)
}

// plain takes the marks off; the nil value becomes null.
func plain(v cty.Value) cty.Value {
	if v == cty.NilVal {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	if schema.Marked(v) {
		v, _ = v.UnmarkDeep()
	}
	return v
}

func isText(v cty.Value) bool { return v.Type() == cty.String && v.IsKnown() && !v.IsNull() }

func isCollection(v cty.Value) bool {
	t := v.Type()
	return v.IsKnown() && !v.IsNull() && (t.IsSetType() || t.IsListType() || t.IsTupleType())
}

// elements returns the texts in a collection, sorted, each once; nil for
// anything else.
func elements(v cty.Value) []string {
	if v == cty.NilVal {
		return nil
	}
	v = plain(v)
	if !isCollection(v) || v.LengthInt() == 0 {
		return nil
	}
	out := make([]string, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if isText(e) {
			out = append(out, e.AsString())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// setOf makes a set of texts.
func setOf(texts []string) cty.Value {
	if len(texts) == 0 {
		return cty.SetValEmpty(cty.String)
	}
	vals := make([]cty.Value, len(texts))
	for i, t := range texts {
		vals[i] = cty.StringVal(t)
	}
	return cty.SetVal(vals)
}

// Without takes texts out of a set of texts; without any it is v itself.
func Without(v cty.Value, texts []string) cty.Value {
	if len(texts) == 0 {
		return v
	}
	return setOf(slices.DeleteFunc(elements(v), func(t string) bool { return slices.Contains(texts, t) }))
}
