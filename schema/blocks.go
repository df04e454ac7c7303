package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func (c *Config) readResource(block *hclsyntax.Block) hcl.Diagnostics {
	typ, diags := c.typeOf(block, c.lib.Resources, "resource type")
	if typ == nil {
		return diags
	}
	return append(diags, c.readInstances(block, typ, &resourceDecl{addr: Address{Type: typ.Name, Name: block.Labels[1]}, typ: typ})...)
}

func (c *Config) readData(block *hclsyntax.Block) hcl.Diagnostics {
	typ, diags := c.typeOf(block, c.lib.Data, "data source")
	if typ == nil {
		return diags
	}
	return append(diags, c.readInstances(block, typ, &resourceDecl{addr: Address{Type: typ.Name, Name: block.Labels[1]}, typ: typ, data: true})...)
}

// typeOf looks up the type that the first label names.
func (c *Config) typeOf(block *hclsyntax.Block, types map[string]*Type, what string) (*Type, hcl.Diagnostics) {
	name := block.Labels[0]
	if typ := types[name]; typ != nil {
		return typ, nil
	}
	hint := didYouMean(name, maps.Keys(types))
	switch {
	case what == "resource type" && c.lib.Data[name] != nil:
		hint = ` It is a data source: write data "` + name + `".`
	case what == "data source" && c.lib.Resources[name] != nil:
		hint = ` It is a resource type: write resource "` + name + `".`
	case hint == "":
		hint = " There are " + sentence(named(types)) + "."
	}
	return nil, hcl.Diagnostics{problem(block.LabelRanges[0], "Unknown "+what+" "+quoted(name), "There is no %s %q.%s", what, name, hint)}
}

// readInstances reads a resource, data or nested block. d comes with its
// address, type and parent.
func (c *Config) readInstances(block *hclsyntax.Block, typ *Type, d *resourceDecl) hcl.Diagnostics {
	d.rng = block.DefRange()
	d.block = &Block{Address: d.addr, Range: d.rng, Attrs: map[string]hcl.Range{}}
	d.provider, d.providerRange = typ.Provider, d.rng
	if d.parent != nil {
		d.provider, d.providerRange = d.parent.provider, d.parent.providerRange
	}
	diags := c.declare(block, d)
	for _, s := range settingsOf(block.Body) {
		diags = append(diags, c.readArgument(d, s)...)
	}
	if d.forEach != nil && d.count != nil {
		diags = append(diags, problem(d.count.nameRange, "for_each and count together",
			"%s has both for_each and count. Keep for_each if the instances have names of their own, else count.", d))
	}
	diags = append(diags, checkRepetition(d)...)
	diags = append(diags, checkRequired(d)...)
	d.placeDerived()
	for _, inner := range block.Body.Blocks {
		diags = append(diags, c.readInner(d, inner)...)
	}
	return diags
}

// placeDerived gives the attributes that are worked out of a file the place of
// its path.
func (d *resourceDecl) placeDerived() {
	up := d.typ.Upload
	if up == nil {
		return
	}
	if at, ok := d.block.Attrs[up.Source]; ok {
		for _, name := range up.derived() {
			d.block.Attrs[name] = at
		}
	}
}

// declare enters the block under its address.
func (c *Config) declare(block *hclsyntax.Block, d *resourceDecl) hcl.Diagnostics {
	table := c.resources
	if d.data {
		table = c.data
	}
	if earlier, ok := table[d.addr]; ok {
		label := block.LabelRanges[len(block.LabelRanges)-1]
		detail := "%s is defined already at %s. Names are unique for each type in the folder; rename one of the two."
		if d.parent != nil || earlier.parent != nil {
			detail = "%s is defined already at %s. A nested block has an address of its own, so its label is unique in the folder, wherever in the tree it stands; rename one of the two."
		}
		return hcl.Diagnostics{problem(label, "Duplicate name "+quoted(d.addr.Name), detail, d, place(earlier.rng))}
	}
	table[d.addr] = d
	c.order = append(c.order, d)
	return nil
}

