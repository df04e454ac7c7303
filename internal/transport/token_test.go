package transport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const secretText = "s3cr3t / &?%+"

// issuer gives out numbered tokens; its behaviour can be changed by a test.
type issuer struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []string // "query" or "form" of each
	issued int
	answer func(n int, w http.ResponseWriter) // nil gives a token for an hour
	query  bool                               // takes the parameters in the query
	form   bool                               // and in a form
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{query: true, form: true}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	way := "form"
	if r.URL.Query().Has("client_secret") {
		way = "query"
	}
	i.calls = append(i.calls, way)
	if r.FormValue("client_secret") != secretText || way == "query" && !i.query || way == "form" && !i.form {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_request","error_description":"no parameters"}`)
		return
	}
	i.issued++
	if i.answer != nil {
		i.answer(i.issued, w)
		return
	}
	grantToken(w, i.issued, 3600)
}

func grantToken(w http.ResponseWriter, n int, life any) {
	json.NewEncoder(w).Encode(map[string]any{"access_token": fmt.Sprintf("token-%d", n), "token_type": "bearer", "expires_in": life, "created_at": 1})
}

// ways returns how the calls carried their parameters.
func (i *issuer) ways() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.calls)
}

func (i *issuer) forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = nil
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.issued
}

func (i *issuer) options(q *quick) Options {
	return Options{clock: q, Token: &Token{URL: i.URL + "/oauth/token", InQuery: true, Params: url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"cli"}, "client_secret": {secretText},
	}}}
}

func TestTokenLife(t *testing.T) {
	for _, c := range []struct {
		life  any
		after time.Duration // how long the token is used
		want  string        // the token of the next call
	}{
		{3600, 58 * time.Minute, "Bearer token-1"},
		{3600, 59*time.Minute + time.Second, "Bearer token-2"},
		{"3600", 59*time.Minute + time.Second, "Bearer token-2"},
		{100, 80 * time.Second, "Bearer token-1"},
		{100, 91 * time.Second, "Bearer token-2"},
		{nil, 1000 * time.Hour, "Bearer token-1"},
		{"soon", 1000 * time.Hour, "Bearer token-1"},
		{0, 1000 * time.Hour, "Bearer token-1"},
	} {
		t.Run(fmt.Sprint(c.life, " ", c.after), func(t *testing.T) {
			i, s, q := newIssuer(t), newScript(t), newQuick()
			i.answer = func(n int, w http.ResponseWriter) { grantToken(w, n, c.life) }
			client, meter := New(i.options(q))
			outcome(t, client, "GET", s.URL, "")
			q.pass(c.after)
			outcome(t, client, "GET", s.URL, "")
			if len(s.bearers()) != 2 || s.bearers()[0] != "Bearer token-1" || s.bearers()[1] != c.want {
				t.Errorf("tokens %q", s.bearers())
			}
			if u := meter.Snapshot(); u.Calls != 2+i.count() {
				t.Errorf("token calls are not counted: %+v", u)
			}
		})
	}
}

func TestRefusedToken(t *testing.T) {
	type steps = []http.HandlerFunc
	expired := answer(403, `{"message":"The access token has expired"}`)
	for _, c := range []struct {
		name   string
		method string
		steps  steps
		age    time.Duration
		status int
		tokens string
	}{
		{"401 once", "GET", steps{answer(401, "")}, 0, 200, "1 2"},
		{"401 for a creation", "POST", steps{answer(401, "")}, 0, 200, "1 2"},
		{"401 twice", "GET", steps{answer(401, ""), answer(401, "no")}, 0, 401, "1 2"},
		{"403 that speaks of the token", "GET", steps{expired}, 0, 200, "1 2"},
		{"403 with a challenge", "GET", steps{answer(403, "", "WWW-Authenticate", `Bearer error="invalid_token"`)}, 0, 200, "1 2"},
		{"401 thrice", "GET", steps{answer(401, ""), answer(401, "no"), answer(401, "never")}, 0, 401, "1 2"},
		{"403 for a young token", "GET", steps{answer(403, "no right")}, 0, 200, "1 2"},
		{"403 for a young token and a creation", "POST", steps{answer(403, "no right")}, 0, 200, "1 2"},
		{"403 for a young token and a new one", "GET", steps{answer(403, "no right"), answer(403, "no right")}, 0, 403, "1 2"},
		{"403 for an old token", "GET", steps{answer(403, "no right")}, time.Hour / 2, 200, "1 2"},
		{"403 for an old token and a new one", "GET", steps{answer(403, "no right"), answer(403, "no right")}, time.Hour / 2, 403, "1 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, q := newIssuer(t), newQuick()
			s := newScript(t, append(steps{answer(200, "")}, c.steps...)...)
			client, _ := New(i.options(q))
			outcome(t, client, "GET", s.URL, "")
			q.pass(c.age)
			body := map[string]string{"POST": "{}"}[c.method]
			status, text, err := outcome(t, client, c.method, s.URL, body)
			if status != c.status {
				t.Errorf("got %d %q, %v", status, text, err)
			}
			if status == 403 && text != "no right" {
				t.Errorf("the body of the refusal is %q", text)
			}
			if got := strings.ReplaceAll(strings.Join(s.bearers()[1:], " "), "Bearer token-", ""); got != c.tokens {
				t.Errorf("tokens %s, wanted %s", got, c.tokens)
			}
		})
	}
}

