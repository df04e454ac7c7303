package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

type item struct {
	ID   Text `json:"id"`
	Name Text `json:"name"`
}

func (i item) object() (schema.Object, error) {
	id, err := i.ID.ID()
	attrs := map[string]cty.Value{}
	i.Name.Put(attrs, "name")
	return schema.Object{ID: id, Attrs: attrs}, err
}

// thing is a table of one type.
func thing() map[string]*Operation {
	return map[string]*Operation{"thing": {
		Noun: [2]string{"thing", "things"}, Path: "/things", Missing: "The shelf is not there",
		One: func(body []byte, _ bool) (schema.Object, error) {
			i, err := Data[item](body)
			if err != nil {
				return schema.Object{}, err
			}
			return i.object()
		},
		Pages: func() func([]byte) ([]schema.Object, error) {
			return func(body []byte) ([]schema.Object, error) {
				page, err := Data[[]item](body)
				var objects []schema.Object
				for _, i := range page {
					object, objectErr := i.object()
					err = errors.Join(err, objectErr)
					objects = append(objects, object)
				}
				return objects, err
			}
		},
		Create: func(values map[string]cty.Value) (*Body, error) { return named(values) },
		Update: func(_ string, c provider.Change) (*Body, error) { return named(c.After) },
	}}
}

func named(values map[string]cty.Value) (*Body, error) {
	if values["name"] == cty.NilVal {
		return nil, nil
	}
	data, err := json.Marshal(map[string]string{"name": values["name"].AsString()})
	return &Body{ContentType: "application/json", Data: data}, err
}

func serve(t testing.TB, handler http.HandlerFunc) *API {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &API{HTTP: server.Client(), Base: server.URL, PageSize: 50, Operations: thing(), Secrets: []string{"s3cret"}}
}

