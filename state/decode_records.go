package state

import (
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/espalier-dev/espalier/schema"
)

func (d *decoder) addRecord() {
	r := d.record()
	if d.err != nil {
		return
	}
	if _, twice := d.s.Records[r.Address]; twice {
		d.fail("%s stands in it twice", r.Address)
		return
	}
	d.s.Records[r.Address] = r
}

func (d *decoder) record() *Record {
	r := &Record{}
	var typ *schema.Type
	d.object(func(key string) {
		switch key {
		case "address":
			r.Address = d.address()
			typ = d.types(r.Address.Type)
		case "provider":
			r.Provider = d.name()
		case "id":
			r.ID = d.text()
		case "read":
			r.Read = d.time()
		case "written":
			r.Written = d.time()
		case "attrs":
			r.Attrs = d.attrs(typ)
		case "digests":
			r.Digests = d.texts()
		case "writes":
			r.Writes = map[string]Write{}
			d.object(func(name string) { r.Writes[name] = d.write(attrType(typ, name)) })
		case "needs":
			d.array(func() { r.Needs = append(r.Needs, d.need()) })
		case "deposed":
			d.array(func() { r.Deposed = append(r.Deposed, d.text()) })
		default:
			d.unknown(key)
		}
		d.named(r.Address)
	})
	d.addressed(r.Address)
	return r
}

// addressed refuses an object without an address.
func (d *decoder) addressed(a schema.Address) {
	if d.err == nil && a.IsZero() {
		d.fail("an object has no address")
	}
}

// named puts the address of the object at hand before an error, once.
func (d *decoder) named(a schema.Address) {
	if d.err != nil && !a.IsZero() {
		if _, done := d.err.(*addressError); !done {
			d.err = &addressError{address: a, err: d.err}
		}
	}
}

type addressError struct {
	address schema.Address
	err     error
}

func (e *addressError) Error() string { return e.address.String() + ": " + e.err.Error() }
func (e *addressError) Unwrap() error { return e.err }

// name takes a short string that recurs, sharing its memory.
func (d *decoder) name() string {
	v := d.stringValue()
	if d.err != nil {
		return ""
	}
	return v.AsString()
}

func (d *decoder) write(ty cty.Type) Write {
	var w Write
	d.object(func(key string) {
		switch key {
		case "at":
			w.At = d.time()
		case "before":
			w.Before = d.value(ty, 0)
		case "sent":
			w.Sent = d.value(ty, 0)
		case "answer":
			w.Answer = d.value(ty, 0)
		case "earlier":
			d.array(func() { w.Earlier = append(w.Earlier, d.former(ty)) })
		default:
			d.unknown(key)
		}
	})
	return w
}

func (d *decoder) former(ty cty.Type) Former {
	var f Former
	d.object(func(key string) {
		switch key {
		case "value":
			f.Value = d.value(ty, 0)
		case "at":
			f.At = d.time()
		default:
			d.unknown(key)
		}
	})
	return f
}

func (d *decoder) intent() Intent {
	var i Intent
	d.object(func(key string) {
		switch key {
		case "address":
			i.Address = d.address()
		case "provider":
			i.Provider = d.text()
		case "action":
			i.Action = d.text()
		case "id":
			i.ID = d.text()
		case "at":
			i.At = d.time()
		case "accepted":
			i.Accepted = d.bool()
		case "wanted":
			i.Wanted = d.attrs(d.types(i.Address.Type))
		default:
			d.unknown(key)
		}
		d.named(i.Address)
	})
	d.addressed(i.Address)
	return i
}

func (d *decoder) output() Output {
	var o Output
	ty := cty.DynamicPseudoType
	d.object(func(key string) {
		switch key {
		case "sensitive":
			o.Sensitive = d.bool()
		case "type":
			ty = d.outputType()
		case "value":
			o.Value = d.value(ty, 0)
		default:
			d.unknown(key)
		}
	})
	switch has := o.Value != cty.NilVal; {
	case d.err != nil:
	case !has && !o.Sensitive:
		d.fail("an output must either have a value or be sensitive")
	case has && o.Sensitive && !d.inner:
		d.fail("the value of a sensitive output must not stand in a text that is not encrypted")
	}
	return o
}

// outputType takes the JSON form of a cty type.
func (d *decoder) outputType() cty.Type {
	d.next()
	start := d.pos
	d.value(cty.DynamicPseudoType, 0)
	if d.err != nil {
		return cty.DynamicPseudoType
	}
	ty, err := ctyjson.UnmarshalType(d.data[start:d.pos])
	if err != nil {
		d.fail("the type of an output cannot be read: %v", err)
		return cty.DynamicPseudoType
	}
	return ty
}
