package moxtra

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
)

// TestNo holds what every form of a no means, and that it is told.
func TestNo(t *testing.T) {
	const both = "This means one of two things: there is no such endpoint here, or a parameter is bad. Check base_url (with or without /v1)"
	for _, test := range []struct {
		name   string
		status int
		kind   string // of the content
		body   string
		want   provider.Kind
		as     int // the status of the error
		text   string
	}{
		{"a bad request", 400, "application/json", `{"code":"RESPONSE_ERROR_INVALID_REQUEST","message":"bad"}`, provider.Refused, 400, both},
		{"a token", 401, "application/json", `{"code":"RESPONSE_ERROR_INVALID_TOKEN","message":"Access token expired: t0ken"}`, provider.Unauthorized, 401, "Access token expired: (secret) (RESPONSE_ERROR_INVALID_TOKEN)"},
		{"no permission", 403, "application/json", `{"code":"RESPONSE_ERROR_PERMISSION"}`, provider.Unauthorized, 403, "RESPONSE_ERROR_PERMISSION"},
		{"not there", 404, "application/json", `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"no such user"}`, provider.NotFound, 404, "no such user (RESPONSE_ERROR_NOT_FOUND)"},
		{"another method", 405, "text/plain", "", provider.Refused, 405, "but not this call"},
		{"a conflict", 409, "application/json", `{"message":"already so"}`, provider.Refused, 409, "already so"},
		{"too many", 429, "application/json", `{"code":"RESPONSE_ERROR_TOO_MANY_REQUESTS"}`, provider.Unavailable, 429, "budget of calls"},
		{"trouble", 500, "application/json", `{"code":"RESPONSE_ERROR_FAILED","message":"oh"}`, provider.Unavailable, 500, "oh"},
		{"a text", 403, "application/json", `{"error":"no t0ken for you"}`, provider.Unauthorized, 403, "no (secret) for you"},
		{"a nested text", 403, "application/json", `{"error":{"message":{"value":"for t0ken no"}}}`, provider.Unauthorized, 403, "HTTP 403: for (secret) no."},
		{"a trace", 500, "application/json", `{"message":"oh","stackTrace":[{"methodName":"serve","lineNumber":1}],"cause":null}`, provider.Unavailable, 500, "HTTP 500: oh."},
		{"a web page", 503, "text/html", `<html><title>Down t0ken</title>`, provider.Unavailable, 503, `an HTML page titled "Down (secret)"`},
		{"null", 404, "application/json", "null", provider.NotFound, 404, "HTTP 404"},
		{"nothing", 404, "", "", provider.NotFound, 404, "HTTP 404"},
		{"a list", 400, "application/json", `[null,{},7]`, provider.Refused, 400, both},
		{"cut JSON", 400, "application/json", `{"code":"RESP`, provider.Refused, 400, both},

		{"not there, with 200", 200, "application/json", `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"no such user"}`, provider.NotFound, 404, "no such user (RESPONSE_ERROR_NOT_FOUND) (said in an answer with HTTP 200)"},
		{"no permission, with 200", 200, "application/json", `{"code":"RESPONSE_ERROR_PERMISSION","data":{"id":"U1"}}`, provider.Unauthorized, 403, "said in an answer with HTTP 200"},
		{"a bad request, with 200", 200, "application/json", `{"code":"RESPONSE_ERROR_INVALID_REQUEST"}`, provider.Refused, 400, both},
		{"a token, with 200", 200, "application/json", `{"code":"RESPONSE_ERROR_INVALID_TOKEN","message":"t0ken"}`, provider.Unauthorized, 401, "(secret)"},
		{"an unknown no, with 200", 200, "application/json", `{"code":"RESPONSE_ERROR_MOON","message":"full"}`, provider.Refused, 0, "full (RESPONSE_ERROR_MOON)"},
		{"a code that is none, with 200", 200, "application/json", `{"code":7}`, provider.Refused, 0, "said in an answer with HTTP 200"},
		{"a code that is none, with 200 and data", 200, "application/json", `{"code":7,"data":{"first_name":"t0ken Private"}}`, provider.Refused, 0, "HTTP 200"},
		{"a code that is no text, with 200", 200, "application/json", `{"code":{"a":1},"data":{"id":"U1"}}`, provider.Refused, 0, "HTTP 200"},
		{"a text without a code, with 200", 200, "application/json", `{"error":"no t0ken for you"}`, provider.Refused, 0, "no (secret) for you (said in"},
		{"a nested text without a code, with 200", 200, "application/json", `{"error":{"message":{"value":"not you"}},"data":{"id":"U1"}}`, provider.Refused, 0, "not you (said in"},
		{"null, with 200", 200, "application/json", "null", provider.Malformed, 200, `there is nothing under "data"`},
		{"nothing, with 200", 200, "", "", provider.Malformed, 200, "is empty"},
		{"a web page, with 200", 200, "text/html", "<title>Log in</title>", provider.Malformed, 200, "web page"},
		{"another user, with 200", 200, "application/json", `{"data":{"id":"U2"}}`, provider.Malformed, 200, "the answer is about user U2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := against(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			})
			c.HTTP = &http.Client{Transport: tokened{c.HTTP.Transport}}
			_, err := c.Read(ctx, typeUser, "U1", nil)
			var e *provider.Error
			if !errors.As(err, &e) || e.Kind != test.want || e.Status != test.as || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "t0ken") || strings.Contains(err.Error(), "Private") {
				t.Errorf("%v of kind %d, want %d with %q", err, provider.KindOf(err), test.want, test.text)
			}
			for name, call := range everyCall(c) {
				if err := call(); err != nil && strings.Contains(err.Error(), "t0ken") {
					t.Errorf("%s tells the token: %v", name, err)
				}
			}
		})
	}
}

