package motimate

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

// Watched is the provider with every exchange of its sandboxes held against the
// description.
func Watched(t testing.TB) provider.Provider { return description(t).Watch(t, New()) }

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
		json  = "application/json"
		form  = "application/x-www-form-urlencoded"
		parts = "multipart/form-data; boundary=x"
		ada   = `{"data":{"id":7,"email":"ada@example.org"}}`
		page  = "page=1&per_page=50"
	)
	part := func(name string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG"
	}
	for _, test := range []struct {
		name, method, path, query, kind, body string
		status                                int
		answer                                string
		want                                  string // "" for a good one
	}{
		{"a page", "GET", "/public_api/users", page, "", "", 200, `{"data":[{"id":1,"email":null,"groups":[{"id":"2","level":1}]},{}]}`, ""},
		{"a page of what has changed", "GET", "/public_api/groups", page + "&filter%5Bupdated_at_gt%5D=2026-01-02T03:04:05Z", "", "", 200, `{"data":[]}`, ""},
		{"a token by query", "POST", "/oauth/token", "grant_type=password&client_id=a&username=k&password=p", "", "", 200, `{"access_token":"t"}`, ""},
		{"a token by form", "POST", "/oauth/token", "", form, "grant_type=client_credentials&client_id=a&client_secret=b", 401, `{"error":"invalid_client"}`, ""},
		{"a person", "POST", "/public_api/users", "", json, `{"email":"ada@example.org","group_relations":[{"group_id":1,"role":"member"}]}`, 201, ada, ""},
		{"a person by form", "POST", "/public_api/users", "", form, "email=a&group_relations%5B%5D%5Bgroup_id%5D=1&group_relations%5B%5D%5Brole%5D=member", 201, ada, ""},
		{"a change", "PATCH", "/public_api/users/a%2Fb%20%25", "", json, `{"phone_number":null,"group_relations":[{"group_id":"x","_delete":true}]}`, 204, "", ""},
		{"a move", "PATCH", "/public_api/groups/1", "", json, `{"parent_id":null}`, 422, `{"id":"x","message":"no","status":422}`, ""},
		{"a position", "PATCH", "/public_api/positions/1", "", json, `{"name":"Seller"}`, 201, `{"data":{"id":1,"name":"Seller","import_id":""}}`, ""},
		{"an upload", "POST", "/public_api/files", "", parts, part("file") + "\r\n--x--\r\n", 201, `{"data":{"id":1,"name":"a.png"}}`, ""},
		{"an upload of which the beginning was kept", "POST", "/public_api/files", "", parts, part("file"), 201, `{"data":{"id":1,"name":"a.png"}}`, ""},
		{"a request kept away", "DELETE", "/public_api/users/1", "", "", "", 0, "", ""},

		{"a path", "GET", "/public_api/people", page, "", "", 404, `{"message":"no"}`, "it is not described"},
		{"a method", "PUT", "/public_api/users/1", "", json, `{}`, 404, `{"message":"no"}`, "it is not described"},
		{"a field", "POST", "/public_api/users", "", json, `{"email":"a","password":"x"}`, 201, ada, `property "password" is unsupported`},
		{"a field of a relation", "PATCH", "/public_api/users/1", "", json, `{"group_relations":[{"group_id":1,"kind":"x"}]}`, 200, ada, `at /group_relations/0: property "kind" is unsupported`},
		{"a field of a form", "POST", "/public_api/positions", "", form, "name=a&color=red", 201, `{"data":{"id":1,"name":"a"}}`, `field "color" of the form is not described`},
		{"a part", "POST", "/public_api/files", "", parts, part("image") + "\r\n--x--\r\n", 201, `{"data":{"id":1,"name":"a"}}`, "part image: undefined"},
		{"a type", "POST", "/public_api/users", "", json, `{"email":1}`, 201, ada, "at /email: value must be a string"},
		{"a type of an id", "POST", "/public_api/groups", "", json, `{"name":"a","parent_id":true}`, 201, `{"data":{"id":1,"name":"a"}}`, "at /parent_id"},
		{"a content type", "PATCH", "/public_api/users/1", "", form, "email=a", 200, ada, "Content-Type"},
		{"a body of a read", "GET", "/public_api/me", "", json, `{}`, 200, ada, "request body not allowed"},
		{"a parameter", "GET", "/public_api/users", page + "&sort=name", "", "", 200, `{"data":[]}`, `parameter "sort" in query is not described`},
		{"a parameter twice", "GET", "/public_api/users", page + "&page=2", "", "", 200, `{"data":[]}`, `"page" in query stands there 2 times`},
		{"no page", "GET", "/public_api/users", "per_page=50", "", "", 200, `{"data":[]}`, `parameter "page" in query`},
		{"too large a page", "GET", "/public_api/users", "page=1&per_page=51", "", "", 200, `{"data":[]}`, `parameter "per_page" in query`},
		{"a time", "GET", "/public_api/users", page + "&filter%5Bupdated_at_gt%5D=noon", "", "", 200, `{"data":[]}`, "date-time"},
		{"no grant", "POST", "/oauth/token", "client_id=a", "", "", 400, `{"error":"x"}`, `"grant_type" is neither in the query nor in the form`},
		{"no name", "POST", "/public_api/groups", "", json, `{"kind":"Store"}`, 201, `{"data":{"id":1,"name":"a"}}`, `property "name" is missing`},
		{"no body", "POST", "/public_api/positions", "", "", "", 201, `{"data":{"id":1,"name":"a"}}`, "value is required but missing"},

		{"an answer without its envelope", "GET", "/public_api/me", "", "", "", 200, `{"id":1}`, `property "data" is missing`},
		{"an answer without an id", "GET", "/public_api/users/1", "", "", "", 200, `{"data":{"email":"a"}}`, `property "id" is missing`},
		{"an answer that is no JSON", "GET", "/public_api/users/1", "", "", "", 200, `<html>`, "failed to decode response body"},
		{"an error without words", "GET", "/public_api/users/1", "", "", "", 404, `{"status":404}`, `property "message" is missing`},
		{"a status", "DELETE", "/public_api/users/1", "", "", "", 202, `{"data":{}}`, `property "message" is missing`},
		{"a body with 204", "DELETE", "/public_api/users/1", "", "", "", 204, `{}`, "a body of 2 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answerType := ""
			if test.answer != "" {
				answerType = "application/json; charset=utf-8"
			}
			err := c.Check(provider.Exchange{Partial: strings.Contains(test.name, "the beginning was kept"), Method: test.method, Path: test.path, Query: test.query, Type: test.kind, Body: []byte(test.body),
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
