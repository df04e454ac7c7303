package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// OutputValue is an output block, evaluated as far as anything is known.
type OutputValue struct {
	Name        string
	Value       Template
	Sensitive   bool
	Description string
	// Needs are the instances that the value depends on, sorted.
	Needs []Address
	Range hcl.Range
}

func (c *Config) readOutput(block *hclsyntax.Block) hcl.Diagnostics {
	o := &outputDecl{name: block.Labels[0], rng: block.DefRange()}
	diags := noBlocks(block, "output")
	found, takeDiags := take(block.Body, "An output block", "value", "description", "sensitive", "depends_on")
	diags = append(diags, takeDiags...)
	if s, ok := found["value"]; ok {
		o.value = &s
	} else {
		diags = append(diags, problem(o.rng, "Missing argument \"value\"", "An output block says what its value is: value = ..."))
	}
	if s, ok := found["description"]; ok {
		text, textDiags := s.text()
		o.description = text
		diags = append(diags, textDiags...)
	}
	if s, ok := found["sensitive"]; ok {
		value, flagDiags := s.flag()
		o.sensitive = value
		diags = append(diags, flagDiags...)
	}
	if s, ok := found["depends_on"]; ok {
		refs, refDiags := readDependsOn(s)
		o.dependsOn = refs
		diags = append(diags, refDiags...)
	}
	for _, earlier := range c.outputs {
		if earlier.name == o.name {
			return append(diags, problem(block.LabelRanges[0], "Duplicate output", "The output %q is defined already at %s. Rename one of the two.", o.name, place(earlier.rng)))
		}
	}
	c.outputs = append(c.outputs, o)
	return diags
}

// output is an output in a program.
type output struct {
	vertex
	scope     *Scope
	decl      *outputDecl
	expr      hclsyntax.Expression
	dependsOn []*refNode
	value     Template
}

func (o *output) String() string   { return "output." + o.decl.name }
func (o *output) place() hcl.Range { return o.decl.rng }

func (o *output) compile() hcl.Diagnostics {
	cc := compiler{scope: o.scope}
	if o.decl.value != nil {
		o.expr, _ = cc.compile(o.decl.value.expr)
	}
	for _, t := range o.decl.dependsOn {
		compiled, _ := cc.compile(&hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: t.SourceRange()})
		if ref, ok := compiled.(*refNode); ok {
			o.dependsOn = append(o.dependsOn, ref)
		}
	}
	return cc.diags
}

func (o *output) evaluate(s *Scope) {
	for _, ref := range o.dependsOn {
		if ref.key == nil && ref.target.decl.repeats() != nil {
			if s.force(&ref.target.expansion.vertex, ref.Range()) == nil {
				ref.target.allInstances(s)
			}
		} else if in, _, _, diags := ref.instance(s.root); in != nil {
			s.depend(&in.vertex)
		} else {
			o.diags = append(o.diags, plain(diags)...)
		}
	}
	if o.expr == nil {
		s.mute()
		return
	}
	v, diags := o.expr.Value(s.root)
	o.diags = append(o.diags, plain(diags)...)
	if diags.HasErrors() || s.top().muted && !v.IsWhollyKnown() {
		s.mute()
		return
	}
	v = withoutOrigin(v)
	if IsSensitive(v) && !o.decl.sensitive {
		o.diags = append(o.diags, problem(o.expr.Range(), "Sensitive output",
			"The value of the output %q comes from something sensitive, and outputs are printed. Write sensitive = true in the block to hide it, or nonsensitive(...) around the value if it is no secret.", o.decl.name))
		s.mute()
		return
	}
	if v.IsWhollyKnown() {
		o.value = Known(v)
		return
	}
	t, d := s.pendingTemplate(o.expr, v, s.root, cty.DynamicPseudoType)
	if d != nil {
		o.diags = append(o.diags, d)
		s.mute()
		return
	}
	o.value = t
}

// Outputs evaluates the outputs, in the order of the files. One that could not be
// evaluated is left out.
func (s *Scope) Outputs() ([]OutputValue, hcl.Diagnostics) {
	var list []OutputValue
	var roots []*vertex
	for _, o := range s.outputs {
		if d := s.force(&o.vertex, o.decl.rng); d != nil {
			o.diags = append(o.diags, d)
		}
		roots = append(roots, &o.vertex)
		if o.muted {
			continue
		}
		var needs []Address
		for _, in := range s.reach(o.deps) {
			needs = append(needs, in.out.Address)
		}
		list = append(list, OutputValue{
			Name: o.decl.name, Value: o.value, Sensitive: o.decl.sensitive, Description: o.decl.description,
			Needs: sortAddresses(needs), Range: o.decl.rng,
		})
	}
	return list, s.redact(MergeDiagnostics(fold(gatherDiags(roots))))
}
