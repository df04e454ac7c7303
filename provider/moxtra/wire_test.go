package moxtra

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
)

// shown are values as Go would write them, without what is null.
func shown(attrs map[string]cty.Value) map[string]string {
	texts := map[string]string{}
	for name, v := range attrs {
		if !v.IsNull() {
			texts[name] = strings.ReplaceAll(v.GoString(), "cty.", "")
		}
	}
	return texts
}

// TestUsersAreRead reads users in all forms that their fields may have.
func TestUsersAreRead(t *testing.T) {
	noTeams := shown(map[string]cty.Value{"": cty.ListValEmpty(userType().Attribute("teams").Type.ElementType())})[""]
	for _, test := range []struct {
		name, body string
		want       map[string]string
	}{
		{"the sample", `{"code":"RESPONSE_SUCCESS","data":{"id":"U1","email":"jim@test.com","name":"jim test","first_name":"jim","last_name":"test","unique_id":"",
			"picture_uri":"https://www.moxtra.com/user/2342","type":"USER_TYPE_NORMAL","timezone":"America/Los_Angeles","language":"en","org_id":"P1","org_plan_code":"prouser",
			"org_status":"GROUP_NORMAL_SUBSCRIPTION","teams":[{"id":"P2","name":"John's team","created_time":1467327047209,"updated_time":1468541973985}],
			"created_time":1348864985783,"updated_time":1348864985783}}`, map[string]string{
			"user_id": `StringVal("U1")`, "email": `StringVal("jim@test.com")`, "name": `StringVal("jim test")`, "first_name": `StringVal("jim")`, "last_name": `StringVal("test")`,
			"picture_uri": `StringVal("https://www.moxtra.com/user/2342")`, "type": `StringVal("USER_TYPE_NORMAL")`, "timezone": `StringVal("America/Los_Angeles")`,
			"language": `StringVal("en")`, "org_id": `StringVal("P1")`, "org_plan_code": `StringVal("prouser")`, "org_status": `StringVal("GROUP_NORMAL_SUBSCRIPTION")`,
			"teams": `ListVal([]Value{ObjectVal(map[string]Value{"created_at":StringVal("2016-06-30T22:50:47.209Z"), "created_time":NumberIntVal(1.467327047209e+12), ` +
				`"id":StringVal("P2"), "name":StringVal("John's team"), "updated_at":StringVal("2016-07-15T00:19:33.985Z"), "updated_time":NumberIntVal(1.468541973985e+12)})})`,
			"created_time": `NumberIntVal(1.348864985783e+12)`, "created_at": `StringVal("2012-09-28T20:43:05.783Z")`,
			"updated_time": `NumberIntVal(1.348864985783e+12)`, "updated_at": `StringVal("2012-09-28T20:43:05.783Z")`}},
		{"no code, no fields", `{"data":{"id":"U1"}}`, map[string]string{"user_id": `StringVal("U1")`, "teams": noTeams}},
		{"numbers as texts, nulls, and what is new", `{"data":{"id":"U1","created_time":"1348864985783","updated_time":null,"email":null,"teams":null,"teams_count":{"x":1}}}`,
			map[string]string{"user_id": `StringVal("U1")`, "created_time": `NumberIntVal(1.348864985783e+12)`, "created_at": `StringVal("2012-09-28T20:43:05.783Z")`,
				"teams": noTeams}},
		{"numbers as fractions", `{"data":{"id":"U1","created_time":1348864985783.0,"updated_time":"1.348864985783e12"}}`, map[string]string{"user_id": `StringVal("U1")`,
			"created_time": `NumberIntVal(1.348864985783e+12)`, "created_at": `StringVal("2012-09-28T20:43:05.783Z")`,
			"updated_time": `NumberIntVal(1.348864985783e+12)`, "updated_at": `StringVal("2012-09-28T20:43:05.783Z")`, "teams": noTeams}},
		{"times that are none, and no whole ones", `{"data":{"id":"U1","created_time":1.5,"updated_time":1e300}}`, map[string]string{"user_id": `StringVal("U1")`, "teams": noTeams}},
		{"times that are none", `{"data":{"id":"U1","created_time":0,"updated_time":"soon"}}`, map[string]string{"user_id": `StringVal("U1")`, "created_time": `NumberIntVal(0)`, "teams": noTeams}},
	} {
		t.Run(test.name, func(t *testing.T) {
			object, err := readUser([]byte(test.body), false)
			if err != nil || object.ID != "U1" {
				t.Fatalf("%v: %v", object, err)
			}
			if diff := cmp.Diff(test.want, shown(object.Attrs)); diff != "" {
				t.Error(diff)
			}
			if _, there := object.Attrs["timezone"]; !there {
				t.Error("it is not known whether the time zone is set")
			}
			if _, there := object.Attrs["phone_number"]; there {
				t.Error("a phone number is known, which no reading of a single user shows")
			}
		})
	}
}

// TestAnswersToWrites reads what a change is answered with: an absent field is not
// known, and there need be none.
func TestAnswersToWrites(t *testing.T) {
	for body, want := range map[string]int{
		`{"code":"RESPONSE_SUCCESS"}`:             0,
		`{"code":"RESPONSE_SUCCESS","data":null}`: 0,
		`{"code":"RESPONSE_SUCCESS","data":{}}`:   0,
		`{"code":"RESPONSE_SUCCESS","data":true}`: 0,
		`{"code":"RESPONSE_SUCCESS","data":[]}`:   0,
		`{}`:                                      0,
		`null`:                                    0,
		`{"code":"RESPONSE_SUCCESS","data":{"id":"U1","first_name":"Hazel"}}`: 2,
	} {
		if object, err := readUser([]byte(body), true); err != nil || len(object.Attrs) != want {
			t.Errorf("%s: %v, %v; want %d attributes", body, object, err, want)
		}
	}
	for _, body := range []string{`<html>`, `[]`, `{"data":[]}`, `{"data":7}`, `{"data":{"first_name":{}}}`, `{"data":{"id":true}}`, `{"data":{"teams":{}}}`, `{"data":{"teams":[1]}}`, `{"data":{"id":[]}}`} {
		if object, err := readUser([]byte(body), true); err == nil {
			t.Errorf("%s is read as %v", body, object)
		}
		if _, err := readUser([]byte(body), false); err == nil {
			t.Errorf("%s is read as a user", body)
		}
	}
}