func TestGivenTokenIsNotRenewed(t *testing.T) {
	s := newScript(t, answer(401, "expired"))
	client, _ := New(Options{clock: newQuick(), AccessToken: "given-token"})
	status, text, err := outcome(t, client, "GET", s.URL, "")
	if status != 401 || text != "expired" || err != nil || len(s.seen()) != 1 || s.bearers()[0] != "Bearer given-token" {
		t.Errorf("got %d %q, %v, tokens %q", status, text, err, s.bearers())
	}
}

// A server that refuses every token is not asked for ever new ones.
func TestTokensThatNeverWork(t *testing.T) {
	i := newIssuer(t)
	s := newScript(t, answer(401, ""), answer(401, ""), answer(401, ""), answer(401, ""), answer(401, ""))
	client, _ := New(i.options(newQuick()))
	for range 4 {
		if status, _, err := outcome(t, client, "GET", s.URL, ""); status != 401 {
			t.Errorf("got %d, %v", status, err)
		}
	}
	if i.count() != 2 || len(s.seen()) != 5 {
		t.Errorf("%d tokens for %d calls", i.count(), len(s.seen()))
	}
}

// Many workers whose token runs out ask for one new token together.
func TestOneRenewalForAll(t *testing.T) {
	i := newIssuer(t)
	good := "Bearer token-2"
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != good {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer api.Close()
	client, _ := New(i.options(newQuick()))
	if got := workOn(t, client, api.URL, 20, 100); got != 100 || i.count() != 2 {
		t.Errorf("%d of 100 calls went through, with %d tokens", got, i.count())
	}
}

// workOn makes POSTs to a real server and counts the good ones.
func workOn(t *testing.T, client *http.Client, url string, workers, calls int) int {
	var all sync.WaitGroup
	results := make(chan int, calls)
	for n := range workers {
		all.Go(func() {
			for range calls / workers {
				status, _, err := outcome(t, client, "POST", fmt.Sprint(url, "/", n), "{}")
				if err != nil {
					t.Error(err)
				}
				results <- status
			}
		})
	}
	all.Wait()
	close(results)
	good := 0
	for status := range results {
		if status == http.StatusOK {
			good++
		}
	}
	return good
}

func TestTokenPlacement(t *testing.T) {
	for _, c := range []struct {
		name            string
		query, form     bool
		inQuery, try    bool
		calls           string
		works           bool
		secondCallsWith string
	}{
		{"query as documented", true, true, true, true, "query", true, "query"},
		{"form as asked", true, true, false, true, "form", true, "form"},
		{"the other way is found and remembered", false, true, true, true, "query form", true, "form"},
		{"the other way is not tried unasked", false, true, true, false, "query", false, ""},
		{"neither", false, false, true, true, "query form", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, q := newIssuer(t), newQuick()
			i.query, i.form = c.query, c.form
			s := newScript(t)
			o := i.options(q)
			o.Token.InQuery, o.Token.TryOther = c.inQuery, c.try
			client, _ := New(o)
			_, _, err := outcome(t, client, "GET", s.URL, "")
			if (err == nil) != c.works || strings.Join(i.ways(), " ") != c.calls {
				t.Fatalf("%v after %q", err, i.ways())
			}
			if !c.works {
				if want := "no parameters"; !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
				return
			}
			i.forget()
			q.pass(2 * time.Hour)
			outcome(t, client, "GET", s.URL, "")
			if strings.Join(i.ways(), " ") != c.secondCallsWith {
				t.Errorf("renewed with %q", i.ways())
			}
		})
	}
}

