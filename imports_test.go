package main_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/espalier-dev/espalier"

// A room is one package of the program and what it may see of the others. The
// packages are named by their folder; "*" stands for all of them.
type room struct {
	sees []string
	// tests are packages that its tests may import as well.
	tests []string
}

// rooms is the table of docs/architecture.md. A package without a row is a fault:
// whoever adds one says here what it may see.
var rooms = map[string]room{
	".":                       {sees: []string{"internal/cli"}, tests: []string{"*"}},
	"schema":                  {},
	"planner":                 {sees: []string{"schema"}},
	"provider":                {sees: []string{"schema"}},
	"provider/internal/block": {sees: []string{"schema", "provider"}},
	"provider/internal/rest":  {sees: []string{"schema", "provider"}},
	"provider/all":            {sees: []string{"schema", "provider", "provider/<vendor>"}},
	"provider/providertest":   {sees: []string{"schema", "provider"}},
	"provider/<vendor>":       {sees: []string{"schema", "provider", "provider/internal/block", "provider/internal/rest", "internal/sandbox"}, tests: []string{"provider/providertest", "internal/contract"}},
	"state":                   {sees: []string{"schema"}, tests: []string{"state/statetest", "state/seal"}},
	"state/postgres":          {sees: []string{"schema", "state"}, tests: []string{"state/statetest", "internal/servertest"}},
	"state/s3":                {sees: []string{"schema", "state"}, tests: []string{"state/statetest", "internal/servertest"}},
	"state/web":               {sees: []string{"schema", "state"}, tests: []string{"state/statetest"}},
	"state/seal":              {sees: []string{"schema"}, tests: []string{"state"}},
	"state/all":               {sees: []string{"state", "state/postgres", "state/s3", "state/web"}},
	"state/statetest":         {sees: []string{"schema", "state"}},
	"internal/transport":      {},
	"internal/sandbox":        {},
	"internal/render":         {sees: []string{"schema", "planner"}},
	"internal/cli":            {sees: []string{"*"}},
	"internal/servertest":     {},
	"internal/contract":       {sees: []string{"provider"}},
	"internal/laws":           {tests: []string{"*"}},
	"internal/faces":          {tests: []string{"*"}},
}

// suites are the packages that hold code for tests alone. Nothing of the program
// imports them, so that neither they nor their tools end up in it.
var suites = []string{"provider/providertest", "state/statetest", "internal/servertest", "internal/contract", "internal/laws", "internal/faces"}

// homes says which packages may import a third-party module; the first prefix
// that fits counts. A module that is not here is a fault as well.
var homes = []struct {
	prefix string
	at     []string
}{
	{"github.com/hashicorp/hcl/v2/hclwrite", []string{"schema"}},
	{"github.com/hashicorp/hcl/v2", []string{"schema", "planner", "internal/render", "internal/cli"}},
	{"github.com/zclconf/go-cty-yaml", []string{"schema"}},
	{"github.com/zclconf/go-cty", []string{"schema", "planner", "provider", "provider/internal/block", "provider/internal/rest", "provider/<vendor>",
		"provider/providertest", "state", "state/postgres", "state/s3", "state/web", "state/seal", "state/statetest", "internal/render", "internal/cli"}},
	{"github.com/sergi/go-diff", []string{"internal/render"}},
	{"github.com/fatih/color", []string{"internal/render"}},
	{"golang.org/x/oauth2", []string{"internal/transport"}},
	{"golang.org/x/time", []string{"internal/transport"}},
	{"golang.org/x/term", []string{"internal/cli"}},
	{"golang.org/x/sync", []string{"*"}},
	{"github.com/spf13/cobra", []string{"internal/cli"}},
	{"github.com/spf13/pflag", []string{"internal/cli"}},
	{"github.com/google/renameio", []string{"state"}},
	{"github.com/gofrs/flock", []string{"state", "internal/sandbox"}},
	{"github.com/agext/levenshtein", []string{"schema", "planner"}},
	{"golang.org/x/mod", []string{"schema"}},
	{"golang.org/x/crypto", []string{"state", "state/seal"}},
	{"filippo.io/age", []string{"state/seal"}},
	{"github.com/jackc/pgx/v5", []string{"state/postgres"}},
	{"github.com/aws", []string{"state/s3"}},
	{"github.com/gabriel-vasile/mimetype", []string{"schema"}},
	// Tools of tests: at home in tests and in the suites that tests run.
	{"github.com/getkin/kin-openapi", []string{"internal/contract"}},
	{"github.com/google/go-cmp", []string{"provider/providertest", "state/statetest"}},
	{"pgregory.net/rapid", []string{"provider/providertest", "state/statetest"}},
	{"github.com/rogpeppe/go-internal", nil},
	{"github.com/chromedp", nil},
	{"github.com/hashicorp/terraform-json", nil},
	{"github.com/open-policy-agent/opa", nil},
	{"github.com/rhysd/actionlint", nil},
	{"github.com/santhosh-tekuri/jsonschema", nil},
}

