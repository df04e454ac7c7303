package render

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/espalier-dev/espalier/schema"
)

// Schema writes every provider, resource type and data source with all
// attributes, as text.
func Schema(w io.Writer, lib schema.Library, o Options) error {
	p := newPrinter(w, o)
	for _, name := range slices.Sorted(maps.Keys(lib.Providers)) {
		p.section(p.paint.bold("provider " + quote(name)))
		p.attributes(lib.Providers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(lib.Resources)) {
		p.schemaType("resource", lib.Resources[name])
	}
	for _, name := range slices.Sorted(maps.Keys(lib.Data)) {
		p.schemaType("data", lib.Data[name])
	}
	return p.Flush()
}

func (p *printer) schemaType(block string, t *schema.Type) {
	p.section(p.paint.bold(block + " " + quote(t.Name)))
	if t.Doc != "" {
		p.paragraph("  ", t.Doc)
	}
	if len(t.Keys) > 0 {
		var keys []string
		for _, k := range t.Keys {
			keys = append(keys, strings.Join(k, " and "))
		}
		p.paragraph("  ", "Found live by: "+strings.Join(keys, ", then "))
	}
	if len(t.Content) > 0 {
		p.paragraph("  ", "Known again by equal content: "+strings.Join(t.Content, ", "))
	}
	if t.Upload != nil {
		for _, limit := range t.Upload.Limits {
			p.paragraph("  ", "At most "+count(int(limit.Most))+" bytes: "+limit.Noun)
		}
	}
	for _, set := range t.AnyOf {
		p.paragraph("  ", "At least one of: "+strings.Join(set, ", "))
	}
	if t.Nest != nil {
		p.paragraph("  ", "Blocks nested in it: "+t.Nest.Block+" (its "+t.Nest.Parent+" is the block around it)")
	}
	p.attributes(t.Attributes)
}

func (p *printer) attributes(list []schema.Attribute) {
	names, types := 0, 0
	for i := range list {
		names = max(names, width(list[i].Name))
		types = max(types, width(typeName(&list[i])))
	}
	for i := range list {
		a := &list[i]
		words := traits(a)
		p.line("    ", pad(a.Name, names), "  ", p.paint.cyan(pad(typeName(a), types)), "  ", p.paint.yellow(strings.Join(words, ", ")))
		if a.Doc != "" {
			p.paragraph("        ", a.Doc)
		}
		if len(a.Enum) > 0 {
			p.paragraph("        ", "One of: "+allowed(a.Enum, func(list []string) string { return strings.Join(list, ", ") }))
		}
		if a.Default != "" {
			p.paragraph("        ", "Default: "+a.Default)
		}
	}
}

func typeName(a *schema.Attribute) string {
	switch {
	case a.Type == cty.NilType:
		return "any"
	case a.Type.IsSetType() && a.Refers != "":
		return "ids of " + a.Refers
	case a.Refers != "":
		return "id of " + a.Refers
	}
	return a.Type.FriendlyName()
}

// traits are the words for what an attribute is beyond its type.
func traits(a *schema.Attribute) []string {
	words := []string{"optional"}
	switch {
	case a.Required:
		words[0] = "required"
	case a.Computed:
		words[0] = "computed"
	case a.Derived:
		words[0] = "worked out"
	}
	if a.Sensitive {
		words = append(words, "sensitive")
	}
	if a.CreateOnly {
		words = append(words, "on create only")
	}
	if a.Forces {
		words = append(words, "replaces the object")
	}
	if a.Env != "" {
		words = append(words, "or "+a.Env)
	}
	return words
}

type attributeJSON struct {
	Name       string          `json:"name"`
	Type       json.RawMessage `json:"type,omitempty"`
	Required   bool            `json:"required"`
	Computed   bool            `json:"computed"`
	Derived    bool            `json:"derived,omitempty"`
	Sensitive  bool            `json:"sensitive"`
	CreateOnly bool            `json:"create_only"`
	Replaces   bool            `json:"replaces"`
	Env        string          `json:"env,omitempty"`
	Refers     string          `json:"refers,omitempty"`
	Enum       []string        `json:"enum,omitempty"`
	Default    string          `json:"default,omitempty"`
	Doc        string          `json:"doc,omitempty"`
}

// limitJSON bounds the files of some media types: those that begin with Media.
type limitJSON struct {
	Media string `json:"media"`
	Noun  string `json:"noun"`
	Bytes int64  `json:"bytes"`
}

type typeJSON struct {
	Provider   string          `json:"provider"`
	Doc        string          `json:"doc,omitempty"`
	Keys       [][]string      `json:"keys,omitempty"`
	Content    []string        `json:"content,omitempty"`
	Limits     []limitJSON     `json:"limits,omitempty"`
	AnyOf      [][]string      `json:"any_of,omitempty"`
	Nests      string          `json:"nests,omitempty"`
	Attributes []attributeJSON `json:"attributes"`
}

// SchemaJSON writes the same as Schema as one JSON document:
// format_version, providers, resources and data, each by name.
func SchemaJSON(w io.Writer, lib schema.Library) error {
	providers := map[string]any{}
	for name, list := range lib.Providers {
		providers[name] = struct {
			Attributes []attributeJSON `json:"attributes"`
		}{attributesJSON(list)}
	}
	types := func(all map[string]*schema.Type) map[string]typeJSON {
		m := map[string]typeJSON{}
		for name, t := range all {
			j := typeJSON{Provider: t.Provider, Doc: t.Doc, Keys: t.Keys, Content: t.Content, AnyOf: t.AnyOf, Attributes: attributesJSON(t.Attributes)}
			if t.Nest != nil {
				j.Nests = t.Nest.Block
			}
			if t.Upload != nil {
				for _, limit := range t.Upload.Limits {
					j.Limits = append(j.Limits, limitJSON{limit.Media, limit.Noun, limit.Most})
				}
			}
			m[name] = j
		}
		return m
	}
	text, err := json.MarshalIndent(map[string]any{"format_version": "1.0", "providers": providers, "resources": types(lib.Resources), "data": types(lib.Data)}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func attributesJSON(list []schema.Attribute) []attributeJSON {
	out := make([]attributeJSON, 0, len(list))
	for i := range list {
		a := &list[i]
		j := attributeJSON{a.Name, nil, a.Required, a.Computed, a.Derived, a.Sensitive, a.CreateOnly, a.Forces, a.Env, a.Refers, a.Enum, a.Default, a.Doc}
		if a.Type != cty.NilType {
			if text, err := ctyjson.MarshalType(a.Type); err == nil {
				j.Type = text
			}
		}
		out = append(out, j)
	}
	return out
}
