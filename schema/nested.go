package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// readInner reads a block inside a resource block: lifecycle, or a nested
// resource of the same type.
func (c *Config) readInner(d *resourceDecl, inner *hclsyntax.Block) hcl.Diagnostics {
	nest := d.typ.Nest
	switch {
	case d.data:
		return hcl.Diagnostics{problem(inner.TypeRange, "Unexpected block "+quoted(inner.Type),
			"A data block holds arguments and no blocks.")}
	case inner.Type == "lifecycle":
		return readLifecycle(d, inner)
	case nest != nil && inner.Type == nest.Block:
		if diags := checkLabels(inner, []string{"name"}); diags.HasErrors() {
			return diags
		}
		child := &resourceDecl{addr: Address{Type: d.typ.Name, Name: inner.Labels[0]}, typ: d.typ, parent: d}
		return c.readInstances(inner, d.typ, child)
	case c.isNestBlock(inner.Type):
		return hcl.Diagnostics{problem(inner.TypeRange, "Blocks cannot be nested here",
			"%s cannot hold blocks of type %q: objects of this type are no tree. Write a resource block of its own.", d.typ.Name, inner.Type)}
	}
	known := []string{"lifecycle"}
	if nest != nil {
		known = append(known, nest.Block)
	}
	if d.typ.Attribute(inner.Type) != nil {
		return hcl.Diagnostics{problem(inner.TypeRange, "Unexpected block "+quoted(inner.Type),
			"%q is an attribute of %s: write it with an equals sign, %s = ...", inner.Type, d.typ.Name, inner.Type)}
	}
	return hcl.Diagnostics{problem(inner.TypeRange, "Unknown block "+quoted(inner.Type),
		"A block of %s can hold %s.%s", d.typ.Name, sentence(known), didYouMean(inner.Type, values(known)))}
}

func (c *Config) isNestBlock(name string) bool {
	for _, t := range c.lib.Resources {
		if t.Nest != nil && t.Nest.Block == name {
			return true
		}
	}
	return false
}

// checkNestedArgument refuses what a nested block does not take: it is a place
// in the tree with a name, and everything else is the enclosing block's.
func checkNestedArgument(d *resourceDecl, s setting) hcl.Diagnostics {
	nest := d.typ.Nest
	allowed := append(d.typ.ByPurpose(PurposeName), nest.Level)
	switch {
	case s.name == "for_each" || slices.Contains(allowed, s.name):
		return nil
	case s.name == nest.Parent:
		return hcl.Diagnostics{problem(s.nameRange, "Parent set twice",
			"%s stands inside %s, which says what its %s is; both together cannot be. Take %s out, or move the block out of the enclosing one.", d, d.parent, nest.Parent, nest.Parent)}
	case s.name == "provider":
		return hcl.Diagnostics{problem(s.nameRange, "Provider of a nested block",
			"A nested block belongs to the provider of the enclosing block. Set provider on the outermost block.")}
	case s.name == "count" || s.name == "depends_on" || d.typ.Attribute(s.name) != nil:
		return hcl.Diagnostics{problem(s.nameRange, "Argument not for a nested block",
			"A nested %s block takes %s. Write a resource block of its own with %s = %s.id to set %q.",
			nest.Block, sentence(append(allowed, "for_each", "lifecycle")), nest.Parent, d.parent, s.name)}
	}
	return hcl.Diagnostics{problem(s.nameRange, "Unknown attribute "+quoted(s.name),
		"A nested %s block takes %s.%s", nest.Block, sentence(append(allowed, "for_each", "lifecycle")), didYouMean(s.name, values(append(allowed, "for_each"))))}
}

// checkRepetition refuses for_each below a block that has several instances.
func checkRepetition(d *resourceDecl) hcl.Diagnostics {
	if d.parent == nil || d.forEach == nil {
		return nil
	}
	if above := d.parent.repeats(); above != nil {
		return hcl.Diagnostics{problem(d.forEach.nameRange, "for_each inside for_each",
			"%s has several instances, so %s has one for each of them and cannot have a for_each of its own. Write a resource block of its own, with a for_each over all pairs and %s set.",
			above, d, d.typ.Nest.Parent)}
	}
	return nil
}

func readLifecycle(d *resourceDecl, block *hclsyntax.Block) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if len(block.Labels) > 0 {
		diags = append(diags, checkLabels(block, nil)...)
	}
	for _, inner := range block.Body.Blocks {
		switch inner.Type {
		case "precondition", "postcondition":
			diags = append(diags, problem(inner.TypeRange, "Block not supported yet",
				"A %s is not supported yet in this version. Use validation in a variable block to check what goes in.", inner.Type))
		default:
			diags = append(diags, problem(inner.TypeRange, "Unexpected block "+quoted(inner.Type), "A lifecycle block takes prevent_destroy and ignore_changes."))
		}
	}
	for _, s := range settingsOf(block.Body) {
		switch s.name {
		case "prevent_destroy":
			value, flagDiags := s.flag()
			d.block.PreventDestroy = value
			diags = append(diags, flagDiags...)
		case "ignore_changes":
			diags = append(diags, readIgnoreChanges(d, s)...)
		case "create_before_destroy", "replace_triggered_by":
			diags = append(diags, problem(s.nameRange, "Unknown argument "+quoted(s.name),
				"%s is not needed: people and units are never replaced, and what is replaced is made anew before the old one goes. Take it out.", s.name))
		default:
			diags = append(diags, problem(s.nameRange, "Unknown argument "+quoted(s.name),
				"A lifecycle block takes prevent_destroy and ignore_changes.%s", didYouMean(s.name, values([]string{"prevent_destroy", "ignore_changes"}))))
		}
	}
	return diags
}

func readIgnoreChanges(d *resourceDecl, s setting) hcl.Diagnostics {
	if t, ok := referenceIn(s.expr); ok && len(t) == 1 && t.RootName() == "all" {
		d.block.IgnoreAll = true
		return nil
	}
	elements, ok := elementsOf(s.expr)
	if !ok {
		return hcl.Diagnostics{problem(s.rng, "ignore_changes is not a list",
			"ignore_changes is a list of attribute names without quotes, [name, kind], or the word all.")}
	}
	var diags hcl.Diagnostics
	for _, e := range elements {
		t, ok := referenceIn(e)
		if !ok || len(t) != 1 {
			diags = append(diags, problem(e.Range(), "Not an attribute name", "ignore_changes lists names of attributes of %s, without quotes.", d.typ.Name))
			continue
		}
		name := t.RootName()
		switch attr := d.typ.Attribute(name); {
		case attr == nil:
			diags = append(diags, problem(e.Range(), "Unknown attribute "+quoted(name), "%s has no attribute %q.%s", d.typ.Name, name, didYouMean(name, values(changeable(d.typ)))))
		case attr.Computed:
			diags = append(diags, problem(e.Range(), "Nothing to ignore", "%q of %s is decided by the server and never changed from here. Take it out of the list.", name, d.typ.Name))
		default:
			d.block.IgnoreChanges = append(d.block.IgnoreChanges, name)
		}
	}
	return diags
}

// changeable names the attributes whose changes can be ignored.
func changeable(typ *Type) []string {
	var names []string
	for i := range typ.Attributes {
		if !typ.Attributes[i].Computed {
			names = append(names, typ.Attributes[i].Name)
		}
	}
	return names
}
