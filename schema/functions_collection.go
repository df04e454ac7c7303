package schema

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// collectionFunctions are those where Terraform's meaning is not that of the
// standard library, or that it does not have.
func collectionFunctions() map[string]function.Function {
	return map[string]function.Function{
		"alltrue":   truths(true),
		"anytrue":   truths(false),
		"coalesce":  coalesceFunction(),
		"contains":  plainArguments(stdlib.ContainsFunc, []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType, AllowUnknown: true}, {Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowNull: true}}),
		"index":     indexFunction(),
		"length":    lengthFunction(),
		"lookup":    lookupFunction(),
		"matchkeys": matchKeysFunction(),
		"one":       oneFunction(),
		"sum":       sumFunction(),
		"transpose": transposeFunction(),
	}
}

// plainArguments makes a function that compares or inspects its arguments, so that
// the references in unknown values must not take part.
func plainArguments(f function.Function, params []function.Parameter) function.Function {
	without := func(args []cty.Value) []cty.Value {
		out := make([]cty.Value, len(args))
		for i, v := range args {
			out[i] = untag(v)
		}
		return out
	}
	return function.New(&function.Spec{
		Params: params,
		Type:   func(args []cty.Value) (cty.Type, error) { return f.ReturnTypeForValues(without(args)) },
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(without(args)) },
	})
}

// coalesceFunction returns the first argument that is neither null nor "".
func coalesceFunction() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "vals", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			types := make([]cty.Type, len(args))
			for i, v := range args {
				types[i] = v.Type()
			}
			t, _ := convert.UnifyUnsafe(types)
			if t == cty.NilType {
				return t, fmt.Errorf("all arguments must have the same type")
			}
			return t, nil
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			for _, arg := range args {
				v, err := convert.Convert(arg, t)
				if err != nil {
					return cty.NilVal, err
				}
				switch {
				case v.IsKnown() && (v.IsNull() || IsEmpty(v)):
				case !v.IsKnown() && !isTagged(v):
					return cty.UnknownVal(t), nil
				default:
					return v, nil
				}
			}
			return cty.NilVal, fmt.Errorf("no argument has a value: all are null or empty texts")
		},
	})
}

func indexFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
				return cty.NilVal, function.NewArgErrorf(0, "must be a list")
			}
			value := untag(args[1])
			for it := args[0].ElementIterator(); it.Next(); {
				i, v := it.Element()
				equal := untag(v).Equals(value)
				if !equal.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				if equal.True() {
					return i, nil
				}
			}
			return cty.NilVal, function.NewArgErrorf(1, "the list does not hold this value")
		},
	})
}

// lengthFunction counts elements, attributes, or the characters of a string.
func lengthFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t == cty.String || t == cty.DynamicPseudoType || t.IsTupleType() || t.IsObjectType() || t.IsCollectionType() {
				return cty.Number, nil
			}
			return cty.NilType, function.NewArgErrorf(0, "must be a string, a list, a set, a map or an object")
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, t := args[0], args[0].Type()
			switch {
			case t == cty.DynamicPseudoType:
				return cty.UnknownVal(cty.Number), nil
			case t == cty.String:
				return stdlib.Strlen(untag(v))
			case t.IsTupleType():
				return cty.NumberIntVal(int64(len(t.TupleElementTypes()))), nil
			case t.IsObjectType():
				return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
			case !v.IsKnown():
				return cty.UnknownVal(cty.Number), nil
			}
			return v.Length(), nil
		},
	})
}

// lookupFunction is lookup(map, key) and lookup(map, key, default).
func lookupFunction() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "map", Type: cty.DynamicPseudoType}, {Name: "key", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			switch {
			case len(args) > 3:
				return cty.NilType, function.NewArgErrorf(3, "lookup takes a map, a key and a default, and nothing more")
			case t.IsMapType():
				return t.ElementType(), nil
			case t.IsObjectType():
				return cty.DynamicPseudoType, nil
			}
			return cty.NilType, function.NewArgErrorf(0, "lookup needs a map or an object")
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if v, ok := lookUp(args[0], args[1].AsString()); ok {
				return v, nil
			}
			if len(args) == 3 {
				v, err := convert.Convert(args[2], t)
				if err != nil {
					return cty.NilVal, function.NewArgErrorf(2, "the default must have the type of the map's elements: %s", err)
				}
				return v, nil
			}
			return cty.NilVal, function.NewArgErrorf(1, "the map has no key %q; give a default as the third argument if it may be missing", args[1].AsString())
		},
	})
}

// lookUp returns the element of a known map or object.
func lookUp(m cty.Value, key string) (cty.Value, bool) {
	if m.Type().IsObjectType() {
		if !m.Type().HasAttribute(key) {
			return cty.NilVal, false
		}
		return m.GetAttr(key), true
	}
	k := cty.StringVal(key)
	if has := m.HasIndex(k); !has.IsKnown() || has.False() {
		return cty.NilVal, false
	}
	return m.Index(k), true
}
