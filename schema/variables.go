package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// VariableDecl is what a variable block declares, for help texts and completion.
type VariableDecl struct {
	Name        string
	Type        cty.Type
	Required    bool
	Sensitive   bool
	Description string
	Range       hcl.Range
}

// VariableDecls returns the declared variables, sorted by name.
func (c *Config) VariableDecls() []VariableDecl {
	var list []VariableDecl
	for _, name := range named(c.variables) {
		v := c.variables[name]
		list = append(list, VariableDecl{
			Name: name, Type: v.typ, Required: v.fallback == nil, Sensitive: v.sensitive, Description: v.description, Range: v.rng,
		})
	}
	return list
}

func (c *Config) readVariable(block *hclsyntax.Block) hcl.Diagnostics {
	v := &variableDecl{name: block.Labels[0], rng: block.DefRange(), typ: cty.DynamicPseudoType, nullable: true}
	found, diags := take(block.Body, "A variable block", "type", "default", "description", "sensitive", "nullable")
	if s, ok := found["type"]; ok {
		diags = append(diags, v.readType(s)...)
	}
	if s, ok := found["description"]; ok {
		text, textDiags := s.text()
		v.description = text
		diags = append(diags, textDiags...)
	}
	for name, into := range map[string]*bool{"sensitive": &v.sensitive, "nullable": &v.nullable} {
		if s, ok := found[name]; ok {
			value, flagDiags := s.flag()
			*into = value
			diags = append(diags, flagDiags...)
		}
	}
	if s, ok := found["default"]; ok {
		v.fallback = &s
	}
	for _, inner := range block.Body.Blocks {
		diags = append(diags, v.readValidation(inner)...)
	}
	if earlier, ok := c.variables[v.name]; ok {
		return append(diags, problem(block.LabelRanges[0], "Duplicate variable",
			"var.%s is declared already at %s. Rename one of the two.", v.name, place(earlier.rng)))
	}
	c.variables[v.name] = v
	return diags
}

// readType reads a type constraint: string, list(string), object({...}); in JSON
// as a string.
func (v *variableDecl) readType(s setting) hcl.Diagnostics {
	var e hcl.Expression = s.expr
	if text, ok := literalText(s.expr); ok {
		parsed, diags := hclsyntax.ParseExpression([]byte(text), s.rng.Filename, s.rng.Start)
		if diags.HasErrors() || !isJSON(s.rng) {
			return hcl.Diagnostics{problem(s.rng, "Not a type", "%q is not a type. Write a type without quotes: string, number, bool, list(string), map(string), object({ name = string }).", text)}
		}
		e = parsed
	}
	typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(e)
	if diags.HasErrors() {
		return diags
	}
	v.typ, v.defaults = typ, defaults
	return nil
}

func (v *variableDecl) readValidation(block *hclsyntax.Block) hcl.Diagnostics {
	if block.Type != "validation" {
		return hcl.Diagnostics{problem(block.TypeRange, "Unknown block "+quoted(block.Type),
			"A variable block can hold validation.%s", didYouMean(block.Type, values([]string{"validation"})))}
	}
	found, diags := take(block.Body, "A validation block", "condition", "error_message")
	condition, hasCondition := found["condition"]
	message, hasMessage := found["error_message"]
	if !hasCondition || !hasMessage {
		return append(diags, problem(block.DefRange(), "Incomplete validation",
			"A validation block has a condition, which must be true for a good value, and an error_message, which says what a good value is."))
	}
	v.validations = append(v.validations, validation{condition, message})
	return diags
}

// convert brings a given value into the declared type, with the defaults of
// optional object attributes.
func (v *variableDecl) convert(given cty.Value) (cty.Value, error) {
	if v.defaults != nil && !given.IsNull() {
		given = v.defaults.Apply(given)
	}
	return convert.Convert(given, v.typ)
}

// fromText reads a value that was given as text, on the command line or in the
// environment: as it is for a string, otherwise as an expression.
func (v *variableDecl) fromText(text string) (cty.Value, hcl.Diagnostics) {
	if v.typ == cty.String || v.typ == cty.DynamicPseudoType {
		return cty.StringVal(text), nil
	}
	e, diags := hclsyntax.ParseExpression([]byte(text), "value", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return e.Value(nil)
}

// unknownVariable is the detail of a value for a variable that is not declared.
func (c *Config) unknownVariable(name string) string {
	return "There is no variable " + quoted(name) + "." + didYouMean(name, maps.Keys(c.variables)) +
		" Declare it with variable " + quoted(name) + " { }, or take the value out."
}
