package moxtra

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/provider"
)

// TestOtherSides tells short stories under the further values of switches.
func TestOtherSides(t *testing.T) {
	const (
		smith = `Ua9hIj1Bi33F3bxq5yQ4gCH`
		named = `{"first_name":"Kim"}`
	)
	for _, test := range []struct {
		name     string
		switches []string
		steps    story
	}{
		{"behind the prefix alone", []string{"prefix", "v1"}, story{{`GET /v1/me`, 200, jim}, {`GET /me`, 400, `there is no GET /me`}, {`POST /oauth/token form:`, 400, `there is no POST`}}},
		{"without the prefix alone", []string{"prefix", "none"}, story{{`GET /me`, 200, jim}, {`GET /v1/me`, 400, `there is no GET /v1/me`}}},
		{"unset is null", []string{"unset", "null"}, story{{`GET /Utkj3YC5BxRHCCaq9widP67`, 200, `"unique_id":null`}, {orgList, 200, `"phone_number":null`}, {`GET /teams/PRTA3fRhzcxEPit77Dw063F`, 200, `"unique_id":null`}}},
		{"unset is absent", []string{"unset", "absent"}, story{{`GET /Utkj3YC5BxRHCCaq9widP67`, 200, `"last_name":"Wess","picture_uri"`}, {orgList, 200, `"disabled":false,"picture_uri"`}}},
		{"others are read", []string{"others", "readonly"}, story{{`GET /` + smith, 200, `Fun`}, {`GET /` + smith + `/timeline`, 200, ``}, {`POST /` + smith + ` ` + named, 403, `{"code":"RESPONSE_ERROR_PERMISSION","message":"another user's data are not yours"}`},
			{`DELETE /` + smith + `/picture`, 403, ``}, {strings.Replace(uploaded("a", "image/png", "x"), "/me/", "/"+smith+"/", 1), 403, ``},
			{`POST /me ` + named, 200, bare}, {`POST /UiaduESWsbzFoK9TOldC6zF ` + named, 200, bare}}},
		{"others are not read", []string{"others", "refused"}, story{{`GET /` + smith, 403, ``}, {`GET /` + smith + `/picture`, 403, ``}, {`GET /` + smith + `/todos`, 403, ``}, {`GET /me`, 200, jim}, {`GET /Unobody`, 404, ``}}},
		{"answers with the user", []string{"update_answer", "data"}, story{{`POST /me ` + named, 200, `{"code":"RESPONSE_SUCCESS","data":{"id":"UiaduESWsbzFoK9TOldC6zF","email":"jim@test.com","name":"Kim test"`}}},
		{"any language", []string{"languages", "free"}, story{{`POST /me {"language":"xx"}`, 200, bare}, {`GET /me`, 200, `"language":"xx"`}, {`POST /me {"timezone":"x"}`, 400, ``}}},
		{"any time zone", []string{"timezones", "free"}, story{{`POST /me {"timezone":"Mars/Base"}`, 200, bare}, {`GET /me`, 200, `"timezone":"Mars/Base"`}, {`POST /me {"language":"xx"}`, 400, ``}}},
		{"nothing is cleared", []string{"clear", "refused"}, story{{`POST /me {"first_name":""}`, 400, `first_name is empty`}, {`POST /me ` + named, 200, bare}}},
		{"an avatar for all", []string{"no_picture", "avatar"}, story{{`GET /me/picture`, 200, `GIF89a`}, {`DELETE /me/picture`, 200, bare}, {uploaded("a", "image/png", "abc"), 200, ``}, {`GET /me/picture`, 200, `abc`},
			{`DELETE /me/picture`, 200, bare}, {`GET /me/picture`, 200, `GIF89a`}}},
		{"nothing for nobody's picture", []string{"no_picture", "empty"}, story{{`GET /me/picture`, 200, ``}, {`DELETE /me/picture`, 200, bare}}},
		{"a new address for a new picture", []string{"picture_uri", "new"}, story{{uploaded("a", "image/png", "a"), 200, ``}, {`GET /me`, 200, `user/1/1"`}, {uploaded("a", "image/png", "b"), 200, ``}, {`GET /me`, 200, `user/1/2"`}}},
		{"the same address", nil, story{{uploaded("a", "image/png", "a"), 200, ``}, {uploaded("a", "image/png", "b"), 200, ``}, {`GET /me`, 200, `user/1"`}}},
		{"unknown is not found", []string{"unknown_path", "404"}, story{{`GET /me/contacts`, 404, `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"there is no GET /me/contacts"}`}, {`PUT /me ` + named, 404, ``}}},
		{"no code", []string{"code", "absent"}, story{{`GET /me`, 200, `{"data":{"id":"UiaduESWsbzFoK9TOldC6zF"`}, {`POST /me ` + named, 200, `{}`}, {`GET /Unobody`, 404, `RESPONSE_ERROR_NOT_FOUND`}}},
		{"errors under 200", []string{"error_status", "200"}, story{{`GET /Unobody`, 200, `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"there is no such user"}`}, {`POST /me []`, 200, `RESPONSE_ERROR_INVALID_REQUEST`},
			{`GET /me/contacts`, 200, `RESPONSE_ERROR_INVALID_REQUEST`}, {`GET /me/picture`, 200, `RESPONSE_ERROR_NOT_FOUND`}, {`GET /me`, 200, jim}}},
		{"errors are texts", []string{"errors", "text"}, story{{`GET /Unobody`, 404, `{"error":"there is no such user"}`}}},
		{"errors are nested", []string{"errors", "nested"}, story{{`GET /Unobody`, 404, `{"error":{"message":{"value":"there is no such user"}}}`}}},
		{"errors are traced", []string{"errors", "oauth"}, story{{`GET /Unobody`, 404, `{"message":"there is no such user","stackTrace":[{`}}},
		{"errors are pages", []string{"errors", "html"}, story{{`GET /<b>`, 404, `<!doctype html><html><head><title>Error 404</title></head><body>there is no such user</body></html>`}}},
		{"errors are null", []string{"errors", "null"}, story{{`GET /Unobody`, 404, `null`}}},
		{"singles are behind", []string{"singles_lag", "1h"}, story{{`POST /me ` + named, 200, bare}, {`GET /me`, 200, `"name":"jim test"`}, {uploaded("a", "image/png", "a"), 200, ``}, {`GET /me/picture`, 404, ``}, {orgList, 200, `"first_name":"Kim"`}}},
		{"faults", []string{"faults", "GET#2:503 POST#2:502-after"}, story{{`GET /me`, 200, ``}, {`GET /me`, 503, `{"code":"RESPONSE_ERROR_SERVICE_UNAVAILABLE","message":"this fault was asked for"}`},
			{`POST /me ` + named, 502, `{"code":"RESPONSE_ERROR_FAILED"`}, {`GET /me`, 200, `"name":"Kim test"`}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rawSandbox(t, test.switches...).tell(test.steps)
		})
	}
	r := rawSandbox(t, "errors", "empty")
	if status, body := r.do(`GET /Unobody`); status != 404 || body != "" {
		t.Errorf("an empty error is %d %s", status, body)
	}
}