// readArgument reads one attribute of a block: an argument of the language, or
// an attribute of the type.
func (c *Config) readArgument(d *resourceDecl, s setting) hcl.Diagnostics {
	if d.parent != nil {
		if diags := checkNestedArgument(d, s); diags.HasErrors() {
			return diags
		}
	}
	switch s.name {
	case "for_each":
		d.forEach = &s
		return nil
	case "count":
		d.count = &s
		return nil
	case "depends_on":
		if d.data {
			return hcl.Diagnostics{problem(s.nameRange, "depends_on in a data block",
				"A data source is read while the plan is made, before anything is changed, so it cannot wait for a resource. Take depends_on out.")}
		}
		refs, diags := readDependsOn(s)
		d.dependsOn = refs
		return diags
	case "provider":
		return c.readProviderReference(d, s)
	}
	return c.readAttribute(d, s)
}

func (c *Config) readAttribute(d *resourceDecl, s setting) hcl.Diagnostics {
	attr := d.typ.Attribute(s.name)
	switch {
	case attr == nil:
		return hcl.Diagnostics{problem(s.nameRange, "Unknown attribute "+quoted(s.name),
			"%s has no attribute %q.%s", d.typ.Name, s.name, attributeHint(d, s.name))}
	case attr.Derived:
		return hcl.Diagnostics{problem(s.nameRange, "Attribute cannot be set",
			"%q of %s is worked out of its file. Take it out; elsewhere it can be read as %s.%s.", s.name, d.typ.Name, d, s.name)}
	case attr.Computed:
		return hcl.Diagnostics{problem(s.nameRange, "Attribute cannot be set",
			"%q of %s is decided by the server. Take it out; elsewhere it can be read as %s.%s.%s", s.name, d.typ.Name, d, s.name, spaced(d.typ.Elsewhere[s.name]))}
	}
	d.settings = append(d.settings, s)
	d.block.Attrs[s.name] = s.rng
	return nil
}

// attributeHint names what an unknown attribute was probably meant to be.
func attributeHint(d *resourceDecl, given string) string {
	names := map[string]bool{"for_each": true, "count": true, "provider": true}
	if !d.data {
		names["depends_on"] = true
	}
	for i := range d.typ.Attributes {
		if a := &d.typ.Attributes[i]; !a.Computed && !a.Derived {
			names[a.Name] = true
		}
	}
	if given == "lifecycle" || d.typ.Nest != nil && given == d.typ.Nest.Block {
		return " It is a block: write it without the equals sign."
	}
	if where := d.typ.Elsewhere[given]; where != "" {
		return spaced(where)
	}
	return didYouMean(given, maps.Keys(names))
}

// spaced is a sentence behind another; empty for none.
func spaced(sentence string) string {
	if sentence == "" {
		return ""
	}
	return " " + sentence
}

func readDependsOn(s setting) ([]hcl.Traversal, hcl.Diagnostics) {
	elements, ok := elementsOf(s.expr)
	if !ok {
		return nil, hcl.Diagnostics{problem(s.rng, "depends_on is not a list",
			"depends_on is a list of resources, without quotes: depends_on = [acme_group.oslo].")}
	}
	var refs []hcl.Traversal
	var diags hcl.Diagnostics
	for _, e := range elements {
		t, ok := referenceIn(e)
		if !ok {
			diags = append(diags, problem(e.Range(), "Not a resource",
				"An element of depends_on is the address of a resource, without quotes: type.name, or type.name[\"key\"] for one of its instances."))
			continue
		}
		refs = append(refs, t)
	}
	return refs, diags
}

// checkRequired reports the attributes that must be set and are not.
func checkRequired(d *resourceDecl) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i := range d.typ.Attributes {
		a := &d.typ.Attributes[i]
		if _, set := d.block.Attrs[a.Name]; !a.Required || set || d.parent != nil && a.Name == d.typ.Nest.Parent {
			continue
		}
		diags = append(diags, problem(d.rng, "Missing attribute "+quoted(a.Name),
			"%s must have the attribute %q. %s", d, a.Name, a.Doc))
	}
	for _, group := range d.typ.AnyOf {
		set := d.data
		for _, name := range group {
			_, here := d.block.Attrs[name]
			set = set || here
		}
		if !set {
			diags = append(diags, problem(d.rng, "Missing attribute", "%s must have at least one of the attributes %s.", d, either(group)))
		}
	}
	return diags
}

// either joins names as in "a" or "b".
func either(names []string) string {
	out := ""
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			out += " or "
		default:
			out += ", "
		}
		out += quoted(name)
	}
	return out
}
