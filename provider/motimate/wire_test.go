package motimate

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// shown is an object as text: absent attributes are missing, null ones are "-".
func shown(o schema.Object) map[string]string {
	m := map[string]string{"ID": o.ID}
	for name, v := range o.Attrs {
		switch {
		case v.IsNull():
			m[name] = "-"
		case v.Type().IsSetType():
			list, _ := ids(o.Attrs, name)
			m[name] = "[" + strings.Join(list, " ") + "]"
		case v.Type() == cty.Number:
			m[name] = v.AsBigFloat().Text('f', -1)
		default:
			m[name] = v.AsString()
		}
	}
	return m
}

func testWire() *wire {
	return newWire(&options{memberRole: "member", leadRole: "admin", paths: defaultPaths(),
		levels: []provider.Level{{Name: "shop", Live: "Store"}, {Name: "land", Live: "Country"}}})
}

// TestUsersAreReadUnderEverySilence reads what servers may answer where the
// documentation does not say.
func TestUsersAreReadUnderEverySilence(t *testing.T) {
	full := map[string]string{"ID": "7", "email": "-", "phone_number": "-", "employee_number": "-",
		"first_name": "-", "last_name": "-", "organization_role": "-"}
	with := func(pairs ...string) map[string]string {
		m := maps.Clone(full)
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	for _, test := range []struct {
		name, user   string
		answer       bool
		want         map[string]string
		differsInAll map[string]string // what a list shows, if not the same
	}{
		{"number", `{"id":7}`, false, full, nil},
		{"string", `{"id":"7"}`, false, full, nil},
		{"large", `{"id":9007199254740993}`, false, with("ID", "9007199254740993"), nil},
		{"unset as null", `{"id":7,"email":null,"first_name":null}`, false, full, nil},
		{"unset as empty", `{"id":7,"email":"","employee_number":""}`, false, full, nil},
		{"an answer that says little", `{"id":7,"email":"a@example.org"}`, true, map[string]string{"ID": "7", "email": "a@example.org"}, nil},
		{"an answer without an id", `{"email":null}`, true, map[string]string{"ID": "", "email": "-"}, nil},
		{"a number as text", `{"id":7,"employee_number":0042e1}`, false, nil, nil},
		{"an employee number without quotes", `{"id":7,"employee_number":420}`, false, with("employee_number", "420"), nil},
		{"a role nobody knows", `{"id":7,"organization_role":"chief_editor"}`, false, with("organization_role", "chief_editor"), nil},
		{"fields nobody knows", `{"id":7,"title":{"a":[1]},"imported":true}`, false, full, nil},
		{"groups without roles", `{"id":7,"groups":[{"id":3,"kind":"Store","level":"4","name":"x"},{"id":"2"}],"positions":[]}`, false,
			with("groups", "[2 3]", "positions", "[]"), nil},
		{"groups with roles", `{"id":7,"groups":[{"id":3,"role":"admin"},{"id":2,"role":"member"}]}`, false, with("groups", "[2 3]", "leads", "[3]"), nil},
		{"some roles", `{"id":7,"groups":[{"id":3,"role":"admin"},{"id":2,"role":null}]}`, false, with("groups", "[2 3]"), nil},
		{"another role", `{"id":7,"groups":[{"id":3,"role":"owner"}]}`, false, with("groups", "[3]", "leads", "[]"), nil},
		{"no groups", `{"id":7,"groups":[],"positions":[{"id":9}]}`, false, with("groups", "[]", "leads", "[]", "positions", "[9]"), nil},
		{"relations alone", `{"id":7,"group_relations":[{"group_id":3,"role":"admin"},{"group_id":4,"role":"member"}]}`, false,
			with("groups", "[3 4]", "leads", "[3]"), nil},
		{"relations beside groups", `{"id":7,"groups":[{"id":3}],"group_relations":[{"group_id":3,"role":"admin"}]}`, false,
			with("groups", "[3]", "leads", "[3]"), nil},
		{"memberships that are null", `{"id":7,"groups":null,"positions":null}`, false,
			with("groups", "[]", "leads", "[]", "positions", "[]"), full},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testWire()
			object, err := w.readUser([]byte(`{"data":`+test.user+`}`), test.answer)
			if test.want == nil {
				if err == nil {
					t.Fatal("no error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, shown(object)); diff != "" {
				t.Error(diff)
			}
			if test.answer {
				return
			}
			listed, err := w.readUsers()([]byte(`{"data":[` + test.user + `]}`))
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if test.differsInAll != nil {
				want = test.differsInAll
			}
			if diff := cmp.Diff(want, shown(listed[0])); diff != "" {
				t.Errorf("in a list: %s", diff)
			}
		})
	}
}

func TestGroupsAreRead(t *testing.T) {
	for _, test := range []struct {
		name, group string
		want        map[string]string
	}{
		{"all", `{"id":7,"name":"Oslo","kind":"Store","level":"4","parent_id":3}`,
			map[string]string{"ID": "7", "name": "Oslo", "kind": "shop", "level": "4", "parent": "3"}},
		{"no parent", `{"id":7,"parent_id":null}`, map[string]string{"ID": "7", "parent": "-"}},
		{"an empty parent", `{"id":7,"parent_id":""}`, map[string]string{"ID": "7", "parent": "-"}},
		{"a parent of 0", `{"id":7,"parent_id":0}`, map[string]string{"ID": "7", "parent": "-"}},
		{"a parent that is not said", `{"id":7,"name":"x"}`, map[string]string{"ID": "7", "name": "x"}},
		{"a kind nobody named", `{"id":7,"kind":"Butikk","level":4}`, map[string]string{"ID": "7", "kind": "Butikk", "level": "4"}},
	} {
		object, err := testWire().readGroup([]byte(`{"data":`+test.group+`}`), false)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, shown(object)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestListsWithoutIDs(t *testing.T) {
	w := testWire()
	for noun, read := range map[string]func([]byte) ([]schema.Object, error){
		"user": w.readUsers(), "group": w.readGroups(), "position": w.readPositions(),
	} {
		for _, item := range []string{`{}`, `{"id":null}`, `{"id":""}`} {
			_, err := read([]byte(`{"data":[` + item + `]}`))
			if err == nil || !strings.Contains(err.Error(), "a "+noun+" in the list has no id") {
				t.Errorf("%s %s: %v", noun, item, err)
			}
		}
	}
}

func set(list ...string) cty.Value { return setOf(list) }

// TestBodies holds what is sent, to the byte.
func TestBodies(t *testing.T) {
	null := cty.NullVal(cty.String)
	user := func(pairs ...any) map[string]cty.Value {
		m := map[string]cty.Value{}
		for i := 0; i < len(pairs); i += 2 {
			switch v := pairs[i+1].(type) {
			case string:
				m[pairs[i].(string)] = cty.StringVal(v)
			case cty.Value:
				m[pairs[i].(string)] = v
			}
		}
		return m
	}
	change := func(before, after map[string]cty.Value, changed ...string) func(*wire) (string, error) {
		return func(w *wire) (string, error) {
			body, err := w.updateUser("7", provider.Change{Before: before, After: after, Changed: changed})
			if body == nil {
				return "", err
			}
			return string(body.Data), err
		}
	}
	for _, test := range []struct {
		name  string
		setUp func(*options)
		write func(*wire) (string, error)
		want  string
	}{
		{"create with everything", nil, func(w *wire) (string, error) {
			body, err := w.createUser(user("email", "a\"<b>@example.org", "first_name", "", "employee_number", "1", "last_name", null,
				"groups", set("3", "x y"), "leads", set("4"), "positions", set("9", "10"), "assignments", "exact"))
			return string(body.Data), err
		}, `{"email":"a\"<b>@example.org","employee_number":"1","first_name":"","group_relations":[{"group_id":3,"role":"member"},{"group_id":4,"role":"admin"},{"group_id":"x y","role":"member"}],"position_relations":[{"position_id":9},{"position_id":10}]}`},
		{"create as a form", func(o *options) { o.formBody = true }, func(w *wire) (string, error) {
			body, err := w.createUser(user("email", "a+b@example.org", "groups", set("3", "4")))
			return string(body.Data), err
		}, `email=a%2Bb%40example.org&group_relations%5B%5D%5Bgroup_id%5D=3&group_relations%5B%5D%5Brole%5D=member&group_relations%5B%5D%5Bgroup_id%5D=4&group_relations%5B%5D%5Brole%5D=member`},
		{"create without memberships", nil, func(w *wire) (string, error) {
			body, err := w.createUser(user("email", "a@example.org", "groups", set()))
			return string(body.Data), err
		}, `{"email":"a@example.org"}`},
		{"changes alone", nil, change(user("email", "a", "first_name", "x"), user("email", "b", "first_name", "x"), "email"), `{"email":"b"}`},
		{"emptied and cleared", nil, change(user("first_name", "x"), user("first_name", "", "last_name", null), "first_name", "last_name"),
			`{"first_name":"","last_name":null}`},
		{"emptied with null", func(o *options) { o.clearsWithNull = true }, change(user("first_name", "x"), user("first_name", "", "last_name", "y"), "first_name", "last_name"),
			`{"first_name":null,"last_name":"y"}`},
		{"all texts", func(o *options) { o.wholeBody = true }, change(
			user("email", "a", "phone_number", "", "first_name", "x", "last_name", "y", "employee_number", "1", "positions", set("8")),
			user("first_name", "", "positions", set("8")), "first_name"),
			`{"email":"a","first_name":"","last_name":"y"}`},
		{"all texts of a change of nothing", func(o *options) { o.wholeBody = true }, change(user("email", "a"), user("assignments", "include"), "assignments"), ``},
		{"the name of a group that moves", func(o *options) { o.wholeBody = true }, func(w *wire) (string, error) {
			body, err := w.updateGroup("7", provider.Change{Before: user("name", "Oslo"), After: user("parent", "3"), Changed: []string{"parent"}})
			return string(body.Data), err
		}, `{"name":"Oslo","parent_id":3}`},
		{"no employee number", nil, change(nil, user("employee_number", "2"), "employee_number"), ``},
		{"an employee number that may change", func(o *options) { o.patchEmployeeNumber = true }, change(nil, user("employee_number", "2"), "employee_number"), `{"employee_number":"2"}`},
		{"only how to assign", nil, change(nil, user("assignments", "include"), "assignments"), ``},
		{"the whole set, and what goes", nil, change(
			user("groups", set("1", "2"), "leads", set("1"), "positions", set("8")),
			user("groups", set("2", "3"), "leads", set("3"), "positions", set("9")), "groups", "leads", "positions"),
			`{"group_relations":[{"group_id":2,"role":"member"},{"group_id":3,"role":"admin"},{"_delete":true,"group_id":1}],"position_relations":[{"position_id":9},{"_delete":true,"position_id":8}]}`},
		{"roles that are not known stay unsaid", nil, change(
			user("groups", set("1", "2")), user("groups", set("2", "3")), "groups"),
			`{"group_relations":[{"group_id":2},{"group_id":3,"role":"member"},{"_delete":true,"group_id":1}]}`},
		{"roles alone", nil, change(
			user("groups", set("1", "2"), "leads", set("1")), user("leads", set("2")), "leads"),
			`{"group_relations":[{"group_id":1,"role":"member"},{"group_id":2,"role":"admin"}]}`},
		{"leads are added, and who else leads is not known", nil, change(
			user("groups", set("1", "2")), user("groups", set("1", "2", "3"), "leads", set("2")), "groups", "leads"),
			`{"group_relations":[{"group_id":1},{"group_id":2,"role":"admin"},{"group_id":3,"role":"member"}]}`},
		{"an unknown role beside leads at stake under replace", func(o *options) { o.replaces = true }, change(
			user("groups", set("1", "2")), user("groups", set("1", "2"), "leads", set("2")), "leads"), `the role the person has in group 1 cannot be read`},
		{"all roles are said under replace", func(o *options) { o.replaces = true }, change(
			user("groups", set("1", "2")), user("groups", set("1", "2"), "leads", set("1", "2")), "leads"),
			`{"group_relations":[{"group_id":1,"role":"admin"},{"group_id":2,"role":"admin"}]}`},
		{"out of everything", nil, change(
			user("groups", set("1"), "leads", set("2")), user("groups", set(), "leads", set()), "groups"),
			`{"group_relations":[{"_delete":true,"group_id":1},{"_delete":true,"group_id":2}]}`},
		{"a role at stake under replace", func(o *options) { o.replaces = true }, change(
			user("groups", set("1", "2")), user("groups", set("2")), "groups"), `the role the person has in group 2 cannot be read`},
		{"memberships at stake under replace", func(o *options) { o.replaces = true }, change(
			nil, user("leads", set("2")), "leads"), `those the person has are not known`},
		{"nothing at stake under replace", func(o *options) { o.replaces = true }, change(
			user("groups", set("1")), user("groups", set("2")), "groups"),
			`{"group_relations":[{"group_id":2,"role":"member"},{"_delete":true,"group_id":1}]}`},
		{"a group", nil, func(w *wire) (string, error) {
			body, err := w.createGroup(user("name", "Oslo", "kind", "shop", "parent", "3"))
			return string(body.Data), err
		}, `{"kind":"Store","name":"Oslo","parent_id":3}`},
		{"a group at the top", nil, func(w *wire) (string, error) {
			body, err := w.createGroup(user("name", "Oslo", "kind", "Butikk", "parent", null))
			return string(body.Data), err
		}, `{"kind":"Butikk","name":"Oslo"}`},
		{"a move to the top", nil, func(w *wire) (string, error) {
			body, err := w.updateGroup("7", provider.Change{After: user("parent", null, "kind", "land"), Changed: []string{"parent", "kind"}})
			return string(body.Data), err
		}, `{"kind":"Country","parent_id":null}`},
		{"a position", nil, func(w *wire) (string, error) {
			body, err := w.updatePosition("7", provider.Change{After: user("name", "Chef", "import_id", "c"), Changed: []string{"import_id"}})
			return string(body.Data), err
		}, `{"import_id":"c"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testWire()
			if test.setUp != nil {
				test.setUp(w.options)
			}
			got, err := test.write(w)
			if err != nil {
				got = err.Error()
				if provider.KindOf(err) != provider.Refused || !strings.Contains(got, test.want) {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzPages reads any body as a page of each type, without a panic; what is
// accepted has an id.
func FuzzPages(f *testing.F) {
	for _, seed := range []string{
		`{"data":[{"id":1,"groups":[{"id":2,"role":"admin"}]}]}`, `{"data":[]}`, `{"data":null}`, `[]`, `null`, `<html>`,
		`{"data":[{"id":"x","parent_id":0,"level":1,"import_id":null}]}`, `{"data":[{"id":1e5}]}`, `{"data":[null]}`,
	} {
		f.Add([]byte(seed))
	}
	w := testWire()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, read := range []func([]byte) ([]schema.Object, error){w.readUsers(), w.readGroups(), w.readPositions()} {
			objects, err := read(body)
			for _, object := range objects {
				if err == nil && object.ID == "" {
					t.Errorf("an object without an id")
				}
			}
		}
		_, _ = w.readUser(body, true)
	})
}
