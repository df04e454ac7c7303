package motimate

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// document writes the bodies of answers.
type document struct {
	s     *Sandbox
	view  sandbox.View // where what it names is looked up
	b     []byte
	comma bool
}

func newDocument(s *Sandbox, view sandbox.View, size int) *document {
	return &document{s: s, view: view, b: append(make([]byte, 0, size+16), '{')}
}

// data is a document with one object in the envelope.
func (s *Sandbox) data(view sandbox.View, write func(*document)) []byte {
	d := newDocument(s, view, 512)
	d.name("data")
	d.object(func() { write(d) })
	return d.bytes()
}

func (d *document) bytes() []byte { return append(d.b, '}') }

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
	case value != "":
		d.name(name)
		d.quoted(value)
	case d.s.chosen.Is("unset", "null"):
		d.name(name)
		d.b = append(d.b, "null"...)
	case d.s.chosen.Is("unset", "empty"):
		d.name(name)
		d.b = append(d.b, `""`...)
	}
}

func (d *document) quoted(value string) {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(value)
			d.b = append(d.b, quoted...)
			return
		}
	}
	d.b = append(append(append(d.b, '"'), value...), '"')
}

func (d *document) level(n int) {
	d.name("level")
	switch {
	case d.s.chosen.Is("level_as", "number"):
		d.b = strconv.AppendInt(d.b, int64(n), 10)
	case d.s.chosen.Is("level_as", "label"):
		d.quoted("Level " + strconv.Itoa(n))
	default:
		d.quoted(strconv.Itoa(n))
	}
}

func (d *document) number(name string, n int64) {
	d.name(name)
	d.b = strconv.AppendInt(d.b, n, 10)
}

// times writes when an object was made and when it was changed.
func (d *document) times(created, updated int64) {
	if d.s.chosen.Is("times", "absent") {
		return
	}
	for i, at := range []int64{created, updated} {
		d.name([]string{"created_at", "updated_at"}[i])
		d.quoted(time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z07:00"))
	}
}

// ids writes a list of ids.
func (d *document) ids(name string, ids []int64) {
	d.name(name)
	d.b = append(d.b, '[')
	for i, id := range ids {
		if i > 0 {
			d.b = append(d.b, ',')
		}
		d.idValue(id)
	}
	d.b = append(d.b, ']')
}

// id writes an id; 0 is null.
func (d *document) id(name string, id int64) {
	d.name(name)
	d.idValue(id)
}

func (d *document) idValue(id int64) {
	switch {
	case id == 0:
		d.b = append(d.b, "null"...)
	case d.s.chosen.Is("ids", "number"):
		d.b = strconv.AppendInt(d.b, id, 10)
	default:
		d.quoted(d.s.showID(id))
	}
}
