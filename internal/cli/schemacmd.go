package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
)

func (a *app) schemaCommand() *cobra.Command {
	var asJSON bool
	var folder string
	cmd := &cobra.Command{
		Use: "schema", Short: "Show every type and attribute", Args: cobra.NoArgs,
		Long: "schema shows the settings of every provider, and every resource type and data source with\nall attributes. With -markdown it writes the reference pages, which say the same at length, with\nexamples, and explain the commands as well.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case asJSON && folder != "":
				return errors.New("-json and -markdown both say what to write. Give one of them")
			case folder != "":
				return a.writeReference(cmd.Root(), folder)
			case asJSON:
				return render.SchemaJSON(a.Out, a.library)
			}
			return render.Schema(a.Out, a.library, a.outOptions())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON document")
	cmd.Flags().StringVar(&folder, "markdown", "", "write the reference pages into this `folder`")
	return cmd
}

// writeReference writes all reference pages into a folder, which is made if it is
// not there. Other files in it stay.
func (a *app) writeReference(root *cobra.Command, folder string) error {
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(a.dir, folder)
	}
	pages := a.reference(root).Pages()
	for _, page := range pages {
		path := filepath.Join(folder, filepath.FromSlash(page.Path))
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(page.Text), 0o644)
		}
		if err != nil {
			return fmt.Errorf("the reference pages cannot be written: %w. Give -markdown a folder that can be written", err)
		}
	}
	a.talk("Wrote %s into %s.", count(len(pages), "page", "pages"), folder)
	return nil
}
