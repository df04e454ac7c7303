package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// resolveExpr computes an expression once every instance that it reads is known.
func (p *Pending) resolveExpr(r Resolver) (cty.Value, *Pending, hcl.Diagnostics) {
	if r.Object == nil {
		return cty.NilVal, p, nil
	}
	objects := make(map[Address]cty.Value, len(p.Expr.Uses))
	for _, a := range p.Expr.Uses {
		attrs, ok := r.Object(a)
		if !ok {
			return cty.NilVal, p, nil
		}
		objects[a] = cty.ObjectVal(attrs)
	}
	e, diags := hclsyntax.ParseExpression([]byte(p.Expr.Source), p.Expr.Range.Filename, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, nil, p.here(diags)
	}
	vars := make(map[string]cty.Value, len(p.Expr.Vars)+1)
	for name, v := range p.Expr.Vars {
		vars[name] = v
	}
	for name, v := range objectVariables(objects) {
		vars[name] = v
	}
	v, diags := e.Value(&hcl.EvalContext{Variables: vars, Functions: r.Functions})
	if diags.HasErrors() {
		return cty.NilVal, nil, p.here(diags)
	}
	if !v.IsWhollyKnown() {
		return cty.NilVal, p, nil
	}
	return v, nil, p.here(diags)
}

// here places the diagnostics of the source text where it stands in the
// configuration.
func (p *Pending) here(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range plain(diags) {
		d.Subject, d.Context = p.Expr.Range.Ptr(), nil
	}
	return diags
}

// objectVariables arranges instances as expressions name them: type.name, with a
// key in brackets where there is one.
func objectVariables(objects map[Address]cty.Value) map[string]cty.Value {
	byName := map[string]map[string]cty.Value{}
	keyed := map[Address]map[string]cty.Value{}
	numbered := map[Address]bool{}
	put := func(a Address, v cty.Value) {
		if byName[a.Type] == nil {
			byName[a.Type] = map[string]cty.Value{}
		}
		byName[a.Type][a.Name] = v
	}
	for a, v := range objects {
		if a.Key.Kind == NoKey {
			put(a, v)
			continue
		}
		all := a.Resource()
		if keyed[all] == nil {
			keyed[all] = map[string]cty.Value{}
		}
		key := a.Key.Text
		if a.Key.Kind == IntKey {
			key = strings.Trim(a.Key.String(), "[]")
			numbered[all] = true
		}
		keyed[all][key] = v
	}
	for a, instances := range keyed {
		put(a, cty.ObjectVal(instances))
		if list := inOrder(a, objects, len(instances)); numbered[a] && list != nil {
			put(a, cty.TupleVal(list))
		}
	}
	out := make(map[string]cty.Value, len(byName))
	for typ, names := range byName {
		out[typ] = cty.ObjectVal(names)
	}
	return out
}

// inOrder returns the instances of a count if all of the first n are there.
func inOrder(a Address, objects map[Address]cty.Value, n int) []cty.Value {
	list := make([]cty.Value, n)
	for i := range n {
		v, ok := objects[a.WithKey(InstanceKey{Kind: IntKey, Num: i})]
		if !ok {
			return nil
		}
		list[i] = v
	}
	return list
}
