package schema

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// ProviderConfig is one configuration of a provider.
type ProviderConfig struct {
	// Key is the name, or name.alias.
	Key, Name, Alias string
	// Settings holds every setting of the provider, null where it is left out;
	// sensitive values carry their mark.
	Settings map[string]cty.Value
	Ranges   map[string]hcl.Range
	// Entries are the places of the entries of an Ordered setting that is written
	// as a literal object, by their names.
	Entries map[string]hcl.Range
	// Range is the block's header, or the first use of a provider without one.
	Range hcl.Range
}

// Providers evaluates the provider blocks, sorted by key, with an empty one for
// each provider that is used without a block.
func (s *Scope) Providers() ([]ProviderConfig, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	configs := map[string]ProviderConfig{}
	for key, decl := range s.config.providers {
		p := emptyProvider(s.config.lib, decl.name, decl.alias, decl.rng)
		for _, setting := range decl.settings {
			v, ok, settingDiags := s.providerSetting(decl, setting, p.Entries)
			diags = append(diags, settingDiags...)
			p.Ranges[setting.name] = setting.rng
			if ok {
				p.Settings[setting.name] = v
			}
		}
		configs[key] = p
	}
	for _, r := range s.config.order {
		if _, ok := configs[r.provider]; !ok && r.provider == r.typ.Provider {
			configs[r.provider] = emptyProvider(s.config.lib, r.provider, "", r.rng)
		}
	}
	var list []ProviderConfig
	for _, key := range slices.Sorted(maps.Keys(configs)) {
		list = append(list, configs[key])
	}
	return list, s.redact(MergeDiagnostics(diags))
}

func emptyProvider(lib Library, name, alias string, at hcl.Range) ProviderConfig {
	p := ProviderConfig{
		Key: providerKey(name, alias), Name: name, Alias: alias, Range: at,
		Settings: map[string]cty.Value{}, Ranges: map[string]hcl.Range{}, Entries: map[string]hcl.Range{},
	}
	for _, a := range lib.Providers[name] {
		p.Settings[a.Name] = cty.NullVal(settingType(&a))
	}
	return p
}

// levels is the type of an Ordered setting.
func levels() cty.Type {
	return cty.List(cty.Object(map[string]cty.Type{"name": cty.String, "live": cty.String}))
}

func settingType(a *Attribute) cty.Type {
	if a.Ordered {
		return levels()
	}
	return a.Type
}

func (s *Scope) providerSetting(decl *providerDecl, setting setting, entries map[string]hcl.Range) (cty.Value, bool, hcl.Diagnostics) {
	var attr Attribute
	for _, a := range s.config.lib.Providers[decl.name] {
		if a.Name == setting.name {
			attr = a
		}
	}
	what := "the provider " + decl.key()
	if attr.Ordered {
		return s.orderedSetting(setting, what, entries)
	}
	v, ok, diags := s.setting(setting, what)
	if !ok {
		return v, false, diags
	}
	converted, d := convertAttribute(v, &attr, toLeaveOut, setting.rng)
	if d != nil {
		return v, false, append(diags, d)
	}
	if attr.Sensitive && !converted.IsNull() && !converted.HasMark(Sensitive) {
		converted = converted.Mark(Sensitive)
	}
	return converted, true, diags
}

// orderedSetting evaluates a setting whose order counts: a literal object in the
// order written, or a list of { name, live }. The places of the entries of an
// object go into entries.
func (s *Scope) orderedSetting(setting setting, what string, entries map[string]hcl.Range) (cty.Value, bool, hcl.Diagnostics) {
	e := setting.expr
	for {
		paren, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		e = paren.Expression
	}
	if object, ok := e.(*hclsyntax.ObjectConsExpr); ok {
		return s.orderedObject(object, setting, what, entries)
	}
	v, ok, diags := s.setting(setting, what)
	if !ok || v.IsNull() {
		return cty.NullVal(levels()), ok, diags
	}
	bare, _ := v.Unmark()
	if t := bare.Type(); t.IsObjectType() || t.IsMapType() {
		return v, false, append(diags, problem(setting.rng, "Order of "+setting.name+" is lost",
			"The order of %s counts, and an object that comes from elsewhere has none. Write the object here, { name = \"live name\" }, or give a list: [{ name = \"name\", live = \"live name\" }].", setting.name))
	}
	converted, err := convert.Convert(v, levels())
	if err != nil {
		return v, false, append(diags, problem(setting.rng, "Wrong type for "+quoted(setting.name),
			"%q is an object written here, or a list of { name, live } objects; this is %s: %s.", setting.name, shown(v), conversionError(err)))
	}
	return converted, true, diags
}

func (s *Scope) orderedObject(object *hclsyntax.ObjectConsExpr, at setting, what string, entries map[string]hcl.Range) (cty.Value, bool, hcl.Diagnostics) {
	var list []cty.Value
	var diags hcl.Diagnostics
	seen := map[string]bool{}
	ok := true
	for _, item := range object.Items {
		key, keyOK, keyDiags := s.setting(setting{name: at.name, expr: item.KeyExpr, rng: item.KeyExpr.Range()}, what)
		live, liveOK, liveDiags := s.setting(setting{name: at.name, expr: item.ValueExpr, rng: item.ValueExpr.Range()}, what)
		diags = append(append(diags, keyDiags...), liveDiags...)
		ok = ok && keyOK && liveOK
		if !keyOK || !liveOK {
			continue
		}
		name, keyErr := convert.Convert(key, cty.String)
		text, err := convert.Convert(live, cty.String)
		if keyErr != nil || err != nil || name.IsNull() || text.IsNull() {
			diags = append(diags, problem(item.ValueExpr.Range(), "Not a text", "Each entry of %s is a name and a text: name = \"live name\".", at.name))
			continue
		}
		bare, _ := name.Unmark()
		if seen[bare.AsString()] {
			diags = append(diags, problem(item.KeyExpr.Range(), "Name given twice", "%q stands twice in %s. Take one of the two out.", bare.AsString(), at.name))
			continue
		}
		seen[bare.AsString()] = true
		entries[bare.AsString()] = hcl.RangeBetween(item.KeyExpr.Range(), item.ValueExpr.Range())
		list = append(list, cty.ObjectVal(map[string]cty.Value{"name": name, "live": text}))
	}
	if !ok || diags.HasErrors() {
		return cty.NullVal(levels()), false, diags
	}
	if len(list) == 0 {
		return cty.ListValEmpty(levels().ElementType()), true, diags
	}
	return cty.ListVal(list), true, diags
}
