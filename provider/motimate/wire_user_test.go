package motimate

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is read the plain way is what is read the general way, whatever the body.
func TestPlainUserIsUser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := userBody(t)
		if rapid.IntRange(0, 4).Draw(t, "broken") == 0 {
			at := rapid.IntRange(0, len(body)).Draw(t, "at")
			body = body[:at] + rapid.SampledFrom([]string{"", "x", `"`, "}", ",", "\n", "0", `\`}).Draw(t, "torn") + body[min(len(body), at+1):]
		}
		got, ok := plainUser([]byte(body))
		if !ok {
			return
		}
		want, err := anyUser([]byte(body))
		if err != nil {
			t.Fatalf("%s: read as %+v, but %v", body, got, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s:\n got %+v\nwant %+v", body, got, want)
		}
	})
}

// userBody is an answer about one user, as it may be and as it should not be.
func userBody(t *rapid.T) string {
	scalar := rapid.SampledFrom([]string{`1`, `0`, `00`, `17`, `-3`, `1.5`, `1e3`, `"a"`, `""`, `"b c"`, `"é"`, `"\u00e9"`, "\"\xff\"", `null`, `true`, `false`})
	object := func(names []string, value func(name string) string) string {
		var fields []string
		for range rapid.IntRange(0, 6).Draw(t, "fields") {
			name := rapid.SampledFrom(names).Draw(t, "name")
			fields = append(fields, fmt.Sprintf("%q: %s", name, value(name)))
		}
		return "{" + strings.Join(fields, ",") + "}"
	}
	list := func() string {
		var items []string
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			items = append(items, object([]string{"id", "group_id", "role", "name", "Role"}, func(string) string { return scalar.Draw(t, "part") }))
		}
		return rapid.SampledFrom([]string{"[" + strings.Join(items, " , ") + "]", "null", "[]"}).Draw(t, "list")
	}
	user := func(string) string {
		names := []string{"id", "email", "phone_number", "employee_number", "first_name", "last_name", "organization_role",
			"groups", "positions", "group_relations", "created_at", "Email", "manager"}
		return object(names, func(name string) string {
			switch name {
			case "groups", "positions", "group_relations":
				return list()
			case "manager":
				return "{}"
			}
			return scalar.Draw(t, "value")
		})
	}
	outer := rapid.SampledFrom([][]string{{"data"}, {"data", "meta"}, {"Data", "data"}}).Draw(t, "outer")
	if rapid.Bool().Draw(t, "plain") {
		return `{"data":` + user("") + "}\n"
	}
	return object(outer, user)
}

// An answer as the embedded server gives it is read the plain way.
func TestPlainUserReadsAnswers(t *testing.T) {
	body := `{"data":{"id":7,"email":"p7@example.org","employee_number":"100007","first_name":"Zoë","last_name":null,"organization_role":"normal_user",` +
		`"phone_number":null,"groups":[{"id":3,"kind":"Store","level":"3","name":"Oslo","role":"member"}],"positions":[{"id":1,"name":"Barista"}]}}`
	u, ok := plainUser([]byte(body))
	if !ok || u.FirstName.Value != "Zoë" || len(u.Groups) != 1 || u.Groups[0].ID.Value != "3" || u.Positions[0].ID.Value != "1" {
		t.Errorf("read as %+v, %v", u, ok)
	}
}
