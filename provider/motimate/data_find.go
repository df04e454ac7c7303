package motimate

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// objects returns the objects of a listing. They are shared and must not be
// changed.
func (c *client) objects(ctx context.Context, typ string) ([]schema.Object, error) {
	listing, err := c.List(ctx, typ)
	return listing.Objects, err
}

// find returns the one object with everything wanted.
func (c *client) find(ctx context.Context, typ, noun string, wanted map[string]string, list func(context.Context, string) ([]schema.Object, error)) (schema.Object, error) {
	op := "look up a " + noun
	if len(wanted) == 0 {
		return schema.Object{}, &provider.Error{Kind: provider.Refused, Op: op, Err: fmt.Errorf("nothing says which one"),
			Remedy: "Give its id or another key"}
	}
	objects, err := list(ctx, typ)
	if err != nil {
		return schema.Object{}, err
	}
	var found []schema.Object
	for _, object := range objects {
		if _, byPath := wanted["path"]; byPath || matches(object, wanted) {
			found = append(found, object)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return schema.Object{}, &provider.Error{Kind: provider.NotFound, Op: op, Err: fmt.Errorf("there is none with %s", describe(wanted)),
			Remedy: "Check the spelling; what was made a moment ago may not be listed yet"}
	}
	var idsFound []string
	for _, object := range found {
		idsFound = append(idsFound, object.ID)
	}
	return schema.Object{}, &provider.Error{Kind: provider.Refused, Op: op,
		Err:    fmt.Errorf("%d have %s: ids %s", len(found), describe(wanted), strings.Join(idsFound, ", ")),
		Remedy: "Give the id of the one that is meant"}
}

// given returns the arguments that are set.
func given(args map[string]cty.Value, names ...string) map[string]string {
	set := map[string]string{}
	for _, name := range names {
		if v := nullable(args[name]); !v.IsNull() {
			set[name] = v.AsString()
		}
	}
	return set
}

func describe(wanted map[string]string) string {
	var parts []string
	for name, want := range wanted {
		parts = append(parts, fmt.Sprintf("%s %q", name, want))
	}
	sort.Strings(parts)
	return strings.Join(parts, " and ")
}

func matches(object schema.Object, wanted map[string]string) bool {
	for name, want := range wanted {
		have := object.Attrs[name]
		if name == "id" {
			have = cty.StringVal(object.ID)
		}
		if !same(name, have, want) {
			return false
		}
	}
	return true
}

// same compares in the way of the attribute; the empty text matches what is not
// set.
func same(name string, have cty.Value, want string) bool {
	text := ""
	if v := nullable(have); !v.IsNull() {
		text = v.AsString()
	}
	switch name {
	case "email":
		return strings.EqualFold(text, want)
	case "phone_number":
		return dialled(text) == dialled(want)
	}
	return text == want
}

// dialled is a phone number as its digits and a leading plus.
func dialled(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsDigit(r) || r == '+' && b.Len() == 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
