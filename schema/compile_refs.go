package schema

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// traversal compiles a reference by its first name.
func (c *compiler) traversal(e hclsyntax.Expression, t hcl.Traversal) (hclsyntax.Expression, traits) {
	root := t.RootName()
	for _, n := range slices.Backward(c.names) {
		if n.name == root {
			return &scopeNode{Expression: e, traversal: t, from: n.from}, traits{levels: 1 << n.level}
		}
	}
	switch root {
	case "each", "count":
		return c.repetition(e, t)
	case "var":
		return c.variable(e, t)
	case "local":
		return c.local(e, t)
	}
	if c.only != "" {
		return c.reject(e, problem(e.Range(), "Only variables here", "%s can only use variables (var.name).", c.only)), traits{}
	}
	if root == "data" {
		return c.resource(e, t, 1, c.scope.data, c.scope.config.lib.Data)
	}
	if c.scope.config.lib.Resources[root] != nil || len(t) >= 2 && !reserved(root) {
		return c.resource(e, t, 0, c.scope.resources, c.scope.config.lib.Resources)
	}
	return c.reject(e, c.unknownName(e, root)), traits{}
}

func (c *compiler) unknownName(e hclsyntax.Expression, root string) *hcl.Diagnostic {
	candidates := map[string]bool{"var": true, "local": true, "data": true}
	for _, n := range c.names {
		candidates[n.name] = true
	}
	for name := range c.scope.config.lib.Resources {
		candidates[name] = true
	}
	switch hint := didYouMean(root, maps.Keys(candidates)); {
	case root == "path":
		return problem(e.Range(), "Unknown name "+quoted(root), "There is no path here: the paths of file and its relatives are relative to the configuration folder already.")
	case hint != "":
		return problem(e.Range(), "Unknown name "+quoted(root), "There is nothing called %q.%s", root, hint)
	}
	return problem(e.Range(), "Unknown name "+quoted(root),
		"There is nothing called %q. If it is meant as text, put it in quotes; values are called var.name, local.name, type.name.attribute or data.type.name.attribute.", root)
}

func (c *compiler) repetition(e hclsyntax.Expression, t hcl.Traversal) (hclsyntax.Expression, traits) {
	root := t.RootName()
	here, maker, parts := c.each, "for_each", []string{"key", "value"}
	usage := "each.key or each.value"
	if root == "count" {
		here, maker, parts = c.count, "count", []string{"index"}
		usage = "count.index"
	}
	if !here {
		return c.reject(e, problem(e.Range(), quoted(root)+" is not there",
			"%s is only there in the attributes of a block with %s.", root, maker)), traits{}
	}
	if step, ok := stepName(t, 1); !ok || !slices.Contains(parts, step) {
		return c.reject(e, problem(e.Range(), "Incomplete reference", "Write %s.", usage)), traits{}
	}
	return &scopeNode{Expression: e, traversal: t}, traits{levels: levelEach}
}

// stepName returns the name of an attribute step.
func stepName(t hcl.Traversal, i int) (string, bool) {
	if i >= len(t) {
		return "", false
	}
	step, ok := t[i].(hcl.TraverseAttr)
	return step.Name, ok
}

func (c *compiler) variable(e hclsyntax.Expression, t hcl.Traversal) (hclsyntax.Expression, traits) {
	name, ok := stepName(t, 1)
	if !ok {
		return c.reject(e, problem(e.Range(), "Incomplete reference", "A variable is written as var.name.")), traits{}
	}
	if c.scope.config.variables[name] == nil {
		return c.reject(e, problem(e.Range(), "Unknown variable "+quoted(name), "There is no variable %q.%s Declare it with variable %q { }.",
			name, didYouMean(name, maps.Keys(c.scope.config.variables)), name)), traits{}
	}
	return &variableNode{Expression: e, scope: c.scope, name: name, rest: t[2:]}, traits{}
}

func (c *compiler) local(e hclsyntax.Expression, t hcl.Traversal) (hclsyntax.Expression, traits) {
	if c.only != "" {
		return c.reject(e, problem(e.Range(), "Only variables here", "%s can only use variables (var.name).", c.only)), traits{}
	}
	name, ok := stepName(t, 1)
	if !ok {
		return c.reject(e, problem(e.Range(), "Incomplete reference", "A local value is written as local.name.")), traits{}
	}
	local := c.scope.locals[name]
	if local == nil {
		return c.reject(e, problem(e.Range(), "Unknown local value "+quoted(name), "There is no local value %q.%s Define it in a locals block.",
			name, didYouMean(name, maps.Keys(c.scope.locals)))), traits{}
	}
	return &localNode{Expression: e, local: local, rest: t[2:]}, traits{locals: true}
}

