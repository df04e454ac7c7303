package moxtra

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/espalier-dev/espalier/internal/contract"
	"github.com/espalier-dev/espalier/provider"
)

// described is the description of what we rely on, read once.
var described = sync.OnceValues(func() (*contract.Contract, error) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	return contract.Load(text)
})

func description(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// held is what to observe a sandbox with, so that every exchange is held against
// the description; heldAnswers leaves out the requests, for tests that send wrong
// ones.
func held(t testing.TB) func(provider.Exchange) { return holdTo(t, description(t).Check) }

func heldAnswers(t testing.TB) func(provider.Exchange) {
	return holdTo(t, description(t).CheckAnswer)
}

func holdTo(t testing.TB, check func(provider.Exchange) error) func(provider.Exchange) {
	return func(x provider.Exchange) {
		if err := check(x); err != nil {
			t.Errorf("request %d: %v", x.Number, err)
		}
	}
}

// TestTheDescriptionIsHeld feeds the description exchanges that keep to it, and
// others that each break it in one way.
func TestTheDescriptionIsHeld(t *testing.T) {
	c := description(t)
	const (
		json   = "application/json"
		form   = "application/x-www-form-urlencoded"
		parts  = "multipart/form-data; boundary=x"
		done   = `{"code":"RESPONSE_SUCCESS"}`
		ada    = `{"code":"RESPONSE_SUCCESS","data":{"id":"U1","email":"ada@example.org","teams":[{"id":"P1"}],"created_time":1}}`
		users  = "/v1/me/orgs/P1/users"
		grant  = "grant_type=http%3A%2F%2Fwww.moxtra.com%2Fauth_uniqueid&client_id=a&client_secret=b&uniqueid=u&timestamp=1893456000000"
		signed = grant + "&signature=0123456789012345678901234567890123456789abc"
	)
	part := func(name string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--x--\r\n"
	}
	for _, test := range []struct {
		name, method, path, query, kind, body string
		status                                int
		answer                                string
		want                                  string // "" for a good one
	}{
		{"a user", "GET", "/me", "", "", "", 200, ada, ""},
		{"a user behind the prefix", "GET", "/v1/Uab", "", "", "", 200, `{"data":{"id":"Uab","email":null}}`, ""},
		{"a refusal that says it is well", "GET", "/me", "", "", "", 200, `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"no"}`, ""},
		{"a change", "POST", "/me", "", json, `{"first_name":"","language":"zh-tw"}`, 200, done, ""},
		{"a change that is answered with the user", "POST", "/v1/me", "", json, `{"timezone":"Asia/Shanghai"}`, 200, ada, ""},
		{"a picture", "POST", "/me/picture", "", parts, part("file"), 200, `{"code":"RESPONSE_SUCCESS","data":{"revision":168,"updated_time":1}}`, ""},
		{"no picture", "DELETE", "/me/picture", "", "", "", 200, done, ""},
		{"a picture elsewhere", "GET", "/me/picture", "", "", "", 302, "", ""},
		{"a list", "GET", users, "", "", "", 200, `{"data":{"count":1,"last_index":0,"users":[{"id":"U1","tags":[{"name":"a","value":"b"}]}]}}`, ""},
		{"a further page", "GET", users, "index=100", "", "", 200, `{"data":[]}`, ""},
		{"a timeline", "GET", "/me/timeline", "filter=unreadfeeds&sort=time", "", "", 200, `{"data":{"feeds":[{"id":1,"verb":"join","object":null}]}}`, ""},
		{"a number", "GET", "/me/unreadfeeds", "", "", "", 200, `{"data":{"unread_feeds":3}}`, ""},
		{"todos", "GET", "/me/todos", "", "", "", 200, `{"data":{"binders":[{"binder_id":"B1","count":0,"todos":[]}]}}`, ""},
		{"a team", "GET", "/teams/P1", "", "", "", 200, `{"data":{"id":"P1","members":[{"owner":true,"member":{"user_id":"U1"}}]}}`, ""},
		{"a token", "POST", "/oauth/token", "", form, signed, 200, `{"access_token":"t","expires_in":"43200"}`, ""},
		{"a token by query", "POST", "/v1/oauth/token", signed + "&orgid=P1", "", "", 401, `{"error":"invalid_client"}`, ""},
		{"an error in a text", "GET", "/me", "", "", "", 404, `{"error":"no"}`, ""},
		{"an error in a nest", "GET", "/me", "", "", "", 404, `{"error":{"message":{"value":"no"}}}`, ""},
		{"an error with its trace", "GET", "/me", "", "", "", 500, `{"message":"no","stackTrace":[]}`, ""},
		{"an error that is nothing", "GET", "/me", "", "", "", 500, `null`, ""},
		{"a request kept away", "POST", "/me", "", json, `{"first_name":"A"}`, 0, "", ""},

		{"a path", "GET", "/me/contacts", "", "", "", 400, `{"code":"RESPONSE_ERROR_INVALID_REQUEST"}`, "it is not described"},
		{"a method", "PATCH", "/me", "", json, `{}`, 400, `null`, "it is not described"},
		{"a field", "POST", "/me", "", json, `{"first_name":"A","email":"a@example.org"}`, 200, done, `property "email" is unsupported`},
		{"no field", "POST", "/me", "", json, `{}`, 200, done, "at least 1 properties"},
		{"a language", "POST", "/me", "", json, `{"language":"xx"}`, 200, done, "at /language"},
		{"a time zone", "POST", "/me", "", json, `{"timezone":""}`, 200, done, "at /timezone"},
		{"a body of a read", "GET", "/me", "", json, `{}`, 200, ada, "request body not allowed"},
		{"a part", "POST", "/me/picture", "", parts, part("picture"), 200, done, "part picture: undefined"},
		{"a filter", "GET", "/me/timeline", "filter=read", "", "", 200, `{"data":{"feeds":[]}}`, `parameter "filter" in query`},
		{"an index", "GET", users, "index=-1", "", "", 200, `{"data":[]}`, `parameter "index" in query`},
		{"a parameter", "GET", users, "count=100", "", "", 200, `{"data":[]}`, `parameter "count" in query is not described`},
		{"a token in the query", "GET", "/me", "access_token=t", "", "", 200, ada, `parameter "access_token" in query is not described`},
		{"a name for a new user", "POST", "/oauth/token", "", form, signed + "&firstname=A", 200, `{"access_token":"t"}`, `field "firstname" of the form is not described`},
		{"a token without a signature", "POST", "/oauth/token", "", form, grant, 200, `{"access_token":"t"}`, `property "signature" is missing`},
		{"a time in seconds", "POST", "/oauth/token", strings.Replace(signed, "1893456000000", "1893456000", 1), "", "", 200, `{"access_token":"t"}`, `parameter "timestamp" in query`},
		{"a padded signature", "POST", "/oauth/token", signed + "%3D", "", "", 200, `{"access_token":"t"}`, `parameter "signature" in query`},

		{"an answer without data", "GET", "/me", "", "", "", 200, done, "any schema"},
		{"an answer without an id", "GET", "/me", "", "", "", 200, `{"data":{"email":"a"}}`, "any schema"},
		{"a time as a text", "GET", "/me", "", "", "", 200, `{"data":{"id":"U1","created_time":"1"}}`, "any schema"},
		{"a listed user without an id", "GET", users, "", "", "", 200, `{"data":{"users":[{"admin":true}]}}`, "any schema"},
		{"an error of no known shape", "GET", "/me", "", "", "", 404, `{"status":404}`, "any schema"},
		{"a code that says it is well", "GET", "/me", "", "", "", 404, done, "any schema"},
		{"an answer that is no JSON", "GET", "/me", "", "", "", 200, `<html>`, "failed to decode response body"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answerType := ""
			if test.answer != "" {
				answerType = "application/json; charset=utf-8"
			}
			err := c.Check(provider.Exchange{Method: test.method, Path: test.path, Query: test.query, Type: test.kind, Body: []byte(test.body),
				Status: test.status, AnswerType: answerType, Answer: []byte(test.answer), Fate: "test"})
			switch {
			case test.want == "" && err != nil:
				t.Errorf("a good exchange is complained about: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			case err != nil && !strings.HasPrefix(err.Error(), test.method+" "+test.path+": the "):
				t.Errorf("%v does not say which request it is about", err)
			}
		})
	}
}