// TestWrongMethods: another method than a path has is an unknown path, or says which
// there are.
func TestWrongMethods(t *testing.T) {
	for choice, want := range map[string]map[string]string{
		"400": {"PUT /me": "", "DELETE /me/timeline": ""},
		"405": {"PUT /me": "GET, POST", "PUT /v1/me/picture": "GET, POST, DELETE", "DELETE /me/timeline": "GET"},
	} {
		r := rawSandbox(t, "wrong_method", choice)
		for call, allow := range want {
			method, path, _ := strings.Cut(call, " ")
			response := r.open(method, r.server.URL+path, "", nil, 0)
			response.Body.Close()
			if got := response.Header.Get("Allow"); got != allow || response.Status[:3] != choice {
				t.Errorf("%s under %s: %s, Allow: %q", call, choice, response.Status, got)
			}
		}
		r.tell(story{{`GET /me/contacts`, 400, ``}})
	}
}

// TestTooMany: a budget is kept, and of it nothing is told but when to try again.
func TestTooMany(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	for choice, want := range map[string]string{"absent": "", "seconds": "60", "date": "Tue, 01 Jan 2030 12:01:00 GMT"} {
		r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaving("budget", "2/1m", "retry_after", choice), Now: func() time.Time { return clock }})
		r.login(s)
		for _, status := range []int{200, 429} {
			response := r.open(http.MethodGet, r.server.URL+"/me", "", nil, 0)
			response.Body.Close()
			if got := response.Header.Get("Retry-After"); response.StatusCode != status || status == 429 && got != want || response.Header.Get("RateLimit") != "" {
				t.Errorf("%s: %s, Retry-After: %q, RateLimit: %q", choice, response.Status, got, response.Header.Get("RateLimit"))
			}
		}
		r.tell(story{{`GET /me`, 429, `{"code":"RESPONSE_ERROR_TOO_MANY_REQUESTS","message":"too many requests"}`}})
	}
}

