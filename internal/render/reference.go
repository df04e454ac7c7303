package render

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// Reference is what the reference pages are made of.
type Reference struct {
	Library schema.Library
	// Introductions is Markdown for the top of each provider's page, by name.
	Introductions map[string]string
	// Example returns the HCL shown on the page of a provider ("provider") or of
	// one of its types ("resource_NAME", "data_NAME"); empty if there is none.
	Example func(provider, page string) string
	// States are the kinds of state, the default first.
	States []StateText
	// Encryption are the settings of an encryption block.
	Encryption []schema.Attribute
	// Program is the program with all its commands.
	Program Command
	Codes   []ExitCode
	Guards  []GuardText
	// Signs are the signs of a plan, by action, in the order of the page.
	Signs []SignText
}

// StateText explains one kind of state.
type StateText struct {
	Name, Doc string
	Settings  []schema.Attribute
}

// Page is one reference page.
type Page struct {
	Path string // below the folder of all pages, with slashes
	Text string // Markdown, or a JSON Schema
}

// Pages returns all reference pages, the index first. They depend on nothing but
// what is given.
func (r Reference) Pages() []Page {
	pages := []Page{
		{"README.md", r.index()},
		{"commands.md", r.commands()},
		{"exit-codes.md", r.exitCodes()},
		{"state.md", r.states()},
	}
	for _, name := range slices.Sorted(maps.Keys(r.Library.Providers)) {
		pages = append(pages, Page{path.Join(name, "README.md"), r.provider(name)})
		for _, t := range typesOf(r.Library.Resources, name) {
			pages = append(pages, Page{path.Join(name, "resources", t.Name+".md"), r.resource(t)})
		}
		for _, t := range typesOf(r.Library.Data, name) {
			pages = append(pages, Page{path.Join(name, "data", t.Name+".md"), r.data(t)})
		}
	}
	return append(pages, schemaPages()...)
}

// typesOf returns the types of a provider by name.
func typesOf(types map[string]*schema.Type, provider string) []*schema.Type {
	var list []*schema.Type
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if types[name].Provider == provider {
			list = append(list, types[name])
		}
	}
	return list
}

// madeFrom stands at the end of every page.
const madeFrom = "\n\n---\n\n*This page is written by `espalier schema -markdown`.*\n"

func (r Reference) index() string {
	m := &markdown{}
	m.line("# Reference")
	m.line("")
	m.line("- [Commands and flags](commands.md)")
	m.line("- [Exit codes, signs and guards](exit-codes.md)")
	m.line("- [Kinds of state](state.md)")
	m.line("- JSON Schemas of [a plan](plan.schema.json) (`show -json FILE`) and of [an event](events.schema.json) (`-json`, `-json-into`)")
	for _, name := range slices.Sorted(maps.Keys(r.Library.Providers)) {
		m.heading("Provider `" + name + "`")
		m.line("[Settings](" + name + "/README.md)")
		m.line("")
		m.typeTable("Resource", name+"/resources/", typesOf(r.Library.Resources, name))
		m.typeTable("Data source", name+"/data/", typesOf(r.Library.Data, name))
	}
	return m.page()
}

func (r Reference) provider(name string) string {
	m := &markdown{}
	m.line("# Provider `" + name + "`")
	m.line("")
	if text := strings.TrimSpace(r.Introductions[name]); text != "" {
		m.line(text)
		m.line("")
	}
	m.code("hcl", r.Example(name, "provider"))
	m.heading("Settings")
	m.line(settingsRule)
	m.settings(r.Library.Providers[name])
	m.heading("Types")
	m.typeTable("Resource", "resources/", typesOf(r.Library.Resources, name))
	m.typeTable("Data source", "data/", typesOf(r.Library.Data, name))
	return m.page()
}

// settingsRule stands above the tables of settings.
const settingsRule = "A setting left out is taken from its environment variable, where there is one, and else is what\n" +
	"stands under *default*. A sensitive setting is never shown and never stored."

func (r Reference) states() string {
	m := &markdown{}
	m.line("# Kinds of state")
	m.line("")
	m.line("The `state` block in the `espalier` block names the kind, and says where the state is:")
	m.line("")
	m.code("hcl", "espalier {\n  state \"file\" {\n    path = \"organisation.json\"\n  }\n}")
	m.line(settingsRule)
	m.line("")
	m.line("How states are shared, locked, moved and encrypted is told in [Where the state is kept](../state.md).")
	for _, s := range r.States {
		m.heading("`" + s.Name + "`")
		m.line(s.Doc)
		m.settings(s.Settings)
	}
	m.heading("Encryption")
	m.line("An `encryption` block beside the `state` block has the state, its journal and saved plans encrypted with age.")
	m.settings(r.Encryption)
	return m.page()
}

// settings writes the table of settings.
func (m *markdown) settings(list []schema.Attribute) {
	m.line("")
	m.line("| setting | type | default | environment | meaning |")
	m.line("| --- | --- | --- | --- | --- |")
	for i := range list {
		m.setting(&list[i])
	}
}

// markdown collects the lines of a page.
type markdown struct{ strings.Builder }

// page is all that was written, with the end that every page has.
func (m *markdown) page() string { return strings.TrimRight(m.String(), "\n") + madeFrom }

func (m *markdown) line(text string) {
	m.WriteString(text)
	m.WriteByte('\n')
}

// heading begins a section; the blank line before it is not doubled.
func (m *markdown) heading(title string) {
	if !strings.HasSuffix(m.String(), "\n\n") {
		m.line("")
	}
	m.line("## " + title)
	m.line("")
}

// code writes a block of code; nothing if there is none.
func (m *markdown) code(language, text string) {
	if text = strings.Trim(text, "\n"); text == "" {
		return
	}
	m.line("```" + language)
	m.line(text)
	m.line("```")
	m.line("")
}

func (m *markdown) typeTable(title, folder string, types []*schema.Type) {
	if len(types) == 0 {
		return
	}
	m.line("| " + title + " | |")
	m.line("| --- | --- |")
	for _, t := range types {
		m.line("| [`" + t.Name + "`](" + folder + t.Name + ".md) | " + cell(firstSentence(t.Doc)) + " |")
	}
	m.line("")
}

func (m *markdown) setting(a *schema.Attribute) {
	meaning := a.Doc
	if len(a.Enum) > 0 {
		meaning += " One of " + allowed(a.Enum, func(list []string) string { return ticked(list, ", ") }) + "."
	}
	if a.Required {
		meaning += " **Required.**"
	}
	if a.Sensitive {
		meaning += " **Sensitive.**"
	}
	m.line("| `" + a.Name + "` | " + cell(valueWords(a)) + " | " + tick(a.Default) + " | " + tick(a.Env) + " | " + cell(meaning) + " |")
}

// cell keeps a text within the cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

func tick(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func ticked(list []string, between string) string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = tick(text)
	}
	return strings.Join(out, between)
}

// firstSentence returns a text up to the first full stop that ends a sentence.
func firstSentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}
