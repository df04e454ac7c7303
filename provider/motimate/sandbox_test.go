package motimate

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/providertest"
	"github.com/espalier-dev/espalier/schema"
)

// raw speaks to a sandbox without the client.
type raw struct {
	t      *testing.T
	server *httptest.Server
	token  string
}

func rawSandbox(t *testing.T, pairs ...string) *raw {
	t.Helper()
	behaviour := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		behaviour[pairs[i]] = pairs[i+1]
	}
	r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaviour})
	r.login(s)
	return r
}

// login gets a token.
func (r *raw) login(s *Sandbox) {
	r.t.Helper()
	var err error
	if r.token, err = providertest.Token(context.Background(), s.Token(r.server.URL)); err != nil {
		r.t.Fatal(err)
	}
}

func tokenless(t *testing.T, o provider.SandboxOptions) (*raw, *Sandbox) {
	t.Helper()
	if o.Observe == nil {
		o.Observe = heldAnswers(t)
	}
	s, err := NewSandbox(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &raw{t: t, server: server}, s
}

// do sends "METHOD /path body" and returns the status and the body.
func (r *raw) do(call string) (int, string) {
	r.t.Helper()
	method, rest, _ := strings.Cut(call, " ")
	path, body, _ := strings.Cut(rest, " ")
	kind := "application/json"
	if form, ok := strings.CutPrefix(body, "form:"); ok {
		kind, body = "application/x-www-form-urlencoded", form
	}
	if parts, ok := strings.CutPrefix(body, "multipart:"); ok {
		kind, body = uploadType, parts
	}
	return r.send(method, path, kind, strings.NewReader(body), int64(len(body)))
}

// send sends a body of so many bytes, -1 for a number that is not announced.
func (r *raw) send(method, path, kind string, body io.Reader, size int64) (int, string) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.server.URL+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	request.ContentLength = size
	request.Header.Set("Authorization", "Bearer "+r.token)
	request.Header.Set("Content-Type", kind)
	response, err := r.server.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(bytes.TrimSpace(answer))
}

// story is calls, each with its status and a part of its body.
type story []struct {
	call   string
	status int
	says   string
}

func (r *raw) tell(steps story) {
	r.t.Helper()
	for _, step := range steps {
		status, body := r.do(step.call)
		if status != step.status || !strings.Contains(body, step.says) {
			r.t.Errorf("%s\n  got  %d %s\n  want %d %s", step.call, status, body, step.status, step.says)
		}
	}
}