// TestTeamWrites tells of the calls that are our own invention.
func TestTeamWrites(t *testing.T) {
	const (
		johns = `/teams/PRTA3fRhzcxEPit77Dw063F`
		ops   = `/teams/P0000000000000000000002`
	)
	rawSandbox(t, "team_writes", "present").tell(story{
		{`POST /teams {"name":"Ops"}`, 200, `{"code":"RESPONSE_SUCCESS","data":{"id":"P0000000000000000000002","name":"Ops","created_time":`},
		{`POST /teams {}`, 400, `name is missing`},
		{`POST /teams {"title":"Ops"}`, 400, `there is no field`},
		{`GET ` + ops, 200, `"members":[{"owner":true,`},
		{`GET /me`, 200, `"name":"John's team",`}, {`GET /me`, 200, `"name":"Ops",`},
		{`POST ` + ops + ` {"name":"Operations"}`, 200, bare},
		{`POST ` + ops + `/addorguser {"users":[{"user":{"unique_id":"A3451UX2349"}},{"user":{"id":"U0000000000000000000004"}},{"user":{"email":"Johnw@test.com"}}],"suppress_feed":true}`, 200, bare},
		{`GET ` + ops, 200, `"name":"John Wess"`},
		{`POST ` + ops + `/addorguser {"users":[{"user":{"unique_id":"A3451UX2349"}}]}`, 409, `{"code":"RESPONSE_ERROR_CONFLICT","message":"all invitees are already members"}`},
		{`POST ` + ops + `/addorguser {"users":[{"user":{"unique_id":"nobody"}}]}`, 404, `there is no such user`},
		{`POST ` + ops + `/addorguser {"users":[{"user":{"unique_id":"A3451UX2349","email":"johnw@test.com"}}]}`, 400, `not by both`},
		{`POST ` + ops + `/addorguser {"users":7}`, 400, `not a JSON object`},
		{`POST ` + ops + `/removeuser {"unique_id":"A3451UX2349","suppress_feed":true}`, 200, bare},
		{`POST ` + ops + `/removeuser {"unique_id":"A3451UX2349"}`, 404, `User not found in member list.`},
		{`POST ` + ops + `/removeuser {"unique_id":"A122d3s8sj"}`, 400, `cann't expel owner`},
		{`POST ` + ops + `/removeuser []`, 400, `not a JSON object`},
		{`GET /Ua9hIj1Bi33F3bxq5yQ4gCH`, 200, `"teams":[]`},
		{`DELETE ` + johns, 200, bare}, {`DELETE ` + johns, 404, `there is no such team`}, {`GET ` + johns, 404, ``},
		{`POST ` + johns + ` {"name":"x"}`, 404, `there is no such team`},
		{`GET /me`, 200, `"teams":[{"id":"P0000000000000000000002","name":"Operations"`},
	})
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaving("team_writes", "present", "singles_lag", "30m"), Now: func() time.Time { return clock }})
	r.login(s)
	r.tell(story{{`POST /teams {"name":"Ops"}`, 200, ``}, {`GET /me`, 200, team}, {`GET ` + ops, 404, ``}})
	clock = clock.Add(time.Hour)
	r.tell(story{{`GET /me`, 200, `"name":"Ops"`}, {`GET ` + ops, 200, `"name":"Ops"`}})
}

// TestOrgUserWrites tells of the calls that one client alone knows.
func TestOrgUserWrites(t *testing.T) {
	const (
		add = `POST /me/orgs/PuE0cDUJRkg98FG0FUwJqi4/users `
		ada = `/PuE0cDUJRkg98FG0FUwJqi4/users/ada%2F1`
	)
	rawSandbox(t, "org_user_writes", "present", "team_writes", "present").tell(story{
		{`GET ` + ada, 404, `there is no such user`},
		{add + `{"users":[{"unique_id":"ada/1","first_name":"Ada","last_name":"Byron","timezone":"Europe/London"},{"unique_id":"ada/1"},{"unique_id":"A3451UX2349"}]}`, 200, bare},
		{`GET ` + ada, 200, `{"id":"U0000000000000000000006","unique_id":"ada/1","status":"GROUP_MEMBER","admin":false,"last_name":"Byron","first_name":"Ada"`},
		{orgList, 200, `"count":6`},
		{`GET /U0000000000000000000006`, 200, `"timezone":"Europe/London"`},
		{add + `{"users":[{"unique_id":"ada/1"}]}`, 409, `all users are already there`},
		{add + `{"users":[{"first_name":"Ada"}]}`, 400, `unique_id is missing`},
		{add + `{"users":["ada"]}`, 400, `not a JSON object`},
		{`POST /me/orgs/Pnothing/users {"users":[]}`, 404, `there is no such org`},
		{`POST /teams/PRTA3fRhzcxEPit77Dw063F/addorguser {"users":[{"user":{"unique_id":"ada/1"}}]}`, 200, bare},
		{strings.Replace(uploaded("a", "image/png", "x"), "/me/", "/U0000000000000000000006/", 1), 200, ``},
		{`DELETE ` + ada, 200, bare}, {`DELETE ` + ada, 404, ``}, {`GET /U0000000000000000000006`, 404, ``}, {`GET /U0000000000000000000006/picture`, 404, ``},
		{orgList, 200, `"count":5`},
		{`DELETE /PuE0cDUJRkg98FG0FUwJqi4/users/A122d3s8sj`, 400, `an account cannot delete itself`},
		{`DELETE /PuE0cDUJRkg98FG0FUwJqi4/users/A3451UX2349`, 200, bare},
		{`GET /Pnothing/users/A122d3s8sj`, 404, `there is no such org`},
	})
}
