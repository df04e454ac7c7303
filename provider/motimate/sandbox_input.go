package motimate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"sort"
	"strings"
)

// input is the body of a write: its fields as JSON, and what is wrong with them.
type input struct {
	s        *Sandbox
	fields   map[string]json.RawMessage
	form     bool
	change   bool // and not a create
	problems []string
}

// read takes the body of a request apart.
func (s *Sandbox) read(r *http.Request) (*input, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	if err != nil {
		return nil, &denial{http.StatusRequestEntityTooLarge, "the body cannot be read"}
	}
	in := &input{s: s, fields: map[string]json.RawMessage{}, change: r.Method == http.MethodPatch}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	in.form = mediaType == "application/x-www-form-urlencoded"
	want := "json"
	if r.Method == http.MethodPost {
		want = s.chosen["create_body"]
	}
	switch {
	case want == "json" && mediaType != "application/json", want == "form" && !in.form, !in.form && mediaType != "application/json":
		return nil, s.refuse("the body is not in the form that this call takes")
	case in.form:
		if in.fields, err = formFields(string(body)); err != nil {
			return nil, s.refuse("the body is not a form")
		}
		return in, nil
	}
	if len(bytes.TrimSpace(body)) == 0 && r.Method == http.MethodPatch {
		return in, nil // the body itself is optional [swagger]
	}
	if err := json.Unmarshal(body, &in.fields); err != nil || in.fields == nil {
		return nil, s.refuse("the body is not a JSON object")
	}
	return in, nil
}

func (in *input) fail(format string, args ...any) {
	in.problems = append(in.problems, fmt.Sprintf(format, args...))
}

// done refuses a body with unknown fields or other problems.
func (in *input) done(known ...string) error {
	for name := range in.fields {
		if !slices.Contains(known, name) {
			in.fail("there is no field %q", name)
		}
	}
	if len(in.problems) == 0 {
		return nil
	}
	sort.Strings(in.problems)
	return in.s.refuse("%s", strings.Join(in.problems, "; "))
}

// id reads an id; null, and in a form the empty text, is 0.
func (in *input) id(name string, raw json.RawMessage) int64 {
	if string(raw) == "null" || in.form && string(raw) == `""` {
		return 0
	}
	text := string(raw)
	if in.form || !in.s.chosen.Is("ids", "number") {
		var quoted string
		if json.Unmarshal(raw, &quoted) == nil {
			text = quoted
		}
	}
	id, ok := in.s.parseID(text)
	if !ok {
		in.fail("%s is not an id", name)
		return 0
	}
	return id
}

// sandboxRelation is one element of group_relations or position_relations.
type sandboxRelation struct {
	id   int64
	role string
	gone bool
}

// relations reads such a list; ok is false if the field is not there.
func (in *input) relations(name, key string, known ...string) (list []sandboxRelation, ok bool) {
	raw, ok := in.fields[name]
	if !ok {
		return nil, false
	}
	var items []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		in.fail("%s is not a list of objects", name)
		return nil, true
	}
	seen := map[int64]bool{}
	for _, item := range items {
		relation := in.relation(name, key, item, known)
		if seen[relation.id] {
			in.fail("%s names %d twice", name, relation.id)
		}
		seen[relation.id] = true
		list = append(list, relation)
	}
	return list, true
}

func (in *input) relation(list, key string, item map[string]json.RawMessage, known []string) sandboxRelation {
	var relation sandboxRelation
	for name, raw := range item {
		switch {
		case name == key:
			relation.id = in.id(list+"."+key, raw)
		case name == "role" && slices.Contains(known, name):
			if err := json.Unmarshal(raw, &relation.role); err != nil {
				in.fail("%s.role is not a string", list)
			}
		case name == "_delete" && slices.Contains(known, name):
			if err := json.Unmarshal(raw, &relation.gone); err != nil {
				in.fail("%s._delete is not a boolean", list)
			}
		default:
			in.fail("there is no field %q in %s", name, list)
		}
	}
	if relation.id == 0 {
		in.fail("%s: %s is missing", list, key)
	}
	if role := relation.role; role != "" && !slices.Contains(in.s.roles, role) {
		in.fail("%s: there is no role %q", list, role)
	}
	if key == "group_id" && relation.role == "" && !relation.gone && in.s.chosen.Is("missing_role", "refused") {
		in.fail("%s: role is missing", list)
	}
	return relation
}

// ids reads a list of ids into to, if the field is there; null is the empty list.
func (in *input) ids(name string, to *[]int64) {
	raw, ok := in.fields[name]
	if !ok {
		return
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		in.fail("%s is not a list of ids", name)
		return
	}
	*to = nil
	for _, item := range items {
		if in.form && string(item) == `""` {
			continue // how a form writes the empty list
		}
		id := in.id(name, item)
		switch {
		case id == 0:
			in.fail("%s holds what is not an id", name)
		case slices.Contains(*to, id):
			in.fail("%s names %s twice", name, in.s.showID(id))
		default:
			*to = append(*to, id)
		}
	}
}
