package schema

import (
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// conversionFunctions are about types and marks.
func conversionFunctions() map[string]function.Function {
	return map[string]function.Function{
		"tobool":       toFunction(cty.Bool),
		"tolist":       toFunction(cty.List(cty.DynamicPseudoType)),
		"tomap":        toFunction(cty.Map(cty.DynamicPseudoType)),
		"tonumber":     toFunction(cty.Number),
		"toset":        toFunction(cty.Set(cty.DynamicPseudoType)),
		"tostring":     toFunction(cty.String),
		"sensitive":    markFunction(true),
		"nonsensitive": markFunction(false),
		"type":         typeFunction(),
	}
}

// toFunction converts to a type.
func toFunction(want cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowMarked: true, AllowDynamicType: true, AllowUnknown: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			given := args[0].Type()
			if given.Equals(want) {
				return want, nil
			}
			conversion := convert.GetConversionUnsafe(given, want)
			if conversion == nil {
				return cty.NilType, function.NewArgErrorf(0, "%s cannot be converted to %s", shown(args[0]), typeName(want))
			}
			if !args[0].IsKnown() {
				return want, nil
			}
			converted, err := convert.Convert(args[0], want)
			if err != nil {
				return cty.NilType, function.NewArgErrorf(0, "%s cannot be converted to %s: %s", shown(args[0]), typeName(want), conversionError(err))
			}
			return converted.Type(), nil
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			v, err := convert.Convert(args[0], want)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "%s cannot be converted to %s: %s", shown(args[0]), typeName(want), conversionError(err))
			}
			return v, nil
		},
	})
}

// markFunction marks a value sensitive, or takes the mark off.
func markFunction(on bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowMarked: true, AllowDynamicType: true, AllowUnknown: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if on {
				return args[0].Mark(Sensitive), nil
			}
			bare, places := args[0].UnmarkDeepWithPaths()
			for _, place := range places {
				delete(place.Marks, Sensitive)
			}
			return bare.MarkWithPaths(places), nil
		},
	})
}

// typeFunction names the type of a value.
func typeFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true,
		}},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(typeexpr.TypeString(args[0].Type())), nil
		},
	})
}

// tryRef is try, except that a plain reference to what is not known yet counts as
// a success: it will have a value, and nothing else can come of it.
func tryRef() function.Function {
	attempt := func(args []cty.Value) (cty.Value, bool) {
		for _, arg := range args {
			v, diags := customdecode.ExpressionClosureFromVal(arg).Value()
			if diags.HasErrors() {
				continue
			}
			return v, v.IsKnown() || isTagged(v)
		}
		return cty.NilVal, false
	}
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
		Type: func(args []cty.Value) (cty.Type, error) {
			if v, ok := attempt(args); ok && isTagged(v) {
				return cty.String, nil
			}
			return tryfunc.TryFunc.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if v, ok := attempt(args); ok && isTagged(v) {
				return v, nil
			}
			return tryfunc.TryFunc.Call(args)
		},
	})
}
