package rest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
)

// words are the fields of an invented person.
func words() map[string]string {
	return map[string]string{"email": "email", "phone_number": "phone", "name": "name", "title": "title", "first_name": "first", "group_relations": "groups", "group": "groups"}
}

// TestBlame holds that a refusal is brought back to what caused it, however it is
// written.
func TestBlame(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{`{"message":"email has already been taken"}`, "email"},
		{`{"message":"Email has already been taken"}`, "email"},
		{`{"message":"Validation failed: Phone number is invalid, Email is too short"}`, "phone email"},
		{`{"message":"first_name is too long"}`, "first"},
		{`{"message":"first name and name are needed"}`, "first name"},
		{`{"message":"group_relations: group_id is missing"}`, "groups"},
		{`{"message":"there is no group 17"}`, "groups"},
		{`{"message":"there is no group \"The email club\""}`, "groups"},
		{`{"message":"there is no field \"email\""}`, "email"},
		{`{"errors":{"email":["has been taken"]}}`, "email"},
		{`{"errors":{"group_relations.group_id":["is unknown"],"email":["is short"]}}`, "email groups"},
		{`{"message":"Validation failed","errors":{"phone_number":["is invalid"]}}`, "phone"},
		{`{"email":["has been taken"]}`, "email"},
		{`{"errors":[{"field":"email","message":"has been taken"}]}`, "email"},
		{`{"errors":[{"source":{"pointer":"/data/attributes/phone_number"},"detail":"is invalid"}]}`, "phone"},
		{`{"errors":{"title":["is too long"]}}`, "title"},
		{`{"errors":[{"title":"Not valid","detail":"email is short"}]}`, "email"},
		{`{"title":"Not valid","status":422}`, ""},
		{`{"name":"ValidationError","message":"no luck"}`, ""},
		{`{"message":"emails are down"}`, ""},
		{`{"message":"no such luck"}`, ""},
		{`email is not an address`, "email"},
		{`<html><title>Bad gateway</title>`, ""},
		{``, ""},
	} {
		got := strings.Join(blamed(&Answer{Body: []byte(test.body)}, words()), " ")
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.body, got, test.want)
		}
		if more := blamed(&Answer{Body: []byte(test.body)}, nil); more != nil {
			t.Errorf("%s: %v without fields", test.body, more)
		}
	}
}

// Whatever a server writes, only attributes of the table come of it, each once.
func TestBlameLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.OneOf(rapid.String(), rapid.StringMatching(`(\{|\[|"|:|,| |email|name|first_name|field|\}|\]){0,20}`)).Draw(t, "body")
		got := blamed(&Answer{Body: []byte(body)}, words())
		for i, attr := range got {
			if slices.Contains(got[:i], attr) || !slices.Contains([]string{"email", "phone", "name", "first", "groups"}, attr) {
				t.Fatalf("%q: %v", body, got)
			}
		}
	})
}

// A write that is refused carries the attributes; a reading has none.
func TestRefusalsAreBlamed(t *testing.T) {
	a := serve(t, fixed(422, "application/json", `{"message":"name is taken"}`))
	a.Operations["thing"].Fields = map[string]string{"name": "name"}
	name := map[string]cty.Value{"name": cty.StringVal("n")}
	_, created := a.Create(ctx, "thing", name)
	_, updated := a.Update(ctx, "thing", "1", provider.Change{After: name})
	_, listed := a.List(ctx, "thing")
	for err, want := range map[error]int{created: 1, updated: 1, listed: 0} {
		var e *provider.Error
		if !errors.As(err, &e) || len(e.Attrs) != want {
			t.Errorf("%v: blames %v", err, e)
		}
	}
}
