package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Instance is one wanted object: a resource block for one key, evaluated as far
// as anything is known.
type Instance struct {
	Address Address
	Type    *Type
	// Provider is the key of the provider configuration that serves it:
	// "acme", or "acme.alias".
	Provider string
	// Values holds the attributes that the configuration manages: those set to
	// something other than null. A nested block's parent is in it as a
	// reference; a parent that is null is not in it. Defaults that depend on
	// other instances (the level of a nested block) are not in it either.
	Values map[string]Template
	// Needs are the instances it refers to or depends on, sorted, each once.
	Needs []Address
	// Block is the source, shared by all instances of the block.
	Block *Block
}

// Sensitive names, sorted, the attributes whose value is sensitive or comes of
// something that is, those included that the server makes of them; nil if there is
// none.
func (i *Instance) Sensitive() []string {
	var names []string
	for name, t := range i.Values {
		if attr := i.Type.Attribute(name); attr != nil && attr.Sensitive || t.Pending != nil && t.Pending.Sensitive || t.Pending == nil && IsSensitive(t.Value) {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil
	}
	for j := range i.Type.Attributes {
		attr := &i.Type.Attributes[j]
		if slices.ContainsFunc(attr.Of, func(name string) bool { return slices.Contains(names, name) }) {
			names = append(names, attr.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Block is the source of a resource: where it stands and what it asks for.
type Block struct {
	// Address is the resource's, without a key.
	Address Address
	// Range is the block's header, Attrs the ranges of the attributes' values.
	Range hcl.Range
	Attrs map[string]hcl.Range

	PreventDestroy bool
	// IgnoreChanges names attributes whose differences are left alone;
	// IgnoreAll stands for all of them.
	IgnoreChanges []string
	IgnoreAll     bool
}

// RangeOf returns where the attribute is written, or the block's header.
func (b *Block) RangeOf(attr string) hcl.Range {
	if r, ok := b.Attrs[attr]; ok {
		return r
	}
	return b.Range
}
