package main_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestRulesFindFaults holds the rules themselves to account: each file below has
// one fault, or none, and the rules must say exactly that.
func TestRulesFindFaults(t *testing.T) {
	const doc = "// Package x is for this test.\npackage x\n"
	base := fstest.MapFS{}
	for _, pkg := range []string{"schema", "planner", "provider", "provider/all", "provider/bonsai", "provider/topiary", "state", "internal/render", "internal/cli", "internal/transport"} {
		base[pkg+"/doc.go"] = &fstest.MapFile{Data: []byte(doc)}
	}
	imports := func(path string) string { return "package x\nimport _ \"" + path + "\"\n" }
	ours := func(pkg string) string { return imports(module + "/" + pkg) }
	tests := map[string]struct{ path, text, want string }{
		"schema knows nothing of ours":        {"schema/a.go", ours("state"), "schema must not import state"},
		"planner sees the language":           {"planner/a.go", ours("schema"), ""},
		"siblings do not meet":                {"planner/a.go", ours("state"), "planner must not import state"},
		"not in tests either":                 {"planner/a_test.go", ours("state"), "planner must not import state"},
		"a vendor does not plan":              {"provider/bonsai/a.go", ours("planner"), "must not import planner"},
		"a vendor does not send":              {"provider/bonsai/a.go", ours("internal/transport"), "must not import internal/transport"},
		"vendors do not meet":                 {"provider/bonsai/a.go", ours("provider/topiary"), "must not import provider/topiary"},
		"the list knows vendors":              {"provider/all/a.go", ours("provider/bonsai"), ""},
		"a suite is for tests":                {"provider/bonsai/a.go", ours("provider/providertest"), "provider/providertest is for tests"},
		"and tests use it":                    {"provider/bonsai/a_test.go", ours("provider/providertest"), ""},
		"not even the command line uses it":   {"internal/cli/a.go", ours("internal/contract"), "internal/contract is for tests"},
		"a tool of a suite elsewhere":         {"provider/bonsai/a.go", imports("github.com/getkin/kin-openapi/openapi3"), "not at home in provider/bonsai but in internal/contract"},
		"nobody knows the command line":       {"internal/render/a.go", ours("internal/cli"), "must not import internal/cli"},
		"the command line knows everyone":     {"internal/cli/a.go", ours("internal/transport"), ""},
		"a package without a row":             {"util/doc.go", doc, "has no row"},
		"a module away from home":             {"internal/cli/a.go", imports("golang.org/x/oauth2"), "not at home in internal/cli but in internal/transport"},
		"a package of a module at home":       {"internal/transport/a.go", imports("golang.org/x/oauth2/clientcredentials"), ""},
		"the longer prefix counts":            {"internal/render/a.go", imports("github.com/hashicorp/hcl/v2/hclwrite"), "hclwrite is not at home"},
		"a module without a home":             {"schema/a.go", imports("example.org/new"), "has no home"},
		"a tool of tests in the program":      {"schema/a.go", imports("github.com/google/go-cmp/cmp"), "not at home in schema"},
		"and in a test":                       {"schema/a_test.go", imports("github.com/google/go-cmp/cmp"), ""},
		"a vendor named in the engine":        {"planner/a.go", "package x\nconst kind = \"Bonsai_group\"\n", "line 2 names the vendor bonsai"},
		"a vendor named in a comment":         {"state/a.go", "package x\n// as in bonsai.second\n", "line 2 names the vendor bonsai"},
		"a vendor named by another":           {"provider/topiary/a.go", "package x\n// like bonsai\n", "names the vendor bonsai"},
		"a vendor named by itself":            {"provider/bonsai/a.go", "package x\n// bonsai\n", ""},
		"func init":                           {"schema/a.go", "package x\nfunc init() {}\n", "func init"},
		"a method named init":                 {"schema/a.go", "package x\ntype a int\nfunc (a) init() {}\n", ""},
		"printing":                            {"state/a.go", "package x\nimport \"fmt\"\nfunc f() { fmt.Println() }\n", "fmt.Println prints"},
		"writing to a writer":                 {"state/a.go", "package x\nimport (\"fmt\"; \"io\")\nfunc f(w io.Writer) { fmt.Fprintln(w) }\n", ""},
		"the standard streams":                {"planner/a.go", "package x\nimport \"os\"\nvar f = os.Stderr\n", "os.Stderr prints"},
		"the standard streams in a command":   {"internal/cli/a.go", "package x\nimport \"os\"\nvar f = os.Stderr\n", ""},
		"exiting":                             {"internal/cli/a.go", "package x\nimport \"os\"\nfunc f() { os.Exit(1) }\n", "os.Exit belongs in main.go"},
		"logging":                             {"state/a.go", "package x\nimport \"log\"\nfunc f() { log.Fatal() }\n", "log.Fatal is not used"},
		"a long file":                         {"state/a.go", "package x\n" + strings.Repeat("\n", 400), "401 lines are too many"},
		"a long test":                         {"state/a_test.go", "package x\n" + strings.Repeat("\n", 400), ""},
		"a package without its documentation": {"internal/sandbox/a.go", "package x\n", "no doc.go"},
		"documentation that says nothing":     {"internal/sandbox/doc.go", "package x\n", "no doc.go"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tree := fstest.MapFS{test.path: &fstest.MapFile{Data: []byte(test.text)}}
			for path, file := range base {
				if path != test.path {
					tree[path] = file
				}
			}
			got := complaints(read(t, tree))
			switch {
			case test.want == "" && len(got) > 0:
				t.Errorf("a file without a fault is complained about: %q", got)
			case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
				t.Errorf("got %q, want one complaint with %q", got, test.want)
			}
		})
	}
}
