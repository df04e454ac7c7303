package motimate

import (
	"net/url"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
)

// TestOtherSides tells short stories under the further values of switches.
func TestOtherSides(t *testing.T) {
	const (
		chef  = `POST /public_api/positions {"name":"Chef","import_id":"c"}`
		cook  = `POST /public_api/positions {"name":"Cook","import_id":"c"}`
		kim   = `POST /public_api/users {"email":"kim@example.org","phone_number":"+4790","employee_number":"7","first_name":"Kim"}`
		twin  = `POST /public_api/users {"email":"lee@example.org","phone_number":"+4790","employee_number":"7"}`
		clone = `POST /public_api/users {"email":"kim@example.org"}`
	)
	joining := func(relation string) string {
		return `POST /public_api/users {"email":"a@example.org","group_relations":[` + relation + `]}`
	}
	for _, test := range []struct {
		name     string
		switches []string
		steps    story
	}{
		{"times told", []string{"times", "present"}, story{{acme, 201, `"parent_id":null,"created_at":"2030-01-01T12:00:00.000Z","updated_at":"2030-01-01T12:00:00.000Z"}}`},
			{chef, 201, `"name":"Chef","created_at":"2030`}, {kim, 201, `"positions":[],"created_at":"2030`}, {`GET /public_api/users`, 200, `"updated_at":"2030`},
			{hello, 201, `"updated_at":"2030`}, {uploaded("a.png", "image/png", "x"), 201, `"updated_at":"2030`}}},

		{"null clears", []string{"clear", "null"}, story{{kim, 201, ``}, {`PATCH /public_api/users/2 {"first_name":""}`, 422, `first_name is empty`}, {`PATCH /public_api/users/2 {"first_name":null}`, 200, `"first_name":null`}}},
		{"empty clears", []string{"clear", "empty"}, story{{kim, 201, ``}, {`PATCH /public_api/users/2 {"first_name":null}`, 422, `first_name is null`}, {`PATCH /public_api/users/2 {"first_name":""}`, 200, `"first_name":null`}}},
		{"both clear", nil, story{{kim, 201, ``}, {`PATCH /public_api/users/2 {"first_name":""}`, 200, `"first_name":null`}}},
		{"what is absent is cleared", []string{"patch_absent", "cleared"}, story{{kim, 201, ``}, {`PATCH /public_api/users/2 {"email":"k@example.org"}`, 200, `"email":"k@example.org","employee_number":"7","first_name":null,"last_name":null,"organization_role":"normal_user","phone_number":null`},
			{acme, 201, ``}, {`PATCH /public_api/groups/1 {"kind":"Custom"}`, 422, `name is missing`}}},
		{"long texts cut", []string{"long_texts", "cut"}, story{{`POST /public_api/positions {"name":"` + long300 + `"}`, 201, `"name":"` + long300[:255] + `"`}}},
		{"long texts refused", []string{"long_texts", "refused"}, story{{`POST /public_api/positions {"name":"` + long300 + `"}`, 422, `name is longer than 255 characters`},
			{`POST /public_api/positions {"name":"` + long300[:255] + `"}`, 201, ``}}},
		{"long texts kept", nil, story{{`POST /public_api/positions {"name":"` + long300 + `"}`, 201, `"name":"` + long300 + `"`}}},

		{"detaching ignored", []string{"detach", "ignored"}, story{{acme, 201, ``}, {oslo, 201, ``}, {`PATCH /public_api/groups/2 {"parent_id":null}`, 200, ``}, {`GET /public_api/groups`, 200, `"parent_id":1`}}},
		{"detaching refused", []string{"detach", "refused"}, story{{acme, 201, ``}, {oslo, 201, ``}, {`PATCH /public_api/groups/2 {"parent_id":null}`, 422, `parent_id is missing`},
			{`PATCH /public_api/groups/1 {"parent_id":null}`, 200, ``}}},
		{"detaching", nil, story{{acme, 201, ``}, {oslo, 201, ``}, {`PATCH /public_api/groups/2 {"parent_id":null}`, 200, ``}, {`GET /public_api/groups`, 200, `"name":"Oslo","parent_id":null`}}},
		{"kinds folded", []string{"kinds", "folded"}, story{{`POST /public_api/groups {"name":"Acme","kind":"oRGANIZATION"}`, 201, `"kind":"Organization"`}}},
		{"unknown kinds stand outside", []string{"unknown_kind", "outside"}, story{{`POST /public_api/groups {"name":"Choir","kind":"Club"}`, 201, `"kind":"Custom","level":"0"`}, {acme, 201, ``},
			{`POST /public_api/groups {"name":"Choir","kind":"Club","parent_id":2}`, 422, `the kind Custom cannot stand below`}}},

		{"roles by other names", []string{"role_names", "participant,manager", "roles", "present"}, story{{acme, 201, ``}, {joining(`{"group_id":1,"role":"admin"}`), 422, `there is no role \"admin\"`},
			{joining(`{"group_id":1,"role":"manager"}`), 201, `"role":"manager"`}, {`POST /public_api/users {"email":"b@example.org","group_relations":[{"group_id":1}]}`, 201, `"role":"participant"`}}},
		{"roles needed", []string{"missing_role", "refused"}, story{{acme, 201, ``}, {chef, 201, ``}, {joining(`{"group_id":1}`), 422, `group_relations: role is missing`}, {joining(`{"group_id":1,"role":"admin"}`), 201, ``},
			{`PATCH /public_api/users/2 {"group_relations":[{"group_id":1,"_delete":true}],"position_relations":[{"position_id":1}]}`, 200, `"groups":[]`}}},

		{"import ids free", []string{"import_ids", "free"}, story{{chef, 201, ``}, {cook, 201, `"import_id":"c"`}}},
		{"import ids unique", nil, story{{chef, 201, ``}, {cook, 422, `import_id has already been taken`}}},
		{"e-mails unique", []string{"user_keys", "email"}, story{{kim, 201, ``}, {twin, 201, ``}, {clone, 422, `email has already been taken`}}},
		{"no keys unique", []string{"user_keys", "free"}, story{{kim, 201, ``}, {twin, 201, ``}, {clone, 201, `"id":4,"email":"kim@example.org"`}}},
		{"names needed", []string{"names_required", "yes"}, story{{kim, 422, `first_name and last_name are needed`}, {`POST /public_api/users {"email":"a@example.org","first_name":"A","last_name":"B"}`, 201, ``}}},
		{"phones strict", []string{"phones", "strict"}, story{{kim, 201, ``}, {`PATCH /public_api/users/2 {"phone_number":"+47 90"}`, 422, `phone_number is not a + and digits`}, {`PATCH /public_api/users/2 {"phone_number":"4790"}`, 422, ``}}},

		{"keys of the deleted reserved", []string{"user_delete", "reserved"}, story{{acme, 201, ``}, {joining(`{"group_id":1}`), 201, ``}, {`DELETE /public_api/users/2`, 204, ``}, {`DELETE /public_api/users/2`, 404, ``},
			{`GET /public_api/users/2`, 404, ``}, {`PATCH /public_api/users/2 {}`, 404, ``}, {`GET /public_api/users?page=2&per_page=1`, 200, `{"data":[]}`},
			{`GET /public_api/users?page=2&per_page=1&filter[created_at_gt]=2000-01-01T00:00:00Z`, 200, `{"data":[]}`},
			{joining(``), 422, `email has already been taken`}, {`DELETE /public_api/groups/1`, 204, ``}}},
		{"the deleted shown", []string{"user_delete", "shown"}, story{{acme, 201, ``}, {joining(`{"group_id":1}`), 201, ``}, {`DELETE /public_api/users/2`, 204, ``}, {`DELETE /public_api/users/2`, 404, ``},
			{`GET /public_api/users/2`, 200, `"groups":[],"positions":[],"deactivated":true`}, {`GET /public_api/users`, 200, `"deactivated":true`}, {`PATCH /public_api/users/2 {}`, 404, ``},
			{joining(``), 422, `email has already been taken`}}},
		{"the deleted gone", nil, story{{kim, 201, ``}, {`DELETE /public_api/users/2`, 204, ``}, {kim, 201, `"id":3`}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
			clocked(t, &clock, test.switches...).tell(test.steps)
		})
	}
}

