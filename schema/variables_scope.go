package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// setVariables gives every variable its value: the given one or the default,
// converted to its type. A variable whose value is refused gets none.
func (s *Scope) setVariables(all map[string]given) hcl.Diagnostics {
	s.variables = make(map[string]cty.Value, len(s.config.variables))
	var diags hcl.Diagnostics
	for _, name := range named(s.config.variables) {
		v := s.config.variables[name]
		g, ok := all[name]
		if !ok {
			if v.fallback == nil {
				diags = append(diags, problem(v.rng, "No value for var."+name,
					"The variable %q has no default and was given no value. Give one with -var '%s=value', in the environment as %s%s, in the file espalier.orgvars, or in a file named by -var-file.",
					name, name, envPrefix, name))
				continue
			}
			value, valueDiags := v.fallback.expr.Value(nil)
			if valueDiags.HasErrors() {
				for _, d := range plain(valueDiags) {
					d.Detail += " A default is a plain value: no references and no functions."
					diags = append(diags, d)
				}
				continue
			}
			g = given{value: value, from: "the default", rng: v.fallback.rng.Ptr()}
		}
		if g.value == cty.NilVal {
			continue
		}
		value, d := v.accept(g)
		if d != nil {
			diags = append(diags, d)
			continue
		}
		s.variables[name] = value
	}
	return diags
}

// accept converts a given value and checks that it may be null.
func (v *variableDecl) accept(g given) (cty.Value, *hcl.Diagnostic) {
	at := v.rng
	if g.rng != nil {
		at = *g.rng
	}
	value, err := v.convert(g.value)
	if err != nil {
		return cty.NilVal, problem(at, "Wrong type for var."+v.name,
			"The value from %s does not fit the type %s of the variable: %s.", g.from, typeName(v.typ), conversionError(err))
	}
	if value.IsNull() && !v.nullable {
		return cty.NilVal, problem(at, "Null for var."+v.name,
			"The value from %s is null, and the variable is declared with nullable = false. Give a value, or leave it out for the default.", g.from)
	}
	if v.sensitive {
		value = value.Mark(Sensitive)
	}
	return value, nil
}

// validateVariables runs the validation blocks.
func (s *Scope) validateVariables() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, name := range named(s.config.variables) {
		if _, ok := s.variables[name]; !ok {
			continue
		}
		for _, rule := range s.config.variables[name].validations {
			diags = append(diags, s.validateVariable(name, rule)...)
		}
	}
	return diags
}

func (s *Scope) validateVariable(name string, rule validation) hcl.Diagnostics {
	v, f, diags := s.evaluate(rule.condition.expr, "The condition of a validation")
	if diags.HasErrors() || f.muted {
		return diags
	}
	holds, _, known := truth(v)
	if !known {
		bare, _ := v.Unmark()
		if b, err := convert.Convert(bare, cty.Bool); err == nil && !b.IsNull() {
			// Its function has an unknown result; there is nothing to hold against
			// the value.
			return diags
		}
		return append(diags, problem(rule.condition.rng, "Condition is not true or false",
			"The condition of a validation must give true or false; this one gives %s.", shown(bare)))
	}
	if holds {
		return diags
	}
	message, _, messageDiags := s.evaluate(rule.message.expr, "The error message of a validation")
	diags = append(diags, messageDiags...)
	bare, marks := message.Unmark()
	text, err := convert.Convert(bare, cty.String)
	detail := "The value does not meet the condition at " + place(rule.condition.rng) + "."
	if _, secret := marks[Sensitive]; err == nil && !text.IsNull() && text.IsKnown() && !secret {
		detail = strings.TrimSpace(text.AsString()) + "\n\nThis was checked by the validation rule at " + place(rule.condition.rng) + "."
	}
	return append(diags, problem(s.config.variables[name].rng, "Value of var."+name+" refused", "%s", detail))
}
