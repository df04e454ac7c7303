package moxtra

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/provider"
)

// identified are the parameters of a token call for a unique id, unsigned.
func identified(unique string) url.Values {
	return url.Values{"grant_type": {"http://www.moxtra.com/auth_uniqueid"}, "client_id": {"sandbox"}, "client_secret": {"sandbox"}, "uniqueid": {unique}}
}

// with sets parameters of names and values in turn; an empty value takes one out.
func with(params url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		if params.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			params.Del(pairs[i])
		}
	}
	return params
}

func TestTokens(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	call := func(pairs ...string) url.Values { return with(signed(identified("A122d3s8sj"), clock), pairs...) }
	at := func(d time.Duration) url.Values { return signed(identified("A122d3s8sj"), clock.Add(d)) }
	for _, test := range []struct {
		name     string
		params   url.Values
		switches []string
		status   int
		says     string
	}{
		{"a token", call(), nil, 200, `"token_type":"bearer","expires_in":43200,"scope":"read write"}`},
		{"for an org", call("orgid", "PuE0cDUJRkg98FG0FUwJqi4"), nil, 200, `"access_token"`},
		{"for an org that is not there", call("orgid", "Pnothing"), nil, 400, `there is no such org`},
		{"seconds as a text", call(), []string{"expires_in", "text", "token_life", "90s"}, 200, `"expires_in":"90"`},
		{"nothing", url.Values{}, nil, 400, `{"error":"invalid_request","error_description":"grant_type is missing"}`},
		{"another grant", call("grant_type", "password"), nil, 400, `unsupported_grant_type`},
		{"a wrong id", call("client_id", "x"), nil, 401, `invalid_client`},
		{"a wrong secret", call("client_secret", "x"), nil, 401, `invalid_client`},
		{"nobody", call("uniqueid", "", "signature", ""), nil, 400, `uniqueid is missing`},
		{"no time", call("timestamp", ""), nil, 400, `timestamp is missing`},
		{"no number", call("timestamp", "noon"), nil, 400, `timestamp is missing or no number`},
		{"no signature", call("signature", ""), nil, 200, `"access_token"`},
		{"no signature where one is required", call("signature", ""), []string{"signature", "required"}, 401, `{"error":"invalid_grant","error_description":"the signature is missing or wrong"}`},
		{"a signature where one is required", call(), []string{"signature", "required"}, 200, `"access_token"`},
		{"a wrong signature", call("signature", "x"), nil, 401, `the signature is missing or wrong`},
		{"a padded signature", call("signature", call().Get("signature")+"="), nil, 401, `the signature is missing or wrong`},
		{"a signature of another time", call("timestamp", "1893499200001"), nil, 401, `the signature is missing or wrong`},
		{"an old call", at(-6 * time.Minute), nil, 200, `"access_token"`},
		{"an old call where time is looked at", at(-6 * time.Minute), []string{"timestamp", "5m"}, 401, `more than 5 minutes off`},
		{"a call to come", at(6 * time.Minute), []string{"timestamp", "5m"}, 401, `more than 5 minutes off`},
		{"a call not so old", at(-4 * time.Minute), []string{"timestamp", "5m"}, 200, `"access_token"`},
		{"seconds for milliseconds", with(call(), "timestamp", strconv.FormatInt(clock.Unix(), 10), "signature", ""), []string{"timestamp", "5m"}, 401, `more than 5 minutes off`},
		{"no further token", call(), []string{"token_refused_after", "1"}, 200, `"access_token"`},
		{"a refresh token that is none", call("grant_type", "refresh_token", "refresh_token", "x"), nil, 400, `invalid_grant`},
		{"an error as a text", call("client_id", "x"), []string{"errors", "text"}, 401, `{"error":"the client id or the client secret is wrong"}`},
		{"an error that is a page", call("client_id", "x"), []string{"errors", "html"}, 401, `<!doctype html>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _ := tokenless(t, provider.SandboxOptions{Behaviour: behaving(test.switches...), Now: func() time.Time { return clock }})
			steps := story{{`POST /oauth/token form:` + test.params.Encode(), test.status, test.says}}
			if test.name == "no further token" {
				steps = append(steps, story{{`POST /oauth/token form:` + test.params.Encode(), 401, `the client is no longer accepted`}}...)
			} else {
				steps = append(steps, story{{`POST /v1/oauth/token?` + test.params.Encode(), test.status, test.says}}...)
			}
			r.tell(steps)
		})
	}
}

// TestTokenParams: the body, the query, or either.
func TestTokenParams(t *testing.T) {
	params := signed(identified("A122d3s8sj"), time.Now()).Encode()
	for takes, want := range map[string][2]int{"both": {200, 200}, "body": {200, 400}, "query": {400, 200}} {
		r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaving("token_params", takes)})
		r.tell(story{{`POST /oauth/token form:` + params, want[0], ``}, {`POST /oauth/token?` + params, want[1], ``}, {`POST /oauth/token form:%zz`, 400, ``}})
		r.login(s)
		r.tell(story{{`GET /me`, 200, jim}})
	}
}

// TestNewUsers: a token call for somebody new makes a user.
func TestNewUsers(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	o := provider.SandboxOptions{Now: func() time.Time { return clock }}
	r, _ := tokenless(t, o)
	get := func(params url.Values) {
		t.Helper()
		status, body := r.do(`POST /oauth/token form:` + signed(params, clock).Encode())
		if r.token = tokenOf(body); status != 200 || r.token == "" {
			t.Fatal(status, body)
		}
	}
	get(identified("a122d3s8sj")) // with other capitals: another
	r.tell(story{
		{`GET /me`, 200, `"id":"U0000000000000000000006","email":"","name":"","first_name":"","last_name":"","unique_id":"a122d3s8sj"`},
		{`GET /me`, 200, `"timezone":"America/Los_Angeles","language":"en","org_id":"","org_plan_code":"","org_status":"","teams":[],"created_time":1893499200000,"updated_time":1893499200000}`},
		{`GET /me/orgs/PuE0cDUJRkg98FG0FUwJqi4/users`, 403, `{"code":"RESPONSE_ERROR_PERMISSION","message":"you are not in this org"}`},
		{`GET /me/timeline`, 200, `{"feeds":[]}`},
		{`GET /me/unreadfeeds`, 200, `{"unread_feeds":0}`},
		{`GET /me/todos`, 200, `{"binders":[]}`},
	})
	member := with(identified("new"), "orgid", "PuE0cDUJRkg98FG0FUwJqi4", "firstname", "Ada", "lastname", "Byron", "timezone", "Europe/London", "pictureurl", "https://example.org/a.png")
	get(member)
	r.tell(story{
		{`GET /me`, 200, `"name":"Ada Byron","first_name":"Ada","last_name":"Byron","unique_id":"new","picture_uri":"https://example.org/a.png","type":"USER_TYPE_NORMAL","timezone":"Europe/London"`},
		{`GET /me/orgs/PuE0cDUJRkg98FG0FUwJqi4/users`, 200, `"count":6,`},
	})
	get(with(member, "firstname", "Eve", "lastname", "")) // who is there stays as she is
	r.tell(story{{`GET /me`, 200, `"id":"U0000000000000000000007","email":"","name":"Ada Byron"`}})

	o.Behaviour = behaving("unknown_user", "refused")
	r, _ = tokenless(t, o)
	r.tell(story{{`POST /oauth/token form:` + signed(identified("new"), clock).Encode(), 401, `{"error":"invalid_grant","error_description":"there is no user with this unique id"}`}})
	get(identified("A122d3s8sj"))
	r.tell(story{{`GET /U0000000000000000000006`, 404, ``}})
}

// TestRefresh: a refresh token is good for one token of the same user.
func TestRefresh(t *testing.T) {
	r, _ := tokenless(t, provider.SandboxOptions{Behaviour: behaving("refresh", "given")})
	_, body := r.do(`POST /oauth/token form:` + signed(identified("A3451UX2349"), time.Now()).Encode())
	_, rest, _ := strings.Cut(body, `"refresh_token":"`)
	renewal, _, _ := strings.Cut(rest, `"`)
	call := `POST /oauth/token form:grant_type=refresh_token&client_id=sandbox&client_secret=sandbox&refresh_token=` + renewal
	status, body := r.do(call)
	if r.token = tokenOf(body); renewal == "" || status != 200 {
		t.Fatal(status, body)
	}
	r.tell(story{
		{`GET /me`, 200, `"name":"Smith Fun"`},
		{call, 400, `the refresh token is wrong or was used`},
		{strings.Replace(call, "client_secret=sandbox", "client_secret=x", 1), 401, `invalid_client`},
	})
}

// TestTokensEnd: by time, by calls, and all at once.
func TestTokensEnd(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	for name, pairs := range map[string][]string{"time": {"token_life", "1h"}, "calls": {"token_calls", "1"}, "a fault": {"faults", "3:expire-tokens"}} {
		now := clock
		r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaving(pairs...), Now: func() time.Time { return now }})
		r.login(s)
		r.tell(story{{`GET /me`, 200, jim}})
		now = now.Add(time.Hour)
		r.tell(story{{`GET /me`, 401, `Access token expired: ` + r.token}})
		r.login(s)
		if _, body := r.do(`GET /me`); !strings.Contains(body, jim) {
			t.Errorf("%s: a new token is no good: %s", name, body)
		}
	}
}
