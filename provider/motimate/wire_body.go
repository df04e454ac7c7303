package motimate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/internal/rest"
)

// field is one field of a body that is sent: a text, an id, null (nil), or a
// list of objects ([][]field).
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
func jsonBody(fields []field) (*rest.Body, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(asObject(fields)); err != nil {
		return nil, fmt.Errorf("write the body: %w", err)
	}
	return &rest.Body{ContentType: "application/json", Data: bytes.TrimSuffix(b.Bytes(), []byte("\n"))}, nil
}

func asObject(fields []field) map[string]any {
	object := make(map[string]any, len(fields))
	for _, f := range fields {
		if list, ok := f.value.([][]field); ok {
			items := make([]map[string]any, len(list))
			for i, item := range list {
				items[i] = asObject(item)
			}
			object[f.name] = items
			continue
		}
		object[f.name] = f.value
	}
	return object
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
		list, ok := f.value.([][]field)
		if !ok {
			add(f.name, f.value)
			continue
		}
		for _, item := range list {
			for _, part := range item {
				add(f.name+"[]["+part.name+"]", part.value)
			}
		}
	}
	return &rest.Body{ContentType: "application/x-www-form-urlencoded", Data: []byte(strings.Join(pairs, "&"))}
}

// createBody writes the body of a create in the encoding that was asked for.
func (w *wire) createBody(fields []field) (*rest.Body, error) {
	if w.options.formBody {
		return formBody(fields), nil
	}
	return jsonBody(fields)
}
