package motimate

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// item is one object as it stands in a body.
type item = map[string]json.RawMessage

func (m medium) readOne(body []byte, _ bool) (schema.Object, error) {
	one, err := rest.Data[item](body)
	if err != nil {
		return schema.Object{}, err
	}
	return m.object(one, false)
}

func (m medium) readPages() func([]byte) ([]schema.Object, error) {
	return func(body []byte) ([]schema.Object, error) {
		page, err := rest.Data[[]item](body)
		return objectsOf(page, err, m.noun[0], func(one *item) (schema.Object, error) { return m.object(*one, true) })
	}
}

// object reads one object. What is absent is not known. Neither is what is empty in
// a list although every object has it, or could have it: there it may as well mean
// not loaded.
func (m medium) object(one item, listed bool) (schema.Object, error) {
	var text rest.Text
	if raw, there := one["id"]; there {
		if err := text.UnmarshalJSON(raw); err != nil {
			return schema.Object{}, err
		}
	}
	id, err := text.ID()
	if err != nil {
		return schema.Object{}, err
	}
	attrs := emptyAttrs()
	for _, f := range m.fields {
		raw, there := one[f.field]
		if !there {
			continue
		}
		v, err := f.read(raw, listed)
		if err != nil {
			return schema.Object{}, fmt.Errorf("in %s of %s %s: %w", f.field, m.noun[0], id, err)
		}
		if v != cty.NilVal {
			attrs[f.attr] = v
		}
	}
	return schema.Object{ID: id, Attrs: attrs}, nil
}

// read reads a field; NilVal stands for what is not known.
func (f mediumField) read(raw json.RawMessage, listed bool) (cty.Value, error) {
	if f.shape == shapeIDs {
		return readIDs(raw, listed)
	}
	var text rest.Text
	if err := text.UnmarshalJSON(raw); err != nil {
		return cty.NilVal, err
	}
	switch f.shape {
	case shapeNeeded:
		if listed && text.Value == "" {
			return cty.NilVal, nil
		}
	case shapeCount:
		n, err := strconv.ParseInt(text.Value, 10, 64)
		if err != nil || n < 0 {
			return cty.NilVal, nil // such as 1.2 MB, which says too little
		}
		return cty.NumberIntVal(n), nil
	case shapeDigest:
		if sum, err := hex.DecodeString(text.Value); err != nil || len(sum) != 32 {
			return cty.NilVal, nil // another kind of checksum
		}
		return cty.StringVal(strings.ToLower(text.Value)), nil
	}
	return text.Cty(), nil
}

// readIDs reads a list of ids, or of objects that have one.
func readIDs(raw json.RawMessage, listed bool) (cty.Value, error) {
	if listed && bytes.Equal(raw, []byte("null")) {
		return cty.NilVal, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return cty.NilVal, errors.New("it is not a list")
	}
	ids := make([]string, len(list))
	for i, element := range list {
		var text rest.Text
		object := struct {
			ID *rest.Text `json:"id"`
		}{&text}
		var err error
		if bytes.HasPrefix(element, []byte("{")) {
			err = json.Unmarshal(element, &object)
		} else {
			err = text.UnmarshalJSON(element)
		}
		if err == nil {
			ids[i], err = text.ID()
		}
		if err != nil {
			return cty.NilVal, err
		}
		if ids[i] == "" {
			return cty.NilVal, errors.New("an element has no id")
		}
	}
	return setOf(ids), nil
}

// createFile writes the form that uploads a file.
func (m medium) createFile(values map[string]cty.Value) (*rest.Body, error) {
	path := nullable(values["source"]).AsString()
	name, mediaType := filepath.Base(path), "application/octet-stream"
	if v := nullable(values["name"]); !v.IsNull() {
		name = v.AsString()
	}
	if v := nullable(values["content_type"]); !v.IsNull() {
		mediaType = v.AsString()
	}
	digest := ""
	if v := nullable(values["sha256"]); !v.IsNull() {
		digest = v.AsString()
	}
	return rest.FileBody(m.part, path, name, mediaType, digest)
}

// written are the fields of a post that wanted says to write.
func (m medium) written(values map[string]cty.Value, wanted func(attr string) bool) []field {
	var fields []field
	for _, f := range m.fields {
		if !wanted(f.attr) {
			continue
		}
		if f.shape != shapeIDs {
			fields = append(fields, textField(f.field, nullable(values[f.attr])))
			continue
		}
		list, _ := ids(values, f.attr)
		elements := make([]any, len(list))
		for i, id := range list {
			elements[i] = idValue(id)
		}
		fields = append(fields, field{f.field, elements})
	}
	return fields
}

// createPost leaves out what is not set and what is empty.
func (w *wire) createPost(m medium, values map[string]cty.Value) (*rest.Body, error) {
	return w.createBody(m.written(values, func(attr string) bool {
		v := nullable(values[attr])
		return !v.IsNull() && !(v.Type().IsSetType() && v.LengthInt() == 0)
	})), nil
}

// updatePost sends each set as a whole, as it is no list of changes.
func (w *wire) updatePost(m medium, c provider.Change) (*rest.Body, error) {
	fields := m.written(c.After, c.Has)
	if len(fields) == 0 {
		return nil, nil
	}
	if w.options.wholeBody {
		fields = append(fields, m.written(c.Before, func(attr string) bool {
			v := nullable(c.Before[attr])
			return !c.Has(attr) && !v.IsNull() && v.Type() == cty.String
		})...)
	}
	return jsonBody(fields), nil
}
