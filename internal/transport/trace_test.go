package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestTrace(t *testing.T) {
	i := newIssuer(t)
	s := newScript(t, answer(503, ""), answer(200, "", "RateLimit", "limit=10, remaining=7, reset=30"), cut)
	var lines []string
	o := i.options(newQuick())
	o.Trace = func(line string) { lines = append(lines, line) }
	o.UserAgent = "espalier/1"
	client, _ := New(o)
	outcome(t, client, "GET", s.URL+"/things?page=2&name=Zo%C3%AB", "")
	outcome(t, client, "POST", s.URL+"/things", `{"x":"y"}`)
	wants := []string{
		"POST " + i.URL + "/oauth/token: 200",
		"GET " + s.URL + "/things?page=2&name=Zo%C3%AB: 503",
		"GET " + s.URL + "/things?page=2&name=Zo%C3%AB: 200",
		"POST " + s.URL + "/things: EOF",
	}
	if len(lines) != len(wants) {
		t.Fatalf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for n, want := range wants {
		if !strings.HasPrefix(lines[n], want) {
			t.Errorf("line %d is %q, wanted %q", n, lines[n], want)
		}
	}
	if !strings.Contains(lines[2], "7 calls left") {
		t.Errorf("the budget is not in %q", lines[2])
	}
}

// However awkward a secret is, and wherever a server repeats it, no trace and no
// error holds it.
func TestNoSecretIsShown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		secret := rapid.StringMatching(`[a-zA-Z0-9/&?%+= "\\öß-]{8,20}`).Draw(rt, "secret")
		token := rapid.StringMatching(`[a-zA-Z0-9/+=_.-]{12,20}`).Draw(rt, "token")
		status := rapid.SampledFrom([]int{200, 400, 401, 500, 302}).Draw(rt, "status")
		var mu sync.Mutex
		var shown []string
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/oauth/token") {
				body := fmt.Sprintf(`{"access_token":%q,"error":"no","error_description":%q}`, token, "what is "+secret+"?")
				return reply(req, status, body), nil
			}
			return nil, fmt.Errorf("cannot reach %s with %s", req.URL, req.Header.Get("Authorization"))
		})
		client, _ := New(Options{
			clock: newQuick(), Base: base, Secrets: []string{secret},
			Token: &Token{URL: "https://api.example.org/oauth/token", InQuery: rapid.Bool().Draw(rt, "inQuery"), TryOther: true, Params: url.Values{"client_secret": {secret}}},
			Trace: func(line string) {
				mu.Lock()
				defer mu.Unlock()
				shown = append(shown, line)
			},
		})
		_, err := client.Get("https://api.example.org/x?q=" + url.QueryEscape(secret))
		if err == nil {
			rt.Fatal("the call went through")
		}
		shown = append(shown, errors.Unwrap(err).Error()) // less what the client says of the call itself
		for _, text := range shown {
			for _, form := range []string{secret, url.QueryEscape(secret), token} {
				if strings.Contains(text, form) {
					rt.Fatalf("%q shows %q", text, form)
				}
			}
		}
		if len(shown) == 0 {
			rt.Fatal("nothing was traced")
		}
	})
}

func TestUserAgent(t *testing.T) {
	got := ""
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		got = req.Header.Get("User-Agent")
		return reply(req, 200, ""), nil
	})
	client, _ := New(Options{Base: base, UserAgent: "espalier/1"})
	outcome(t, client, "GET", "https://api.example.org", "")
	if got != "espalier/1" {
		t.Errorf("got %q", got)
	}
}