// ofTests are the modules that every test may import.
var ofTests = []string{"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal", "github.com/zclconf/go-cty", "golang.org/x/sync",
	"github.com/chromedp", "github.com/hashicorp/terraform-json", "github.com/open-policy-agent/opa", "github.com/rhysd/actionlint", "github.com/santhosh-tekuri/jsonschema"}

// speakers are the packages that may print, and read or write the standard
// streams.
var speakers = []string{".", "internal/cli", "internal/render"}

// namers are the packages outside a vendor's own that may name it: the contract
// gives examples, the list is the list, the laws are tried on one.
var namers = []string{"provider", "provider/all", "internal/laws"}

// long are the files that may have more than 400 lines, each with its reason.
var long = map[string]string{}

// source is one Go file, as far as the rules look at it.
type source struct {
	path  string // from the top of the repository, with slashes
	text  string
	file  *ast.File
	lines int
}

func (s source) pkg() string    { return path.Dir(s.path) }
func (s source) isTest() bool   { return strings.HasSuffix(s.path, "_test.go") }
func (s source) isMain() bool   { return s.path == "main.go" }
func (s source) isDoc() bool    { return path.Base(s.path) == "doc.go" && s.file.Doc.Text() != "" }
func (s source) vendor() string { return vendorOf(s.pkg()) }

// vendorOf returns the vendor whose folder the package is, or "".
func vendorOf(pkg string) string {
	name, ok := strings.CutPrefix(pkg, "provider/")
	if !ok || name == "all" || name == "providertest" || strings.HasPrefix(name, "internal/") {
		return ""
	}
	name, _, _ = strings.Cut(name, "/")
	return name
}

// roomOf returns the name of the package's row in the tables.
func roomOf(pkg string) string {
	if vendorOf(pkg) != "" {
		return "provider/<vendor>"
	}
	return pkg
}

func TestArchitecture(t *testing.T) {
	sources := read(t, os.DirFS("."))
	if len(sources) < 20 {
		t.Fatalf("only %d Go files were found: the test does not see the repository", len(sources))
	}
	for _, complaint := range complaints(sources) {
		t.Error(complaint)
	}
	for name := range rooms {
		if !slices.ContainsFunc(sources, func(s source) bool { return roomOf(s.pkg()) == name && !s.isTest() }) {
			t.Errorf("the table of rooms has a row for %s, which has no code", name)
		}
	}
	for name, reason := range long {
		if reason == "" {
			t.Errorf("%s may be long, but no reason is given", name)
		}
	}
}

