package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// sampleContext is where the attributes of a block are evaluated whose instances
// are not known.
func (s *Scope) sampleContext(above *resourceDecl) *hcl.EvalContext {
	ctx := s.root.NewChild()
	if above.count != nil {
		ctx.Variables = map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": cty.UnknownVal(cty.Number).RefineNotNull()})}
	} else {
		ctx.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{
			"key": cty.UnknownVal(cty.String).RefineNotNull(), "value": cty.DynamicVal,
		})}
	}
	return ctx
}

// dataAttribute returns an attribute of a data source, which is read when the
// first of them is asked for.
func (s *Scope) dataAttribute(in *instance, name string, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	if d := s.demand(&in.vertex, at); d != nil {
		return cty.DynamicVal, d
	}
	if v, ok := in.read[name]; ok {
		return v, nil
	}
	typ := cty.String
	if attr := in.res.decl.typ.Attribute(name); attr != nil {
		typ = attr.Type
	}
	if in.muted {
		s.mute()
		return s.from(in.res, name, cty.UnknownVal(typ)), nil
	}
	return cty.NullVal(typ), nil
}

// readData evaluates the arguments of a data source and reads it. Without a way
// of reading, its attributes stay unknown.
func (in *instance) readData(s *Scope) {
	r := in.res
	ctx := in.context(s)
	args := make(map[string]cty.Value, len(r.decl.typ.Attributes))
	var diags hcl.Diagnostics
	known := true
	for i := range r.attrs {
		v, ok, d := in.argument(s, &r.attrs[i], ctx)
		diags = append(diags, d...)
		known = known && ok
		args[r.attrs[i].Name] = v
	}
	in.keep(diags)
	if !known || s.readData == nil {
		s.top().muted = true
		return
	}
	for i := range r.decl.typ.Attributes {
		a := &r.decl.typ.Attributes[i]
		if _, set := args[a.Name]; !set && !a.Computed {
			args[a.Name] = cty.NullVal(a.Type)
		}
	}
	s.top().muted = false
	result, err := s.readData(in.out.Provider, r.decl.typ, args)
	if err != nil {
		in.keep(append(diags, problem(r.decl.rng, "Data source cannot be read", "Reading %s failed: %s.", in, strings.TrimSuffix(err.Error(), "."))))
		s.top().muted = true
		return
	}
	in.read = make(map[string]cty.Value, len(result)+len(args))
	for name, v := range args {
		in.read[name] = s.from(r, name, v)
	}
	for name, v := range result {
		in.read[name] = s.from(r, name, v)
	}
}

// argument evaluates an argument of a data source, which must be known.
func (in *instance) argument(s *Scope, a *attribute, ctx *hcl.EvalContext) (cty.Value, bool, hcl.Diagnostics) {
	f := s.top()
	f.muted = false
	v, diags := a.expr.Value(ctx)
	if diags.HasErrors() {
		return cty.NullVal(a.Type), false, diags
	}
	v, d := in.admit(a, v)
	if d != nil {
		return cty.NullVal(a.Type), false, append(diags, d)
	}
	if !v.IsWhollyKnown() {
		if f.muted {
			return cty.NullVal(a.Type), false, diags
		}
		return cty.NullVal(a.Type), false, append(diags, problem(a.rng, "Argument not known yet",
			"The arguments of a data source must be known when the plan is made; %q depends on %s, which does not exist yet. Look the object up by something that the configuration knows.", a.Name, s.waitsFor(v, f)))
	}
	converted, d := convertAttribute(v, a.Attribute, toLeaveOut, a.rng)
	if d != nil {
		return cty.NullVal(a.Type), false, append(diags, d)
	}
	return converted, true, diags
}
