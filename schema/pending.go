package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// pendingRef makes a template of a value that is nothing but a reference, or
// unknown altogether if it is none.
func (s *Scope) pendingRef(v cty.Value, typ cty.Type) Template {
	ref := s.referenceOf(v)
	if ref == nil {
		return Template{Pending: &Pending{Type: typ}}
	}
	if !typ.Equals(cty.String) {
		return Template{Pending: &Pending{Type: typ, Ref: &ref.Ref}}
	}
	if ref.pending == nil {
		// Many instances wait for the id of one: they share the template.
		own := ref.Ref
		ref.pending = &Pending{Type: cty.String, Ref: &own}
	}
	return Template{Pending: ref.pending}
}

// pendingTemplate makes a template of an expression whose value v is not wholly
// known. Its parts are told by the value where it says so itself, and otherwise
// by the expression.
func (s *Scope) pendingTemplate(e hclsyntax.Expression, v cty.Value, ctx *hcl.EvalContext, typ cty.Type) (Template, *hcl.Diagnostic) {
	bare, marks := v.UnmarkDeep()
	t, ok, d := s.byValue(bare, typ)
	if d == nil && !ok {
		t, ok, d = s.byExpression(e, ctx, typ)
	}
	if d == nil && !ok {
		t, d = s.byComputation(e, ctx, typ)
	}
	if d != nil {
		d.Subject = e.Range().Ptr()
		return t, d
	}
	if _, secret := marks[Sensitive]; secret {
		if t.Pending != nil && !t.Pending.Sensitive {
			p := *t.Pending
			p.Sensitive = true
			t.Pending = &p
		} else if t.Pending == nil {
			t.Value = t.Value.Mark(Sensitive)
		}
	}
	return t, nil
}

// byValue reads a template off a value: a reference, or a collection of known
// values and references.
func (s *Scope) byValue(v cty.Value, typ cty.Type) (Template, bool, *hcl.Diagnostic) {
	if v.IsWhollyKnown() {
		converted, err := convert.Convert(v, typ)
		if err != nil {
			return Template{}, false, problem(hcl.Range{}, "Wrong type", "This must be %s, and it is %s: %s.", typeName(typ), shown(v), conversionError(err))
		}
		return Known(converted), true, nil
	}
	if s.referenceOf(v) != nil {
		return s.pendingRef(v, typ), true, nil
	}
	t := v.Type()
	if !v.IsKnown() || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return Template{}, false, nil
	}
	element := elementType(typ)
	list := make([]Template, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, part := it.Element()
		one, ok, d := s.byValue(part, element)
		if d != nil || !ok {
			return Template{}, false, d
		}
		list = append(list, one)
	}
	return Template{Pending: &Pending{Type: typ, List: list}}, true, nil
}

// elementType is the type of the elements of a collection that is wanted.
func elementType(typ cty.Type) cty.Type {
	if typ.IsCollectionType() && !typ.IsMapType() {
		return typ.ElementType()
	}
	return cty.DynamicPseudoType
}

// byExpression reads a template off the parts of an expression that only puts
// parts together.
func (s *Scope) byExpression(e hclsyntax.Expression, ctx *hcl.EvalContext, typ cty.Type) (Template, bool, *hcl.Diagnostic) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.byExpression(e.Expression, ctx, typ)
	case *hclsyntax.TemplateWrapExpr:
		return s.byExpression(e.Wrapped, ctx, typ)
	case *hoisted:
		return s.byExpression(e.Expression, s.root, typ)
	case *localNode:
		if len(e.rest) == 0 && e.local.state == finished {
			return s.byExpression(e.local.expr, s.root, typ)
		}
	case *lazyConditional:
		if branch, _, _ := e.choose(ctx); branch != nil {
			return s.byExpression(branch, ctx, typ)
		}
	case *refNode:
		return s.byReference(e, ctx, typ)
	case *hclsyntax.TemplateExpr:
		return s.byParts(e.Parts, ctx, typ, cty.String, func(list []Template) *Pending { return &Pending{Type: typ, Text: list} })
	case *hclsyntax.TupleConsExpr:
		return s.byParts(e.Exprs, ctx, typ, elementType(typ), func(list []Template) *Pending { return &Pending{Type: typ, List: list} })
	case *hclsyntax.FunctionCallExpr:
		return s.bySet(e, ctx, typ)
	}
	return Template{}, false, nil
}

