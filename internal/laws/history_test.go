package laws

import (
	"fmt"
	"strings"
	"testing"
)

// madeUp is an exchange that never was, by its fate, or what is wanted from then
// on:
//
//	told     it was carried out, and the answer was passed on
//	lost     it was carried out, and the answer was not
//	none     it was not carried out, and no answer came
//	denied   it was not carried out, and the door said so
//	foreign  somebody else sent it, and was told
//	want     other things are wanted from now on
type madeUp struct {
	fate, method, path, query, body string
	status                          int
	answer                          string
	things                          []Thing
}

// play tells made-up exchanges in their order and returns the breaches.
func play(moments []madeUp) []string {
	var exchanges []Exchange
	var marks []mark
	for i, m := range moments {
		at := 10 * (i + 1)
		if m.fate == "want" {
			marks = append(marks, mark{at: at, things: m.things})
			continue
		}
		x := Exchange{Method: m.method, Path: "/public_api/" + m.path, Query: m.query, Body: []byte(m.body), Sent: at}
		switch m.fate {
		case "told", "foreign":
			x.Foreign = m.fate == "foreign"
			x.Done, x.Told = at+1, at+2
		case "lost":
			x.Done = at + 1
		case "denied":
			x.Denied = true
		}
		if x.Done > 0 {
			x.Status, x.Answer = m.status, []byte(m.answer)
		}
		exchanges = append(exchanges, x)
	}
	return breaches(exchanges, marks)
}

func create(fate, typ, body string, id int) madeUp {
	return madeUp{fate: fate, method: "POST", path: typ, body: body, status: 201, answer: fmt.Sprintf(`{"data":{"id":%d}}`, id)}
}

func change(fate, path, body string) madeUp {
	return madeUp{fate: fate, method: "PATCH", path: path, body: body, status: 200}
}

func remove(fate, path string) madeUp {
	return madeUp{fate: fate, method: "DELETE", path: path, status: 204}
}

func lists(fate, typ string, ids ...string) madeUp {
	return madeUp{fate: fate, method: "GET", path: typ, query: "page=1&per_page=50", status: 200, answer: `{"data":[` + strings.Join(ids, ",") + `]}`}
}

func want(things ...Thing) madeUp { return madeUp{fate: "want", things: things} }

