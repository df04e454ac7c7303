package laws

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// history is what is known of the world while a log is read from its beginning.
type history struct {
	objects map[string]*object  // by type and id
	things  []Thing             // wanted now
	bound   map[string]string   // by type and label: the type and id of a thing
	open    map[string]int      // by key: when a create without an answer was sent
	listed  map[string]*listing // by type: its list as it was last shown
	found   []string
	last    *call // the last that was found to be a breach
}

// listing is a list that was read.
type listing struct {
	sent int // when it was asked for
	ids  map[string]bool
}

// object is one object of the server.
type object struct {
	typ, id string
	fields  map[string]string
	ours    bool
	gone    bool
	version int    // of what was written to it
	told    int    // since when the program knows that it was made; 0 if it does not
	ended   bool   // the program knows that it is gone
	last    string // the body of the last change, while the program knows that it holds
}

// breach notes what a request did that must never be, once a request.
func (h *history) breach(c *call, format string, args ...any) {
	if h.last == c {
		return
	}
	h.last = c
	h.found = append(h.found, fmt.Sprintf("request %d (%s %s %s): ", c.Sent, c.Method, c.Path, c.Body)+fmt.Sprintf(format, args...))
}

// sent takes in that a request came.
func (h *history) sent(c *call) {
	if c.Foreign || c.typ == "" {
		return
	}
	o := h.objects[c.name()]
	switch {
	case !c.writes():
		if c.id == "" && strings.Contains("&"+c.Query+"&", "&page=1&") {
			h.listed[c.typ] = &listing{sent: c.Sent, ids: map[string]bool{}}
		}
	case c.creates():
		h.sentCreate(c)
	case o == nil || !o.ours:
		h.breach(c, "it is written to, and the program did not make it")
	case c.Method == http.MethodPatch && o.last == string(c.Body):
		h.breach(c, "the same change was confirmed, and nothing was written to it since")
	case c.Method == http.MethodDelete && o.ended:
		h.breach(c, "that it is gone was confirmed")
	}
}

func (h *history) sentCreate(c *call) {
	for _, key := range keysOf(c.typ, c.fields) {
		for _, o := range h.live() {
			if o.told > 0 && slices.Contains(keysOf(o.typ, o.fields), key) {
				h.breach(c, "that there is one of the %s was confirmed: it is %s", key, o.id)
			}
		}
		if at := h.open[key]; at > 0 {
			h.sentAgain(c, key, at)
		}
		h.open[key] = c.Sent
	}
	if c.Denied { // the client learns this of the door, and at once
		h.answered(c)
	}
}

// sentAgain takes in that a create was sent again whose answer never came.
func (h *history) sentAgain(c *call, key string, at int) {
	seen := h.listed[c.typ]
	if seen == nil || seen.sent < at {
		h.breach(c, "the answer to request %d, for one of the %s, never came, and it is sent again without a look at the list", at, key)
		return
	}
	for _, o := range h.live() {
		if o.ours && o.typ == c.typ && o.told > 0 && o.told < seen.sent && !seen.ids[o.id] {
			h.breach(c, "the answer to request %d, for one of the %s, never came, and it is sent again though the list is behind: it lacks %s", at, key, o.id)
			return
		}
	}
}

// answered takes in that the program knows what came of a create.
func (h *history) answered(c *call) {
	for _, key := range keysOf(c.typ, c.fields) {
		if h.open[key] == c.Sent {
			delete(h.open, key)
		}
	}
}

// live are the objects that are there, in a stable order.
func (h *history) live() []*object {
	var out []*object
	for _, name := range slices.Sorted(maps.Keys(h.objects)) {
		if o := h.objects[name]; !o.gone {
			out = append(out, o)
		}
	}
	return out
}

// done takes in that the server carried a request out.
func (h *history) done(c *call) {
	if !c.writes() || c.Status > 299 {
		return
	}
	if c.creates() {
		h.made(c)
		return
	}
	o := h.objects[c.name()]
	if o == nil {
		o = &object{typ: c.typ, id: c.id, fields: map[string]string{}}
		h.objects[c.name()] = o
	}
	o.version++
	o.last, c.stamp = "", o.version
	if c.Method != http.MethodDelete {
		maps.Copy(o.fields, c.fields)
		return
	}
	o.gone = true
	for _, t := range h.things {
		if !c.Foreign && h.bound[t.Type+" "+t.Label] == c.name() {
			h.breach(c, "it is deleted while %s %s is wanted", t.Type, t.Label)
		}
	}
}

func (h *history) made(c *call) {
	o := &object{typ: c.typ, id: c.made, fields: c.fields, ours: !c.Foreign, version: 1}
	for _, key := range keysOf(c.typ, c.fields) {
		for _, other := range h.live() {
			if !c.Foreign && slices.Contains(keysOf(other.typ, other.fields), key) {
				h.breach(c, "now there are two of the %s: %s and %s", key, other.id, o.id)
			}
		}
	}
	for _, t := range h.things {
		at, ok := h.bound[t.Type+" "+t.Label]
		if ok && !c.Foreign && h.is(t, o) && !h.objects[at].gone {
			h.breach(c, "%s %s is wanted once, and is there as %s", t.Type, t.Label, at)
		}
	}
	h.objects[c.typ+"/"+c.made] = o
	h.bind()
}

// told takes in that the program got an answer, whole and as it was.
func (h *history) told(c *call) {
	switch {
	case c.Foreign || c.typ == "":
		return
	case !c.writes():
		h.shown(c)
		return
	}
	if c.creates() {
		if c.Status < 500 {
			h.answered(c)
		}
		if c.Status < 300 && c.made != "" {
			h.objects[c.typ+"/"+c.made].told = c.Told
		}
		return
	}
	o := h.objects[c.name()]
	switch {
	case o == nil:
	case c.Method == http.MethodPatch && c.Status < 300 && o.version == c.stamp:
		o.last = string(c.Body)
	case c.Method == http.MethodDelete && (c.Status < 300 || c.Status == http.StatusNotFound):
		o.ended = true
	}
}

// shown takes in that the program was shown a list.
func (h *history) shown(c *call) {
	var answer struct{ Data []json.RawMessage }
	if c.id != "" || json.Unmarshal(c.Answer, &answer) != nil {
		return
	}
	for _, item := range answer.Data {
		id := idOf(item)
		if l := h.listed[c.typ]; l != nil {
			l.ids[id] = true
		}
		if o := h.objects[c.typ+"/"+id]; o != nil && o.told == 0 {
			o.told = c.Told
		}
	}
}
