package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// A cursor reads JSON text from front to back without reflection and without a
// second pass. The first mistake stops it: err is set, the rest of the text is
// dropped, and every further read returns a zero value.
type cursor struct {
	data []byte
	pos  int
	err  error

	values    valueCache
	addresses map[string]schema.Address
}

// maxDepth bounds how deeply values may be nested, so that no text can exhaust
// the stack.
const maxDepth = 200

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
	c.pos = len(c.data)
}

// next returns the first byte of the next token without taking it; 0 at the end.
func (c *cursor) next() byte {
	for c.pos < len(c.data) {
		switch b := c.data[c.pos]; b {
		case ' ', '\n', '\r', '\t':
			c.pos++
		default:
			return b
		}
	}
	return 0
}

// take takes the byte want, which must be next.
func (c *cursor) take(want byte) {
	switch b := c.next(); {
	case c.err != nil:
	case c.pos >= len(c.data):
		c.fail("the text ends where %q should stand", want)
	case b != want:
		c.fail("%q stands at byte %d where %q should", b, c.pos, want)
	default:
		c.pos++
	}
}

// more reports whether another element follows before end, and takes the comma
// or the end.
func (c *cursor) more(first bool, end byte) bool {
	if c.next() == end {
		c.pos++
		return false
	}
	if !first {
		c.take(',')
	}
	return c.err == nil
}

// object calls field for each key; field must read the value.
func (c *cursor) object(field func(key string)) {
	c.take('{')
	for first := true; c.err == nil && c.more(first, '}'); first = false {
		key := c.text()
		c.take(':')
		if c.err == nil {
			field(key)
		}
	}
}

// array calls element once for each element; element must read it.
func (c *cursor) array(element func()) {
	c.take('[')
	for first := true; c.err == nil && c.more(first, ']'); first = false {
		element()
	}
}

// quoted takes a string and returns it with its quotes, and whether it is free
// of escapes.
func (c *cursor) quoted() (raw []byte, plain bool) {
	c.take('"')
	if c.err != nil {
		return nil, false
	}
	start := c.pos - 1
	plain = true
	for i := c.pos; i < len(c.data); i++ {
		switch b := c.data[i]; {
		case b == '"':
			c.pos = i + 1
			return c.data[start:c.pos], plain
		case b == '\\':
			plain = false
			i++
		case b < 0x20:
			c.fail("a text holds the control character %q at byte %d", b, i)
			return nil, false
		}
	}
	c.fail("the file ends within a text")
	return nil, false
}

// text takes a string.
func (c *cursor) text() string {
	raw, plain := c.quoted()
	return c.unquote(raw, plain)
}

func (c *cursor) unquote(raw []byte, plain bool) string {
	if c.err != nil {
		return ""
	}
	if !utf8.Valid(raw) {
		c.fail("the text %q is not UTF-8", raw)
		return ""
	}
	if plain {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		c.fail("the text %s is not JSON: %v", raw, err)
	}
	return s
}

// scalar takes a number or a word: true, false, null.
func (c *cursor) scalar() []byte {
	c.next()
	start := c.pos
	for c.pos < len(c.data) && bytes.IndexByte([]byte(" \n\r\t,:]}"), c.data[c.pos]) < 0 {
		c.pos++
	}
	if c.err == nil && c.pos == start {
		c.fail("a value is missing at byte %d", start)
	}
	return c.data[start:c.pos]
}

func (c *cursor) word(want string) {
	if got := c.scalar(); c.err == nil && string(got) != want {
		c.fail("%q stands where %s should", got, want)
	}
}

func (c *cursor) bool() bool {
	got := c.scalar()
	if c.err == nil && string(got) != "true" && string(got) != "false" {
		c.fail("%q stands where true or false should", got)
	}
	return string(got) == "true"
}

func (c *cursor) uint() uint64 {
	got := c.scalar()
	n, err := strconv.ParseUint(string(got), 10, 64)
	if err != nil {
		c.fail("%q is not a whole number", got)
	}
	return n
}

func (c *cursor) time() time.Time {
	text := c.text()
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		c.fail("%q is not a time", text)
	}
	return t.UTC()
}

// address takes an address. Addresses that others depend on recur, so each is
// parsed once.
func (c *cursor) address() schema.Address {
	raw, plain := c.quoted()
	if a, known := c.addresses[string(raw)]; known {
		return a
	}
	text := c.unquote(raw, plain)
	if c.err != nil {
		return schema.Address{}
	}
	a, err := schema.ParseAddress(text)
	if err != nil {
		c.fail("%v", err)
	}
	return a
}

// need takes an address that is likely to come again.
func (c *cursor) need() schema.Address {
	c.next()
	start := c.pos
	a := c.address()
	if c.err == nil && len(c.addresses) < 1<<16 {
		if c.addresses == nil {
			c.addresses = map[string]schema.Address{}
		}
		c.addresses[string(c.data[start:c.pos])] = a
	}
	return a
}

// texts takes an object of strings.
func (c *cursor) texts() map[string]string {
	m := map[string]string{}
	c.object(func(key string) { m[key] = c.text() })
	return m
}

// attrs takes an object of attribute values of t, which may be nil for a type
// that is not known.
func (c *cursor) attrs(t *schema.Type) map[string]cty.Value {
	m := make(map[string]cty.Value, 8)
	c.object(func(key string) {
		m[key] = c.value(attrType(t, key), 0)
		if c.err != nil {
			c.err = fmt.Errorf("%s: %w", key, c.err)
		}
	})
	return m
}

// attrType returns the type of an attribute; for one that is not known it is
// cty.DynamicPseudoType: such values are kept as JSON shows them.
func attrType(t *schema.Type, name string) cty.Type {
	if t != nil {
		if a := t.Attribute(name); a != nil {
			return a.Type
		}
	}
	return cty.DynamicPseudoType
}
