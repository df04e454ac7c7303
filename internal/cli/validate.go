package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) validateCommand() *cobra.Command {
	var vars variables
	cmd := &cobra.Command{
		Use: "validate", Short: "Check the configuration without a network", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			if err := a.check(p.check()); err != nil {
				return err
			}
			a.say("The configuration is valid.")
			return nil
		},
	}
	vars.flags(cmd)
	return cmd
}
