package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// root is the program with all its commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "espalier", Short: "Keep an organisation as files say it should be",
		Long: "Espalier compares HCL files that say what an organisation's groups, positions and people\n" +
			"should be with the live system, shows the difference, and makes it so.\n\n" +
			"Long flags may be written with one dash or two.",
		SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.dir == "" {
				a.dir = "."
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() },
		Args: cobra.NoArgs,
	}
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetIn(a.In)
	root.PersistentFlags().StringVar(&a.dir, "chdir", ".", "work in this `folder`")
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "write without colours")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w. See \"%s -help\"", err, cmd.CommandPath())
	})
	root.AddCommand(
		a.planCommand(), a.applyCommand(), a.destroyCommand(), a.validateCommand(), a.fmtCommand(),
		a.initCommand(), a.importCommand(), a.stateCommand(), a.forceUnlockCommand(), a.showCommand(), a.outputCommand(),
		a.treeCommand(), a.graphCommand(), a.whoamiCommand(), a.schemaCommand(), a.sandboxCommand(), a.versionCommand(),
	)
	return root
}
