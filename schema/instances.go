package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Instances evaluates the whole configuration and returns every resource
// instance, each after all it needs, otherwise in the order of the files and of
// the keys. With errors in the diagnostics the list is what could be evaluated.
func (s *Scope) Instances() ([]*Instance, hcl.Diagnostics) {
	if s.config.broken {
		return nil, nil
	}
	if !s.arranged {
		s.instances, s.diags = s.evaluateAll()
		s.arranged = true
	}
	return slices.Clone(s.instances), slices.Clone(s.diags)
}

// evaluateAll evaluates everything but the outputs.
func (s *Scope) evaluateAll() ([]*Instance, hcl.Diagnostics) {
	var roots []*vertex
	var found []*instance
	for _, r := range s.order {
		at := r.decl.rng
		d := s.force(&r.expansion.vertex, at)
		roots = append(roots, &r.expansion.vertex)
		if d != nil {
			r.expansion.diags = append(r.expansion.diags, d)
			continue
		}
		if r.expansion.unread {
			s.sample(r)
			roots = append(roots, &r.vertex)
			continue
		}
		for _, in := range r.expansion.instances {
			if d := s.force(&in.vertex, at); d != nil {
				in.diags = append(in.diags, d)
			}
			roots = append(roots, &in.vertex)
			if !r.decl.data {
				found = append(found, in)
			}
		}
	}
	for _, name := range named(s.locals) {
		l := s.locals[name]
		if d := s.force(&l.vertex, l.place()); d != nil {
			l.diags = append(l.diags, d)
		}
		roots = append(roots, &l.vertex)
	}
	list, cycles := s.arrange(found)
	return list, s.redact(MergeDiagnostics(fold(gatherDiags(roots)), cycles))
}

// arrange orders the instances and says what each needs.
func (s *Scope) arrange(found []*instance) ([]*Instance, hcl.Diagnostics) {
	order := sorter{out: make([]*instance, 0, len(found))}
	for _, in := range found {
		order.add(&in.vertex)
	}
	list := make([]*Instance, len(order.out))
	for i, in := range order.out {
		in.out.Needs = s.addresses(next(&in.vertex))
		list[i] = &in.out
	}
	return list, order.diags
}

// sample evaluates the attributes of a block whose instances are not known for
// one that might be, so that its mistakes are found all the same.
func (s *Scope) sample(r *resource) {
	if r.state != fresh {
		return
	}
	r.state = finished
	above := r.decl.repeats()
	if above == nil {
		return
	}
	in := &instance{res: r}
	in.owner = in
	in.out = Instance{Address: r.decl.addr, Type: r.decl.typ, Values: map[string]Template{}}
	ctx := s.sampleContext(above)
	null := toLeaveAlone
	if r.decl.data {
		null = toLeaveOut
	}
	for i := range r.attrs {
		a := &r.attrs[i]
		var diags hcl.Diagnostics
		s.collect(func() {
			// Whatever comes of it is unknown, which is no mistake here.
			v, valueDiags := a.expr.Value(ctx)
			diags = valueDiags
			if !diags.HasErrors() && !v.IsNull() {
				converted, d := convertAttribute(v, a.Attribute, null, a.rng)
				if d == nil && converted.IsWhollyKnown() && !converted.IsNull() {
					d = s.checkUpload(r.decl.typ, a, converted)
				}
				diags = append(diags, asDiags(d)...)
			}
		})
		r.diags = append(r.diags, plain(diags)...)
	}
}
