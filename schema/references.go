package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// attribute returns an attribute of an instance as expressions see it. The
// diagnostic says that it cannot be had.
func (s *Scope) attribute(in *instance, name string, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	if in.res.decl.data {
		return s.dataAttribute(in, name, at)
	}
	v, d := s.ownAttribute(in, name, at)
	return s.from(in.res, name, v), d
}

// ownAttribute is attribute for a resource, without the marks of where it is from.
func (s *Scope) ownAttribute(in *instance, name string, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	configured := in.res.configured[name]
	if !configured && !in.out.Type.Standing {
		s.depend(&in.vertex)
		return s.liveAttribute(in, name), nil
	}
	if d := s.demand(&in.vertex, at); d != nil {
		return cty.DynamicVal, d
	}
	if !configured { // the object is the one that the instance names
		return s.liveAttribute(in, name), nil
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
		switch {
		case in.out.Type.Standing && s.found != nil:
			s.standing(in)
		case s.known != nil:
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
		if v, ok := s.learnt(in, name); ok {
			return v
		}
		if in.out.Type.Standing && in.learnt { // it is there, and the vendor does not tell
			return cty.NullVal(typ)
		}
	}
	return s.tagged(in, name, typ)
}

// standing looks for the live object of an instance whose type's objects are there
// before anybody describes them. It is the one that is named now, whatever the state
// has.
func (s *Scope) standing(in *instance) {
	t, named := in.out.Values[in.out.Type.Lookup]
	if !named || !t.IsKnown() {
		return
	}
	name, _ := t.Value.Unmark()
	if name.Type() == cty.String && !IsEmpty(name) {
		in.live, in.exists = s.found(&in.out, name.AsString())
	}
}

// learnt is an attribute that was not told with the live object, where more can
// be learnt of it. That is asked once for each object.
func (s *Scope) learnt(in *instance, name string) (cty.Value, bool) {
	if s.more == nil || in.learnt {
		return cty.NilVal, false
	}
	in.learnt = true
	if o, ok := s.more(&in.out, in.live); ok {
		in.live = o
	}
	v, ok := in.live.Attrs[name]
	return v, ok && v != cty.NilVal
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
