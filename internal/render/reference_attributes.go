package render

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// arguments lists what can be written. resources is the way to the pages of
// resource types.
func (m *markdown) arguments(t *schema.Type, resources string) {
	m.heading("Arguments")
	none := true
	for i := range t.Attributes {
		if a := &t.Attributes[i]; settable(a) {
			m.attribute(a, resources)
			none = false
		}
	}
	if none {
		m.line("None.")
	}
	for _, set := range t.AnyOf {
		m.line("")
		m.line("At least one of " + ticked(set, " and ") + " is required.")
	}
	m.line("")
}

// attributesRead lists what is known of an object beside what was written.
func (m *markdown) attributesRead(t *schema.Type, resources string) {
	if !slices.ContainsFunc(t.Attributes, func(a schema.Attribute) bool { return !settable(&a) }) {
		return
	}
	m.heading("Attributes read")
	for i := range t.Attributes {
		if a := &t.Attributes[i]; !settable(a) {
			m.attribute(a, resources)
		}
	}
	m.line("")
}

// attribute writes one attribute as an item of a list, and the fields of a list of
// objects below it.
func (m *markdown) attribute(a *schema.Attribute, resources string) {
	words := valueWords(a)
	if a.Refers != "" {
		words = strings.Replace(words, "`"+a.Refers+"`", "[`"+a.Refers+"`]("+resources+a.Refers+".md)", 1)
	}
	for _, trait := range referenceTraits(a) {
		words += ", " + trait
	}
	text := "- `" + a.Name + "` (" + words + "): " + a.Doc
	if len(a.Enum) > 0 {
		text += " One of " + allowed(a.Enum, func(list []string) string { return ticked(list, ", ") }) + "."
	}
	if a.Default != "" {
		text += " Default: " + tick(a.Default) + "."
	}
	m.line(text)
	if element, ok := listed(a.Type); ok {
		m.line("  Each has " + strings.Join(fieldsOf(element), ", ") + ".")
	}
}

// referenceTraits are the words for what an attribute is beyond its type, on its
// page.
func referenceTraits(a *schema.Attribute) []string {
	var list []string
	for _, t := range []struct {
		holds bool
		word  string
	}{
		{a.Required, "**required**"}, {a.Derived, "worked out of the file"}, {a.Sensitive, "sensitive: never shown"},
		{a.CreateOnly, "sent on create alone"}, {a.Forces, "a change replaces the object"},
		{a.Compare == schema.CompareFold, "compared without regard to case"},
		{a.Compare == schema.ComparePhone, "compared by digits and a leading +"},
	} {
		if t.holds {
			list = append(list, t.word)
		}
	}
	return list
}

// valueWords says what an attribute holds, in the words of the reference pages.
func valueWords(a *schema.Attribute) string {
	switch {
	case a.Ordered:
		return "object in order, or list of { name, live }"
	case a.Type != cty.NilType && a.Type.IsSetType() && a.Refers != "":
		return "set of ids of `" + a.Refers + "`"
	case a.Refers != "":
		return "id of a `" + a.Refers + "`"
	}
	return typeWords(a.Type)
}

func typeWords(t cty.Type) string {
	switch {
	case t == cty.NilType:
		return "any value"
	case t == cty.String:
		return "text"
	case t == cty.Bool:
		return "true or false"
	case t.IsListType():
		return "list of " + several(t.ElementType())
	case t.IsSetType():
		return "set of " + several(t.ElementType())
	case t.IsMapType():
		return "map of " + several(t.ElementType())
	}
	return t.FriendlyName()
}

func several(t cty.Type) string {
	switch {
	case t == cty.Bool:
		return "booleans"
	case t.IsObjectType():
		return "objects"
	}
	return typeWords(t) + "s"
}

// listed returns the type of the objects of a list of objects.
func listed(t cty.Type) (cty.Type, bool) {
	if t == cty.NilType || !t.IsListType() || !t.ElementType().IsObjectType() {
		return cty.NilType, false
	}
	return t.ElementType(), true
}

// fieldsOf names the fields of an object type with what they hold; of texts, the
// most common, the name alone.
func fieldsOf(t cty.Type) []string {
	types := t.AttributeTypes()
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(types)) {
		field := tick(name)
		if types[name] != cty.String {
			field += " (" + typeWords(types[name]) + ")"
		}
		fields = append(fields, field)
	}
	return fields
}

const (
	// mostAllowed is up to how many values of an attribute are all shown.
	mostAllowed = 30
	// someAllowed is how many stand for them where they are more.
	someAllowed = 4
)

// allowed lists the values that an attribute may have, or some of them and how many
// there are.
func allowed(values []string, list func([]string) string) string {
	if len(values) <= mostAllowed {
		return list(values)
	}
	return count(len(values)) + " values, such as " + list(spread(values))
}

// spread takes some values from all over a list.
func spread(values []string) []string {
	some := make([]string, someAllowed)
	for i := range some {
		some[i] = values[(2*i+1)*len(values)/(2*someAllowed)]
	}
	return some
}

// placeholder stands for the value of an attribute in a synopsis.
func placeholder(a *schema.Attribute) string {
	switch {
	case len(a.Enum) > 0:
		shown, more := a.Enum, ""
		if len(shown) > mostAllowed {
			shown, more = spread(shown), " | ..."
		}
		quoted := make([]string, len(shown))
		for i, v := range shown {
			quoted[i] = quote(v)
		}
		return strings.Join(quoted, " | ") + more
	case a.Type == cty.NilType:
		return "VALUE"
	case a.Type.IsSetType() && a.Refers != "":
		return "[" + a.Refers + ".LABEL.id, ...]"
	case a.Refers != "":
		return a.Refers + ".LABEL.id"
	case a.Type.IsSetType(), a.Type.IsListType():
		return "[...]"
	case a.Type.IsMapType():
		return "{ ... }"
	case a.Type == cty.Bool:
		return "true | false"
	case a.Type == cty.Number:
		return "0"
	}
	return `"..."`
}
