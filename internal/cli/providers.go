package cli

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// sandboxSetting is the setting by which every vendor is asked for its embedded
// server.
const sandboxSetting = "sandbox"

// readProviders checks the settings of every provider block. What is written
// wrong is an error now; what is left out matters only to commands that connect,
// so that a configuration can be checked where there are no credentials.
func (p *project) readProviders() hcl.Diagnostics {
	blocks, diags := p.scope.Providers()
	for _, block := range blocks {
		vendor := p.app.vendors[block.Name]
		if vendor == nil {
			continue // the language has said so
		}
		c := &configured{key: block.Key, vendor: vendor, at: block.Range, levels: placesOfLevels(vendor, block)}
		var mistakes []provider.SettingError
		c.conn, mistakes = vendor.Connect(block.Settings, p.app.env)
		for _, m := range mistakes {
			if written(block.Settings[m.Setting]) {
				diags = append(diags, wrongSetting(block, m))
			} else {
				p.unset = append(p.unset, wrongSetting(block, m))
			}
		}
		if c.conn == nil {
			c.conn = withoutAddress(vendor, block.Settings)
		}
		if c.conn != nil {
			p.providers[block.Key] = c
			p.keys = append(p.keys, block.Key)
		}
	}
	return diags
}

func written(v cty.Value) bool { return v != cty.NilVal && !v.IsNull() }

// wrongSetting says what is wrong with a provider block, where it is.
func wrongSetting(block schema.ProviderConfig, m provider.SettingError) *hcl.Diagnostic {
	at, ok := block.Ranges[m.Setting]
	if !ok {
		at = block.Range
	}
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: fmt.Sprintf("Provider %q: %s", block.Key, m.What()), Detail: m.Remedy + "."}
	if at.Filename != "" {
		d.Subject = &at
	}
	return d
}

// withoutAddress gives what a provider block says beside how to reach the
// vendor, such as the names of the levels; nil if there are other mistakes in it.
func withoutAddress(vendor provider.Provider, settings map[string]cty.Value) *provider.Connection {
	if !slices.ContainsFunc(vendor.Settings(), func(a schema.Attribute) bool { return a.Name == sandboxSetting }) {
		return nil
	}
	changed := map[string]cty.Value{}
	for name, v := range settings {
		changed[name] = v
	}
	changed[sandboxSetting] = cty.True
	conn, _ := vendor.Connect(changed, func(string) string { return "" })
	return conn
}

// placesOfLevels says where a provider block names each level, or, under "",
// where it names them all.
func placesOfLevels(vendor provider.Provider, block schema.ProviderConfig) map[string]hcl.Range {
	places := map[string]hcl.Range{}
	maps.Copy(places, block.Entries)
	for _, attr := range vendor.Settings() {
		if attr.Ordered {
			places[""] = block.Ranges[attr.Name]
		}
	}
	return places
}

// levelNames says of each level what it is called live, and where that stands.
func (c *configured) levelNames() map[string]planner.LevelName {
	names := make(map[string]planner.LevelName, len(c.conn.Levels))
	for _, l := range c.conn.Levels {
		at, ok := c.levels[l.Name]
		if !ok {
			at = c.levels[""]
		}
		names[l.Name] = planner.LevelName{Live: l.Live, At: at}
	}
	return names
}

// readLag is how long a read through a provider configuration may be behind.
func (p *project) readLag(key string) time.Duration {
	if c := p.providers[key]; c != nil {
		return c.conn.ReadLag
	}
	return 0
}

// planProviders is what the engine may know of the configurations.
func (p *project) planProviders() map[string]planner.Provider {
	out := make(map[string]planner.Provider, len(p.providers))
	for key, c := range p.providers {
		info := planner.Provider{Tenant: c.conn.Tenant, Removal: c.conn.Removal, ReadLag: c.conn.ReadLag, Self: c.self, Mutable: c.conn.Mutable}
		for _, l := range c.conn.Levels {
			info.Levels = append(info.Levels, l.Name)
		}
		info.LevelNames = c.levelNames()
		out[key] = info
	}
	return out
}