func fixed(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

var ctx = context.Background()

func calls(a *API) map[string]func() error {
	name := map[string]cty.Value{"name": cty.StringVal("n")}
	return map[string]func() error{
		"list":   func() error { _, err := a.List(ctx, "thing"); return err },
		"read":   func() error { _, err := a.Read(ctx, "thing", "1", nil); return err },
		"create": func() error { _, err := a.Create(ctx, "thing", name); return err },
		"update": func() error { _, err := a.Update(ctx, "thing", "1", provider.Change{After: name}); return err },
		"delete": func() error { return a.Delete(ctx, "thing", "1") },
	}
}

// TestStatusHasItsKind holds what each status means for each call.
func TestStatusHasItsKind(t *testing.T) {
	const (
		notFound, refused, denied    = provider.NotFound, provider.Refused, provider.Unauthorized
		unanswered, unavailable, bad = provider.Unanswered, provider.Unavailable, provider.Failed
	)
	for _, test := range []struct {
		status                             int
		list, read, create, update, delete provider.Kind
	}{
		{400, refused, refused, refused, refused, refused},
		{401, denied, denied, denied, denied, denied},
		{403, denied, denied, denied, denied, denied},
		{404, bad, notFound, refused, notFound, notFound},
		{409, refused, refused, refused, refused, refused},
		{422, refused, refused, refused, refused, refused},
		{408, unavailable, unavailable, unanswered, unavailable, unavailable},
		{429, unavailable, unavailable, unavailable, unavailable, unavailable},
		{500, unavailable, unavailable, unanswered, unavailable, unavailable},
		{503, unavailable, unavailable, unanswered, unavailable, unavailable},
		{304, bad, bad, bad, bad, bad},
	} {
		a := serve(t, fixed(test.status, "application/json", `{"id":"x","message":"no such luck","status":1}`))
		want := map[string]provider.Kind{"list": test.list, "read": test.read, "create": test.create, "update": test.update, "delete": test.delete}
		for name, call := range calls(a) {
			err := call()
			var e *provider.Error
			if !errors.As(err, &e) || e.Kind != want[name] || e.Status != test.status {
				t.Errorf("%s, %d: %v (kind %d), want kind %d", name, test.status, err, provider.KindOf(err), want[name])
				continue
			}
			if test.status != 304 && e.Vendor != "no such luck (x)" {
				t.Errorf("%s, %d: the vendor says %q", name, test.status, e.Vendor)
			}
		}
	}
}

// TestWhatIsNotTheAPI feeds 2xx answers that are not what was asked for.
func TestWhatIsNotTheAPI(t *testing.T) {
	for _, test := range []struct{ name, kind, body, says string }{
		{"HTML", "text/html", "<html><title>Sign in</title>\n\n  please</html>", `the answer is a web page titled "Sign in", and no JSON`},
		{"HTML without a title", "text/html", "<html><body>please</body></html>", `it begins with "<html><body>please`},
		{"broken", "application/json", `{"data":{"id":1,"na`, "it is not JSON"},
		{"an array at the top", "application/json", `[1,2]`, "it is a JSON array where an object is expected"},
		{"null", "application/json", `null`, `there is nothing under "data"`},
		{"no envelope", "application/json", `{"id":1}`, `there is nothing under "data"`},
		{"null in the envelope", "application/json", `{"data":null}`, `there is nothing under "data"`},
		{"a text in the envelope", "application/json", `{"data":"x"}`, `"data" is a JSON string`},
		{"a number", "", `17`, "no content type"},
		{"an id with a fraction", "application/json", `{"data":{"id":1.5}}`, ""},
		{"people, broken", "application/json", `{"data":[{"email":"ada@example.org`, "(application/json, 34 bytes) cannot be used"},
		{"an id that is an object", "application/json", `{"data":{"id":{}}}`, ""},
	} {
		a := serve(t, fixed(200, test.kind, test.body))
		if test.kind == "" {
			a = serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				_, _ = w.Write([]byte(test.body))
			})
		}
		for name, call := range calls(a) {
			want := provider.Malformed
			switch name {
			case "create":
				want = provider.Unanswered
			case "delete":
				if !strings.HasPrefix(test.name, "HTML") && !strings.HasSuffix(test.name, "broken") {
					want = provider.Failed // no error: what a delete answers need only be the API's
				}
			}
			err := call()
			if provider.KindOf(err) != want || (err == nil) != (want == provider.Failed) {
				t.Errorf("%s, %s: %v (kind %d), want kind %d", name, test.name, err, provider.KindOf(err), want)
			}
			if err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s, %s: %q does not say %q", name, test.name, err, test.says)
			}
		}
	}
}

func TestEmptyAnswers(t *testing.T) {
	a := serve(t, fixed(204, "", ""))
	got := calls(a)
	if err := got["update"](); err != nil {
		t.Errorf("update: %v", err)
	}
	if err := got["delete"](); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := got["create"](); provider.KindOf(err) != provider.Unanswered {
		t.Errorf("create: %v, want Unanswered", err)
	}
	if err := got["read"](); provider.KindOf(err) != provider.Malformed {
		t.Errorf("read: %v, want Malformed", err)
	}
}

