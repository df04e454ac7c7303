package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// The declarations below are blocks as they are written: nothing in them is
// evaluated, and they do not change after Load.

type variableDecl struct {
	name        string
	rng         hcl.Range
	typ         cty.Type
	defaults    *typeexpr.Defaults // of optional() object attributes
	fallback    *setting           // default
	description string
	sensitive   bool
	nullable    bool
	validations []validation
}

type validation struct {
	condition, message setting
}

type localDecl struct {
	name string
	expr setting
}

type outputDecl struct {
	name        string
	rng         hcl.Range
	value       *setting
	description string
	sensitive   bool
	dependsOn   []hcl.Traversal
}

type providerDecl struct {
	name, alias string
	rng         hcl.Range
	settings    []setting
}

func (p *providerDecl) key() string { return providerKey(p.name, p.alias) }

func providerKey(name, alias string) string {
	if alias == "" {
		return name
	}
	return name + "." + alias
}

// resourceDecl is a resource block, a block nested in one, or a data block.
type resourceDecl struct {
	addr Address
	typ  *Type
	// data says that it is a data source.
	data  bool
	block *Block
	rng   hcl.Range
	// settings are the attributes of the type, in the order written.
	settings       []setting
	forEach, count *setting
	dependsOn      []hcl.Traversal
	provider       string    // key of the provider configuration
	providerRange  hcl.Range // of the provider argument, or the header
	// parent is the enclosing block of a nested one, else nil.
	parent *resourceDecl
}

// repeats returns the block whose for_each or count makes the instances: the
// block itself, or an enclosing one; nil for a single instance.
func (r *resourceDecl) repeats() *resourceDecl {
	for d := r; d != nil; d = d.parent {
		if d.forEach != nil || d.count != nil {
			return d
		}
	}
	return nil
}

// forEachAbove reports whether the instances have text keys.
func (r *resourceDecl) forEachAbove() bool {
	d := r.repeats()
	return d != nil && d.forEach != nil
}

// String is the address as it is written in an expression.
func (r *resourceDecl) String() string {
	if r.data {
		return "data." + r.addr.String()
	}
	return r.addr.String()
}

// reserved reports whether the name is a word of the language itself, which no
// provider and no type can have.
func reserved(name string) bool {
	switch name {
	case "var", "local", "data", "each", "count", "path", "self", "module", "terraform":
		return true
	}
	return false
}

// readLocals takes in the names of a locals block.
func (c *Config) readLocals(block *hclsyntax.Block) hcl.Diagnostics {
	diags := noBlocks(block, "locals")
	for _, s := range settingsOf(block.Body) {
		if earlier, ok := c.locals[s.name]; ok {
			diags = append(diags, problem(s.nameRange, "Duplicate local value",
				"local.%s is defined already at %s. A local value has one definition in the folder; rename one of the two.", s.name, place(earlier.expr.nameRange)))
			continue
		}
		c.locals[s.name] = &localDecl{name: s.name, expr: s}
	}
	return diags
}

// noBlocks reports the blocks in a body that takes arguments only.
func noBlocks(block *hclsyntax.Block, what string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, inner := range block.Body.Blocks {
		diags = append(diags, problem(inner.TypeRange, "Unexpected block "+quoted(inner.Type),
			"%s block holds arguments and no blocks. Write %s = ... if a value is meant.", "A"+withArticle(what)[1:], inner.Type))
	}
	return diags
}

// take splits the arguments of a body into those the block knows and reports the
// rest.
func take(body *hclsyntax.Body, what string, names ...string) (map[string]setting, hcl.Diagnostics) {
	found := map[string]setting{}
	var diags hcl.Diagnostics
	for _, s := range settingsOf(body) {
		known := false
		for _, name := range names {
			known = known || name == s.name
		}
		if !known {
			diags = append(diags, problem(s.nameRange, "Unknown argument "+quoted(s.name),
				"%s has no argument %q. It takes %s.%s", what, s.name, sentence(names), didYouMean(s.name, values(names))))
			continue
		}
		found[s.name] = s
	}
	return found, diags
}

// text reads an argument that must be a plain string.
func (s setting) text() (string, hcl.Diagnostics) {
	if text, ok := literalText(s.expr); ok {
		return text, nil
	}
	return "", hcl.Diagnostics{problem(s.rng, "Not a plain text", "%s must be a text in quotes without references in it, because it is needed before anything is evaluated.", s.name)}
}

// flag reads an argument that must be true or false.
func (s setting) flag() (bool, hcl.Diagnostics) {
	if value, ok := literalBool(s.expr); ok {
		return value, nil
	}
	return false, hcl.Diagnostics{problem(s.rng, "Not true or false", "%s must be written as true or false, because it is needed before anything is evaluated.", s.name)}
}
