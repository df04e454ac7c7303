package moxtra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/internal/rest"
)

// shape is what a field of an answer holds.
type shape uint8

const (
	shapeText   shape = iota
	shapeID           // a text, also where it is written as a number
	shapeNumber       // a whole number
	shapeFlag         // true or false
	shapeMoment       // milliseconds since 1970; 0 for none
	shapeStamp        // a time in text, as RFC 3339 has it
	shapeObject       // the fields of
	shapeList         // objects with the fields of
)

// field is one field of an answer, by the vendor's name, which is also that of the
// attribute.
type field struct {
	name  string
	shape shape
	of    []field
	from  []string // the fields that the server makes it of
	doc   string
}

// twin names the attribute that says the same time in the other form: created_at of
// created_time, published_time of published. It is empty for what is no time.
func (f field) twin() string {
	switch f.shape {
	case shapeMoment:
		return f.name[:len(f.name)-len("_time")] + "_at"
	case shapeStamp:
		return f.name + "_time"
	}
	return ""
}

// typ is the type of the field's values.
func (f field) typ() cty.Type {
	switch f.shape {
	case shapeNumber, shapeMoment:
		return cty.Number
	case shapeFlag:
		return cty.Bool
	case shapeObject:
		return objectType(f.of)
	case shapeList:
		return cty.List(objectType(f.of))
	}
	return cty.String
}

// twinType is the type of the twin's values.
func (f field) twinType() cty.Type {
	if f.shape == shapeStamp {
		return cty.Number
	}
	return cty.String
}

// objectType is the type of objects with these fields and their twins.
func objectType(fields []field) cty.Type {
	types := make(map[string]cty.Type, 2*len(fields))
	for _, f := range fields {
		types[f.name] = f.typ()
		if twin := f.twin(); twin != "" {
			types[twin] = f.twinType()
		}
	}
	return cty.Object(types)
}

// record is an object as it stands in an answer.
type record = map[string]json.RawMessage

// readFields reads the fields that an object has. Of those that it has not, nothing
// is said.
func readFields(object record, fields []field) (map[string]cty.Value, error) {
	values := make(map[string]cty.Value, 2*len(fields))
	for _, f := range fields {
		raw, there := object[f.name]
		if !there {
			continue
		}
		if err := f.read(raw, values); err != nil {
			return nil, fmt.Errorf("in %s: %w", f.name, err)
		}
	}
	return values, nil
}

// complete sets the fields to null that were not read; a list that is left out is empty.
func complete(values map[string]cty.Value, fields []field) map[string]cty.Value {
	for _, f := range fields {
		if _, there := values[f.name]; there {
			continue
		}
		values[f.name] = cty.NullVal(f.typ())
		if f.shape == shapeList {
			values[f.name] = cty.ListValEmpty(objectType(f.of))
		}
		if twin := f.twin(); twin != "" {
			values[twin] = cty.NullVal(f.twinType())
		}
	}
	return values
}

// read reads a field, and its twin, into values.
func (f field) read(raw json.RawMessage, values map[string]cty.Value) (err error) {
	switch f.shape {
	case shapeObject:
		values[f.name], err = objectValue(raw, f.of)
		return err
	case shapeList:
		values[f.name], err = listValue(raw, f.of)
		return err
	}
	var text rest.Text
	if err := text.UnmarshalJSON(raw); err != nil {
		return err
	}
	values[f.name] = cty.NullVal(f.typ())
	switch f.shape {
	case shapeID:
		if text.Value, err = text.ID(); err != nil {
			return err
		}
		values[f.name] = text.Cty()
	case shapeNumber:
		if n, is := whole(text.Value); is {
			values[f.name] = cty.NumberIntVal(n)
		}
	case shapeFlag:
		if flag, err := strconv.ParseBool(text.Value); err == nil {
			values[f.name] = cty.BoolVal(flag)
		}
	case shapeMoment:
		values[f.name], values[f.twin()] = moment(text.Value)
	case shapeStamp:
		values[f.name], values[f.twin()] = text.Cty(), stamp(text.Value)
	default:
		values[f.name] = text.Cty()
	}
	return nil
}

// lastMoment is the last millisecond that RFC 3339 can write.
var lastMoment = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()

// moment reads milliseconds since 1970, as a number and in RFC 3339. 0 stands for no
// time [user], so it has no such text.
func moment(text string) (ms, at cty.Value) {
	n, is := whole(text)
	if !is {
		return cty.NullVal(cty.Number), cty.NullVal(cty.String)
	}
	if n <= 0 || n > lastMoment {
		return cty.NumberIntVal(n), cty.NullVal(cty.String)
	}
	return cty.NumberIntVal(n), cty.StringVal(time.UnixMilli(n).UTC().Format(time.RFC3339Nano))
}

// whole reads a whole number, also as a server writes it that holds it as a fraction:
// 1.348864985783e12.
func whole(text string) (n int64, is bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	n = int64(f)
	return n, err == nil && math.Abs(f) <= 1<<53 && float64(n) == f
}

// stamp is the milliseconds since 1970 of a time in text.
func stamp(text string) cty.Value {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return cty.NullVal(cty.Number)
	}
	return cty.NumberIntVal(t.UnixMilli())
}

var null = []byte("null")

// objectValue reads an object; null stays null.
func objectValue(raw json.RawMessage, fields []field) (cty.Value, error) {
	if bytes.Equal(raw, null) {
		return cty.NullVal(objectType(fields)), nil
	}
	var object record
	if err := json.Unmarshal(raw, &object); err != nil {
		return cty.NilVal, fmt.Errorf("it is no object")
	}
	values, err := readFields(object, fields)
	if err != nil {
		return cty.NilVal, err
	}
	return cty.ObjectVal(complete(values, fields)), nil
}

// listValue reads a list of objects; null is an empty one.
func listValue(raw json.RawMessage, fields []field) (cty.Value, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return cty.NilVal, fmt.Errorf("it is no list")
	}
	list := make([]cty.Value, len(elements))
	for i, element := range elements {
		var err error
		if list[i], err = objectValue(element, fields); err != nil {
			return cty.NilVal, err
		}
	}
	return listOf(objectType(fields), list), nil
}

// listOf makes a list, which may be empty.
func listOf(element cty.Type, list []cty.Value) cty.Value {
	if len(list) == 0 {
		return cty.ListValEmpty(element)
	}
	return cty.ListVal(list)
}
