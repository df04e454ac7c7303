package schema

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// truths is alltrue (every) and anytrue.
func truths(every bool) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			unknown := false
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				switch {
				case !v.IsKnown():
					unknown = true
				case (!v.IsNull() && v.True()) != every:
					return cty.BoolVal(!every), nil
				}
			}
			if unknown {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(every), nil
		},
	})
}

func matchKeysFunction() function.Function {
	list := cty.List(cty.DynamicPseudoType)
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "values", Type: list}, {Name: "keys", Type: list}, {Name: "searchset", Type: list}},
		Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if args[0].LengthInt() != args[1].LengthInt() {
				return cty.NilVal, fmt.Errorf("values and keys must be of the same length")
			}
			wanted := args[2].AsValueSlice()
			keys := args[1].AsValueSlice()
			var out []cty.Value
			for i, v := range args[0].AsValueSlice() {
				for _, want := range wanted {
					equal := untag(keys[i]).Equals(untag(want))
					if !equal.IsKnown() {
						return cty.UnknownVal(t), nil
					}
					if equal.True() {
						out = append(out, v)
						break
					}
				}
			}
			if len(out) == 0 {
				return cty.ListValEmpty(t.ElementType()), nil
			}
			return cty.ListVal(out), nil
		},
	})
}

func oneFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
		Type: func(args []cty.Value) (cty.Type, error) {
			switch t := args[0].Type(); {
			case t.IsListType() || t.IsSetType():
				return t.ElementType(), nil
			case t.IsTupleType() && t.Length() == 0:
				return cty.DynamicPseudoType, nil
			case t.IsTupleType() && t.Length() == 1:
				return t.TupleElementType(0), nil
			case t.IsTupleType():
				return cty.NilType, function.NewArgErrorf(0, "must have at most one element, and has %d", t.Length())
			}
			return cty.NilType, function.NewArgErrorf(0, "must be a list or a set")
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if n := args[0].LengthInt(); n > 1 {
				return cty.NilVal, function.NewArgErrorf(0, "must have at most one element, and has %d", n)
			}
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				return v, nil
			}
			return cty.NullVal(t), nil
		},
	})
}

func sumFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Number)}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].LengthInt() == 0 {
				return cty.NilVal, function.NewArgErrorf(0, "must have at least one number")
			}
			total := cty.Zero
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if v.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "must not hold null")
				}
				total = total.Add(v)
			}
			return total, nil
		},
	})
}

// transposeFunction swaps keys and values of a map of lists of strings.
func transposeFunction() function.Function {
	table := cty.Map(cty.List(cty.String))
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "values", Type: table}},
		Type:   function.StaticReturnType(table),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(table), nil
			}
			out := map[string][]cty.Value{}
			for it := args[0].ElementIterator(); it.Next(); {
				key, list := it.Element()
				if list.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "must not hold null")
				}
				for _, v := range list.AsValueSlice() {
					if v.IsNull() {
						return cty.NilVal, function.NewArgErrorf(0, "must not hold null")
					}
					out[v.AsString()] = append(out[v.AsString()], key)
				}
			}
			if len(out) == 0 {
				return cty.MapValEmpty(table.ElementType()), nil
			}
			result := make(map[string]cty.Value, len(out))
			for name, list := range out {
				result[name] = cty.ListVal(list)
			}
			return cty.MapVal(result), nil
		},
	})
}
