package schema

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// testLibrary is a vendor for tests: groups in a tree, positions, and people who
// hold them.
func testLibrary() Library {
	text := func(name string) Attribute { return Attribute{Name: name, Type: cty.String} }
	id := Attribute{Name: "id", Type: cty.String, Computed: true}
	ids := func(name, refers string, p Purpose) Attribute {
		return Attribute{Name: name, Type: cty.Set(cty.String), Refers: refers, Purpose: p}
	}
	name := Attribute{Name: "name", Type: cty.String, Required: true, Purpose: PurposeName, Doc: "The display name."}
	position := (&Type{
		Name: "acme_position", Provider: "acme", Class: ClassRole, Noun: [2]string{"position", "positions"},
		Attributes: []Attribute{name, text("import_id"), id},
	}).Index()
	group := (&Type{
		Name: "acme_group", Provider: "acme", Class: ClassUnit, Noun: [2]string{"group", "groups"},
		Attributes: []Attribute{
			name, {Name: "kind", Type: cty.String, Purpose: PurposeLevel},
			{Name: "parent", Type: cty.String, Purpose: PurposeParent, Refers: "acme_group"},
			text("note"), id, {Name: "level", Type: cty.Number, Computed: true},
		},
		Nest: &Nesting{Block: "group", Parent: "parent", Level: "kind"},
	}).Index()
	user := (&Type{
		Name: "acme_user", Provider: "acme", Class: ClassPerson, Noun: [2]string{"user", "users"},
		Attributes: []Attribute{
			text("email"), text("phone_number"), text("employee_number"), text("first_name"), text("last_name"),
			{Name: "role", Type: cty.String, Enum: []string{"normal_user", "organization_admin"}, Purpose: PurposeAdmin},
			ids("groups", "acme_group", PurposeMembership), ids("leads", "acme_group", PurposeLead),
			ids("positions", "acme_position", PurposeMembership),
			{Name: "password", Type: cty.String, Sensitive: true},
			{Name: "badge", Type: cty.String, Form: &Form{Matches: regexp.MustCompile(`^B[0-9]+$`), Noun: "number of a badge", Remedy: "Write B and digits."}},
			{Name: "age", Type: cty.Number}, {Name: "tags", Type: cty.Map(cty.String)}, id,
		},
		AnyOf:     [][]string{{"email", "phone_number"}},
		Elsewhere: map[string]string{"portrait": "It is a resource of its own: acme_file.", "id": "It comes with the user."},
	}).Index()
	derived := func(name string, typ cty.Type) Attribute { return Attribute{Name: name, Type: typ, Derived: true} }
	file := (&Type{
		Name: "acme_file", Provider: "acme", Noun: [2]string{"file", "files"},
		Attributes: []Attribute{
			{Name: "source", Type: cty.String, Required: true, Purpose: PurposeSource, Compare: CompareNone, Doc: "The path of the file."},
			derived("name", cty.String), derived("size", cty.Number), derived("sha256", cty.String), derived("content_type", cty.String),
			text("note"), id,
		},
		Upload: &Upload{Source: "source", Name: "name", Size: "size", Digest: "sha256", MediaType: "content_type", Limits: []UploadLimit{
			{Media: "image/", Noun: "image", Most: 40}, {Media: "text/", Noun: "document", Most: 1200},
		}},
	}).Index()
	groupData := (&Type{
		Name: "acme_group", Provider: "acme", Noun: [2]string{"group", "groups"},
		Attributes: []Attribute{
			{Name: "name", Type: cty.String, Required: true, Doc: "The name to look for."}, text("path"), id,
			{Name: "members", Type: cty.List(cty.String), Computed: true},
		},
	}).Index()
	me := (&Type{Name: "acme_me", Provider: "acme", Attributes: []Attribute{id, {Name: "email", Type: cty.String, Computed: true}}}).Index()
	return Library{
		Providers: map[string][]Attribute{"acme": {
			text("base_url"), {Name: "sandbox", Type: cty.Bool}, {Name: "client_secret", Type: cty.String, Sensitive: true},
			{Name: "kinds", Type: cty.Map(cty.String), Ordered: true},
		}},
		Resources: map[string]*Type{"acme_position": position, "acme_group": group, "acme_user": user, "acme_file": file},
		Data:      map[string]*Type{"acme_group": groupData, "acme_me": me},
	}
}

// folder writes files, given as one text in which a line "-- name --" begins a
// file. Without such a line the text is main.org.hcl.
func folder(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	name := "main.org.hcl"
	var body strings.Builder
	flush := func() {
		if strings.TrimSpace(body.String()) == "" {
			return
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(text) {
		if n, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(strings.TrimSpace(n), " --") {
			flush()
			name = strings.TrimSuffix(strings.TrimSpace(n), " --")
			body.Reset()
			continue
		}
		body.WriteString(line)
	}
	flush()
	return dir
}

// open loads and evaluates a configuration that has no mistakes before its
// instances.
func open(t testing.TB, text string, o ScopeOptions) *Scope {
	t.Helper()
	c, diags := Load(folder(t, text), testLibrary())
	if diags.HasErrors() {
		t.Fatalf("load:\n%s", report(diags))
	}
	s, diags := c.Scope(o)
	if diags.HasErrors() {
		t.Fatalf("scope:\n%s", report(diags))
	}
	return s
}

// report writes diagnostics as a reader of a log would want them.
func report(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		if d.Subject != nil {
			b.WriteString(place(*d.Subject) + ": ")
		}
		if d.Severity == hcl.DiagWarning {
			b.WriteString("warning: ")
		}
		b.WriteString(d.Summary + "\n")
		for line := range strings.Lines(d.Detail) {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}

// openRapid is open for a property, without files.
func openRapid(t *rapid.T, text string) *Scope {
	c, diags := loadText(t, map[string]string{"main.org.hcl": text})
	if diags.HasErrors() {
		t.Fatalf("load:\n%s", report(diags))
	}
	s, diags := c.Scope(ScopeOptions{})
	if diags.HasErrors() {
		t.Fatalf("scope:\n%s", report(diags))
	}
	return s
}

// loadText loads files that are given as texts.
func loadText(t *rapid.T, files map[string]string) (*Config, hcl.Diagnostics) {
	dir, err := os.MkdirTemp("", "schema")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Load(dir, testLibrary())
}
