package state

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
)

// The state is written by hand-made appends rather than by reflection: a hundred
// thousand objects are written at the end of every run.

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD, as
// it would on its way to any JSON API.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size != 1 {
				i += size
				continue
			}
			b = append(append(b, s[start:i]...), "\ufffd"...)
		} else {
			b = appendEscape(append(b, s[start:i]...), c)
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// appendValue appends v as JSON. A value that is marked, unknown or not data
// has no place in a state and is an error.
func appendValue(b []byte, v cty.Value) ([]byte, error) {
	switch {
	case v == cty.NilVal:
		return b, fmt.Errorf("there is no value")
	case v.IsMarked():
		return b, fmt.Errorf("the value is marked, as sensitive ones are, and such values are not stored")
	case !v.IsKnown():
		return b, fmt.Errorf("the value is not known yet")
	case v.IsNull():
		return append(b, "null"...), nil
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		return appendString(b, v.AsString()), nil
	case ty == cty.Bool:
		return strconv.AppendBool(b, v.True()), nil
	case ty == cty.Number:
		return appendNumber(b, v.AsBigFloat())
	case ty.IsListType(), ty.IsSetType(), ty.IsTupleType():
		return appendElements(b, v)
	case ty.IsMapType(), ty.IsObjectType():
		return appendAttrs(b, v.AsValueMap())
	}
	return b, fmt.Errorf("a value of type %s cannot be stored", ty.FriendlyName())
}

// appendNumber appends f so that it reads back as a number equal to f. To cty
// whole numbers are equal when they are exactly so, and others when their
// shortest texts are.
func appendNumber(b []byte, f *big.Float) ([]byte, error) {
	const huge = 1 << 12 // bits; beyond, digits alone would fill the disk
	switch e := f.MantExp(nil); {
	case f.IsInf():
		return b, fmt.Errorf("an infinite number cannot be stored")
	case e > huge || e < -huge:
		return f.Append(b, 'e', -1), nil
	case f.IsInt():
		whole, _ := f.Int(nil)
		return whole.Append(b, 10), nil
	}
	return f.Append(b, 'f', -1), nil
}

func appendElements(b []byte, v cty.Value) ([]byte, error) {
	var err error
	b = append(b, '[')
	if v.LengthInt() == 0 {
		return append(b, ']'), nil // most sets of most objects are empty; an iterator is dear
	}
	first := true
	for it := v.ElementIterator(); it.Next(); first = false {
		if !first {
			b = append(b, ',')
		}
		_, element := it.Element()
		if b, err = appendValue(b, element); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

// appendAttrs appends a map of values as an object, sorted by name.
func appendAttrs(b []byte, attrs map[string]cty.Value) ([]byte, error) {
	return appendObject(b, attrs, func(b []byte, name string, v cty.Value) ([]byte, error) {
		b, err := appendValue(b, v)
		if err != nil {
			return b, fmt.Errorf("%s: %w", name, err)
		}
		return b, nil
	})
}

// appendObject appends a map as a JSON object, sorted by name.
func appendObject[V any](b []byte, m map[string]V, value func([]byte, string, V) ([]byte, error)) ([]byte, error) {
	var room [16]string
	names := room[:0]
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	var err error
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		if b, err = value(b, name, m[name]); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func appendTexts(b []byte, m map[string]string) []byte {
	b, _ = appendObject(b, m, func(b []byte, _, text string) ([]byte, error) { // cannot fail
		return appendString(b, text), nil
	})
	return b
}
