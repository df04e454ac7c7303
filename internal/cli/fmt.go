package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/schema"
)

func (a *app) fmtCommand() *cobra.Command {
	var checkOnly, diff, recursive bool
	cmd := &cobra.Command{
		Use: "fmt [FILE OR FOLDER...]", Short: "Write configuration files in the usual form",
		Long: "fmt rewrites *.org.hcl and *.orgvars files in the usual form and names those it changed.",
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := a.formattable(args, recursive)
			if err != nil {
				return err
			}
			return a.format(files, checkOnly, diff)
		},
	}
	cmd.Flags().BoolVar(&checkOnly, "check", false, "change nothing; exit 3 if a file is not in the usual form")
	cmd.Flags().BoolVar(&diff, "diff", false, "show what would be changed")
	cmd.Flags().BoolVar(&recursive, "recursive", false, "go into folders below as well")
	return cmd
}

// exitUnformatted is what fmt -check exits with when a file is not in the usual
// form, as its users know it.
const exitUnformatted = 3

func (a *app) format(files []string, checkOnly, diff bool) error {
	var diags hcl.Diagnostics
	changed := false
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		out, problems := schema.Format(src, file)
		if problems.HasErrors() {
			diags = append(diags, problems...)
			continue
		}
		if bytes.Equal(src, out) {
			continue
		}
		changed = true
		a.say("%s", file)
		if diff {
			if err := render.Diff(a.Out, string(src), string(out), file, a.outOptions()); err != nil {
				return err
			}
		}
		if checkOnly {
			continue
		}
		if err := replaceFile(file, out); err != nil {
			return err
		}
	}
	switch {
	case len(diags) > 0:
		return diags
	case changed && checkOnly:
		return exit(exitUnformatted)
	}
	return nil
}

// formattable lists the files to look at: those named, and those in the folders
// named; without any, the working folder.
func (a *app) formattable(args []string, recursive bool) ([]string, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	var files []string
	for _, arg := range args {
		path := a.file(arg)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no file or folder %q", arg)
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && name != path && (!recursive || strings.HasPrefix(d.Name(), ".")):
				return fs.SkipDir
			case !d.IsDir() && (strings.HasSuffix(name, ".org.hcl") || strings.HasSuffix(name, ".orgvars")):
				files = append(files, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// replaceFile writes a file anew, keeping its permissions.
func replaceFile(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, data, info.Mode().Perm())
}
