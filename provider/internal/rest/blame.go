package rest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// blamed are the attributes that a refusal is about: those whose fields the body
// of the answer names, as a key of an object, as the value of a key that says
// which field, or within its message, in this order. fields maps the vendor's
// words to attributes.
func blamed(answer *Answer, fields map[string]string) []string {
	if len(fields) == 0 || answer.empty() {
		return nil
	}
	b := &blame{fields: fields}
	var body any
	if err := json.NewDecoder(bytes.NewReader(answer.Body)).Decode(&body); err == nil {
		b.walk(body, 0)
	}
	b.read(vendorMessage(answer))
	return b.attrs
}

type blame struct {
	fields map[string]string
	attrs  []string
}

func (b *blame) add(field string) {
	if attr, ok := b.fields[field]; ok && !slices.Contains(b.attrs, attr) {
		b.attrs = append(b.attrs, attr)
	}
}

// envelope are the keys of an error body that are no fields of the object, even
// where one of these has the same name; a list is about a field all the same.
var envelope = [...]string{"message", "error_description", "detail", "title", "status", "id", "error"}

// pointers are the keys whose value says which field is meant.
var pointers = [...]string{"field", "attribute", "param", "pointer", "parameter", "source"}

// walk looks for fields among the keys of a decoded body, and for values that
// name one: {"email": [...]}, {"field": "email"}, {"pointer": "/data/email"}.
func (b *blame) walk(body any, depth int) {
	if depth > 4 {
		return
	}
	switch v := body.(type) {
	case []any:
		for _, item := range v {
			b.walk(item, depth+1)
		}
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			text, plain := v[name].(string)
			_, several := v[name].([]any) // which is what is wrong with a field
			switch {
			case plain && slices.Contains(pointers[:], name):
				b.add(text[strings.LastIndexAny(text, "/.")+1:])
			case (several || !slices.Contains(envelope[:], name)) && !(plain && depth == 0): // which is the answer's own
				field, _, _ := strings.Cut(name, ".") // group_relations.group_id
				b.add(field)
			}
			b.walk(v[name], depth+1)
		}
	}
}

// read looks for fields in a message, as they are written or as words with blanks
// between them: "Phone number is invalid". A longer name goes before one that is
// part of it. What stands in quotes is a value, and speaks of nothing.
func (b *blame) read(message string) {
	words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(unquoted(message)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ") + " "
	type hit struct {
		at    int
		field string
	}
	var hits []hit
	names := make([]string, 0, len(b.fields))
	for name := range b.fields {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(cmp.Compare(len(y), len(x)), strings.Compare(x, y)) })
	for _, name := range names {
		phrase := " " + strings.ReplaceAll(name, "_", " ") + " "
		for at := strings.Index(words, phrase); at >= 0; at = strings.Index(words, phrase) {
			hits = append(hits, hit{at, name})
			words = words[:at+1] + strings.Repeat("-", len(phrase)-2) + words[at+len(phrase)-1:]
		}
	}
	slices.SortStableFunc(hits, func(x, y hit) int { return cmp.Compare(x.at, y.at) })
	for _, h := range hits {
		b.add(h.field)
	}
}

// unquoted is a text without what stands in double quotes in it, unless that is
// one word alone, such as the name of a field.
func unquoted(text string) string {
	parts := strings.Split(text, `"`)
	for i := 1; i+1 < len(parts); i += 2 {
		if strings.ContainsFunc(parts[i], func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }) {
			parts[i] = ""
		}
	}
	return strings.Join(parts, " ")
}
