package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// evaluate evaluates the attributes of one instance.
func (in *instance) evaluate(s *Scope) {
	r := in.res
	if r.decl.data {
		in.readData(s)
		return
	}
	in.out.Values = make(map[string]Template, len(r.attrs)+1)
	var diags hcl.Diagnostics
	if in.parent != nil {
		in.setParent(s)
	}
	ctx := in.context(s)
	for i := range r.attrs {
		diags = append(diags, in.evaluateAttribute(s, &r.attrs[i], ctx)...)
	}
	in.derive(s)
	for _, ref := range r.dependsOn {
		diags = append(diags, in.waitFor(s, ref)...)
	}
	diags = append(diags, in.checkAnyOf()...)
	in.keep(diags)
	// What an instance waits for is not what it gets wrong: a muted instance has
	// values, and its attributes say themselves which of them failed.
	s.top().muted = false
}

// keep stores what was found wrong, with the name of the instance where there are
// several.
func (in *instance) keep(diags hcl.Diagnostics) {
	switch {
	case len(diags) == 0:
	case in.res.decl.repeats() != nil:
		in.diags = within(in.String(), diags)
	default:
		in.diags = plain(diags)
	}
}

// context is where the expressions of the block are evaluated for this instance.
func (in *instance) context(s *Scope) *hcl.EvalContext {
	key := in.out.Address.Key
	if key.Kind == NoKey {
		return s.root
	}
	ctx := s.root.NewChild()
	if key.Kind == IntKey {
		ctx.Variables = map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": key.Value()})}
	} else {
		ctx.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key.Value().WithMarks(in.res.expansion.keysFrom), "value": in.each})}
	}
	return ctx
}

// setParent sets the parent attribute of a nested block: the id of the enclosing
// instance.
func (in *instance) setParent(s *Scope) {
	name := in.res.decl.typ.Nest.Parent
	typ := cty.String
	if attr := in.res.decl.typ.Attribute(name); attr != nil {
		typ = attr.Type
	}
	v, _ := s.attribute(in.parent, "id", in.res.decl.rng)
	if v.IsWhollyKnown() {
		if !v.IsNull() {
			in.out.Values[name] = Known(v)
		}
		return
	}
	in.out.Values[name] = s.pendingRef(v, typ)
}

// evaluateAttribute evaluates one attribute into Values. One that is the same for
// all instances is evaluated for the first and shared.
func (in *instance) evaluateAttribute(s *Scope, a *attribute, ctx *hcl.EvalContext) hcl.Diagnostics {
	invariant := a.traits.levels == 0 && !a.traits.outside()
	if invariant && a.done {
		switch {
		case a.once != nil:
			in.out.Values[a.Name] = *a.once
		case !a.null:
			in.failed = append(in.failed, a.Name)
		}
		return nil
	}
	t, diags := in.settle(s, a, ctx)
	if t != nil {
		in.out.Values[a.Name] = *t
	}
	if !invariant {
		return diags
	}
	a.done, a.once, a.null = true, t, t == nil && !slices.Contains(in.failed, a.Name)
	// It is about the block, and not about this one instance of it.
	in.res.expansion.diags = append(in.res.expansion.diags, plain(diags)...)
	return nil
}

// settle evaluates an attribute and checks the value; nil stands for null, or
// for a failure that is in failed.
func (in *instance) settle(s *Scope, a *attribute, ctx *hcl.EvalContext) (*Template, hcl.Diagnostics) {
	f := s.top()
	f.muted = false
	v, diags := a.expr.Value(ctx)
	fail := func(more ...*hcl.Diagnostic) (*Template, hcl.Diagnostics) {
		in.failed = append(in.failed, a.Name)
		return nil, append(diags, more...)
	}
	if diags.HasErrors() {
		return fail()
	}
	v, d := in.admit(a, v)
	switch {
	case d != nil:
		return fail(d)
	case f.muted && !v.IsWhollyKnown():
		return fail()
	case v.IsNull() && a.Required:
		return fail(problem(a.rng, "Missing attribute "+quoted(a.Name), "%q must not be null. Give it a value for every instance. %s", a.Name, a.Doc))
	case v.IsNull():
		return nil, diags
	}
	converted, d := convertAttribute(v, a.Attribute, toLeaveAlone, a.rng)
	if d != nil {
		return fail(d)
	}
	if converted.IsNull() {
		return nil, diags
	}
	if d := s.checkUpload(in.res.decl.typ, a, converted); d != nil {
		return fail(d)
	}
	if converted.IsWhollyKnown() {
		return &Template{Value: converted}, diags
	}
	t, d := s.pendingTemplate(a.expr, v, ctx, a.Type)
	if d != nil {
		return fail(d)
	}
	return &t, diags
}

// waitFor makes the instance depend on what an element of depends_on names.
func (in *instance) waitFor(s *Scope, ref *refNode) hcl.Diagnostics {
	target := ref.target
	if ref.key == nil && target.decl.repeats() != nil {
		if d := s.force(&target.expansion.vertex, ref.Range()); d != nil {
			return hcl.Diagnostics{d}
		}
		target.allInstances(s)
		return nil
	}
	other, _, _, diags := ref.instance(s.root)
	if other != nil {
		s.depend(&other.vertex)
	}
	return diags
}

// allInstances makes the present frame depend on the resource as a whole,
// without evaluating it.
func (r *resource) allInstances(s *Scope) {
	if len(r.deps) == 0 && r.state == fresh {
		r.deps = make([]*vertex, len(r.expansion.instances))
		for i, in := range r.expansion.instances {
			r.deps[i] = &in.vertex
		}
	}
	s.depend(&r.vertex)
}

// checkAnyOf checks, for each set of alternatives of the type, that the instance
// has one of them. That the block names one was checked before.
func (in *instance) checkAnyOf() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, group := range in.res.decl.typ.AnyOf {
		written, has := false, false
		for _, name := range group {
			_, set := in.out.Values[name]
			has = has || set || slices.Contains(in.failed, name)
			written = written || in.res.configured[name]
		}
		if written && !has {
			diags = append(diags, problem(in.res.decl.rng, "Missing attribute",
				"%s must have at least one of the attributes %s, and all of them are null.", in, either(group)))
		}
	}
	return diags
}
