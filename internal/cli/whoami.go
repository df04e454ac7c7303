package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

func (a *app) whoamiCommand() *cobra.Command {
	var vars variables
	var asJSON bool
	cmd := &cobra.Command{
		Use: "whoami", Short: "Check the credentials by the vendor's own \"me\" call", Args: cobra.NoArgs,
		Long: "whoami asks the vendor of every provider configuration whose token it is, and shows the account\nand the tenant. It reads nothing else and no state. If one of them fails the others are asked all the\nsame, and the exit code is 1.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			if err := p.connect(cmd.Context()); err != nil {
				return err
			}
			if len(p.keys) == 0 && !asJSON {
				a.talk("The configuration uses no provider, so there is nobody to ask.")
			}
			if asJSON {
				return p.sayWho(cmd.Context(), render.AccountsJSON)
			}
			return p.sayWho(cmd.Context(), render.Accounts)
		},
	}
	vars.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON document")
	return cmd
}

// sayWho asks each provider whose token it is, and shows the answers. The error
// has what each that failed has to say.
func (p *project) sayWho(ctx context.Context, show func(io.Writer, []render.Account) error) error {
	accounts := make([]render.Account, len(p.keys))
	var failed []error
	for i, key := range p.keys {
		c := p.providers[key]
		accounts[i] = render.Account{Provider: key, Tenant: c.conn.Tenant}
		self, err := c.client.Self(ctx)
		if errors.Is(err, context.Canceled) {
			return err
		}
		if err != nil {
			accounts[i].Problem = err.Error()
			failed = append(failed, p.explainWho(c, err))
			continue
		}
		accounts[i].ID, accounts[i].Name = self.ID, p.nameOf(c, self)
		c.standing(self, &accounts[i])
	}
	if err := show(p.app.Out, accounts); err != nil {
		return err
	}
	return errors.Join(failed...)
}

// standing says which role an account has, and whether it is that of an
// administrator, as far as the vendor tells.
func (c *configured) standing(self schema.Object, account *render.Account) {
	for _, t := range c.vendor.Types() {
		for _, name := range t.ByPurpose(schema.PurposeAdmin) {
			v, ok := self.Attrs[name]
			if !ok || schema.IsEmpty(v) || v.Type() != cty.String {
				continue
			}
			v, _ = v.Unmark()
			account.RoleName, account.Role, account.AdminRole = name, v.AsString(), t.Attribute(name).Admin
			return
		}
	}
}

// explainWho says what a token call or a call for its account means that failed.
func (p *project) explainWho(c *configured, err error) error {
	summary := "Provider %q could not be asked who it is"
	switch provider.KindOf(err) {
	case provider.Unauthorized:
		summary = "Provider %q does not accept the credentials"
	case provider.NotFound, provider.Malformed:
		summary = "Provider %q answers, but not as the vendor's API does"
	case provider.Unavailable:
		summary = "Provider %q cannot be reached"
	}
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: fmt.Sprintf(summary, c.key), Detail: readingText(err)}
	if at := c.at; at.Filename != "" {
		d.Subject = &at
	}
	return hcl.Diagnostics{d}
}
