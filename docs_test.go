package main_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentLinks follows every link from one file of the repository to
// another.
func TestDocumentLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for name, text := range documents(t) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target := path.Join(path.Dir(name), match[1])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
			}
		}
	}
}

// TestDecisionsAreListed compares the list of decisions with the folder.
func TestDecisionsAreListed(t *testing.T) {
	entries, err := os.ReadDir("docs/decisions")
	if err != nil {
		t.Fatal(err)
	}
	list := documents(t)["docs/decisions/README.md"]
	for _, entry := range entries {
		if entry.Name() != "README.md" && !strings.Contains(list, "]("+entry.Name()+")") {
			t.Errorf("docs/decisions/README.md does not list %s", entry.Name())
		}
	}
}

// TestDependenciesAreExplained looks for every direct requirement of go.mod in
// docs/dependencies.md.
func TestDependenciesAreExplained(t *testing.T) {
	gomod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page := documents(t)["docs/dependencies.md"]
	requirement := regexp.MustCompile(`(?m)^(?:require )?\t?([a-z0-9.-]+\.[a-z]+/\S+) v\S+$`)
	for _, match := range requirement.FindAllStringSubmatch(string(gomod), -1) {
		if !strings.Contains(page, "`"+match[1]+"`") {
			t.Errorf("go.mod requires %s, and docs/dependencies.md does not say what for", match[1])
		}
	}
}

// documents reads all Markdown files but those of hidden folders and test data.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	tree := os.DirFS(".")
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".md" {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		found[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
