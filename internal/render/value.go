package render

import (
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The words for values that have no text of their own.
const (
	hiddenWord = "(sensitive)"
	noneWord   = "(none)"
	laterWord  = "(known after apply)"
	unseenWord = "(unknown)"
)

// Value returns v as it would be written in a configuration, over several lines
// where one is too short. Sensitive parts are written as (sensitive), unknown
// ones as (known after apply). Control characters are escaped.
func Value(v cty.Value) string {
	var b strings.Builder
	writeValue(&b, v, 0)
	return b.String()
}

// shortest is the length up to which a collection is written in one line.
const shortest = 72

func writeValue(b *strings.Builder, v cty.Value, indent int) {
	line := inline(v, "null")
	if v == cty.NilVal || v.IsMarked() || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() ||
		(v.LengthInt() == 0 || len(line)+indent <= shortest) {
		b.WriteString(line)
		return
	}
	opening, closing := "[", "]"
	keyed := v.Type().IsObjectType() || v.Type().IsMapType()
	if keyed {
		opening, closing = "{", "}"
	}
	b.WriteString(opening + "\n")
	pairs := sortedPairs(v)
	widest := 0
	for _, p := range pairs {
		widest = max(widest, width(p.name))
	}
	for _, p := range pairs {
		b.WriteString(strings.Repeat(" ", indent+2))
		if keyed {
			b.WriteString(pad(p.name, widest) + " = ")
		}
		writeValue(b, p.value, indent+2)
		if !keyed {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString(strings.Repeat(" ", indent) + closing)
}

// inline returns v in one line; null is the word for a value that is not there.
func inline(v cty.Value, null string) string {
	switch {
	case v == cty.NilVal:
		return unseenWord
	case v.IsMarked():
		if schema.IsSensitive(v) {
			return hiddenWord
		}
		v, _ = v.Unmark()
		return inline(v, null)
	case v.IsNull():
		return null
	case !v.IsKnown():
		return laterWord
	}
	switch v.Type() {
	case cty.String:
		return quote(v.AsString())
	case cty.Bool:
		if v.True() {
			return "true"
		}
		return "false"
	case cty.Number:
		return v.AsBigFloat().Text('f', -1)
	}
	if !v.CanIterateElements() {
		return "(" + clean(v.Type().FriendlyName()) + ")"
	}
	return inlineCollection(v, null)
}

func inlineCollection(v cty.Value, null string) string {
	keyed := v.Type().IsObjectType() || v.Type().IsMapType()
	var items []string
	for _, p := range sortedPairs(v) {
		text := inline(p.value, null)
		if keyed {
			text = p.name + " = " + text
		}
		items = append(items, text)
	}
	switch {
	case !keyed:
		return "[" + strings.Join(items, ", ") + "]"
	case len(items) == 0:
		return "{}"
	}
	return "{ " + strings.Join(items, ", ") + " }"
}

type pair struct {
	name  string
	value cty.Value
}

// sortedPairs returns the elements of a collection, by name where they have one.
func sortedPairs(v cty.Value) []pair {
	pairs := make([]pair, 0, v.LengthInt())
	keyed := v.Type().IsObjectType() || v.Type().IsMapType()
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		p := pair{value: e}
		if keyed {
			p.name = attributeName(k)
		}
		pairs = append(pairs, p)
	}
	if keyed {
		sort.Slice(pairs, func(i, j int) bool { return pairs[i].name < pairs[j].name })
	}
	return pairs
}

func attributeName(k cty.Value) string {
	k, _ = k.Unmark()
	name := k.AsString()
	if hclsyntax.ValidIdentifier(name) {
		return name
	}
	return quote(name)
}
