package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Template is a wanted value: known, or waiting for attributes of other
// instances. It is plain data, so that a saved plan can hold it.
type Template struct {
	// Value is the known value, converted to the attribute's type; it may carry
	// the Sensitive mark. It is cty.NilVal while Pending is not nil.
	Value cty.Value
	// Pending says what the value is made of once its references are known.
	Pending *Pending
}

// Known makes a Template of a known value.
func Known(v cty.Value) Template { return Template{Value: v} }

// IsKnown reports whether t waits for nothing.
func (t Template) IsKnown() bool { return t.Pending == nil }

// Pending is a value that waits; exactly one of Ref, List, Text and Expr is set.
type Pending struct {
	// Type is what the finished value is converted to; cty.DynamicPseudoType
	// leaves it as it is.
	Type cty.Type
	// Ref is the plain attribute of another instance: acme_group.oslo.id.
	Ref *Ref
	// List is a collection of which at least one element waits.
	List []Template
	// Text is a string put together from pieces.
	Text []Template
	// Expr is any other computation.
	Expr *Expr
	// Sensitive says that the finished value must not be shown.
	Sensitive bool
}

// Ref names an attribute of an instance.
type Ref struct {
	Address Address
	Attr    string
}

// Expr is a computation kept as source text with the known values it uses.
type Expr struct {
	Source string    // an expression in native syntax
	Range  hcl.Range // where it stands in the configuration
	// Vars are the root variables it uses, reduced to what is used: each, var,
	// local, count, data.
	Vars map[string]cty.Value
	// Uses are the instances it reads.
	Uses []Address
}

// Resolver gives what Resolve needs.
type Resolver struct {
	// Look returns the value of an attribute of an instance as far as it is
	// known by now.
	Look func(Ref) (cty.Value, bool)
	// Object returns all known attributes of an instance, for Expr.
	Object func(Address) (map[string]cty.Value, bool)
	// Functions are those of the language (see Functions).
	Functions map[string]function.Function
}