// everyCall makes each call that a client has.
func everyCall(c *client) map[string]func() error {
	change := provider.Change{After: texted("first_name", "A"), Changed: []string{"first_name"}}
	calls := map[string]func() error{
		"list":           func() error { _, err := c.List(ctx, typeUser); return err },
		"change":         func() error { _, err := c.Update(ctx, typeUser, "U1", change); return err },
		"picture":        func() error { _, err := c.Read(ctx, typePicture, "U1", nil); return err },
		"delete picture": func() error { return c.Delete(ctx, typePicture, "U1") },
		"self":           func() error { _, err := c.Self(ctx); return err },
	}
	for _, typ := range New().Data() {
		calls[typ.Name] = func() error {
			_, err := c.Data(ctx, typ.Name, map[string]cty.Value{"team_id": cty.StringVal("P1")})
			return err
		}
	}
	return calls
}

// TestWhatAFailedWriteMeans holds that a change may be sent twice, and an upload that
// makes a picture may have made it.
func TestWhatAFailedWriteMeans(t *testing.T) {
	for _, test := range []struct {
		status         int
		body           string
		change, upload provider.Kind
	}{
		{503, "", provider.Unavailable, provider.Unanswered},
		{200, `{"code":"RESPONSE_ERROR_FAILED"}`, provider.Unavailable, provider.Unanswered},
		{200, `{"error":"no"}`, provider.Refused, provider.Refused},
		{200, `{"error":{"message":{"value":"no"}}}`, provider.Refused, provider.Refused},
		{404, "", provider.NotFound, provider.Refused},
		{400, "", provider.Refused, provider.Refused},
		{413, "", provider.Refused, provider.Refused},
		{200, "<html>", provider.Malformed, provider.Unanswered},
	} {
		c := against(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			fmt.Fprint(w, test.body)
		})
		_, err := c.Update(ctx, typeUser, "U1", provider.Change{After: texted("language", "en"), Changed: []string{"language"}})
		if provider.KindOf(err) != test.change {
			t.Errorf("%d on a change: %v", test.status, err)
		}
		if _, err := c.Create(ctx, typePicture, picture(t, "U1", "")); provider.KindOf(err) != test.upload {
			t.Errorf("%d on an upload: %v", test.status, err)
		}
	}
	c := newClient(&provider.Connection{}, nil)
	_, createErr := c.Create(ctx, typeUser, texted("first_name", "A"))
	for want, err := range map[string]error{
		"The API has no call that makes users; name one that is there": createErr,
		"The API has no call that deletes users; let go of it":         c.Delete(ctx, typeUser, "U1"),
	} {
		if provider.KindOf(err) != provider.Refused || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
