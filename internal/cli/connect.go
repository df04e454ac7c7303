package cli

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/state"
)

// configured is one provider configuration, and its connection once made.
type configured struct {
	key    string
	vendor provider.Provider
	conn   *provider.Connection
	at     hcl.Range
	// levels is where the configuration says what each level is called live.
	levels map[string]hcl.Range
	client provider.Client
	meter  *transport.Meter
	self   string // id of the account that holds the token, if it could be read
}

// sandboxTenant begins the tenant of an embedded server, followed by its store's
// id.
const sandboxTenant = "sandbox:"

// connect starts the embedded servers that are asked for and makes a client for
// every provider configuration. It makes no call yet.
func (p *project) connect(ctx context.Context) error {
	if len(p.unset) > 0 {
		return p.unset
	}
	for _, key := range p.keys {
		c := p.providers[key]
		if c.client != nil {
			continue
		}
		if c.conn.Sandbox {
			if err := p.startSandbox(ctx, c); err != nil {
				return err
			}
		}
		var hc *http.Client
		hc, c.meter = transport.New(p.transportOptions(c))
		c.client = c.vendor.Open(c.conn, hc)
		// Before an embedded server ends, which was opened earlier: it waits for
		// connections that are open.
		p.app.atEnd(hc.CloseIdleConnections)
	}
	return nil
}

// sandboxPatience is how long a command waits for the store of an embedded server
// before it says so.
const sandboxPatience = time.Second

func (p *project) startSandbox(ctx context.Context, c *configured) error {
	dir := p.app.sandboxDir(c.key)
	notice := time.AfterFunc(sandboxPatience, func() { p.app.talk("Waiting for another command that uses the sandbox in %s.", dir) })
	server, err := c.vendor.Sandbox(provider.SandboxOptions{Dir: dir, Context: ctx, Observe: p.app.observer(c.vendor)})
	notice.Stop()
	if err != nil {
		return fmt.Errorf("the sandbox of provider %q cannot be started: %w", c.key, err)
	}
	served, err := sandbox.Serve(sandbox.Loopback, server)
	if err != nil {
		_ = server.Close()
		return fmt.Errorf("the sandbox of provider %q cannot listen: %w", c.key, err)
	}
	c.conn.BaseURL = served.URL
	c.conn.Tenant = sandboxTenant + server.StoreID()
	c.conn.Token = server.Token(served.URL)
	p.app.atEnd(func() {
		end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = served.Close(end)
		if err := server.Close(); err != nil {
			p.app.fail("The sandbox could not keep its data", err.Error())
		}
	})
	return nil
}

func (p *project) transportOptions(c *configured) transport.Options {
	o := transport.Options{
		AccessToken: c.conn.AccessToken, Secrets: c.conn.Secrets, UserAgent: "espalier/" + Version,
		OnWait: p.app.waiting, Allowance: p.allowance,
	}
	if t := c.conn.Token; t != nil {
		o.Token = &transport.Token{URL: t.URL, Params: t.Params, InQuery: t.InQuery, TryOther: t.TryOther, Timestamp: t.Timestamp, Settings: t.Settings}
		if s := t.Signature; s != nil {
			o.Token.Signature = &transport.Signature{Param: s.Param, Key: s.Key, Over: s.Over}
		}
	}
	if p.app.env("ESPALIER_TRACE") != "" {
		o.Trace = func(line string) { fmt.Fprintln(p.app.Err, line) }
	}
	return o
}

// checkOneEach refuses two provider configurations of one tenant: each would take
// the other's objects for strangers, and might delete what the other wants.
func (p *project) checkOneEach() error {
	first := map[string]*configured{}
	for _, key := range p.keys {
		c := p.providers[key]
		other := first[c.conn.Tenant]
		if other == nil {
			first[c.conn.Tenant] = c
			continue
		}
		at := c.at
		return hcl.Diagnostics{{Severity: hcl.DiagError, Subject: &at, Summary: "Two provider configurations reach one tenant",
			Detail: fmt.Sprintf("Provider %q and provider %q (%s) both reach %s. An object there must belong to one of them alone. Use one provider block for this tenant.",
				c.key, other.key, other.at, c.conn.Tenant)}}
	}
	return nil
}

// checkTenants refuses a state that belongs to other tenants than the providers
// now reach: the ids of one must never be used on another.
func (p *project) checkTenants(s *state.Snapshot) error {
	if err := p.checkOneEach(); err != nil {
		return err
	}
	if s == nil {
		return nil
	}
	var diags hcl.Diagnostics
	for _, key := range p.keys {
		c := p.providers[key]
		had, ok := s.Tenants[key]
		if !ok || had == c.conn.Tenant {
			continue
		}
		at := c.at
		if strings.HasPrefix(had, sandboxTenant) && c.conn.Sandbox {
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "The sandbox of this state is gone",
				Detail: fmt.Sprintf("The state's objects of provider %q were in an embedded server whose data in %s have been deleted or replaced. Delete the state as well to begin anew, or put the data back.", key, p.app.sandboxDir(key))})
			continue
		}
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "The state belongs to another tenant",
			Detail: fmt.Sprintf("The state's objects of provider %q are in %s, and the configuration now reaches %s. Their ids mean other people and groups there. Use another state for this tenant, or, if it is the same one under another address, say so with \"espalier state rebind %s\".",
				key, had, c.conn.Tenant, key)}
		if at.Filename != "" {
			d.Subject = &at
		}
		diags = append(diags, d)
	}
	if len(diags) > 0 {
		return diags
	}
	return nil
}
