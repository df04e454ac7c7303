package all

import (
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/motimate"
	"github.com/espalier-dev/espalier/provider/moxtra"
	"github.com/espalier-dev/espalier/schema"
)

// Providers returns every vendor, in the order of the reference pages.
func Providers() []provider.Provider {
	return []provider.Provider{
		motimate.New(),
		moxtra.New(),
	}
}

// Library returns what the language needs to know of all vendors.
func Library() schema.Library {
	lib := schema.Library{
		Providers: map[string][]schema.Attribute{},
		Resources: map[string]*schema.Type{},
		Data:      map[string]*schema.Type{},
	}
	for _, p := range Providers() {
		lib.Providers[p.Name()] = p.Settings()
		for _, t := range p.Types() {
			lib.Resources[t.Name] = t
		}
		for _, t := range p.Data() {
			lib.Data[t.Name] = t
		}
	}
	return lib
}
