package cli

import (
	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
)

func (a *app) graphCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use: "graph [FILE]", Short: "Write the steps of a plan and their order as DOT", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				_, plan, err := a.readSaved(args[0])
				if err != nil {
					return err
				}
				return render.Graph(a.Out, plan, a.outOptions())
			}
			p, err := a.load(f.variables)
			if err != nil {
				return err
			}
			snapshot, _, err := p.backend.Read(cmd.Context())
			if err != nil {
				return err
			}
			made, err := p.plan(cmd.Context(), &f, snapshot)
			if err != nil {
				return err
			}
			return render.Graph(a.Out, made.plan, a.outOptions())
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.destroy, "destroy", false, "graph the deletion of everything that the state owns")
	return cmd
}