// resource compiles type.name with what follows; the type is at position root of
// the traversal.
func (c *compiler) resource(e hclsyntax.Expression, t hcl.Traversal, root int, table map[Address]*resource, types map[string]*Type) (hclsyntax.Expression, traits) {
	kind, prefix := "resource", ""
	if root > 0 {
		kind, prefix = "data source", "data."
	}
	typ, ok := stepName(t, root)
	if root == 0 {
		typ, ok = t.RootName(), true
	}
	name, hasName := stepName(t, root+1)
	if !ok || !hasName {
		return c.reject(e, problem(e.Range(), "Incomplete reference", "A %s is referred to as %stype.name.attribute.", kind, prefix)), traits{}
	}
	target := table[Address{Type: typ, Name: name}]
	if target == nil {
		return c.reject(e, c.unknownResource(e.Range(), kind, typ, name, table, types)), traits{}
	}
	node := &refNode{Expression: e, scope: c.scope, target: target}
	rest := t[root+2:]
	if len(rest) > 0 {
		if index, isIndex := rest[0].(hcl.TraverseIndex); isIndex && target.decl.repeats() != nil {
			node.key = &hclsyntax.LiteralValueExpr{Val: index.Key, SrcRange: index.SrcRange}
			rest = rest[1:]
		}
	}
	return c.checked(node, rest)
}

// checked completes a reference with the steps after the instance, which must
// begin with an attribute that the type has.
func (c *compiler) checked(node *refNode, rest hcl.Traversal) (hclsyntax.Expression, traits) {
	d := node.target.decl
	if len(rest) > 0 {
		attr, isAttr := rest[0].(hcl.TraverseAttr)
		switch {
		case node.key == nil && d.repeats() != nil:
			return c.reject(node, problem(node.Range(), "Instance missing in reference",
				"%s has several instances, so say which: %s[%s], or for all of them [for x in %s : x.id].", d, d, exampleKey(d), d)), traits{}
		case !isAttr:
			return c.reject(node, problem(node.Range(), "No such instance",
				"%s is a single object: its block has neither for_each nor count. Take the brackets out.", d)), traits{}
		case attr.Name != "id" && d.typ.Attribute(attr.Name) == nil:
			names := map[string]bool{"id": true}
			for i := range d.typ.Attributes {
				names[d.typ.Attributes[i].Name] = true
			}
			return c.reject(node, problem(attr.SrcRange, "Unknown attribute "+quoted(attr.Name),
				"%s has no attribute %q.%s", d.typ.Name, attr.Name, didYouMean(attr.Name, maps.Keys(names)))), traits{}
		}
	}
	node.rest = rest
	return node, traits{refs: true}
}

func exampleKey(d *resourceDecl) string {
	if d.repeats().count != nil {
		return "0"
	}
	return `"key"`
}

func (c *compiler) unknownResource(at hcl.Range, kind, typ, name string, table map[Address]*resource, types map[string]*Type) *hcl.Diagnostic {
	if types[typ] == nil {
		return problem(at, "Unknown "+kind+" "+quoted(typ+"."+name), "There is no %s type %q.%s", kind, typ, didYouMean(typ, maps.Keys(types)))
	}
	all := map[string]bool{}
	for addr := range table {
		if addr.Type == typ {
			all[addr.Name] = true
		}
	}
	hint := didYouMean(name, maps.Keys(all))
	if hint == "" {
		for addr := range table {
			if addr.Name == name {
				hint = " Did you mean " + quoted(addr.String()) + "?"
			}
		}
	}
	word := "resource"
	if kind != "resource" {
		word = "data"
	}
	if hint == "" {
		hint = " Write its block, " + word + ` "` + typ + `" "` + name + `" { }, or refer to another.`
	}
	return problem(at, "Unknown "+kind+" "+quoted(typ+"."+name), "The configuration has no %s %q of type %s.%s", word, name, typ, hint)
}

// index compiles collection[key]; with a resource before the bracket it is a
// reference to one instance.
func (c *compiler) index(e *hclsyntax.IndexExpr) (hclsyntax.Expression, traits) {
	collection, t := c.compile(e.Collection)
	key, keyTraits := c.compile(e.Key)
	if ref, ok := collection.(*refNode); ok && ref.key == nil && len(ref.rest) == 0 && ref.target.decl.repeats() != nil {
		return &refNode{Expression: e, scope: c.scope, target: ref.target, key: key}, t.join(keyTraits)
	}
	copied := *e
	copied.Collection, copied.Key = collection, key
	return &indexNode{IndexExpr: &copied}, t.join(keyTraits)
}

// relative compiles what follows an index: unit[each.key].id.
func (c *compiler) relative(e *hclsyntax.RelativeTraversalExpr) (hclsyntax.Expression, traits) {
	source, t := c.compile(e.Source)
	if ref, ok := source.(*refNode); ok && ref.key != nil && len(ref.rest) == 0 {
		full := &refNode{Expression: e, scope: c.scope, target: ref.target, key: ref.key}
		checked, checkedTraits := c.checked(full, e.Traversal)
		return checked, t.join(checkedTraits)
	}
	copied := *e
	copied.Source = source
	return &relativeNode{&copied}, t
}
