package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// traverse follows attributes and literal indexes. Where one is missing, the
// message names what is there: a column that is called otherwise is the
// commonest mistake of all.
func traverse(v cty.Value, t hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	for _, step := range t {
		next, diags := step.TraversalStep(v)
		if diags.HasErrors() {
			switch step := step.(type) {
			case hcl.TraverseAttr:
				return next, explainMissing(diags, v, step.Name)
			case hcl.TraverseIndex:
				return next, explainIndex(diags, v, step.Key)
			}
			return next, diags
		}
		v = next
	}
	return v, nil
}

// explainMissing adds to an error about an attribute which attributes there are.
func explainMissing(diags hcl.Diagnostics, v cty.Value, name string) hcl.Diagnostics {
	bare, _ := v.Unmark()
	t := bare.Type()
	d := *diags[0]
	switch {
	case bare.IsNull():
		d.Summary = "Attribute of null"
		d.Detail = "This value is null, so it has no attribute " + quoted(name) + ". Check for null first: x == null ? null : x." + name + "."
	case t.IsObjectType() && !t.HasAttribute(name):
		d.Summary = "Unknown attribute " + quoted(name)
		d.Detail = "This object has no attribute " + quoted(name) + "." + alternatives(name, t)
	case t.IsMapType() && bare.IsKnown():
		keys := map[string]bool{}
		for it := bare.ElementIterator(); it.Next(); {
			key, _ := it.Element()
			keys[key.AsString()] = true
		}
		d.Detail = "This map has no element " + quoted(name) + "." + didYouMean(name, maps.Keys(keys))
	}
	return append(hcl.Diagnostics{&d}, diags[1:]...)
}

// alternatives says which attributes an object has.
func alternatives(given string, t cty.Type) string {
	const searched, most = 200, 12
	if len(t.AttributeTypes()) > searched {
		return ""
	}
	names := named(t.AttributeTypes())
	if hint := didYouMean(given, values(names)); hint != "" {
		return hint
	}
	switch {
	case len(names) == 0:
		return " It has none."
	case len(names) > most:
		return " It has " + sentence(append(names[:most:most], "others")) + "."
	}
	return " It has " + sentence(names) + "."
}

// explainIndex adds to an error about an index which keys there are.
func explainIndex(diags hcl.Diagnostics, v, key cty.Value) hcl.Diagnostics {
	v, _ = v.Unmark()
	t := v.Type()
	if key.IsMarked() || !key.IsKnown() || key.IsNull() || key.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return diags
	}
	keys := map[string]bool{}
	switch {
	case t.IsObjectType():
		for name := range t.AttributeTypes() {
			keys[name] = true
		}
	case t.IsMapType():
		for it := v.ElementIterator(); it.Next(); {
			k, _ := it.Element()
			keys[k.AsString()] = true
		}
	default:
		return diags
	}
	d := *diags[0]
	d.Summary = "Unknown key"
	d.Detail = Quote(key.AsString()) + " is not a key of this value, which has " + plural(len(keys), "element", "elements") + "." + didYouMean(key.AsString(), maps.Keys(keys))
	if len(keys) > 0 {
		var near []string
		for _, k := range nearKeys(key.AsString(), maps.Keys(keys), 3) {
			near = append(near, Quote(k))
		}
		d.Detail += " The nearest keys are " + sentence(near) + ". If it may be missing, write lookup(map, key, null)."
	}
	return append(hcl.Diagnostics{&d}, diags[1:]...)
}

// scopeNode is a variable of the surroundings: each, count, or one of a for
// expression.
type scopeNode struct {
	hclsyntax.Expression
	traversal hcl.Traversal
	from      *cty.ValueMarks // of a for expression: see loop
}

func (n *scopeNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	name := n.traversal.RootName()
	for c := ctx; c != nil; c = c.Parent() {
		if v, ok := c.Variables[name]; ok {
			if n.from != nil && len(*n.from) > 0 {
				v = v.WithMarks(*n.from)
			}
			return traverse(v, n.traversal[1:])
		}
	}
	return n.Expression.Value(ctx)
}

// indexNode is collection[key].
type indexNode struct {
	*hclsyntax.IndexExpr
	misses int
}

func (n *indexNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	collection, diags := n.Collection.Value(ctx)
	key, keyDiags := n.Key.Value(ctx)
	diags = append(diags, keyDiags...)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	key = withoutOrigin(key)
	v, indexDiags := hcl.Index(collection, key, &n.BracketRange)
	if indexDiags.HasErrors() {
		n.misses++
	}
	if indexDiags.HasErrors() && n.misses <= hintedMisses {
		indexDiags = explainIndex(indexDiags, collection, key)
	}
	return v, append(diags, indexDiags...)
}

// relativeNode is what follows an index or a call.
type relativeNode struct {
	*hclsyntax.RelativeTraversalExpr
}

func (n *relativeNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := n.Source.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	v, travDiags := traverse(v, n.Traversal)
	return v, append(diags, travDiags...)
}
