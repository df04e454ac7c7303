package render

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// sample is a reference of everything that a page can say.
func sample() Reference {
	lib := library()
	lib.Resources["acme_file"] = (&schema.Type{Name: "acme_file", Provider: "acme", Noun: [2]string{"image", "images"}, Doc: "An image. It is sent as it is.",
		Content: []string{"name", "size"},
		Upload: &schema.Upload{Source: "source", Name: "name", Size: "size", Limits: []schema.UploadLimit{
			{Media: "image/", Noun: "picture", Most: 40_000_000}, {Media: "text/csv", Noun: "table", Most: 999}, {Noun: "other", Most: 1000}}},
		Attributes: []schema.Attribute{
			{Name: "source", Type: cty.String, Required: true, Doc: "The path."},
			{Name: "name", Type: cty.String, Derived: true, Forces: true, Doc: "Its last part."},
			{Name: "size", Type: cty.Number, Derived: true, Forces: true, Doc: "The length."},
			{Name: "public", Type: cty.Bool, Default: "false", Doc: "Seen by | by everybody."},
		}}).Index()
	lib.Resources["acme_note"] = (&schema.Type{Name: "acme_note", Provider: "acme", Noun: [2]string{"note", "notes"}, Doc: "A note.",
		Attributes: []schema.Attribute{{Name: "labels", Type: cty.Map(cty.String), Doc: "Labels."}, {Name: "lines", Type: cty.List(cty.Number), Doc: "Lines."}}}).Index()
	lib.Data["acme_users"] = (&schema.Type{Name: "acme_users", Provider: "acme", Noun: [2]string{"people", "people"}, Doc: "Everybody.",
		Attributes: []schema.Attribute{{Name: "group", Type: cty.String, Refers: "acme_group", Doc: "A filter."},
			{Name: "users", Type: cty.List(cty.Object(map[string]cty.Type{"id": cty.String, "groups": cty.Set(cty.String), "admin": cty.Bool})), Computed: true, Doc: "Who was found."}}}).Index()
	return Reference{
		Library: lib, Introductions: map[string]string{"acme": "Acme, as it is known."},
		Example: func(provider, page string) string {
			if page == "resource_acme_note" {
				return "resource \"acme_note\" \"n\" {}\n"
			}
			return ""
		},
		States:     []StateText{{"disk", "On a disk.", []schema.Attribute{{Name: "path", Type: cty.String, Default: "a.json", Env: "DISK_PATH", Doc: "Where."}}}},
		Encryption: []schema.Attribute{{Name: "passphrase", Type: cty.String, Sensitive: true, Doc: "Words."}},
		Program: Command{Path: "tool", Usage: "tool COMMAND", Long: "A tool.", Flags: []Flag{{Name: "dir", Value: "folder", Default: ".", Meaning: "work there"}},
			Commands: []Command{{Path: "tool go", Usage: "tool go", Short: "Go", Commands: []Command{{Path: "tool go far", Usage: "tool go far N", Short: "Go far", Long: "go goes far.",
				Flags: []Flag{{Name: "fast", Meaning: "run | do not walk"}}}}}}},
		Codes: []ExitCode{{0, "done"}}, Signs: []SignText{{"+", "create"}},
		Guards: []GuardText{{"max_delete", "too much", "10%", "lets through"}, {"own_account", "yours", "", ""}},
	}
}

// TestReferencePages compares all pages, one after another. The JSON Schemas among them
// are what lies in schemas.
func TestReferencePages(t *testing.T) {
	var b bytes.Buffer
	for _, page := range sample().Pages() {
		if strings.HasSuffix(page.Path, ".json") {
			continue
		}
		b.WriteString("==> " + page.Path + "\n" + page.Text)
	}
	golden(t, "reference.md", b.Bytes())
}

// TestSchemaOfFiles: what a type says of files and defaults is in the short
// listings too.
func TestSchemaOfFiles(t *testing.T) {
	lib := sample().Library
	text := draw(t, func(b *bytes.Buffer) error { return Schema(b, lib, Options{Width: 80}) })
	doc := draw(t, func(b *bytes.Buffer) error { return SchemaJSON(b, lib) })
	for _, want := range []string{"Known again by equal content: name, size", "At most 40,000,000 bytes: picture", "Default: false", "worked out, replaces the object"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	for _, want := range []string{`"derived": true`, `"default": "false"`, `"noun": "picture"`, `"bytes": 40000000`} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s in %s", want, doc)
		}
	}
}

// TestReferenceLinks follows every link between pages, also to the sections of one. Where
// those lead that leave the folder of all pages, only the repository knows.
func TestReferenceLinks(t *testing.T) {
	pages := map[string]string{}
	for _, page := range sample().Pages() {
		pages[page.Path] = page.Text
	}
	link := regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`)
	for path, text := range pages {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target := path
			if strings.Count(m[1], "../") > strings.Count(path, "/") {
				continue
			}
			if m[1] != "" {
				target = joined(path, m[1])
			}
			there, ok := pages[target]
			if !ok {
				t.Errorf("%s links to %s, which is no page", path, target)
			}
			if m[2] != "" && !slices.ContainsFunc(strings.Split(there, "\n"), func(line string) bool {
				title, ok := strings.CutPrefix(line, "## ")
				return ok && strings.ReplaceAll(strings.ToLower(title), " ", "-") == m[2]
			}) {
				t.Errorf("%s links to the section %s of %s, which is not there", path, m[2], target)
			}
		}
		if strings.Contains(text, "\n\n\n") {
			t.Errorf("%s has two blank lines in a row", path)
		}
	}
}

// joined follows a link from a page.
func joined(page, link string) string {
	parts := strings.Split(page, "/")
	parts = parts[:len(parts)-1]
	for _, step := range strings.Split(link, "/") {
		if step == ".." {
			parts = parts[:len(parts)-1]
			continue
		}
		parts = append(parts, step)
	}
	return strings.Join(parts, "/")
}

func TestAccounts(t *testing.T) {
	list := []Account{
		{Provider: "acme", Tenant: "https://acme.example.org", ID: "1", Name: "ada@example.org", RoleName: "role", Role: "admin", AdminRole: "admin"},
		{Provider: "acme.north", Tenant: "https://north.example.org", ID: "2", Name: "bo\x1b[2J", RoleName: "role", Role: "normal", AdminRole: "admin"},
		{Provider: "acme.south", Tenant: "https://south.example.org", Problem: "HTTP 401"},
		{Provider: "acme.west", Tenant: "https://west.example.org", ID: "3", Name: "li"},
	}
	want := "Provider acme: the token is good, for ada@example.org (id 1) at https://acme.example.org.\n" +
		"Provider acme.north: the token is good, for bo\\u001b[2J (id 2) at https://north.example.org. Its role is \"normal\", not \"admin\", so changes may be refused.\n" +
		"Provider acme.west: the token is good, for li (id 3) at https://west.example.org.\n"
	if got := draw(t, func(b *bytes.Buffer) error { return Accounts(b, list) }); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	golden(t, "accounts.json", []byte(draw(t, func(b *bytes.Buffer) error { return AccountsJSON(b, list) })))
	if got := draw(t, func(b *bytes.Buffer) error { return AccountsJSON(b, nil) }); !strings.Contains(got, `"accounts": []`) {
		t.Error(got)
	}
	for name, face := range map[string]func(io.Writer, []Account) error{"Accounts": Accounts, "AccountsJSON": AccountsJSON} {
		if err := face(full{}, list); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