// TestWhatCountsAsAChange: memberships that come and go count as a change of the
// person, and a file or a group that is gone as one of the post, or they do not.
func TestWhatCountsAsAChange(t *testing.T) {
	const (
		since  = `?filter[updated_at_gt]=2030-01-01T12:30:00Z`
		none   = `{"data":[]}`
		users  = `GET /public_api/users` + since
		posts  = `GET /public_api/posts` + since
		change = `PATCH /public_api/users/2 `
	)
	for _, test := range []struct {
		name, list, call string
		always           bool // counts under both
	}{
		{"a group comes", users, change + `{"group_relations":[{"group_id":2}]}`, false},
		{"a group goes", users, change + `{"group_relations":[{"group_id":1,"_delete":true}]}`, false},
		{"a role changes", users, change + `{"group_relations":[{"group_id":1,"role":"admin"}]}`, false},
		{"a position goes", users, change + `{"position_relations":[{"position_id":1,"_delete":true}]}`, false},
		{"a group is deleted", users, `DELETE /public_api/groups/1`, false},
		{"a position is deleted", users, `DELETE /public_api/positions/1`, false},
		{"a name changes", users, change + `{"first_name":"Kim"}`, true},
		{"a name and a group", users, change + `{"first_name":"Kim","group_relations":[{"group_id":2}]}`, true},
		{"a post's groups", posts, `PATCH /public_api/posts/1 {"group_ids":[2]}`, false},
		{"a post's files", posts, `PATCH /public_api/posts/1 {"file_ids":[]}`, false},
		{"a post's group is deleted", posts, `DELETE /public_api/groups/1`, false},
		{"a post's file is deleted", posts, `DELETE /public_api/files/1`, false},
		{"a post's title", posts, `PATCH /public_api/posts/1 {"title":"Bye"}`, true},
	} {
		for _, touches := range []string{"yes", "no"} {
			t.Run(test.name+" "+touches, func(t *testing.T) {
				clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
				r := clocked(t, &clock, "membership_touches", touches, "group_delete", "cascade")
				r.tell(story{{acme, 201, ``}, {`POST /public_api/groups {"name":"Choir","kind":"Custom"}`, 201, ``}, {`POST /public_api/positions {"name":"Chef"}`, 201, ``},
					{`POST /public_api/users {"email":"kim@example.org","group_relations":[{"group_id":1}],"position_relations":[{"position_id":1}]}`, 201, ``},
					{uploaded("a.png", "image/png", "x"), 201, ``}, {helloIn("[1]", "[1]"), 201, ``}})
				clock = clock.Add(time.Hour)
				r.tell(story{{test.list, 200, none}})
				if status, body := r.do(test.call); status > 299 {
					t.Fatal(status, body)
				}
				_, body := r.do(test.list)
				if got, want := body != none, test.always || touches == "yes"; got != want {
					t.Errorf("it counts: %v, want %v: %s", got, want, body)
				}
			})
		}
	}
}