// TestBreachesAreFound holds the check of histories to account: each history has
// one breach, or none, and the check must say exactly that.
func TestBreachesAreFound(t *testing.T) {
	const ada, bo = `{"email":"Ada@example.org","employee_number":"1"}`, `{"email":"bo@example.org","employee_number":"2"}`
	const oslo, below = `{"name":"Oslo"}`, `{"name":"Oslo","parent_id":7}`
	thing := func(label, name string) Thing {
		return Thing{Type: "groups", Label: label, Keys: map[string]string{"name": name}}
	}
	for name, test := range map[string]struct {
		history []madeUp
		want    string // empty for no breach
	}{
		"each once": {[]madeUp{create("told", "users", ada, 2), create("told", "users", bo, 3), change("told", "users/2", `{"first_name":"A"}`), remove("told", "users/3")}, ""},

		"a confirmed create again":             {[]madeUp{create("told", "users", ada, 2), create("none", "users", ada, 0)}, "was confirmed: it is 2"},
		"by another key":                       {[]madeUp{create("told", "users", ada, 2), create("none", "users", `{"email":"ADA@example.org"}`, 0)}, "was confirmed: it is 2"},
		"after it was deleted":                 {[]madeUp{create("told", "users", ada, 2), remove("told", "users/2"), create("told", "users", ada, 3)}, ""},
		"after somebody deleted it":            {[]madeUp{create("told", "users", ada, 2), remove("foreign", "users/2"), create("told", "users", ada, 3)}, ""},
		"after its keys were given up":         {[]madeUp{create("told", "groups", oslo, 2), change("told", "groups/2", `{"name":"Bergen"}`), create("told", "groups", oslo, 3)}, ""},
		"in another place":                     {[]madeUp{create("told", "groups", oslo, 2), create("told", "groups", below, 3)}, ""},
		"after it moved there":                 {[]madeUp{create("told", "groups", oslo, 2), change("told", "groups/2", `{"parent_id":7}`), create("none", "groups", below, 3)}, "was confirmed: it is 2"},
		"after a list showed it":               {[]madeUp{create("lost", "users", ada, 2), lists("told", "users", `{"id":2}`), create("none", "users", ada, 0)}, "was confirmed: it is 2"},
		"without a look":                       {[]madeUp{create("none", "users", ada, 0), create("told", "users", ada, 2)}, "never came"},
		"with a look at another list":          {[]madeUp{create("none", "users", ada, 0), lists("told", "groups"), create("told", "users", ada, 2)}, "never came"},
		"with a look before":                   {[]madeUp{lists("told", "users"), create("none", "users", ada, 0), create("told", "users", ada, 2)}, "never came"},
		"with a look":                          {[]madeUp{create("none", "users", ada, 0), lists("told", "users"), create("told", "users", ada, 2)}, ""},
		"with a look at a list that is behind": {[]madeUp{create("told", "users", bo, 3), create("none", "users", ada, 0), lists("told", "users"), create("told", "users", ada, 2)}, "the list is behind: it lacks 3"},
		"with a look at a list of before":      {[]madeUp{create("none", "users", ada, 0), lists("told", "users"), create("told", "users", bo, 3), create("told", "users", ada, 2)}, ""},
		"with a look at a list that is not":    {[]madeUp{create("told", "users", bo, 3), create("none", "users", ada, 0), lists("told", "users", `{"id":3}`), create("told", "users", ada, 2)}, ""},
		"after it was denied":                  {[]madeUp{create("denied", "users", ada, 0), create("told", "users", ada, 2)}, ""},
		"after it was refused":                 {[]madeUp{{fate: "told", method: "POST", path: "users", body: ada, status: 422}, create("told", "users", ada, 2)}, ""},
		"after the server had trouble":         {[]madeUp{{fate: "told", method: "POST", path: "users", body: ada, status: 500}, create("told", "users", ada, 2)}, "never came"},
		"a confirmed change again":             {[]madeUp{create("told", "users", ada, 2), change("told", "users/2", `{"a":"b"}`), change("none", "users/2", `{"a":"b"}`)}, "the same change was confirmed"},
		"a change without an answer again":     {[]madeUp{create("told", "users", ada, 2), change("lost", "users/2", `{"a":"b"}`), change("told", "users/2", `{"a":"b"}`)}, ""},
		"a change there and back":              {[]madeUp{create("told", "users", ada, 2), change("told", "users/2", `{"a":"b"}`), change("told", "users/2", `{"a":"c"}`), change("told", "users/2", `{"a":"b"}`)}, ""},
		"after somebody's change":              {[]madeUp{create("told", "users", ada, 2), change("told", "users/2", `{"a":"b"}`), change("foreign", "users/2", `{"a":"c"}`), change("told", "users/2", `{"a":"b"}`)}, ""},
		"a refused change again":               {[]madeUp{create("told", "users", ada, 2), {fate: "told", method: "PATCH", path: "users/2", body: "{}", status: 422}, change("told", "users/2", "{}")}, ""},
		"a confirmed deletion again":           {[]madeUp{create("told", "users", ada, 2), remove("told", "users/2"), remove("none", "users/2")}, "that it is gone was confirmed"},
		"a deletion without an answer again":   {[]madeUp{create("told", "users", ada, 2), remove("lost", "users/2"), {fate: "told", method: "DELETE", path: "users/2", status: 404}}, ""},
		"a deletion after 404":                 {[]madeUp{create("told", "users", ada, 2), remove("foreign", "users/2"), {fate: "told", method: "DELETE", path: "users/2", status: 404}, remove("none", "users/2")}, "that it is gone was confirmed"},

		"made twice":               {[]madeUp{create("lost", "groups", oslo, 2), lists("told", "groups"), create("told", "groups", oslo, 3)}, "now there are two of the groups"},
		"made late":                {[]madeUp{create("lost", "groups", oslo, 2), lists("told", "groups"), create("lost", "groups", below, 3)}, ""},
		"made beside somebody's":   {[]madeUp{create("foreign", "groups", oslo, 2), create("told", "groups", oslo, 3)}, "now there are two of the groups"},
		"wanted once, made anew":   {[]madeUp{want(thing("a", "Oslo")), create("told", "groups", oslo, 2), change("told", "groups/2", `{"name":"Oslo "}`), create("told", "groups", oslo, 3)}, "is wanted once"},
		"deleted, though wanted":   {[]madeUp{want(thing("a", "Oslo")), create("told", "groups", oslo, 2), remove("told", "groups/2")}, "while groups a is wanted"},
		"renamed and wanted":       {[]madeUp{want(thing("a", "Oslo")), create("told", "groups", oslo, 2), want(thing("a", "Bergen")), remove("told", "groups/2")}, "while groups a is wanted"},
		"wanted by another label":  {[]madeUp{want(thing("a", "Oslo")), create("told", "groups", oslo, 2), want(thing("b", "Oslo")), remove("told", "groups/2")}, "while groups b is wanted"},
		"not wanted any more":      {[]madeUp{want(thing("a", "Oslo")), create("told", "groups", oslo, 2), want(), remove("told", "groups/2")}, ""},
		"deleted by somebody else": {[]madeUp{want(thing("a", "Oslo")), create("told", "groups", oslo, 2), remove("foreign", "groups/2")}, ""},
		"below a wanted group": {[]madeUp{want(thing("a", "Oslo"), Thing{Type: "groups", Label: "b", Above: "a", Keys: map[string]string{"name": "Bar"}}),
			create("told", "groups", oslo, 2), create("told", "groups", `{"name":"Bar","parent_id":2}`, 3), remove("told", "groups/3")}, "while groups b is wanted"},

		"a stranger changed": {[]madeUp{create("foreign", "users", ada, 2), change("none", "users/2", "{}")}, "did not make it"},
		"a stranger deleted": {[]madeUp{create("foreign", "users", ada, 2), remove("told", "users/2")}, "did not make it"},
		"nobody's id":        {[]madeUp{change("told", "users/1", "{}")}, "did not make it"},
	} {
		t.Run(name, func(t *testing.T) {
			got := play(test.history)
			switch {
			case test.want == "" && len(got) > 0:
				t.Errorf("a history without a breach is complained about: %q", got)
			case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
				t.Errorf("got %q, want one breach with %q", got, test.want)
			}
		})
	}
}
