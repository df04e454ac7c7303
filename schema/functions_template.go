package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// templateFile is templatefile(path, vars). A template may call every function
// but templatefile itself.
func (r *fileReader) templateFile(functions map[string]function.Function) function.Function {
	render := func(args []cty.Value) (cty.Value, error) {
		name := args[0].AsString()
		text, err := r.text(name)
		if err != nil {
			return cty.NilVal, err
		}
		template, diags := hclsyntax.ParseTemplate([]byte(text), name, hcl.InitialPos)
		if diags.HasErrors() {
			return cty.NilVal, function.NewArgErrorf(0, "%s", placed(diags))
		}
		if t := args[1].Type(); !t.IsObjectType() && !t.IsMapType() {
			return cty.NilVal, function.NewArgErrorf(1, "the variables of a template are given as an object")
		}
		vars := map[string]cty.Value{}
		for it := args[1].ElementIterator(); it.Next(); {
			key, v := it.Element()
			vars[key.AsString()] = v
		}
		for _, used := range template.Variables() {
			if _, ok := vars[used.RootName()]; !ok {
				return cty.NilVal, function.NewArgErrorf(1, "the template %s uses %q at line %d, which is not among the variables given (%s)",
					name, used.RootName(), used.SourceRange().Start.Line, strings.Join(named(vars), ", "))
			}
		}
		v, diags := template.Value(&hcl.EvalContext{Variables: vars, Functions: functions})
		if diags.HasErrors() {
			return cty.NilVal, function.NewArgErrorf(0, "%s", placed(diags))
		}
		return v, nil
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if !args[0].IsKnown() || !args[1].IsKnown() {
				return cty.DynamicPseudoType, nil
			}
			v, err := render(args)
			if err != nil {
				return cty.NilType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return render(args) },
	})
}

// placed writes diagnostics of another file in one line each.
func placed(diags hcl.Diagnostics) string {
	var lines []string
	for _, d := range diags {
		line := d.Summary + ": " + d.Detail
		if d.Subject != nil {
			line = place(*d.Subject) + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