func TestAnAnswerAboutAnother(t *testing.T) {
	a := serve(t, fixed(200, "application/json", `{"data":{"id":2,"name":"n"}}`))
	for _, name := range []string{"read", "update"} {
		if err := calls(a)[name](); provider.KindOf(err) != provider.Malformed || !strings.Contains(err.Error(), "is about thing 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCutConnections(t *testing.T) {
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	for name, call := range calls(a) {
		want := provider.Unavailable
		if name == "create" {
			want = provider.Unanswered
		}
		if err := call(); provider.KindOf(err) != want {
			t.Errorf("%s: %v (kind %d), want kind %d", name, err, provider.KindOf(err), want)
		}
	}
}

// TestNobodyListens: nothing was sent, so a create surely did not happen.
func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	a := &API{HTTP: server.Client(), Base: server.URL, PageSize: 50, Operations: thing()}
	for name, call := range calls(a) {
		err := call()
		if provider.KindOf(err) != provider.Unavailable || !strings.Contains(err.Error(), "Check the address and the network") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

type denied struct{ error }

func (denied) Unauthorized() bool { return true }

type foreign struct{ error }

func (foreign) Foreign() bool { return true }

type unsent struct{ error }

func (unsent) Unsent() bool { return true }

func TestErrorsOfTheTransport(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		kind provider.Kind
	}{
		{"no token", denied{errors.New("no token. Check client_id")}, provider.Unauthorized},
		{"not the API", foreign{errors.New("no token. Check the address")}, provider.Malformed},
		{"not sent", unsent{errors.New("no more calls. Allow more")}, provider.Unavailable},
		{"one of ours", &provider.Error{Kind: provider.Refused, Op: "x"}, provider.Refused},
	} {
		a := &API{HTTP: &http.Client{Transport: failing{test.err}}, Base: "http://example.org", PageSize: 50, Operations: thing()}
		for name, call := range calls(a) {
			if err := call(); provider.KindOf(err) != test.kind || !errors.Is(err, test.err) {
				t.Errorf("%s, %s: %v (kind %d)", test.name, name, err, provider.KindOf(err))
			}
		}
	}
}

// TestNoSecretInAnyError plants secrets where errors are made of.
func TestNoSecretInAnyError(t *testing.T) {
	token := &url.Error{Op: "Post", URL: "https://example.org/oauth/token?client_id=a&password=other", Err: fmt.Errorf("refused: s3cret")}
	a := &API{HTTP: &http.Client{Transport: failing{fmt.Errorf("token: %w", token)}}, Base: "http://example.org", PageSize: 50, Operations: thing(), Secrets: []string{"s3cret"}}
	b := serve(t, fixed(422, "application/json", `{"message":"the password s3cret is bad"}`))
	for _, api := range []*API{a, b} {
		for name, call := range calls(api) {
			err := call()
			if text := fmt.Sprint(err); strings.Contains(text, "s3cret") || strings.Contains(text, "password=") {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
	if err := calls(a)["read"](); !errors.Is(err, token) {
		t.Errorf("the cause is out of reach: %v", err)
	}
}

func TestIDsInPaths(t *testing.T) {
	for _, id := range []string{"17", "a b", "a/b", "..", ".", "50%", "a?b#c", "é", "\"'"} {
		var got string
		a := serve(t, func(w http.ResponseWriter, r *http.Request) {
			path := strings.TrimPrefix(r.URL.EscapedPath(), "/things/")
			got, _ = url.PathUnescape(path)
			if strings.Contains(path, "..") || path == "." {
				t.Errorf("%q: the path %q means another folder", id, path)
			}
			w.WriteHeader(204)
		})
		if err := a.Delete(ctx, "thing", id); err != nil || got != id {
			t.Errorf("%q: the server saw %q, error %v", id, got, err)
		}
	}
}

func TestVendorMessages(t *testing.T) {
	for _, test := range []struct{ kind, body, want string }{
		{"application/json", `{"id":"not_found","message":"No user","status":404}`, "No user"},
		{"application/json", `{"id":"E17","message":"No user","status":404}`, "No user (E17)"},
		{"application/json", `{"message":"Validation failed","errors":{"email":["is taken"]}}`, "Validation failed: email: is taken"},
		{"application/json", `{"email":["is taken"],"status":422}`, "email: is taken"},
		{"application/json", `{"error":"invalid","error_description":"The name is taken"}`, "The name is taken"},
		{"application/json", `{"errors":["a","b"]}`, "a; b"},
		{"application/json", `{"errors":{"email":["is taken"],"name":"is short"}}`, "email: is taken; name: is short"},
		{"application/json", `{"data":{"id":1,"name":"a group"}}`, "id: 1; name: a group"},
		{"application/json", `"plain"`, "plain"},
		{"application/json", `{"status":404}`, ""},
		{"text/html", "<html><head><title>Bad Gateway</title>", `an HTML page titled "Bad Gateway"`},
		{"text/html", "<html>", "an HTML page"},
		{"text/plain", "so\x00rry\n\n you", "so rry you"},
		{"", "", ""},
	} {
		if got := vendorMessage(&Answer{Type: test.kind, Body: []byte(test.body)}); got != test.want {
			t.Errorf("%s: %q, want %q", test.body, got, test.want)
		}
	}
}
