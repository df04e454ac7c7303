package motimate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/internal/rest"
)

// field is one field of a body that is sent: a text, a boolean, an id, null (nil),
// a list of ids ([]any), or a list of objects ([][]field).
type field struct {
	name  string
	value any
}

// textField is a text as it is wanted. "" is sent as "" and null as null; which
// of the two clears a field is documented nowhere, so what was written is what
// is sent.
func textField(name string, v cty.Value) field {
	if v.IsNull() {
		return field{name, nil}
	}
	return field{name, v.AsString()}
}

// idValue is an id as it stands in a body: a number where it looks like one
// [swagger], or else a string.
func idValue(id string) any {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && strconv.FormatInt(n, 10) == id {
		return json.Number(id)
	}
	return id
}

// jsonBody writes fields as a JSON object.
func jsonBody(fields []field) *rest.Body {
	return &rest.Body{ContentType: "application/json", Data: appendFields(make([]byte, 0, 256), fields)}
}

// appendFields appends an object, sorted by name. It is written by hand because
// the general way by maps takes longer than all else that a create needs.
func appendFields(b []byte, fields []field) []byte {
	slices.SortStableFunc(fields, func(x, y field) int { return strings.Compare(x.name, y.name) })
	b = append(b, '{')
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(append(appendQuoted(b, f.name), ':'), f.value)
	}
	return append(b, '}')
}

func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case [][]field:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendFields(b, item)
		}
		return append(b, ']')
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case json.Number:
		return append(b, v...)
	case string:
		return appendQuoted(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	}
	return append(b, "null"...)
}

// appendQuoted appends a text as JSON.
func appendQuoted(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(b, text)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// appendEscaped is appendQuoted for a text with anything out of the ordinary. A
// text can always be encoded: what is not UTF-8 becomes U+FFFD.
func appendEscaped(b []byte, text string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)
	return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

// formBody writes fields as a form, lists in the way of Rack: the fields of an
// element follow one another, and the next element begins where a name comes
// again. That the API takes forms at all is inferred.
func formBody(fields []field) *rest.Body {
	var pairs []string
	add := func(name string, value any) {
		if value == nil {
			value = ""
		}
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(fmt.Sprint(value)))
	}
	for _, f := range fields {
		switch v := f.value.(type) {
		case []any:
			for _, item := range v {
				add(f.name+"[]", item)
			}
		case [][]field:
			for _, item := range v {
				for _, part := range item {
					add(f.name+"[]["+part.name+"]", part.value)
				}
			}
		default:
			add(f.name, v)
		}
	}
	return &rest.Body{ContentType: "application/x-www-form-urlencoded", Data: []byte(strings.Join(pairs, "&"))}
}

// createBody writes the body of a create in the encoding that was asked for.
func (w *wire) createBody(fields []field) *rest.Body {
	if w.options.formBody {
		return formBody(fields)
	}
	return jsonBody(fields)
}