// TestStrictServer holds what the sandbox takes and what it refuses, call by
// call, as the documentation and its silences suggest.
func TestStrictServer(t *testing.T) {
	rawSandbox(t).tell(story{
		{`GET /public_api/me`, 200, `{"data":{"id":1,"email":"admin@example.org","employee_number":null,"first_name":"Sandbox","last_name":"Administrator","organization_role":"organization_admin","phone_number":null}}`},
		{`GET /public_api/nothing`, 404, `{"id":"not_found","message":"there is no GET /public_api/nothing","status":404}`},

		{`POST /public_api/groups {"name":"Acme","kind":"Organization"}`, 201, `{"data":{"id":1,"kind":"Organization","level":"1","name":"Acme","parent_id":null}}`},
		{`POST /public_api/groups {"name":"Oslo","kind":"Store","parent_id":1}`, 201, `{"data":{"id":2,"kind":"Store","level":"4","name":"Oslo","parent_id":1}}`},
		{`POST /public_api/groups {"name":"Oslo","kind":"Region","parent_id":1}`, 422, `name has already been taken under this parent`},
		{`POST /public_api/groups {"name":"Bergen","kind":"Shop","parent_id":1}`, 422, `there is no kind \"Shop\"`},
		{`POST /public_api/groups {"name":"Bergen","kind":"store"}`, 422, `there is no kind`},
		{`POST /public_api/groups {"name":"Bergen","kind":"Store","parent_id":9}`, 422, `there is no parent 9`},
		{`POST /public_api/groups {"name":"Bergen","kind":"Store","parent_id":"1"}`, 422, `parent_id is not an id`},
		{`POST /public_api/groups {"name":"Norway","kind":"Country","parent_id":2}`, 422, `a group of the kind Country cannot stand below one of the kind Store`},
		{`POST /public_api/groups {"name":"Norway","kind":"Organization","parent_id":1}`, 422, `the kind Organization cannot stand below one`},
		{`POST /public_api/groups {"name":"Choir","kind":"Custom","parent_id":1}`, 422, `the kind Custom cannot stand below`},
		{`POST /public_api/groups {"kind":"Store"}`, 422, `name is missing`},
		{`POST /public_api/groups {"name":7,"kind":"Store"}`, 422, `name is not a string`},
		{`POST /public_api/groups {"name":"x","kind":"Store","lead":1}`, 422, `there is no field \"lead\"`},
		{`POST /public_api/groups [{"key":"name","value":"x"}]`, 422, `the body is not a JSON object`},
		{`POST /public_api/groups form:name=x&kind=Store`, 422, `not in the form that this call takes`},
		{`GET /public_api/groups/2`, 200, `{"data":{"id":2,"kind":"Store","level":"4","name":"Oslo"}}`},
		{`GET /public_api/groups/02`, 404, `there is no such group`},
		{`PATCH /public_api/groups/1 {"parent_id":2}`, 422, `a group cannot stand below itself`},
		{`PATCH /public_api/groups/1 {"kind":"Store"}`, 422, `the kind Store cannot stand above one`},
		{`PATCH /public_api/groups/2 {}`, 200, `"name":"Oslo"`},
		{`PATCH /public_api/groups/2`, 200, `"name":"Oslo"`},
		{`DELETE /public_api/groups/1`, 422, `the group has groups below it`},

		{`POST /public_api/positions {"name":"Barista","import_id":"b"}`, 201, `{"data":{"id":1,"import_id":"b","name":"Barista"}}`},
		{`POST /public_api/positions {"name":"Chef","import_id":"b"}`, 422, `import_id has already been taken`},
		{`POST /public_api/positions {"name":"Barista"}`, 422, `name has already been taken`},
		{`PATCH /public_api/positions/1 {"import_id":null}`, 201, `{"data":{"id":1,"import_id":null,"name":"Barista"}}`},
		{`PATCH /public_api/positions/9 {"name":"x"}`, 404, `there is no such position`},

		{`POST /public_api/users {"email":"kim@example.org","employee_number":"1","phone_number":"+47 900 00 001","group_relations":[{"group_id":2,"role":"admin"}],"position_relations":[{"position_id":1}]}`, 201,
			`{"data":{"id":2,"email":"kim@example.org","employee_number":"1","first_name":null,"last_name":null,"organization_role":"normal_user","phone_number":"+47 900 00 001","groups":[{"id":2,"kind":"Store","level":"4","name":"Oslo"}],"positions":[{"id":1,"name":"Barista"}]}}`},
		{`POST /public_api/users {"email":"KIM@example.org"}`, 422, `email has already been taken`},
		{`POST /public_api/users {"phone_number":"+4790000001"}`, 422, `phone_number has already been taken`},
		{`POST /public_api/users {"email":"a@example.org","employee_number":"1"}`, 422, `employee_number has already been taken`},
		{`POST /public_api/users {"first_name":"Kim"}`, 422, `email or phone_number is needed`},
		{`POST /public_api/users {"email":"nowhere"}`, 422, `email is not an address`},
		{`POST /public_api/users {"email":"a@example.org","organization_role":"king"}`, 422, `there is no organization_role`},
		{`POST /public_api/users {"email":"a@example.org","groups":[2]}`, 422, `there is no field \"groups\"`},
		{`POST /public_api/users {"email":"a@example.org","group_relations":[{"group_id":9}]}`, 404, `there is no group 9`},
		{`POST /public_api/users {"email":"a@example.org","group_relations":[{"group_id":2},{"group_id":2}]}`, 422, `names 2 twice`},
		{`POST /public_api/users {"email":"a@example.org","group_relations":[{"group_id":2,"role":"king"}]}`, 422, `there is no role`},
		{`POST /public_api/users {"email":"a@example.org","group_relations":[{"group_id":2,"_delete":true}]}`, 422, `there is no field \"_delete\"`},
		{`POST /public_api/users {"email":"a@example.org","position_relations":[{"position_id":1,"role":"x"}]}`, 422, `there is no field \"role\"`},
		{`PATCH /public_api/users/2 {"employee_number":"2"}`, 422, `there is no field \"employee_number\"`},
		{`PATCH /public_api/users/2 {"email":null}`, 200, `"email":null`},
		{`PATCH /public_api/users/2 {"phone_number":""}`, 422, `email or phone_number is needed`},
		{`PATCH /public_api/users/2 {"position_relations":[]}`, 200, `"positions":[{"id":1,"name":"Barista"}]`},
		{`PATCH /public_api/users/2 {"position_relations":[{"position_id":1,"_delete":true},{"position_id":8,"_delete":true}]}`, 200, `"positions":[]`},
		{`DELETE /public_api/groups/2`, 422, `the group has members`},
		{`DELETE /public_api/users/1`, 422, `cannot delete itself`},
		{`DELETE /public_api/users/2`, 204, ``},
		{`DELETE /public_api/users/2`, 404, `there is no such user`},
		{`DELETE /public_api/groups/2`, 204, ``},

		{`GET /public_api/users?page=2&per_page=50`, 200, `{"data":[]}`},
		{`GET /public_api/users?page=0`, 422, `page and per_page are whole numbers`},
		{`GET /public_api/users?per_page=99`, 200, `{"data":[{`},
		{`GET /public_api/users?filter[updated_at_gt]=2999-01-01T00:00:00Z`, 200, `{"data":[]}`},
		{`GET /public_api/users?filter[created_at_gt]=tomorrow`, 422, `is not a time`},
	})
}

