package moxtra

import (
	"encoding/json"
	"strconv"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// document writes the data of answers.
type document struct {
	s     *Sandbox
	view  sandbox.View // where what it names is looked up
	b     []byte
	comma bool
}

// data is one object.
func (s *Sandbox) data(view sandbox.View, write func(*document)) []byte {
	d := &document{s: s, view: view, b: make([]byte, 0, 1024)}
	d.object(func() { write(d) })
	return d.b
}

func (d *document) name(name string) {
	if d.comma {
		d.b = append(d.b, ',')
	}
	d.b = append(append(append(d.b, '"'), name...), '"', ':')
	d.comma = true
}

func (d *document) object(write func()) {
	d.b, d.comma = append(d.b, '{'), false
	write()
	d.b, d.comma = append(d.b, '}'), true
}

func (d *document) list(name string, n int, item func(i int)) {
	d.name(name)
	d.items(n, item)
}

func (d *document) items(n int, item func(i int)) {
	d.b = append(d.b, '[')
	for i := range n {
		if i > 0 {
			d.b = append(d.b, ',')
		}
		d.object(func() { item(i) })
	}
	d.b = append(d.b, ']')
}

// text writes a text; one that is not set goes by the switch.
func (d *document) text(name, value string) {
	switch {
	case value != "", d.s.chosen.Is("unset", "empty"):
		d.name(name)
		d.quoted(value)
	case d.s.chosen.Is("unset", "null"):
		d.name(name)
		d.b = append(d.b, "null"...)
	}
}

func (d *document) quoted(value string) {
	quoted, _ := json.Marshal(value)
	d.b = append(d.b, quoted...)
}

func (d *document) flag(name string, value bool) {
	d.name(name)
	d.b = strconv.AppendBool(d.b, value)
}

func (d *document) number(name string, n int64) {
	d.name(name)
	d.b = strconv.AppendInt(d.b, n, 10)
}

// times writes when an object was made and when it was changed, in milliseconds.
func (d *document) times(created, updated int64) {
	d.number("created_time", created)
	d.number("updated_time", updated)
}