// byReference is an attribute of an instance that is no text: its unknown value
// does not say itself what it is.
func (s *Scope) byReference(e *refNode, ctx *hcl.EvalContext, typ cty.Type) (Template, bool, *hcl.Diagnostic) {
	if len(e.rest) != 1 || e.target.decl.data {
		return Template{}, false, nil
	}
	in, _, _, diags := e.instance(ctx)
	if in == nil || diags.HasErrors() {
		return Template{}, false, nil
	}
	attr, _ := stepName(e.rest, 0)
	return Template{Pending: &Pending{Type: typ, Ref: &Ref{Address: in.out.Address, Attr: attr}}}, true, nil
}

// byParts makes templates of several expressions and puts them together.
func (s *Scope) byParts(parts []hclsyntax.Expression, ctx *hcl.EvalContext, typ, element cty.Type, join func([]Template) *Pending) (Template, bool, *hcl.Diagnostic) {
	list := make([]Template, 0, len(parts))
	for _, part := range parts {
		v, diags := part.Value(ctx)
		if diags.HasErrors() {
			return Template{}, false, nil
		}
		t, d := s.pendingTemplate(part, v, ctx, element)
		if d != nil {
			return Template{}, false, d
		}
		list = append(list, t)
	}
	return Template{Pending: join(list)}, true, nil
}

// bySet is a call that makes no difference to a set: the elements of its
// arguments, without order and repetition.
func (s *Scope) bySet(e *hclsyntax.FunctionCallExpr, ctx *hcl.EvalContext, typ cty.Type) (Template, bool, *hcl.Diagnostic) {
	if !typ.IsSetType() || e.ExpandFinal {
		return Template{}, false, nil
	}
	switch e.Name {
	case "toset", "tolist", "distinct", "concat", "setunion":
	default:
		return Template{}, false, nil
	}
	var all []Template
	for _, arg := range e.Args {
		v, diags := arg.Value(ctx)
		if diags.HasErrors() {
			return Template{}, false, nil
		}
		t, d := s.pendingTemplate(arg, v, ctx, typ)
		switch {
		case d != nil:
			return Template{}, false, d
		case t.IsKnown() && !t.Value.IsMarked() && !t.Value.IsNull():
			for it := t.Value.ElementIterator(); it.Next(); {
				_, v := it.Element()
				all = append(all, Known(v))
			}
		case !t.IsKnown() && t.Pending.List != nil && !t.Pending.Sensitive:
			all = append(all, t.Pending.List...)
		default:
			return Template{}, false, nil
		}
	}
	return Template{Pending: &Pending{Type: typ, List: all}}, true, nil
}

// byComputation keeps an expression as source text with the values it uses.
func (s *Scope) byComputation(e hclsyntax.Expression, ctx *hcl.EvalContext, typ cty.Type) (Template, *hcl.Diagnostic) {
	f := s.collect(func() { e.Value(ctx) })
	for _, r := range f.maybe {
		// It cannot be said which instance is meant, so it is all of them.
		if d := s.force(&r.expansion.vertex, e.Range()); d == nil {
			s.collectInto(f, func() { r.allInstances(s) })
		}
	}
	s.adopt(f.deps, f.muted)
	p := &printer{scope: s, ctx: ctx}
	p.expr(e)
	if p.opaque {
		return Template{}, problem(e.Range(), "Value known only after an apply",
			"This computes with something that is known only after an apply and that was itself computed, in a for_each. Compute it in this attribute instead, from the attribute of the resource.")
	}
	uses := sortAddresses(p.uses)
	if p.wide {
		if all := s.addresses(f.deps); len(uses) == 0 {
			uses = all
		} else {
			uses = sortAddresses(append(uses, all...))
		}
	}
	source, vars := p.result()
	pending := &Pending{Type: typ, Expr: &Expr{Source: source, Range: e.Range(), Vars: vars, Uses: uses}}
	for _, v := range vars {
		// The mark of a part is lost where a whole is not known.
		pending.Sensitive = pending.Sensitive || IsSensitive(v)
	}
	return Template{Pending: pending}, nil
}

// collectInto runs an evaluation that adds to an earlier frame.
func (s *Scope) collectInto(f *frame, run func()) {
	s.stack = append(s.stack, f)
	run()
	s.pop()
}

// maybe notes that a resource was indexed by a key that is not known.
func (s *Scope) maybe(r *resource) {
	if f := s.top(); f != nil {
		f.maybe = append(f.maybe, r)
	}
}
