package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/schema"
)

// root is the program with all its commands.
func (a *app) root() *cobra.Command {
	version := false
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
		RunE: func(cmd *cobra.Command, args []string) error {
			if version {
				return a.sayVersion()
			}
			return cmd.Help()
		},
	}
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetIn(a.In)
	root.Flags().BoolVar(&version, "version", false, "say the version, as the command of that name does")
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
	helpfulArguments(root)
	return root
}

// helpfulArguments has every command say what to write instead, where its
// arguments are not what it takes.
func helpfulArguments(cmd *cobra.Command) {
	takes := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case cmd.HasSubCommands() && len(args) > 0:
			return noCommand(cmd, args[0])
		case takes == nil || takes(cmd, args) == nil:
			return nil
		}
		return fmt.Errorf("these are not the arguments of \"%s\": %s. Write it as: %s", cmd.CommandPath(), given(args), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	}
	for _, sub := range cmd.Commands() {
		helpfulArguments(sub)
	}
}

func given(args []string) string {
	if len(args) == 0 {
		return "there are none"
	}
	return strings.Join(args, " ")
}

func noCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	hint := fmt.Sprintf("\"%s -help\" lists them", cmd.CommandPath())
	if near := schema.Suggest(name, names); near != "" {
		hint = fmt.Sprintf("Did you mean \"%s %s\"?", cmd.CommandPath(), near)
	}
	return fmt.Errorf("there is no command \"%s %s\". %s", cmd.CommandPath(), name, hint)
}