// complaints holds the sources against all rules.
func complaints(sources []source) []string {
	var found []string
	say := func(s source, format string, args ...any) {
		found = append(found, s.path+": "+fmt.Sprintf(format, args...))
	}
	vendors, documented := map[string]bool{}, map[string]bool{}
	for _, s := range sources {
		if v := s.vendor(); v != "" {
			vendors[v] = true
		}
		if s.isDoc() || s.isMain() {
			documented[s.pkg()] = true
		}
	}
	for _, s := range sources {
		checkImports(s, say)
		checkVendorWords(s, slices.Sorted(maps.Keys(vendors)), say)
		checkCode(s, say)
		if !s.isTest() && s.lines > 400 && long[s.path] == "" {
			say(s, "%d lines are too many; find a better place for half of it, or give the reason in the list of long files", s.lines)
		}
		if !s.isTest() && !documented[s.pkg()] {
			documented[s.pkg()] = true // said once
			say(s, "its package has no doc.go with a package comment")
		}
	}
	return found
}

type sayFunc func(s source, format string, args ...any)

func checkImports(s source, say sayFunc) {
	row, ok := rooms[roomOf(s.pkg())]
	if !ok {
		say(s, "package %s has no row in the table of rooms", s.pkg())
		return
	}
	for _, spec := range s.file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		switch inside, ours := strings.CutPrefix(imported, module+"/"); {
		case ours && inside == s.pkg(): // a test from outside its own package
		case ours && slices.Contains(suites, inside) && !s.isTest():
			say(s, "%s is for tests, and must not end up in the program", inside)
		case ours && !mayImport(row.sees, inside) && !(s.isTest() && mayImport(row.tests, inside)):
			say(s, "%s must not import %s", s.pkg(), inside)
		case !ours && strings.Contains(strings.Split(imported, "/")[0], "."):
			checkHome(s, imported, say)
		}
	}
}

func mayImport(allowed []string, pkg string) bool {
	return slices.Contains(allowed, "*") || slices.Contains(allowed, roomOf(pkg))
}

func checkHome(s source, imported string, say sayFunc) {
	under := func(prefix string) bool { return imported == prefix || strings.HasPrefix(imported, prefix+"/") }
	if s.isTest() && slices.ContainsFunc(ofTests, under) {
		return
	}
	for _, home := range homes {
		if under(home.prefix) {
			if !mayImport(home.at, s.pkg()) {
				say(s, "%s is not at home in %s but in %s", home.prefix, s.pkg(), cmp.Or(strings.Join(home.at, ", "), "tests"))
			}
			return
		}
	}
	say(s, "%s has no home: add it to the table and to docs/dependencies.md", imported)
}

// checkVendorWords keeps vendors' names in their own folders; comments count,
// because they are read as well.
func checkVendorWords(s source, vendors []string, say sayFunc) {
	for number, line := range strings.Split(s.text, "\n") {
		for _, vendor := range vendors {
			if !strings.Contains(strings.ToLower(line), vendor) {
				continue
			}
			if s.vendor() == vendor || slices.Contains(namers, s.pkg()) || strings.Contains(line, module+"/provider/"+vendor) {
				continue // an import is checked as one
			}
			say(s, "line %d names the vendor %s, which belongs under provider/%s, examples/, testdata/ and docs/", number+1, vendor, vendor)
		}
	}
}

// checkCode looks for what only a program's outermost layer may do.
func checkCode(s source, say sayFunc) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				say(s, "func init is not used here: make the value where it is needed")
			}
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && !s.isTest() {
				checkCall(s, of.Name, n.Sel.Name, say)
			}
		}
		return true
	})
}

func checkCall(s source, pkg, name string, say sayFunc) {
	switch {
	case pkg == "os" && name == "Exit":
		if !s.isMain() {
			say(s, "os.Exit belongs in main.go alone: return an exit code or an error")
		}
	case pkg == "log":
		say(s, "log.%s is not used: return an error", name)
	case slices.Contains(speakers, s.pkg()):
	case pkg == "fmt" && strings.HasPrefix(name, "Print"), pkg == "os" && strings.HasPrefix(name, "Std"):
		say(s, "%s.%s prints below the command line: return a value, or take a writer", pkg, name)
	}
}

// read parses all Go files but those of test data and hidden folders.
func read(t *testing.T, fsys fs.FS) []source {
	t.Helper()
	var sources []source
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		sources = append(sources, source{path: name, text: string(text), file: file, lines: strings.Count(string(text), "\n")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}