// TestGrants: the server says which grants it takes, and asks for one of them
// itself.
func TestGrants(t *testing.T) {
	params := map[string]url.Values{
		"password":           {"grant_type": {"password"}, "client_id": {"sandbox"}, "username": {"admin@example.org"}, "password": {"sandbox"}},
		"client_credentials": {"grant_type": {"client_credentials"}, "client_id": {"sandbox"}, "client_secret": {"sandbox"}},
	}
	for _, takes := range []string{"both", "password", "client_credentials"} {
		r, s := tokenless(t, provider.SandboxOptions{Behaviour: map[string]string{"grants": takes}})
		for grant, values := range params {
			step := story{{`POST /oauth/token?` + values.Encode(), 200, `"access_token"`}}
			if takes != "both" && takes != grant {
				step = story{{`POST /oauth/token?` + values.Encode(), 400, `unsupported_grant_type`}}
			}
			r.tell(step)
		}
		r.login(s)
		r.tell(story{{`GET /public_api/me`, 200, `"id":1`}})
	}
}

// TestSwitches: every switch says what it means, takes its own values, and
// refuses others with what it can be.
func TestSwitches(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sandboxSwitches() {
		if s.Meaning == "" || len(s.Values) == 0 || seen[s.Name] {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
		for _, value := range s.Values {
			server, err := NewSandbox(provider.SandboxOptions{Behaviour: map[string]string{s.Name: value}})
			if err != nil {
				t.Errorf("its own value: %v", err)
				continue
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := sandbox.Choose(sandboxSwitches(), map[string]string{s.Name: "no such,value,,"}); err == nil {
			t.Errorf("%s takes anything", s.Name)
		}
	}
}