// TestSwitchedServer tells short stories under one switch each.
func TestSwitchedServer(t *testing.T) {
	kim := func(relations string) string {
		return `POST /public_api/users {"email":"Kim@example.org","phone_number":"+47 90-1","group_relations":[` + relations + `]}`
	}
	for _, test := range []struct {
		name     string
		switches []string
		steps    story
	}{
		{"moves ignored", []string{"patch_parent", "ignored"}, story{{acme, 201, ""}, {oslo, 201, ""},
			{`PATCH /public_api/groups/2 {"parent_id":null}`, 200, ""}, {`GET /public_api/groups`, 200, `"parent_id":1`}}},
		{"moves refused", []string{"patch_parent", "refused"}, story{{acme, 201, ""}, {oslo, 201, ""},
			{`PATCH /public_api/groups/2 {"parent_id":null}`, 422, `there is no field`}}},
		{"cascade", []string{"group_delete", "cascade"}, story{{acme, 201, ""}, {oslo, 201, ""}, {kim(`{"group_id":2},{"group_id":1}`), 201, ""},
			{`DELETE /public_api/groups/1`, 204, ""}, {`GET /public_api/groups`, 200, `{"data":[]}`}, {`GET /public_api/users/2`, 200, `"groups":[]`}}},
		{"replace", []string{"relations", "replace", "roles", "present"}, story{{acme, 201, ""}, {oslo, 201, ""}, {kim(`{"group_id":2,"role":"admin"},{"group_id":1}`), 201, `"role":"admin"`},
			{`PATCH /public_api/users/2 {"group_relations":[{"group_id":2}]}`, 200, `"groups":[{"id":2,"kind":"Store","level":"4","name":"Oslo","role":"member"}]`}}},
		{"merge", []string{"roles", "present"}, story{{acme, 201, ""}, {oslo, 201, ""}, {kim(`{"group_id":2,"role":"admin"}`), 201, `"role":"admin"`},
			{`PATCH /public_api/users/2 {"group_relations":[{"group_id":1},{"group_id":2}]}`, 200, `"name":"Oslo","role":"admin"},{"id":1`}}},
		{"parents added", []string{"parent_memberships", "added"}, story{{acme, 201, ""}, {oslo, 201, ""}, {kim(`{"group_id":2}`), 201, `"name":"Oslo"},{"id":1`}}},
		{"normalized", []string{"emails", "lowercased", "phones", "stripped"}, story{{kim(``), 201, `"email":"kim@example.org"`}, {`GET /public_api/users/2`, 200, `"phone_number":"+47901"`}}},
		{"numbers patched", []string{"patch_employee_number", "allowed"}, story{{kim(``), 201, ""}, {`PATCH /public_api/users/2 {"employee_number":"9"}`, 200, `"employee_number":"9"`}}},
		{"numbers ignored", []string{"patch_employee_number", "ignored"}, story{{kim(``), 201, ""}, {`PATCH /public_api/users/2 {"employee_number":"9"}`, 200, `"employee_number":null`}}},
		{"parent required", []string{"parent_required", "yes"}, story{{acme, 201, ""}, {`POST /public_api/groups {"name":"x","kind":"Store"}`, 422, "parent_id is missing"}}},
		{"levels renamed", []string{"levels", "Custom,Company,Shop"}, story{{acme, 422, ""}, {`POST /public_api/groups {"name":"x","kind":"Shop"}`, 201, `"level":"2"`}}},
		{"form", []string{"create_body", "form"}, story{{acme, 422, "not in the form"},
			{`POST /public_api/groups form:name=A%26B&kind=Organization&parent_id=`, 201, `"name":"A&B"`},
			{`POST /public_api/users form:email=a%40example.org&group_relations[][group_id]=1&group_relations[][role]=admin`, 201, `"groups":[{"id":1`}}},
		{"no filters", []string{"filters", "refused"}, story{{`GET /public_api/users?filter[updated_at_gt]=2999-01-01T00:00:00Z`, 422, "there are no filters"}}},
		{"filters ignored", []string{"filters", "ignored"}, story{{`GET /public_api/users?filter[updated_at_gt]=2999-01-01T00:00:00Z`, 200, "admin@"}}},
		{"large pages refused", []string{"per_page_over", "refused"}, story{{`GET /public_api/users?per_page=51`, 422, "at most 50"}}},
		{"positions held", []string{"position_delete", "refused"}, story{{`POST /public_api/positions {"name":"Chef"}`, 201, ""},
			{`POST /public_api/users {"email":"a@example.org","position_relations":[{"position_id":1}]}`, 201, ""},
			{`DELETE /public_api/positions/1`, 422, "1 people hold"}}},
		{"positions taken out", nil, story{{`POST /public_api/positions {"name":"Chef"}`, 201, ""},
			{`POST /public_api/users {"email":"a@example.org","position_relations":[{"position_id":1}]}`, 201, ""},
			{`DELETE /public_api/positions/1`, 204, ""}, {`GET /public_api/users/2`, 200, `"positions":[]`}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rawSandbox(t, test.switches...)
			r.t = t
			r.tell(test.steps)
		})
	}
}

