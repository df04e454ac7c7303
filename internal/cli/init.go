package cli

import (
	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
)

func (a *app) initCommand() *cobra.Command {
	var vars variables
	cmd := &cobra.Command{
		Use: "init", Short: "Check settings, state and token; nothing is installed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			snapshot, pending, err := p.backend.Read(cmd.Context())
			if err != nil {
				return err
			}
			a.say("Settings: the configuration is readable, with %s.", count(len(p.keys), "provider configuration", "provider configurations"))
			if snapshot == nil {
				a.say("State: none yet; the first apply makes it in %s.", p.backend.Where())
			} else {
				a.say("State: %s in %s, serial %d.", count(len(snapshot.Records), "object", "objects"), p.backend.Where(), snapshot.Serial)
			}
			if len(pending) > 0 {
				a.say("State: %s of an earlier run without an answer; the next apply settles them.", count(len(pending), "call", "calls"))
			}
			if err := p.connect(cmd.Context()); err != nil {
				return err
			}
			if err := p.checkTenants(snapshot); err != nil {
				return err
			}
			return p.sayWho(cmd.Context(), render.Accounts)
		},
	}
	vars.flags(cmd)
	return cmd
}
