package providertest

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

// anyText gives texts that something on the way may take amiss.
var anyText = rapid.Custom(func(t *rapid.T) string {
	awkward := rapid.SampledFrom([]rune("\"'\\%&=+/?#;<>{}[]$ \t\nÅéßñ中🙂\u0301\u200d\u2028"))
	return rapid.StringOfN(rapid.OneOf(awkward, rapid.RuneFrom([]rune("abcXYZ019 .-"))), 1, 12, -1).Draw(t, "text")
})

// settable are the attributes that plain values can be drawn for: not those that
// say which object is meant.
func settable(typ *schema.Type) []schema.Attribute {
	var list []schema.Attribute
	for _, a := range typ.Attributes {
		if !a.Computed && !a.Derived && a.Name != typ.Lookup && a.Type == cty.String && (a.Purpose == schema.PurposeNone || a.Purpose == schema.PurposeName) {
			list = append(list, a)
		}
	}
	return list
}

// draw gives a legal value of an attribute. Keys never come twice.
func (b *bench) draw(t *rapid.T, a schema.Attribute) cty.Value {
	b.count++
	if len(a.Enum) > 0 {
		return cty.StringVal(rapid.SampledFrom(a.Enum).Draw(t, a.Name))
	}
	text := anyText.Draw(t, a.Name)
	switch a.Compare {
	case schema.CompareFold:
		local := strings.NewReplacer("@", "", "\n", "", "\t", "").Replace(text)
		return cty.StringVal(fmt.Sprintf("%s.%d@example.org", local, b.count))
	case schema.ComparePhone:
		return cty.StringVal(fmt.Sprintf("+47 %d", 10000000+b.count))
	}
	return cty.StringVal(fmt.Sprintf("%s %d", text, b.count))
}

// drawObject gives legal values of a new object: what is required, and of the
// rest some.
func (b *bench) drawObject(t *rapid.T, typ *schema.Type) map[string]cty.Value {
	values := map[string]cty.Value{}
	for _, a := range settable(typ) {
		if a.Required || rapid.Bool().Draw(t, a.Name+" is set") {
			values[a.Name] = b.draw(t, a)
		}
	}
	for _, alternatives := range typ.AnyOf {
		if name := rapid.SampledFrom(alternatives).Draw(t, "one of"); values[name] == cty.NilVal {
			values[name] = b.draw(t, *typ.Attribute(name))
		}
	}
	b.addLevel(typ, values)
	b.addLookup(typ, values)
	if typ.Upload != nil {
		b.addFile(t, typ, values, anyText.Draw(t, "content"))
	}
	return values
}

// addLookup says of whom an object is that everybody can have one of.
func (b *bench) addLookup(typ *schema.Type, values map[string]cty.Value) {
	if typ.Lookup != "" && !typ.Standing {
		values[typ.Lookup] = cty.StringVal(b.Standing[b.count%len(b.Standing)])
	}
}

// addLevel puts a unit at the highest level.
func (b *bench) addLevel(typ *schema.Type, values map[string]cty.Value) {
	for _, name := range typ.ByPurpose(schema.PurposeLevel) {
		values[name] = cty.StringVal(b.Kinds[0])
	}
}

// plain gives the values of a simple new object without anything random.
func (b *bench) plain(t fataler, typ *schema.Type, name string) map[string]cty.Value {
	b.count++
	values := map[string]cty.Value{}
	for _, a := range settable(typ) {
		if a.Required {
			values[a.Name] = cty.StringVal(fmt.Sprintf("%s %d", name, b.count))
		}
	}
	for _, alternatives := range typ.AnyOf {
		values[alternatives[0]] = cty.StringVal(fmt.Sprintf("%s.%d@example.org", name, b.count))
	}
	b.addLevel(typ, values)
	b.addLookup(typ, values)
	if typ.Upload != nil {
		b.addFile(t, typ, values, name)
	}
	return values
}

// agree compares an attribute as the type says.
func agree(a *schema.Attribute, have, want cty.Value) bool {
	if schema.IsEmpty(have) || schema.IsEmpty(want) {
		return schema.IsEmpty(have) == schema.IsEmpty(want)
	}
	switch a.Compare {
	case schema.CompareNone:
		return true
	case schema.CompareFold:
		return strings.EqualFold(have.AsString(), want.AsString())
	case schema.ComparePhone:
		return digits(have.AsString()) == digits(want.AsString())
	}
	return have.RawEquals(want)
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, text)
}

// ids makes a set of ids.
func ids(list ...string) cty.Value {
	if len(list) == 0 {
		return cty.SetValEmpty(cty.String)
	}
	values := make([]cty.Value, len(list))
	for i, id := range list {
		values[i] = cty.StringVal(id)
	}
	return cty.SetVal(values)
}
