package schema

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// An id means something in one tenant alone. Where a configuration has several
// provider configurations, the ids that were read carry a mark that says where they
// come from, and an attribute that holds ids refuses those of another. Names and
// other texts are not marked: they may cross. The mark ends where a value is used
// for something else than itself: as a condition, as a key, in a comparison. With a
// single provider configuration nothing is marked.

// origin is the mark of an id: the block it was read through.
type origin struct {
	res *resource
	// keys says that the mark is about the keys of an object, which can carry none
	// themselves, and not about its elements.
	keys bool
}

// severalProviders reports whether the blocks belong to more than one provider
// configuration.
func (c *Config) severalProviders() bool {
	return slices.ContainsFunc(c.order, func(d *resourceDecl) bool { return d.provider != c.order[0].provider })
}

// from marks the ids in an attribute that was read. The id of a resource needs none:
// the instance that uses it says that it needs the resource.
func (s *Scope) from(r *resource, name string, v cty.Value) cty.Value {
	if !s.several || v.IsNull() {
		return v
	}
	a := r.decl.typ.Attribute(name)
	switch {
	case a != nil && a.Refers != "", name == "id" && r.decl.data:
		if v.IsKnown() && v.Type().IsSetType() && !v.IsMarked() && v.LengthInt() == 0 {
			return v
		}
		return v.Mark(origin{res: r})
	case a != nil && len(a.IDs) > 0 && !v.IsMarked():
		return markElements(v, a.IDs, origin{res: r})
	}
	return v
}

// markElements marks attributes of the objects in a list.
func markElements(list cty.Value, names []string, mark origin) cty.Value {
	if !list.IsKnown() || !list.CanIterateElements() || list.LengthInt() == 0 {
		return list
	}
	elements := list.AsValueSlice()
	for i, element := range elements {
		if element.IsMarked() || !element.IsKnown() || element.IsNull() {
			continue
		}
		attrs := element.AsValueMap()
		for _, name := range names {
			if v, ok := attrs[name]; ok && !v.IsNull() {
				attrs[name] = v.Mark(mark)
			}
		}
		elements[i] = cty.ObjectVal(attrs)
	}
	return cty.ListVal(elements)
}

// origins splits the marks of a value into those that say where it comes from and
// the others.
func origins(marks cty.ValueMarks) (from []origin, others cty.ValueMarks) {
	others = cty.ValueMarks{}
	for mark := range marks {
		if o, ok := mark.(origin); ok {
			from = append(from, o)
		} else {
			others[mark] = struct{}{}
		}
	}
	return from, others
}

// anywhere takes the origins off a value and off all that is in it.
func anywhere(v cty.Value) (cty.Value, []origin) {
	if !Marked(v) {
		return v, nil
	}
	bare, places := v.UnmarkDeepWithPaths()
	var all []origin
	kept := make([]cty.PathValueMarks, 0, len(places))
	for _, place := range places {
		from, others := origins(place.Marks)
		all = append(all, from...)
		if len(others) > 0 {
			kept = append(kept, cty.PathValueMarks{Path: place.Path, Marks: others})
		}
	}
	return bare.MarkWithPaths(kept), all
}

// outside takes the origins off a value itself, and leaves what is in it. It returns
// those that an element of the value has, and those that a key of it has.
func outside(v cty.Value) (bare cty.Value, elements, keys cty.ValueMarks) {
	if !v.IsMarked() {
		return v, nil, nil
	}
	bare, marks := v.Unmark()
	from, others := origins(marks)
	elements, keys = cty.ValueMarks{}, cty.ValueMarks{}
	for _, o := range from {
		if o.keys {
			keys[origin{res: o.res}] = struct{}{}
		} else {
			elements[o] = struct{}{}
		}
	}
	if bare.Type().IsSetType() {
		maps.Copy(keys, elements) // the key of an element of a set is the element
	}
	return bare.WithMarks(others), elements, keys
}

// withoutOrigin is a value that is used for something else than itself.
func withoutOrigin(v cty.Value) cty.Value {
	v, _ = anywhere(v)
	return v
}

// admit takes the origins off the value of an attribute. An attribute that holds ids
// admits none of another provider configuration.
func (in *instance) admit(a *attribute, v cty.Value) (cty.Value, *hcl.Diagnostic) {
	v, from := anywhere(v)
	if a.Refers == "" && (a.Name != "id" || !in.res.decl.data) {
		return v, nil
	}
	var foreign *resource
	for _, o := range from {
		if d := o.res.decl; !o.keys && d.provider != in.res.decl.provider && (foreign == nil || d.String() < foreign.decl.String()) {
			foreign = o.res
		}
	}
	if foreign == nil {
		return v, nil
	}
	d, own := foreign.decl, in.res.decl.provider
	belongs, remedy := "was read through", "Look it up through provider "+quoted(own)+", by its name or another key, and take the id from there."
	if !d.data {
		belongs, remedy = "belongs to", "Refer to what belongs to provider "+quoted(own)+", or look it up there with a data source."
	}
	return v, problem(a.rng, "Id of another tenant",
		"The ids in %q are those of provider %q, and this comes from %s, which %s provider %q: its ids mean something else here. %s",
		a.Name, own, d, belongs, d.provider, remedy)
}