func TestTokens(t *testing.T) {
	for _, test := range []struct {
		params, place string
		status        int
		says          string
	}{
		{"grant_type=client_credentials&client_id=sandbox&client_secret=sandbox", "both", 200, `"token_type":"Bearer"`},
		{"grant_type=password&client_id=sandbox&username=Admin@example.org&password=sandbox", "both", 200, `"expires_in":7200`},
		{"grant_type=client_credentials&client_id=sandbox&client_secret=wrong", "both", 401, "invalid_client"},
		{"grant_type=password&client_id=sandbox&username=admin@example.org&password=wrong", "both", 400, "invalid_grant"},
		{"grant_type=magic", "both", 400, "unsupported_grant_type"},
		{"", "both", 400, "invalid_request"},
		{"grant_type=client_credentials&client_id=sandbox&client_secret=sandbox", "form", 400, "grant_type is missing"},
	} {
		r, _ := tokenless(t, provider.SandboxOptions{Behaviour: map[string]string{"token_params": test.place}})
		status, body := r.do("POST /oauth/token?" + test.params)
		if status != test.status || !strings.Contains(body, test.says) {
			t.Errorf("%s: %d %s", test.params, status, body)
		}
		if test.params != "" && test.place == "both" {
			if again, _ := r.do("POST /oauth/token form:" + test.params); again != test.status {
				t.Errorf("%s as a form: %d", test.params, again)
			}
		}
	}
	r := rawSandbox(t)
	r.token = "made up"
	r.tell(story{{`GET /public_api/me`, 401, "missing, wrong or expired"}})
}

func TestUnknownSwitches(t *testing.T) {
	_, err := NewSandbox(provider.SandboxOptions{Behaviour: map[string]string{"idz": "x", "ids": "roman", "levels": "a,a"}})
	for _, want := range []string{`there is no switch "idz"; there are faults, `, `ids cannot be "roman"; it can be number, string, opaque`, `levels cannot be "a,a": write at least two names`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestUsersWithoutIDs is the list that nothing can be done with.
func TestUsersWithoutIDs(t *testing.T) {
	c := providertest.Start(t, Watched(t), map[string]string{"list_ids": "absent"}, nil)
	_, err := c.List(context.Background(), typeUser)
	if provider.KindOf(err) != provider.Malformed || !strings.Contains(err.Error(), "a user in the list has no id") {
		t.Error(err)
	}
}

// TestKeptBetweenRuns closes a store and opens it again.
func TestKeptBetweenRuns(t *testing.T) {
	dir := t.TempDir()
	run := func(use func(*Sandbox, provider.Client)) {
		t.Helper()
		s, err := NewSandbox(provider.SandboxOptions{Dir: dir, Observe: held(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Run("run", func(t *testing.T) { use(s, providertest.Serve(t, New(), s, nil)) })
	}
	var store string
	var made schema.Object
	run(func(s *Sandbox, c provider.Client) {
		store = s.StoreID()
		var err error
		if made, err = c.Create(context.Background(), typeUser, person(1)); err != nil {
			t.Fatal(err)
		}
	})
	run(func(s *Sandbox, c provider.Client) {
		got, err := c.Read(context.Background(), typeUser, made.ID, nil)
		if err != nil || s.StoreID() != store || got.Attrs["email"].AsString() != "person1@example.org" {
			t.Error(got, err, s.StoreID(), store)
		}
		listing, err := c.List(context.Background(), typeUser)
		if err != nil || len(listing.Objects) != 2 {
			t.Error(listing, err)
		}
	})
}

// FuzzFormFields reads any form, without a panic.
func FuzzFormFields(f *testing.F) {
	f.Add("a=1&b[][c]=2&b[][d]=3&b[][c]=4")
	f.Add("%zz=&=&[][=&a[][]=")
	f.Fuzz(func(t *testing.T, body string) {
		fields, err := formFields(body)
		if _, query := url.ParseQuery(body); err != nil && query == nil {
			t.Errorf("%q: %v, %v", body, fields, err)
		}
	})
}
