package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
)

// Text is a field of an answer that is text: a JSON string, or a number or a
// boolean kept digit for digit. Its zero value is a field that was absent.
type Text struct {
	Present bool
	Value   string // "" for null too
	literal bool   // written without quotes
}

// UnmarshalJSON reads any scalar.
func (t *Text) UnmarshalJSON(data []byte) error {
	t.Present = true
	if len(data) == 0 {
		return errors.New("nothing where a text is expected")
	}
	switch data[0] {
	case '"':
		if inner := data[1 : len(data)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
			t.Value = string(inner)
			return nil
		}
		return json.Unmarshal(data, &t.Value)
	case 'n':
		return nil
	case '{', '[':
		return fmt.Errorf("%s stands where a text is expected", excerpt(data, 30))
	}
	t.Value, t.literal = string(data), true
	return nil
}

// ID returns the field as an id: a whole number digit for digit, or a string.
// An absent, null or empty one is "".
func (t Text) ID() (string, error) {
	if t.literal && (strings.ContainsAny(t.Value, ".eE") || !strings.ContainsAny(t.Value[:1], "-0123456789")) {
		return "", fmt.Errorf("the id %s is not a whole number", t.Value)
	}
	return t.Value, nil
}

// Cty returns the field as a value: null for null, absent and "".
func (t Text) Cty() cty.Value {
	if t.Value == "" {
		return cty.NullVal(cty.String)
	}
	return cty.StringVal(t.Value)
}

// Put sets the attribute if the field was there.
func (t Text) Put(attrs map[string]cty.Value, name string) {
	if t.Present {
		attrs[name] = t.Cty()
	}
}

// Data reads the value under "data", the usual envelope. A body without it, or
// with null in it, is an error.
func Data[T any](body []byte) (T, error) {
	var envelope struct {
		Data *T `json:"data"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		var none T
		return none, plainJSONError(err)
	}
	if envelope.Data == nil {
		var none T
		return none, errors.New(`there is nothing under "data"`)
	}
	return *envelope.Data, nil
}

// plainJSONError says what the decoder found without Go's names for types.
func plainJSONError(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		if wrongType.Field == "" {
			return fmt.Errorf("it is a JSON %s where an object is expected", wrongType.Value)
		}
		return fmt.Errorf("%q is a JSON %s, which is not expected there", wrongType.Field, wrongType.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON (%v, at byte %d)", syntax, syntax.Offset)
	}
	return err
}
