package motimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// criterion is one thing that is asked of what is looked for: the text of an
// attribute, or, for groups and positions, an id among others.
type criterion struct {
	name, text string
	secret     bool // the text must not be shown
}

// keys returns the arguments that name one object. The empty text is no key, nor
// is a phone number without digits.
func keys(args map[string]cty.Value, names ...string) []criterion {
	return slices.DeleteFunc(filtersOf(args, names...), func(c criterion) bool { return form(c.name, c.text) == "" })
}

// dialable refuses a phone number that is written and has no digits: nobody can be
// found by it, and without it somebody else might be.
func dialable(args map[string]cty.Value) error {
	for _, c := range filtersOf(args, "phone_number") {
		if c.text != "" && form(c.name, c.text) == "" {
			return &provider.Error{Kind: provider.Refused, Op: "look up a user", Err: fmt.Errorf("%s has no digits", describe([]criterion{c})),
				Remedy: "Write the number, or null where there is none"}
		}
	}
	return nil
}

// somewhere refuses a path that is written and empty, as an empty cell of a table is:
// a name beside it would be looked for everywhere.
func somewhere(args map[string]cty.Value) error {
	for _, c := range filtersOf(args, "path") {
		if strings.Trim(c.text, "/") == "" {
			return &provider.Error{Kind: provider.Refused, Op: "look up a group", Err: fmt.Errorf("the path is empty"),
				Remedy: "Write the names from the top down, such as Acme/Norway, or null to look it up by something else"}
		}
	}
	return nil
}

// filtersOf returns the arguments that are set, empty ones included.
func filtersOf(args map[string]cty.Value, names ...string) []criterion {
	var list []criterion
	for _, name := range names {
		if v := nullable(args[name]); !v.IsNull() {
			list = append(list, criterion{name, v.AsString(), schema.IsSensitive(args[name])})
		}
	}
	return list
}

// one returns the one object that was found.
func one(noun string, found []schema.Object, wanted []criterion, hint string) (schema.Object, error) {
	op := "look up a " + noun
	switch {
	case len(wanted) == 0:
		return schema.Object{}, &provider.Error{Kind: provider.Refused, Op: op, Err: fmt.Errorf("nothing says which one"),
			Remedy: "Give its id or another key; an empty text is none"}
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return schema.Object{}, &provider.Error{Kind: provider.NotFound, Op: op, Err: fmt.Errorf("there is none with %s%s", describe(wanted), hint),
			Remedy: "Check the spelling; what was made a moment ago may not be listed yet"}
	}
	return schema.Object{}, &provider.Error{Kind: provider.Refused, Op: op,
		Err:    fmt.Errorf("%d have %s: ids %s", len(found), describe(wanted), firstIDs(found)),
		Remedy: "Give the id of the one that is meant"}
}

// mostShown is how many ids an error names.
const mostShown = 10

// firstIDs names the ids of the first objects, and how many more there are.
func firstIDs(found []schema.Object) string {
	list := make([]string, len(found))
	for i, object := range found {
		list[i] = object.ID
	}
	slices.SortFunc(list, rest.CompareIDs)
	text := strings.Join(list[:min(len(list), mostShown)], ", ")
	if more := len(list) - mostShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func describe(wanted []criterion) string {
	parts := make([]string, len(wanted))
	for i, c := range wanted {
		parts[i] = fmt.Sprintf("%s %q", c.name, c.text)
		if c.secret {
			parts[i] = c.name + " (sensitive)"
		}
	}
	return strings.Join(parts, " and ")
}

// form is a text in the form in which its attribute is compared.
func form(name, text string) string {
	switch name {
	case "email":
		return schema.Fold(schema.CompareFold, text)
	case "phone_number":
		return schema.Fold(schema.ComparePhone, text)
	}
	return text
}
