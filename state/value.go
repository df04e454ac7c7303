package state

import (
	"hash/maphash"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// value takes a value of type ty; cty.DynamicPseudoType takes whatever is there.
func (c *cursor) value(ty cty.Type, depth int) cty.Value {
	if depth > maxDepth {
		c.fail("a value is nested more than %d deep", maxDepth)
	}
	first := c.next()
	if c.err != nil {
		return cty.NilVal
	}
	if first == 'n' {
		c.word("null")
		return cty.NullVal(ty)
	}
	switch {
	case ty == cty.String:
		return c.stringValue()
	case ty == cty.Bool:
		return cty.BoolVal(c.bool())
	case ty == cty.Number:
		return c.number()
	case ty == cty.DynamicPseudoType:
		return c.implied(first, depth)
	case ty.IsSetType(), ty.IsListType():
		return c.collection(ty, depth)
	case ty.IsMapType():
		return c.mapValue(ty, depth)
	case ty.IsObjectType():
		return c.objectValue(ty, depth)
	case ty.IsTupleType():
		return c.tuple(ty, depth)
	}
	c.fail("a value of type %s cannot be read", ty.FriendlyName())
	return cty.NilVal
}

// implied takes a value of the type that its JSON form suggests.
func (c *cursor) implied(first byte, depth int) cty.Value {
	switch first {
	case '"':
		return c.stringValue()
	case 't', 'f':
		return cty.BoolVal(c.bool())
	case '[':
		elements := c.elements(cty.DynamicPseudoType, depth)
		return cty.TupleVal(elements)
	case '{':
		fields := map[string]cty.Value{}
		c.object(func(key string) { fields[key] = c.value(cty.DynamicPseudoType, depth+1) })
		if c.err != nil {
			return cty.NilVal
		}
		return cty.ObjectVal(fields)
	}
	return c.number()
}

func (c *cursor) stringValue() cty.Value {
	raw, plain := c.quoted()
	if v, ok := c.values.get(raw, cty.String); ok {
		return v
	}
	v := cty.StringVal(c.unquote(raw, plain))
	if c.err == nil {
		c.values.put(raw, v)
	}
	return v
}

func (c *cursor) number() cty.Value {
	text := string(c.scalar())
	if c.err != nil {
		return cty.NilVal
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return cty.NumberIntVal(n)
	}
	// ParseNumberVal takes forms that JSON has not, such as Inf and 0x1p2.
	v, err := cty.ParseNumberVal(text)
	if err != nil || text[0] != '-' && (text[0] < '0' || text[0] > '9') || v.AsBigFloat().IsInf() {
		c.fail("%q is not a number", text)
		return cty.NilVal
	}
	return v
}

func (c *cursor) elements(ty cty.Type, depth int) []cty.Value {
	elements := []cty.Value{}
	c.array(func() { elements = append(elements, c.value(ty, depth+1)) })
	if c.err != nil {
		return nil
	}
	return elements
}

// collection takes a list or a set. Sets of ids are the same for many objects,
// and building one is dear, so equal text gives the same value.
func (c *cursor) collection(ty cty.Type, depth int) cty.Value {
	start := c.pos
	if end := c.flatEnd(); end > 0 {
		if v, ok := c.values.get(c.data[start:end], ty); ok {
			c.pos = end
			return v
		}
	}
	elements := c.elements(ty.ElementType(), depth)
	if c.err != nil {
		return cty.NilVal
	}
	var v cty.Value
	switch {
	case len(elements) == 0 && ty.IsSetType():
		v = cty.SetValEmpty(ty.ElementType())
	case len(elements) == 0:
		v = cty.ListValEmpty(ty.ElementType())
	case !sameTypes(elements):
		c.fail("a collection holds values of different types")
		return cty.NilVal
	case ty.IsSetType():
		v = cty.SetVal(elements)
	default:
		v = cty.ListVal(elements)
	}
	c.values.put(c.data[start:c.pos], v)
	return v
}

// flatEnd returns where the array at the cursor ends if it is short, 0 if that
// cannot be seen easily.
func (c *cursor) flatEnd() int {
	end := min(c.pos+maxCached, len(c.data))
	for i := c.pos; i < end; i++ {
		switch c.data[i] {
		case ']':
			return i + 1
		case '\\', '{':
			return 0
		}
	}
	return 0
}

func (c *cursor) mapValue(ty cty.Type, depth int) cty.Value {
	elements := map[string]cty.Value{}
	c.object(func(key string) { elements[key] = c.value(ty.ElementType(), depth+1) })
	if c.err != nil {
		return cty.NilVal
	}
	if len(elements) == 0 {
		return cty.MapValEmpty(ty.ElementType())
	}
	all := make([]cty.Value, 0, len(elements))
	for _, v := range elements {
		all = append(all, v)
	}
	if !sameTypes(all) {
		c.fail("a map holds values of different types")
		return cty.NilVal
	}
	return cty.MapVal(elements)
}

// sameTypes guards cty's constructors, which panic on a mixture.
func sameTypes(values []cty.Value) bool {
	for _, v := range values[1:] {
		if !v.Type().Equals(values[0].Type()) {
			return false
		}
	}
	return true
}

func (c *cursor) objectValue(ty cty.Type, depth int) cty.Value {
	types := ty.AttributeTypes()
	fields := make(map[string]cty.Value, len(types))
	c.object(func(key string) {
		fieldType, known := types[key]
		if !known {
			c.fail("a field %q is not expected", key)
			return
		}
		fields[key] = c.value(fieldType, depth+1)
	})
	for name := range types {
		if _, ok := fields[name]; !ok && c.err == nil {
			c.fail("the field %q is missing", name)
		}
	}
	if c.err != nil {
		return cty.NilVal
	}
	return cty.ObjectVal(fields)
}

func (c *cursor) tuple(ty cty.Type, depth int) cty.Value {
	types := ty.TupleElementTypes()
	elements := make([]cty.Value, 0, len(types))
	c.array(func() {
		if len(elements) == len(types) {
			c.fail("a tuple has more than %d elements", len(types))
			return
		}
		elements = append(elements, c.value(types[len(elements)], depth+1))
	})
	if c.err == nil && len(elements) < len(types) {
		c.fail("a tuple has %d elements where %d should be", len(elements), len(types))
	}
	if c.err != nil {
		return cty.NilVal
	}
	return cty.TupleVal(elements)
}

// valueCache gives equal short texts the same value: names of places, roles and
// sets of ids recur in thousands of records. It is bounded: a newcomer takes the
// place of whatever has the same hash.
type valueCache struct {
	seed  maphash.Seed
	slots []cachedValue
}

type cachedValue struct {
	text  string
	value cty.Value
}

const (
	maxCached  = 64 // longest text kept, in bytes
	cacheSlots = 1 << 12
)

func (v *valueCache) slot(text []byte) *cachedValue {
	if v.slots == nil {
		v.seed = maphash.MakeSeed()
		v.slots = make([]cachedValue, cacheSlots)
	}
	return &v.slots[maphash.Bytes(v.seed, text)%cacheSlots]
}

func (v *valueCache) get(text []byte, ty cty.Type) (cty.Value, bool) {
	if len(text) == 0 || len(text) > maxCached {
		return cty.NilVal, false
	}
	if s := v.slot(text); s.text == string(text) && s.value.Type().Equals(ty) {
		return s.value, true
	}
	return cty.NilVal, false
}

func (v *valueCache) put(text []byte, value cty.Value) {
	if len(text) <= maxCached {
		*v.slot(text) = cachedValue{text: string(text), value: value}
	}
}
