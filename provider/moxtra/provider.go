package moxtra

import (
	"net/http"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Provider is Moxtra. It holds nothing but its types, which are made once and
// never change.
type Provider struct {
	types, data []*schema.Type
}

// New returns the provider.
func New() Provider {
	return Provider{types: resourceTypes(), data: dataTypes()}
}

// Name returns the word of the provider block.
func (Provider) Name() string { return providerName }

// Settings returns the attributes of the provider block.
func (Provider) Settings() []schema.Attribute { return settingAttributes() }

// Types returns the resource types: users and their pictures.
func (p Provider) Types() []*schema.Type { return p.types }

// Data returns the data sources.
func (p Provider) Data() []*schema.Type { return p.data }

// Open makes a client for a connection that Connect made. It makes no call.
func (Provider) Open(c *provider.Connection, hc *http.Client) provider.Client {
	return newClient(c, hc)
}

// Sandbox makes the embedded server.
func (Provider) Sandbox(options provider.SandboxOptions) (provider.Sandbox, error) {
	return NewSandbox(options)
}
