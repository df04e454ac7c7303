package render

import (
	"encoding/json"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/espalier-dev/espalier/schema"
)

// document writes one JSON object field by field, so that a large one is never
// held whole. The first error sticks and is returned by end.
type document struct {
	*printer
	indent string // of the object's own line
	fields int
	err    error
}

func (d *document) name(name string) {
	if d.fields == 0 {
		d.WriteByte('{')
	} else {
		d.WriteByte(',')
	}
	d.WriteString("\n  " + d.indent)
	d.fields++
	d.value(name)
	d.WriteString(": ")
}

// object writes a field that is an object, whose fields fill writes.
func (d *document) object(name string, fill func(inner *document)) {
	d.name(name)
	inner := &document{printer: d.printer, indent: d.indent + "  "}
	fill(inner)
	if inner.fields == 0 {
		d.WriteByte('{')
	} else {
		d.WriteString("\n" + inner.indent)
	}
	d.WriteByte('}')
	if d.err == nil {
		d.err = inner.err
	}
}

func (d *document) value(v any) {
	text, err := json.Marshal(v)
	if err != nil && d.err == nil {
		d.err = err
	}
	d.Write(text)
}

// field writes one field.
func (d *document) field(name string, v any) {
	d.name(name)
	d.value(v)
}

// list writes a field that is an array of what item returns, one a line; nil
// items are left out.
func (d *document) list(name string, n int, item func(int) any) {
	d.name(name)
	d.WriteByte('[')
	written := 0
	for i := range n {
		v := item(i)
		if v == nil {
			continue
		}
		if written > 0 {
			d.WriteByte(',')
		}
		d.WriteString("\n    " + d.indent)
		d.value(v)
		written++
	}
	if written > 0 {
		d.WriteString("\n  " + d.indent)
	}
	d.WriteByte(']')
}

func (d *document) end() error {
	d.WriteString("\n}\n")
	if err := d.Flush(); d.err == nil {
		d.err = err
	}
	return d.err
}

// jsonValue returns a value as plain JSON: null where it is not there, not
// known or sensitive.
func jsonValue(v cty.Value) json.RawMessage {
	null := json.RawMessage("null")
	if v == cty.NilVal || schema.IsSensitive(v) || !v.IsWhollyKnown() {
		return null
	}
	v, _ = v.UnmarkDeep()
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return null
	}
	return text
}