// TestOrgUsersAreRead reads pages of an org's users.
func TestOrgUsersAreRead(t *testing.T) {
	page, err := readOrgUsers([]byte(`{"code":"RESPONSE_SUCCESS","data":{"count":1,"last_index":0,"users":[{"id":"U1","unique_id":"A122d3s8sj","status":"GROUP_MEMBER","admin":true,
		"last_name":"Test","first_name":"AA","language":"en","phone_number":"408-1234567","picture_uri":"","tags":[{"name":"Research","value":"Test"}],"created_time":1474162628929,"updated_time":1474162628929}]}}`))
	if err != nil || page.Count != 1 || page.Next != "0" || len(page.Objects) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if diff := cmp.Diff(map[string]string{
		"user_id": `StringVal("U1")`, "unique_id": `StringVal("A122d3s8sj")`, "status": `StringVal("GROUP_MEMBER")`, "admin": "True", "disabled": "False",
		"last_name": `StringVal("Test")`, "first_name": `StringVal("AA")`, "language": `StringVal("en")`, "phone_number": `StringVal("408-1234567")`,
		"tags":         `ListVal([]Value{ObjectVal(map[string]Value{"name":StringVal("Research"), "value":StringVal("Test")})})`,
		"created_time": `NumberIntVal(1.474162628929e+12)`, "created_at": `StringVal("2016-09-18T01:37:08.929Z")`,
		"updated_time": `NumberIntVal(1.474162628929e+12)`, "updated_at": `StringVal("2016-09-18T01:37:08.929Z")`}, shown(page.Objects[0].Attrs)); diff != "" {
		t.Error(diff)
	}
	if _, there := page.Objects[0].Attrs["timezone"]; there {
		t.Error("a time zone is known, which the list does not show")
	}
	for body, want := range map[string]string{
		`{"data":[{"id":"U1"}]}`:                                "1 -1 ",
		`{"count":7,"last_index":"3","data":[]}`:                "0 7 3",
		`{"count":7,"last_index":-1,"data":[]}`:                 "0 7 0",
		`{"data":{"users":[],"count":null}}`:                    "0 -1 ",
		`{"data":{"users":null}}`:                               "0 -1 ",
		`{"data":{}}`:                                           `there is nothing under "users" in "data"`,
		`{"data":{"users":7}}`:                                  `"users" is no list of objects`,
		`{"data":{"users":[{"first_name":"AA"}]}}`:              "a user in the list has no id",
		`{"data":{"users":[{"id":"U1","tags":[{"name":{}}]}]}}`: "in tags: in name: {} stands where a text is expected",
		`{"data":{"users":[],"last_index":{}}}`:                 "in last_index",
		`{}`:                                                    `there is nothing under "data"`,
		`[]`:                                                    "it is a JSON array where an object is expected",
		`{"data":{"users":[{"id":"U1","first_name":"A"}],"count":"many"}}`: "1 -1 ",
	} {
		page, err := readOrgUsers([]byte(body))
		got := fmt.Sprint(len(page.Objects), " ", page.Count, " ", page.Next)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// TestOnlyWhatChangesIsSent changes users and looks at what arrives.
func TestOnlyWhatChangesIsSent(t *testing.T) {
	for _, test := range []struct {
		name   string
		change provider.Change
		want   string // empty for no call
	}{
		{"one", provider.Change{After: texted("first_name", "Hazel", "last_name", "Nutt", "timezone", "Asia/Shanghai"), Changed: []string{"last_name"}}, `{"last_name":"Nutt"}`},
		{"all", provider.Change{After: texted("first_name", "Å\"<", "last_name", "", "timezone", "UTC", "language", "no"), Changed: []string{"first_name", "last_name", "timezone", "language"}},
			`{"first_name":"Å\"\u003c","language":"no","last_name":"","timezone":"UTC"}`},
		{"to nothing", provider.Change{After: map[string]cty.Value{"first_name": cty.NullVal(cty.String)}, Changed: []string{"first_name"}}, `{"first_name":""}`},
		{"what cannot be written", provider.Change{After: texted("user_id", "U2", "email", "a@example.org"), Changed: []string{"user_id", "email"}}, ""},
		{"nothing", provider.Change{After: texted("first_name", "Hazel")}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			c := against(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = append(got, r.Method+" "+r.URL.EscapedPath()+" "+r.Header.Get("Content-Type")+" "+string(body))
				fmt.Fprint(w, `{"code":"RESPONSE_SUCCESS"}`)
			})
			object, err := c.Update(ctx, typeUser, "U1", test.change)
			if err != nil || object.ID != "U1" || len(object.Attrs) > 0 {
				t.Errorf("%v, %v", object, err)
			}
			want := "POST /U1 application/json " + test.want
			if test.want == "" {
				want = ""
			}
			if text := strings.Join(got, "\n"); text != want {
				t.Errorf("%s, want %s", text, want)
			}
		})
	}
}
