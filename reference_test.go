package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/state"
)

const referenceFolder = "docs/reference"

// TestReference proves that the reference pages say what the program does.
func TestReference(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "reference")
	if *update {
		if err := os.RemoveAll(referenceFolder); err != nil {
			t.Fatal(err)
		}
		fresh = referenceFolder
	}
	e := &example{t: t, dir: "."}
	folder, err := filepath.Abs(fresh)
	if err != nil {
		t.Fatal(err)
	}
	e.run(cli.ExitDone, "schema", "-markdown="+folder)
	if diff := cmp.Diff(texts(t, referenceFolder), texts(t, fresh)); diff != "" {
		t.Errorf("%s is not what the program writes (-there +fresh); run: go test . -run TestReference -update\n%s", referenceFolder, diff)
	}
}

// TestReferenceOfGuards looks for every guard that can be let through, and for the
// limits that hold by default.
func TestReferenceOfGuards(t *testing.T) {
	page := texts(t, referenceFolder)["exit-codes.md"]
	for _, name := range planner.Allowable() {
		if !strings.Contains(page, "| `"+name+"` |") {
			t.Errorf("the page of guards does not explain %s", name)
		}
	}
	if limit := planner.DefaultLimits().MaxPeopleAffected; !strings.Contains(page, fmt.Sprintf("%s, from %d on", limit, limit.Floor)) {
		t.Error("the page of guards does not say the limits")
	}
}

// texts reads all files of a folder, by path.
func texts(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		found[name] = string(text)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

// TestReferenceExamples runs what the pages show: every type has an example, each
// is a valid configuration in the usual form, those of resources can be applied
// one after another, and those of data sources find what these have made.
func TestReferenceExamples(t *testing.T) {
	for _, vendor := range all.Providers() {
		t.Run(vendor.Name(), func(t *testing.T) {
			t.Parallel()
			manual := vendor.Manual()
			if manual.Introduction == "" {
				t.Error("the page of the provider has no introduction")
			}
			e := &example{t: t, dir: t.TempDir(), environ: []string{strings.ToUpper(vendor.Name()) + "_SANDBOX=true"}}
			if err := os.CopyFS(e.dir, manual.Examples); err != nil {
				t.Fatal(err)
			}
			e.run(cli.ExitDone, "fmt", "-check", ".")
			pages := e.setAside()
			e.show(pages, "provider")
			for _, typ := range vendor.Types() {
				e.show(pages, "resource_"+typ.Name)
				e.run(cli.ExitDone, "apply", "-auto-approve")
				e.run(cli.ExitDone, "plan", "-detailed-exitcode")
			}
			for _, typ := range vendor.Data() {
				e.show(pages, "data_"+typ.Name)
				e.run(cli.ExitDone, "plan")
			}
			if len(pages) > 0 {
				t.Errorf("%s show nothing that there is", slices.Sorted(maps.Keys(pages)))
			}
			checkExampleText(t, manual)
		})
	}
}

// setAside takes the examples out of the folder, where each stands for itself, and
// returns them by the name of their page.
func (e *example) setAside() map[string]string {
	e.t.Helper()
	pages := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(e.dir, "*.org.hcl"))
	if err != nil {
		e.t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			e.t.Fatal(err)
		}
		pages[strings.TrimSuffix(filepath.Base(path), ".org.hcl")] = string(text)
	}
	return pages
}

// show puts the example of one page into the folder, with no state, and takes it
// from the pages.
func (e *example) show(pages map[string]string, page string) {
	e.t.Helper()
	text, ok := pages[page]
	if !ok {
		e.t.Fatalf("there is no example for the page %s", page)
	}
	delete(pages, page)
	for _, name := range []string{state.DefaultPath, state.DefaultPath + ".backup"} {
		if err := os.Remove(filepath.Join(e.dir, name)); err != nil && !os.IsNotExist(err) {
			e.t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(e.dir, "main.org.hcl"), []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
	e.run(cli.ExitDone, "validate")
}

// checkExampleText asks for a page that has no example.
func checkExampleText(t *testing.T, m provider.Manual) {
	t.Helper()
	if m.Example("provider") == "" || m.Example("no_such_page") != "" || (provider.Manual{}).Example("provider") != "" {
		t.Error("an example is not found by the name of its page")
	}
}
