package render

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// mostValues is how many values at hand a diagnostic shows.
const mostValues = 5

// values are the simple values that the expression at fault uses, as
// "each.key = "7"". Sensitive ones are named without their value.
func values(d *hcl.Diagnostic) []string {
	if d.Expression == nil || d.EvalContext == nil {
		return nil
	}
	var list []string
	for _, t := range d.Expression.Variables() {
		v, diags := t.TraverseAbs(d.EvalContext)
		if diags.HasErrors() || v == cty.NilVal {
			continue
		}
		bare, _ := v.Unmark()
		simple := bare.IsNull() || bare.Type().IsPrimitiveType()
		if !simple || !bare.IsKnown() {
			continue
		}
		text := traversalText(t) + " = " + cut(inline(v, "null"), 60)
		if schema.IsSensitive(v) {
			text = traversalText(t) + " " + hiddenWord
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list[:min(len(list), mostValues)]
}

func traversalText(t hcl.Traversal) string {
	var b strings.Builder
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(clean(s.Name))
		case hcl.TraverseAttr:
			b.WriteString("." + clean(s.Name))
		case hcl.TraverseIndex:
			b.WriteString("[" + inline(s.Key, "null") + "]")
		}
	}
	return b.String()
}
