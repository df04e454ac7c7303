package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// reference writes a reference to an instance; to a data source it is a value.
func (p *printer) reference(e *refNode) {
	if e.target.decl.data {
		p.data(e)
		return
	}
	if e.key != nil && !p.loose(e.key) || e.target.decl.repeats() == nil {
		if in, _, _, diags := e.instance(p.ctx); in != nil && !diags.HasErrors() {
			p.b.WriteString(in.out.Address.String())
			p.steps(e.rest)
			p.uses = append(p.uses, in.out.Address)
			return
		}
	}
	p.wide = true
	p.b.WriteString(e.target.decl.String())
	if e.key != nil {
		p.wrap("[", "]", e.key)
	}
	p.steps(e.rest)
}

// ref writes an attribute of an instance.
func (p *printer) ref(ref Ref) {
	p.b.WriteString(ref.Address.String() + "." + ref.Attr)
	p.uses = append(p.uses, ref.Address)
}

// data keeps the value of a data source under its name, and writes the name.
func (p *printer) data(e *refNode) {
	p.b.WriteString(e.target.decl.String())
	if e.key != nil {
		p.wrap("[", "]", e.key)
	}
	p.steps(e.rest)
	v, _ := p.scope.whole(e.target, e.Range())
	path := []string{"data", e.target.decl.addr.Type, e.target.decl.addr.Name}
	if e.key != nil {
		p.vars.set(path, v)
		return
	}
	p.keep(path, v, e.rest)
}

// local writes a local value: its name if it is known, else what it is made of.
func (p *printer) local(e *localNode) {
	path := []string{"local", e.local.decl.name}
	if _, used := reduce(path, e.local.value, e.rest); used.IsWhollyKnown() {
		p.named(path, e.rest)
		return
	}
	inner := &printer{scope: p.scope, ctx: p.scope.root}
	inner.expr(e.local.expr)
	p.uses, p.wide, p.opaque = append(p.uses, inner.uses...), p.wide || inner.wide, p.opaque || inner.opaque
	p.b.WriteString("(" + inner.b.String() + ")")
	p.vars.join(inner.vars)
	p.steps(e.rest)
}

// traversal writes each, count, or a variable of a for expression.
func (p *printer) traversal(e *scopeNode) {
	root := e.traversal.RootName()
	for _, name := range p.names {
		if name == root {
			p.b.WriteString(root)
			p.steps(e.traversal[1:])
			return
		}
	}
	p.named([]string{root}, e.traversal[1:])
}

// named writes a known value under its name and keeps as much of it as is used:
// the attribute that is read, up to the first index.
func (p *printer) named(path []string, rest hcl.Traversal) {
	v, ok := p.root(path)
	if !ok {
		p.opaque = true
		return
	}
	if used, diags := rest.TraverseRel(v); !diags.HasErrors() && !used.IsWhollyKnown() {
		p.value(used)
		return
	}
	p.b.WriteString(strings.Join(path, "."))
	p.steps(rest)
	p.keep(path, v, rest)
}

// keep keeps as much of a value as the steps after it read.
func (p *printer) keep(path []string, v cty.Value, rest hcl.Traversal) {
	p.vars.set(reduce(path, v, rest))
}

// reduce follows the attributes that the steps read, up to the first index.
func reduce(path []string, v cty.Value, rest hcl.Traversal) ([]string, cty.Value) {
	for i := range rest {
		name, isAttr := stepName(rest, i)
		if !isAttr || v.IsMarked() || v.IsNull() || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
			break
		}
		path, v = append(path[:len(path):len(path)], name), v.GetAttr(name)
	}
	return path, v
}

// value writes a value that is not wholly known and has come by way of each: its
// known parts as literals, its references by their addresses.
func (p *printer) value(v cty.Value) {
	if v, _, _ = outside(v); v.IsMarked() {
		p.opaque = true
		return
	}
	if ref := p.scope.referenceOf(v); ref != nil {
		p.ref(ref.Ref)
		return
	}
	t := v.Type()
	switch {
	case v.IsKnown() && (v.IsNull() || t.IsPrimitiveType()):
		p.expr(&hclsyntax.LiteralValueExpr{Val: v})
	case v.IsKnown() && (t.IsTupleType() || t.IsListType() || t.IsSetType()):
		p.b.WriteByte('[')
		for it := v.ElementIterator(); it.Next(); {
			_, part := it.Element()
			p.value(part)
			p.b.WriteString(", ")
		}
		p.b.WriteByte(']')
	case v.IsKnown() && (t.IsObjectType() || t.IsMapType()):
		p.b.WriteByte('{')
		for it := v.ElementIterator(); it.Next(); {
			key, part := it.Element()
			p.b.WriteString(Quote(key.AsString()) + " = ")
			p.value(part)
			p.b.WriteString(", ")
		}
		p.b.WriteByte('}')
	default:
		p.opaque = true
	}
}

// root returns the value of a root variable: var.name, local.name, each, count.
func (p *printer) root(path []string) (cty.Value, bool) {
	switch path[0] {
	case "var":
		v, ok := p.scope.variables[path[1]]
		return v, ok
	case "local":
		return p.scope.locals[path[1]].value, true
	}
	for ctx := p.ctx; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[path[0]]; ok {
			return v, true
		}
	}
	return cty.NilVal, false
}

// varTree collects values under dotted names. A value hides what is below it.
type varTree struct {
	value    cty.Value
	whole    bool
	branches map[string]*varTree
}

func (t *varTree) set(path []string, v cty.Value) {
	if t.whole {
		return
	}
	if len(path) == 0 {
		t.value, t.whole, t.branches = withoutOrigin(v), true, nil
		return
	}
	if t.branches == nil {
		t.branches = map[string]*varTree{}
	}
	if t.branches[path[0]] == nil {
		t.branches[path[0]] = &varTree{}
	}
	t.branches[path[0]].set(path[1:], v)
}

// join takes over what another tree holds.
func (t *varTree) join(other varTree) {
	if other.whole {
		t.set(nil, other.value)
		return
	}
	for name, branch := range other.branches {
		if t.whole {
			return
		}
		if t.branches == nil {
			t.branches = map[string]*varTree{}
		}
		if t.branches[name] == nil {
			t.branches[name] = &varTree{}
		}
		t.branches[name].join(*branch)
	}
}

// values returns the roots.
func (t *varTree) values() map[string]cty.Value {
	if len(t.branches) == 0 {
		return nil
	}
	out := make(map[string]cty.Value, len(t.branches))
	for name, branch := range t.branches {
		out[name] = branch.object()
	}
	return out
}

func (t *varTree) object() cty.Value {
	if t.whole {
		return t.value
	}
	return cty.ObjectVal(t.values())
}
