package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/provider"
)

const things = `
openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  /things:
    post:
      x-required-somewhere: [key]
      parameters:
        - {name: key, in: query, schema: {type: string}}
      requestBody:
        content:
          application/json: {schema: {type: object, additionalProperties: false, properties: {n: {type: integer}, m: {type: integer}}}}
          application/x-www-form-urlencoded: {schema: {type: object, properties: {key: {type: string}}}}
      responses:
        "200":
          description: Done.
          content: {application/json: {schema: {type: object, required: [id]}}}
        "204": {description: Done.}
  "/things/{id}":
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: A thing.
          content: {application/json: {schema: {type: object, required: [id]}}}
`

func load(t *testing.T) *Contract {
	t.Helper()
	c, err := Load([]byte(things))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// good is an exchange that is as described.
func good() provider.Exchange {
	return provider.Exchange{Number: 1, Method: "POST", Path: "/things", Query: "key=a", Type: "application/json", Body: []byte(`{"n":1}`),
		Status: 200, AnswerType: "application/json", Answer: []byte(`{"id":1}`), Delivered: true}
}

func TestDescriptionsThatAreNone(t *testing.T) {
	for _, text := range []string{"", "openapi: [", "openapi: 3.0.3\ninfo: {title: x, version: x}\npaths: {/x: {get: {}}}"} {
		if _, err := Load([]byte(text)); err == nil {
			t.Errorf("%q is taken for a description", text)
		}
	}
}

func TestCheck(t *testing.T) {
	c := load(t)
	for _, test := range []struct {
		name   string
		change func(*provider.Exchange)
		check  func(provider.Exchange) error
		want   string
	}{
		{"as described", func(*provider.Exchange) {}, c.Check, ""},
		{"the key in a form", func(x *provider.Exchange) {
			x.Query, x.Type, x.Body = "", "application/x-www-form-urlencoded", []byte("key=a")
		}, c.Check, ""},
		{"no key", func(x *provider.Exchange) { x.Query = "" }, c.Check, `"key" is neither in the query nor in the form`},
		{"another field", func(x *provider.Exchange) { x.Body = []byte(`{"o":1}`) }, c.Check, `property "o" is unsupported`},
		{"another status", func(x *provider.Exchange) { x.Status = 201 }, c.Check, "status is not supported"},
		{"a body where there is none", func(x *provider.Exchange) { x.Status = 204 }, c.Check, "a body of 8 bytes"},
		{"another answer", func(x *provider.Exchange) { x.Answer = []byte(`{}`) }, c.Check, `property "id" is missing`},
		{"an answer that a fault kept", func(x *provider.Exchange) { x.Fate, x.Delivered, x.Answer = "cut-after", false, []byte(`{}`) }, c.Check, `property "id" is missing`},
		{"a request that was cut off", func(x *provider.Exchange) { x.Status, x.Body = 0, []byte(`{"n`) }, c.Check, ""},
		{"a request that a fault kept away", func(x *provider.Exchange) { x.Status, x.Fate, x.Body = 0, "500", []byte(`{"n`) }, c.Check, "failed to decode request body"},
		{"a wrong request on purpose", func(x *provider.Exchange) { x.Body = []byte(`{"o":1}`) }, c.CheckAnswer, ""},
		{"and its wrong answer", func(x *provider.Exchange) { x.Body, x.Answer = []byte(`{"o":1}`), []byte(`{}`) }, c.CheckAnswer, `property "id" is missing`},
		{"a path that is nowhere, on purpose", func(x *provider.Exchange) { x.Path = "/nothing" }, c.CheckAnswer, ""},
	} {
		x := good()
		test.change(&x)
		err := test.check(x)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestSample: what is alike is looked at less and less often, and anything else at
// once.
func TestSample(t *testing.T) {
	c := load(t)
	found := 0
	for i := range 100 {
		x := good()
		x.Path, x.Method, x.Type, x.Body, x.Query, x.Answer = fmt.Sprintf("/things/%d", i), "GET", "", nil, "", []byte(`{}`)
		if c.Sample(x) != nil {
			found++
		}
	}
	if found != 7 { // the 1st, 2nd, 4th ... 64th
		t.Errorf("of 100 breaches alike %d are found", found)
	}
	for _, body := range []string{`{"o":1}`, `{"o":"x"}`, `{"n":1,"o":1}`, `{"o":[{"a":1},{"a":2}]}`, `{"o":[{"a":1},{"b":2}]}`, `{"o":null}`, `{"o":""}`, `{"o":true}`} {
		x := good()
		x.Body = []byte(body)
		if c.Sample(x) == nil {
			t.Errorf("the first of %s is not looked at", body)
		}
	}
}

// fakeTest notes what it is told.
type fakeTest struct {
	testing.TB
	said []string
}

func (f *fakeTest) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

// fakeVendor has a sandbox that makes one exchange.
type fakeVendor struct {
	provider.Provider
	exchange provider.Exchange
}

func (f fakeVendor) Sandbox(o provider.SandboxOptions) (provider.Sandbox, error) {
	o.Observe(f.exchange)
	return nil, nil
}

func TestWatch(t *testing.T) {
	c := load(t)
	bad := good()
	bad.Answer = []byte(`{}`)
	for _, test := range []struct {
		exchange provider.Exchange
		want     int
	}{{good(), 0}, {bad, 1}} {
		told := &fakeTest{TB: t}
		seen := 0
		_, err := c.Watch(told, fakeVendor{exchange: test.exchange}).Sandbox(provider.SandboxOptions{Observe: func(provider.Exchange) { seen++ }})
		if err != nil || len(told.said) != test.want || seen != 1 {
			t.Errorf("%v, said %q, seen %d", err, told.said, seen)
		}
	}
}
