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
		ctx.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key.Value(), "value": in.each})}
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
	switch {
	case diags.HasErrors():
		return fail()
	case f.muted && !v.IsWhollyKnown():
		return fail()
	case v.IsNull() && a.Required:
		return fail(problem(a.rng, "Missing attribute "+quoted(a.Name), "%q must not be null. Give it a value for every instance. %s", a.Name, a.Doc))
	case v.IsNull():
		return nil, diags
	}
	converted, d := convertAttribute(v, a.Attribute, a.rng)
	if d != nil {
		return fail(d)
	}
	if converted.IsNull() {
		return nil, diags
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

// attribute returns an attribute of an instance as expressions see it. The
// diagnostic says that it cannot be had.
func (s *Scope) attribute(in *instance, name string, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	if in.res.decl.data {
		return s.dataAttribute(in, name, at)
	}
	if !in.res.configured[name] {
		s.depend(&in.vertex)
		return s.liveAttribute(in, name), nil
	}
	if d := s.demand(&in.vertex, at); d != nil {
		return cty.DynamicVal, d
	}
	if t, ok := in.out.Values[name]; ok {
		if t.IsKnown() {
			return t.Value, nil
		}
		if t.Pending.Ref != nil && !t.Pending.Sensitive {
			if other := s.instanceAt(t.Pending.Ref.Address); other != nil && t.Pending.Type == cty.String {
				return s.tagged(other, t.Pending.Ref.Attr, cty.String), nil
			}
		}
		v := s.tagged(in, name, t.Pending.Type)
		if t.Pending.Sensitive {
			v = v.Mark(Sensitive)
		}
		return v, nil
	}
	if slices.Contains(in.failed, name) {
		s.mute()
		return cty.DynamicVal, nil
	}
	return s.liveAttribute(in, name), nil
}

// instanceAt returns the instance of an address, or nil.
func (s *Scope) instanceAt(a Address) *instance {
	if r := s.resources[a.Resource()]; r != nil {
		return r.expansion.byKey[a.Key]
	}
	return nil
}

// liveAttribute returns an attribute that the configuration does not set: what
// is known of the live object, or an unknown value that stands for it.
func (s *Scope) liveAttribute(in *instance, name string) cty.Value {
	typ := cty.String
	if attr := in.res.decl.typ.Attribute(name); attr != nil {
		if typ = attr.Type; attr.Purpose == PurposeParent {
			// No parent means a top unit, and is managed.
			return cty.NullVal(typ)
		}
	}
	if !in.asked {
		in.asked = true
		if s.known != nil {
			in.live, in.exists = s.known(in.out.Address)
		}
	}
	if in.exists {
		if name == "id" && in.live.ID != "" {
			return cty.StringVal(in.live.ID)
		}
		if v, ok := in.live.Attrs[name]; ok && v != cty.NilVal {
			return v
		}
	}
	return s.tagged(in, name, typ)
}

// object returns an instance with all its attributes.
func (s *Scope) object(in *instance, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	if d := s.demand(&in.vertex, at); d != nil {
		return cty.DynamicVal, d
	}
	typ := in.res.decl.typ
	attrs := make(map[string]cty.Value, len(typ.Attributes)+1)
	for i := range typ.Attributes {
		name := typ.Attributes[i].Name
		v, d := s.attribute(in, name, at)
		if d != nil {
			return cty.DynamicVal, d
		}
		attrs[name] = v
	}
	if _, ok := attrs["id"]; !ok && !in.res.decl.data {
		attrs["id"] = s.liveAttribute(in, "id")
	}
	return cty.ObjectVal(attrs), nil
}

// whole returns all instances of a resource: an object by key, a tuple, or the
// single one.
func (s *Scope) whole(r *resource, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	if d := s.demand(&r.vertex, at); d != nil {
		return cty.DynamicVal, d
	}
	if r.muted {
		s.mute()
	}
	return r.value, nil
}

// evaluate puts all instances together.
func (r *resource) evaluate(s *Scope) {
	x := &r.expansion
	r.value = cty.DynamicVal
	if d := s.force(&x.vertex, r.decl.rng); d != nil || x.unread {
		r.diags, r.muted = asDiags(d), true
		s.depend(&x.vertex)
		return
	}
	byKey := make(map[string]cty.Value, len(x.instances))
	list := make([]cty.Value, 0, len(x.instances))
	for _, in := range x.instances {
		v, d := s.object(in, s.top().at)
		if d != nil {
			r.diags, r.muted = hcl.Diagnostics{d}, true
			return
		}
		if in.out.Address.Key.Kind == StringKey {
			byKey[in.out.Address.Key.Text] = v
		} else {
			list = append(list, v)
		}
	}
	switch {
	case r.decl.repeats() == nil:
		r.value = list[0]
	case r.decl.forEachAbove():
		r.value = cty.ObjectVal(byKey)
	default:
		r.value = cty.TupleVal(list)
	}
}
