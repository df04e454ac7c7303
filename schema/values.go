package schema

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// What null does for an attribute, in a message.
const (
	toLeaveOut   = "to leave it out"
	toLeaveAlone = "to leave it unmanaged"
)

// convertAttribute brings a value into an attribute's type and checks it against
// what may be written. null says what null is written for.
func convertAttribute(v cty.Value, a *Attribute, null string, at hcl.Range) (cty.Value, *hcl.Diagnostic) {
	if !v.Type().Equals(a.Type) {
		converted, err := convert.Convert(v, a.Type)
		if err != nil {
			return v, problem(at, "Wrong type for "+quoted(a.Name),
				"%q must be %s, and this is %s (%s).", a.Name, typeName(a.Type), shown(v), conversionError(err))
		}
		v = converted
	}
	if len(a.Enum) > 0 || a.Form != nil {
		return v, checkText(v, a, null, at)
	}
	return v, nil
}

// checkText holds a text against what may be written.
func checkText(v cty.Value, a *Attribute, null string, at hcl.Range) *hcl.Diagnostic {
	bare, marks := v.Unmark()
	if bare.Type() != cty.String || bare.IsNull() || !bare.IsKnown() || a.allows(bare.AsString()) {
		return nil
	}
	text, given := bare.AsString(), quoted(bare.AsString())
	_, secret := marks[Sensitive]
	switch {
	case secret:
		given = "the sensitive value"
	case text == "" && !a.Required:
		return problem(at, "Empty value for "+quoted(a.Name),
			"%q cannot be \"\". Write null %s; for a cell that may be empty, x == \"\" ? null : x.", a.Name, null)
	}
	if a.Form != nil {
		return problem(at, "Malformed value for "+quoted(a.Name), "%q cannot be %s, which is no %s. %s", a.Name, given, a.Form.Noun, a.Form.Remedy)
	}
	return problem(at, "Unknown value for "+quoted(a.Name), "%q cannot be %s. %s", a.Name, given, choices(text, a.Enum, secret))
}

// allows reports whether a text may be written.
func (a *Attribute) allows(text string) bool {
	if a.Form != nil && !a.Form.Matches.MatchString(text) {
		return false
	}
	return len(a.Enum) == 0 || slices.Contains(a.Enum, text)
}

// mostListed is up to how many values a message lists all.
const mostListed = 30

// choices says which values there are instead of the given one, and which of them
// may have been meant, unless that could tell what is secret.
func choices(given string, all []string, secret bool) string {
	hint := ""
	if !secret {
		hint = didYouMean(given, values(all))
		if near := around(given, all, 3); hint == "" && len(near) > 0 {
			hint = " Did you mean " + either(near) + "?"
		}
	}
	if len(all) <= mostListed {
		return "It is one of " + either(all) + "." + hint
	}
	return "It is one of " + strconv.Itoa(len(all)) + " values." + hint
}

// typeName names a type as it is written in a variable block.
func typeName(t cty.Type) string {
	if t == cty.DynamicPseudoType {
		return "any"
	}
	if t.IsPrimitiveType() || t.IsCollectionType() {
		return typeexpr.TypeString(t)
	}
	return t.FriendlyName()
}

// shownLength bounds a value in a message.
const shownLength = 60

// shown describes a value in a message, without what is secret.
func shown(v cty.Value) string {
	bare, marks := v.Unmark()
	_, secret := marks[Sensitive]
	switch t := bare.Type(); {
	case bare.IsNull():
		return "null"
	case secret:
		return "a sensitive value"
	case !bare.IsKnown() && t == cty.DynamicPseudoType:
		return "a value not known yet"
	case !bare.IsKnown():
		return "a " + typeName(t) + " not known yet"
	case t == cty.String:
		text := bare.AsString()
		if len(text) > shownLength {
			text = text[:strings.LastIndexFunc(text[:shownLength], func(rune) bool { return true })] + "..."
		}
		return "the text " + Quote(text)
	case t == cty.Number:
		return "the number " + bare.AsBigFloat().Text('f', -1)
	case t == cty.Bool && bare.True():
		return "true"
	case t == cty.Bool:
		return "false"
	case t.IsTupleType() || t.IsListType():
		return "a list of " + plural(bare.LengthInt(), "element", "elements")
	case t.IsSetType():
		return "a set"
	case t.IsMapType():
		return "a map"
	case t.IsObjectType():
		return "an object"
	}
	return "a " + bare.Type().FriendlyName()
}

// conversionError is the text of a failed conversion, with the place inside the
// value.
func conversionError(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	var at cty.PathError
	if errors.As(err, &at) && len(at.Path) > 0 {
		return "at " + pathText(at.Path) + ", " + text
	}
	return text
}

// pathText writes a path as it would be written after a value.
func pathText(path cty.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case cty.GetAttrStep:
			b.WriteString("." + step.Name)
		case cty.IndexStep:
			key, err := KeyOf(step.Key)
			if err != nil {
				b.WriteString("[...]")
				continue
			}
			b.WriteString(key.String())
		}
	}
	return b.String()
}

// waitsFor names what an unknown value waits for.
func (s *Scope) waitsFor(v cty.Value, f *frame) string {
	names := map[string]bool{}
	bare, _ := v.UnmarkDeep()
	_ = cty.Walk(bare, func(_ cty.Path, v cty.Value) (bool, error) {
		if ref := s.referenceOf(v); ref != nil {
			names[ref.Address.String()+"."+ref.Attr] = true
		}
		return true, nil
	})
	if len(names) == 0 && f != nil {
		for _, v := range f.deps {
			names[v.owner.String()] = true
		}
	}
	list := named(names)
	switch {
	case len(list) == 0:
		return "something"
	case len(list) > 3:
		list = append(list[:3:3], "others")
	}
	return sentence(list)
}
