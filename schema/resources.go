package schema

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty/function"
)

// Resource is a resource block as it is declared, before anything is evaluated.
type Resource struct {
	Address  Address // without a key
	Provider string  // the key of the provider configuration
	Block    *Block
}

// Resources lists the resource blocks, nested ones included, by address.
func (c *Config) Resources() []Resource {
	out := make([]Resource, 0, len(c.resources))
	for _, addr := range slices.SortedFunc(maps.Keys(c.resources), Address.Compare) {
		d := c.resources[addr]
		out = append(out, Resource{Address: addr, Provider: d.provider, Block: d.block})
	}
	return out
}

// HasData reports whether the configuration reads any data source.
func (c *Config) HasData() bool { return len(c.data) > 0 }

// Functions are those that the configuration's expressions can call.
func (s *Scope) Functions() map[string]function.Function { return s.functions }
