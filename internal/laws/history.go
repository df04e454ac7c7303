package laws

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Thing is an object that a configuration wants.
type Thing struct {
	// Type is the last part of the collection's path.
	Type string
	// Label tells it from others of its type, and stays when its keys change.
	Label string
	// Above is the label of the group it is in; empty at the top.
	Above string
	// Keys are its natural keys by the field they are sent in.
	Keys map[string]string
}

// mark is a moment from which other things are wanted.
type mark struct {
	at     int
	things []Thing
}

// Want says which things are wanted from now on.
func (d *Door) Want(things []Thing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.marks = append(d.marks, mark{at: d.tick(), things: things})
}

// Breaches holds what went through the door against what must never be, and
// returns a line for each breach:
//
//   - a write whose effect was already confirmed is not sent again;
//   - a create whose answer never came is not sent again before a list of its
//     type was asked for that shows all that was confirmed before;
//   - no natural key is had by two live objects, nor is one made for a thing
//     that is wanted once and there;
//   - what the configuration wants at that time is not deleted;
//   - what the program did not make itself is not written to.
func (d *Door) Breaches() []string {
	d.mu.Lock()
	marks := slices.Clone(d.marks)
	d.mu.Unlock()
	return breaches(d.Exchanges(), marks)
}

func breaches(exchanges []Exchange, marks []mark) []string {
	h := &history{objects: map[string]*object{}, bound: map[string]string{}, open: map[string]int{}, listed: map[string]*listing{}}
	type event struct {
		at   int
		take func()
	}
	var events []event
	add := func(at int, take func()) {
		if at > 0 {
			events = append(events, event{at, take})
		}
	}
	for _, m := range marks {
		add(m.at, func() { h.want(m.things) })
	}
	for i := range exchanges {
		c := newCall(&exchanges[i])
		add(c.Sent, func() { h.sent(c) })
		add(c.Done, func() { h.done(c) })
		add(c.Told, func() { h.told(c) })
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	for _, e := range events {
		e.take()
	}
	return h.found
}

// call is an exchange with what its path and body say.
type call struct {
	*Exchange
	typ    string // empty for a call that is about no collection
	id     string // empty for one about the collection
	fields map[string]string
	made   string // the id of what it made
	stamp  int    // of the object's version that it left behind
}

func newCall(x *Exchange) *call {
	c := &call{Exchange: x, fields: fieldsOf(x.Body)}
	for _, path := range collections() {
		rest, ok := strings.CutPrefix(x.Path, path)
		if ok && (rest == "" || rest[0] == '/') {
			c.typ, c.id = path[strings.LastIndexByte(path, '/')+1:], strings.TrimPrefix(rest, "/")
		}
	}
	if c.creates() && x.Status < 300 {
		var answer struct{ Data json.RawMessage }
		_ = json.Unmarshal(x.Answer, &answer)
		c.made = idOf(answer.Data)
	}
	return c
}

func (c *call) creates() bool { return c.Method == http.MethodPost && c.id == "" }
func (c *call) writes() bool  { return c.typ != "" && c.Method != http.MethodGet }
func (c *call) name() string  { return c.typ + "/" + c.id }

// fieldsOf are the single values of a body. A number is taken as its text.
func fieldsOf(body []byte) map[string]string {
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_ = d.Decode(&values)
	out := map[string]string{}
	for name, v := range values {
		switch v := v.(type) {
		case string:
			out[name] = v
		case json.Number:
			out[name] = v.String()
		case nil:
			out[name] = ""
		}
	}
	return out
}

// keysOf are the natural keys that fields come to.
func keysOf(typ string, fields map[string]string) []string {
	var keys []string
	for _, name := range []string{"employee_number", "email", "phone_number", "import_id"} {
		if v := fields[name]; v != "" {
			keys = append(keys, typ+" with "+name+" "+plainKey(name, v))
		}
	}
	if name := fields["name"]; name != "" {
		keys = append(keys, fmt.Sprintf("%s called %q below %q", typ, name, fields["parent_id"]))
	}
	return keys
}

// plainKey is the form in which values of a key are compared.
func plainKey(name, value string) string {
	switch name {
	case "email":
		return strings.ToLower(value)
	case "phone_number":
		return strings.Map(func(r rune) rune {
			if r == '+' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, value)
	}
	return value
}