// TestTokenRemedies: what is to be checked is said in the words of the provider block.
func TestTokenRemedies(t *testing.T) {
	settings := []string{"app", "secret", "account"}
	for _, c := range []struct {
		err  TokenError
		want string
	}{
		{TokenError{Status: 401, Settings: settings}, "Check app, secret and account"},
		{TokenError{Status: 401, Code: "invalid_grant", Settings: settings}, "Check app, secret and account"},
		{TokenError{Status: 400, Settings: settings}, "Check app, secret and account; or the address in the provider block is not that of the API"},
		{TokenError{Status: 400}, "Check client_id and client_secret, and username and password if they are used"},
		{TokenError{Status: 401, Code: "invalid_client", Settings: settings}, "Check client_id and client_secret"},
	} {
		if got := c.err.Remedy(); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.err.Status, c.err.Code, got, c.want)
		}
	}
}

func TestTokenErrors(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		code       string
		wants      []string
		calls      int
	}{
		{"a wrong secret", `{"error":"invalid_client","error_description":"Client authentication failed for ` + "s3cr3t / &?%+" + `"}`, 401, "invalid_client",
			[]string{"HTTP 401", "Client authentication failed", "Check client_id and client_secret"}, 1},
		{"a wrong password", `{"error":"invalid_grant"}`, 400, "invalid_grant", []string{"Check username and password"}, 1},
		{"no such address", `<html>`, 404, "", []string{"HTTP 404", "Check the address"}, 2},
		{"no such method", `{}`, 405, "", []string{"HTTP 405", "Check the address"}, 2},
		{"a gateway's page", " <html>no</html>", 403, "", []string{"HTTP 403", "Check the address"}, 2},
		{"a page for wrong credentials", "<html>no</html>", 401, "", []string{"HTTP 401", "Check client_id"}, 2},
		{"a message", `{"id":"x","message":"go away","status":403}`, 403, "", []string{"go away", "Check client_id"}, 2},
		{"a page", `<html>welcome</html>`, 200, "", []string{"not JSON", "Check the address"}, 2},
		{"no token in it", `{"hello":"world"}`, 200, "", []string{"no access_token", "Check the address"}, 1},
		{"a token that is none", `{"access_token":"a\nb"}`, 200, "", []string{"no access_token"}, 1},
		{"trouble", `{}`, 503, "", []string{"HTTP 503", "trouble of its own"}, maxTries},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, s := newIssuer(t), newScript(t)
			i.answer = func(_ int, w http.ResponseWriter) { w.WriteHeader(c.status); fmt.Fprint(w, c.body) }
			o := i.options(newQuick())
			o.Token.TryOther = true
			client, _ := New(o)
			_, _, err := outcome(t, client, "POST", s.URL, "{}")
			var token *TokenError
			var unsent *UnsentError
			if !errors.As(err, &token) || !errors.As(err, &unsent) || token.Status != c.status || token.Code != c.code {
				t.Fatalf("got %v", err)
			}
			for _, want := range append(c.wants, i.URL+"/oauth/token") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if atAddress := strings.Contains(err.Error(), "Check the address"); token.Foreign() != atAddress || token.Unauthorized() && atAddress {
				t.Errorf("%q: foreign %v, unauthorized %v", err, token.Foreign(), token.Unauthorized())
			}
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "client_credentials") {
				t.Errorf("%q tells too much", err)
			}
			if len(i.ways()) != c.calls {
				t.Errorf("%d token calls", len(i.ways()))
			}
			// Refused credentials are not tried again: that may lock an account.
			before := len(i.ways())
			outcome(t, client, "POST", s.URL, "{}")
			if token.final() != (len(i.ways()) == before) {
				t.Errorf("%d more token calls", len(i.ways())-before)
			}
			if len(s.seen()) > 0 {
				t.Errorf("calls without a token: %q", s.seen())
			}
		})
	}
}

func TestTokenServerThatIsNotThere(t *testing.T) {
	i := newIssuer(t)
	o := i.options(newQuick())
	i.Close()
	client, _ := New(o)
	_, _, err := outcome(t, client, "GET", i.URL, "")
	if err == nil || !strings.Contains(err.Error(), "Check the address") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("got %v", err)
	}
	if token := (*TokenError)(nil); !errors.As(err, &token) || token.Status != 0 {
		t.Errorf("got %v", err)
	}
}
