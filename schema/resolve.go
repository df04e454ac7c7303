package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Refs returns the attributes of other instances that t waits for by name,
// sorted, each once. What a computation reads is not among them; see Uses.
func (t Template) Refs() []Ref {
	seen := map[Ref]bool{}
	t.walk(func(p *Pending) {
		if p.Ref != nil {
			seen[*p.Ref] = true
		}
	})
	return sortedRefs(seen)
}

// Uses returns all instances that t waits for, sorted, each once.
func (t Template) Uses() []Address {
	var list []Address
	t.walk(func(p *Pending) {
		if p.Ref != nil {
			list = append(list, p.Ref.Address)
		}
		if p.Expr != nil {
			list = append(list, p.Expr.Uses...)
		}
	})
	return sortAddresses(list)
}

// walk visits everything pending in t.
func (t Template) walk(visit func(*Pending)) {
	p := t.Pending
	if p == nil {
		return
	}
	visit(p)
	for _, part := range p.List {
		part.walk(visit)
	}
	for _, part := range p.Text {
		part.walk(visit)
	}
}

// Resolve puts in what is known by now. The result is known when everything is,
// and then has the type that was wanted; it waits for the rest otherwise. t is
// not changed.
func (t Template) Resolve(r Resolver) (Template, hcl.Diagnostics) {
	p := t.Pending
	if p == nil {
		return t, nil
	}
	var v cty.Value
	var rest *Pending
	var diags hcl.Diagnostics
	switch {
	case p.Ref != nil:
		v, rest = p.resolveRef(r)
	case p.List != nil:
		v, rest, diags = p.resolveList(r)
	case p.Text != nil:
		v, rest, diags = p.resolveText(r)
	case p.Expr != nil:
		v, rest, diags = p.resolveExpr(r)
	default:
		return t, nil
	}
	if rest != nil || diags.HasErrors() {
		if rest == nil {
			rest = p
		}
		return Template{Pending: rest}, diags
	}
	v, d := p.finish(v)
	if d != nil {
		return t, append(diags, d)
	}
	return Known(v), diags
}

// finish brings the value into the wanted type.
func (p *Pending) finish(v cty.Value) (cty.Value, *hcl.Diagnostic) {
	want := p.Type
	if want == cty.NilType {
		want = cty.DynamicPseudoType
	}
	converted, err := convert.Convert(v, want)
	if err != nil {
		return v, problem(p.place(), "Wrong type", "%s should give %s, and gives %s: %s.", p.describe(), typeName(want), shown(v), conversionError(err))
	}
	if p.Sensitive && !converted.HasMark(Sensitive) {
		converted = converted.Mark(Sensitive)
	}
	return converted, nil
}

// place is where the value is written, as far as it is known.
func (p *Pending) place() hcl.Range {
	if p.Expr != nil {
		return p.Expr.Range
	}
	return hcl.Range{}
}

func (p *Pending) describe() string {
	switch {
	case p.Ref != nil:
		return p.Ref.Address.String() + "." + p.Ref.Attr
	case p.Expr != nil:
		return "The expression " + p.Expr.Source
	}
	return "The value"
}

func (p *Pending) resolveRef(r Resolver) (cty.Value, *Pending) {
	if r.Look == nil {
		return cty.NilVal, p
	}
	v, ok := r.Look(*p.Ref)
	if !ok || v == cty.NilVal || !v.IsWhollyKnown() {
		return cty.NilVal, p
	}
	return v, nil
}

// resolveParts resolves each of several templates, and reports whether all are
// known.
func resolveParts(parts []Template, r Resolver) ([]Template, bool, hcl.Diagnostics) {
	out := make([]Template, len(parts))
	known := true
	var diags hcl.Diagnostics
	for i, part := range parts {
		resolved, partDiags := part.Resolve(r)
		out[i] = resolved
		known = known && resolved.IsKnown()
		diags = append(diags, partDiags...)
	}
	return out, known, diags
}

func (p *Pending) resolveList(r Resolver) (cty.Value, *Pending, hcl.Diagnostics) {
	parts, known, diags := resolveParts(p.List, r)
	if !known {
		return cty.NilVal, &Pending{Type: p.Type, List: parts, Sensitive: p.Sensitive}, diags
	}
	list := make([]cty.Value, len(parts))
	for i, part := range parts {
		list[i] = part.Value
	}
	return cty.TupleVal(list), nil, diags
}

func (p *Pending) resolveText(r Resolver) (cty.Value, *Pending, hcl.Diagnostics) {
	parts, known, diags := resolveParts(p.Text, r)
	if !known {
		return cty.NilVal, &Pending{Type: p.Type, Text: parts, Sensitive: p.Sensitive}, diags
	}
	var b strings.Builder
	marks := cty.ValueMarks{}
	for i, part := range parts {
		v, partMarks := part.Value.Unmark()
		for mark := range partMarks {
			marks[mark] = struct{}{}
		}
		text, err := convert.Convert(v, cty.String)
		if err != nil || text.IsNull() {
			what := p.Text[i]
			name := "A part"
			if what.Pending != nil {
				name = what.Pending.describe()
			}
			return cty.NilVal, nil, append(diags, problem(hcl.Range{}, "No text", "%s is %s, which cannot be part of a text.", name, shown(v)))
		}
		b.WriteString(text.AsString())
	}
	return cty.StringVal(b.String()).WithMarks(marks), nil, diags
}
