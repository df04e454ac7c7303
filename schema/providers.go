package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func (c *Config) readProvider(block *hclsyntax.Block) hcl.Diagnostics {
	p := &providerDecl{name: block.Labels[0], rng: block.DefRange()}
	attributes, known := c.lib.Providers[p.name]
	if !known {
		hint := didYouMean(p.name, maps.Keys(c.lib.Providers))
		if hint == "" {
			hint = " There are " + sentence(named(c.lib.Providers)) + "."
		}
		return hcl.Diagnostics{problem(block.LabelRanges[0], "Unknown provider "+quoted(p.name), "There is no provider %q.%s", p.name, hint)}
	}
	diags := noBlocks(block, "provider")
	names := map[string]bool{"alias": true}
	for i := range attributes {
		names[attributes[i].Name] = true
	}
	for _, s := range settingsOf(block.Body) {
		switch {
		case s.name == "alias":
			alias, textDiags := s.text()
			diags = append(diags, textDiags...)
			if !textDiags.HasErrors() && !hclsyntax.ValidIdentifier(alias) {
				diags = append(diags, problem(s.rng, "Not a name", "%q cannot be an alias: use letters, digits, _ and -, and start with a letter.", alias))
			}
			p.alias = alias
		case !names[s.name]:
			diags = append(diags, problem(s.nameRange, "Unknown setting "+quoted(s.name),
				"The provider %s has no setting %q.%s", p.name, s.name, didYouMean(s.name, maps.Keys(names))))
		default:
			p.settings = append(p.settings, s)
		}
	}
	if earlier, ok := c.providers[p.key()]; ok {
		return append(diags, problem(p.rng, "Duplicate provider",
			"The provider %s is configured already at %s. Give one of the two an alias: alias = \"other\", and say provider = %s.other in its resources.", p.key(), place(earlier.rng), p.name))
	}
	c.providers[p.key()] = p
	return diags
}

// readProviderReference reads provider = name.alias in a resource. That the
// configuration exists is checked when all files are read.
func (c *Config) readProviderReference(d *resourceDecl, s setting) hcl.Diagnostics {
	bad := hcl.Diagnostics{problem(s.rng, "Not a provider",
		"provider names a provider block, without quotes: provider = %s, or provider = %s.alias for one with an alias.", d.typ.Provider, d.typ.Provider)}
	t, ok := referenceIn(s.expr)
	if !ok || len(t) > 2 {
		return bad
	}
	alias := ""
	if len(t) == 2 {
		step, ok := t[1].(hcl.TraverseAttr)
		if !ok {
			return bad
		}
		alias = step.Name
	}
	if t.RootName() != d.typ.Provider {
		return hcl.Diagnostics{problem(s.rng, "Wrong provider",
			"%s is a type of the provider %s, not of %s.", d.typ.Name, d.typ.Provider, t.RootName())}
	}
	d.provider, d.providerRange = providerKey(d.typ.Provider, alias), s.rng
	return nil
}

// checkProviders checks that every provider configuration that is named exists.
// A provider without an alias needs no block.
func (c *Config) checkProviders() hcl.Diagnostics {
	var diags hcl.Diagnostics
	keys := map[string]bool{}
	for key, p := range c.providers {
		keys[key], keys[p.name] = true, true
	}
	for _, d := range c.order {
		if keys[d.provider] || d.provider == d.typ.Provider || d.parent != nil {
			continue
		}
		diags = append(diags, problem(d.providerRange, "Unknown provider configuration",
			"There is no provider block %s.%s Write provider %q { alias = ... } first.", d.provider, didYouMean(d.provider, maps.Keys(keys)), d.typ.Provider))
	}
	return diags
}
