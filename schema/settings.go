package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// readSettings reads the espalier block. The blocks in it are kept for later: they
// may use variables.
func (c *Config) readSettings(block *hclsyntax.Block) hcl.Diagnostics {
	if c.Settings.Range != (hcl.Range{}) {
		return hcl.Diagnostics{problem(block.TypeRange, "Duplicate espalier block",
			"There is an espalier block already at %s. Put both into one.", place(c.Settings.Range))}
	}
	c.Settings.Range = block.DefRange()
	found, diags := take(block.Body, "The espalier block", "required_version")
	if s, ok := found["required_version"]; ok {
		text, textDiags := s.text()
		c.Settings.RequiredVersion, c.Settings.RequiredVersionRange = text, s.rng
		diags = append(diags, textDiags...)
		if !textDiags.HasErrors() {
			// Any version will do to see whether the constraint can be read.
			diags = append(diags, c.CheckVersion("source")...)
		}
	}
	for _, inner := range block.Body.Blocks {
		diags = append(diags, c.readSettingsBlock(inner)...)
	}
	return diags
}

func (c *Config) readSettingsBlock(inner *hclsyntax.Block) hcl.Diagnostics {
	var slot **hclsyntax.Block
	var labels []string
	switch inner.Type {
	case "state":
		slot, labels = &c.state, []string{"type"}
	case "encryption":
		slot = &c.encryption
	case "guard":
		slot = &c.guard
	default:
		return hcl.Diagnostics{problem(inner.TypeRange, "Unknown block "+quoted(inner.Type),
			"The espalier block can hold state, encryption and guard.%s", didYouMean(inner.Type, values([]string{"state", "encryption", "guard"})))}
	}
	diags := checkLabels(inner, labels)
	if *slot != nil {
		return append(diags, problem(inner.TypeRange, "Duplicate block "+quoted(inner.Type),
			"There is a %s block already at %s. Put both into one.", inner.Type, place((*slot).DefRange())))
	}
	if !diags.HasErrors() {
		*slot = inner
	}
	return append(diags, noBlocks(inner, inner.Type)...)
}
