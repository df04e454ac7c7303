package transport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A token that ends while a call waits for its turn does not go out with it.
func TestNoTokenIsSentPastItsEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		limit  int
		length time.Duration
		tells  tells
		calls  int
		most   int // calls sent in all, tokens included
	}{
		{"at full speed", 100000, time.Hour, always, 2000, 2000 + 200},
		{"with pauses after 429", 6, 2 * time.Second, never, 60, 150},
		{"with a spread budget", 60, 10 * time.Minute, always, 100, 200},
		{"with a spent budget", 10, time.Minute, always, 60, 120},
		{"with room for one call a window", 2, 5 * time.Second, always, 20, 40},
	} {
		for _, workers := range []int{1, 10} {
			t.Run(fmt.Sprintf("%s, %d workers", c.name, workers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(c.limit, c.length)
					w.latency, w.steady, w.tells = 20*time.Millisecond, true, c.tells
					w.tokens = &mint{life: time.Second, refusal: http.StatusUnauthorized}
					if w.tells == never {
						w.retryAfter = func(time.Duration, time.Time) http.Header { return header("Retry-After", "2") }
					}
					client, meter := New(w.options())
					meter.Expect(c.calls)
					if good := work(t, client, workers, c.calls); good != c.calls {
						t.Errorf("%d of %d calls were served", good, c.calls)
					}
					if w.tokens.refused > 0 {
						t.Errorf("%d calls went out with a token that had ended", w.tokens.refused)
					}
					u := meter.Snapshot()
					if u.Calls != c.calls+w.tokens.issued+w.refused || u.Calls > c.most {
						t.Errorf("usage %+v, %d tokens, %d refused", u, w.tokens.issued, w.refused)
					}
				})
			})
		}
	}
}

// Whatever ends the tokens, how the server says so, and how narrow the budget is:
// every call is served in the end, and what is sent is counted.
func TestTokenLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		calls := rapid.IntRange(1, 60).Draw(rt, "calls")
		workers := rapid.IntRange(1, 20).Draw(rt, "workers")
		seed := rapid.Uint64().Draw(rt, "seed")
		tokens := &mint{
			life:    rapid.SampledFrom([]time.Duration{2 * time.Second, 10 * time.Second, time.Hour}).Draw(rt, "life"),
			calls:   rapid.IntRange(0, 6).Draw(rt, "callsOfToken"),
			refusal: rapid.SampledFrom([]int{http.StatusUnauthorized, http.StatusForbidden}).Draw(rt, "refusal"),
		}
		limit := rapid.SampledFrom([]int{20, 200, 100000}).Draw(rt, "limit")
		length := rapid.SampledFrom([]time.Duration{5 * time.Second, 10 * time.Minute}).Draw(rt, "length")
		expect := rapid.Bool().Draw(rt, "expect")
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(limit, length)
			w.random, w.tokens = rand.New(rand.NewPCG(seed, 1)), tokens
			client, meter := New(w.options())
			if expect {
				meter.Expect(calls)
			}
			if good := work(t, client, workers, calls); good != calls || w.refused > 0 {
				rt.Errorf("%d of %d calls were served, %d were refused for the rate", good, calls, w.refused)
			}
			u := meter.Snapshot()
			if u.Calls != calls+tokens.issued+tokens.refused || u.Retries != tokens.refused {
				rt.Errorf("usage %+v of %d calls, %d tokens, %d refused", u, calls, tokens.issued, tokens.refused)
			}
			// Each call is sent thrice at most: with the token of all, with the next
			// one, and with its own.
			if tokens.refused > 2*calls {
				rt.Errorf("%d of %d calls were refused for their token", tokens.refused, calls)
			}
		})
	})
}

// An account that lacks a right does not pay for a new token each time, but an old
// token and a word about it still count.
func TestPlainRefusals(t *testing.T) {
	i, q := newIssuer(t), newQuick()
	i.answer = func(n int, w http.ResponseWriter) { grantToken(w, n, 36000) }
	noRight, fine := answer(403, "no right"), answer(200, "")
	s := newScript(t, fine)
	client, _ := New(i.options(q))
	outcome(t, client, "GET", s.URL, "")
	for n, c := range []struct {
		after  time.Duration
		steps  []http.HandlerFunc
		status int
		sent   int
		tokens int
	}{
		{0, []http.HandlerFunc{noRight, noRight}, 403, 2, 1},
		{0, []http.HandlerFunc{noRight, noRight}, 403, 2, 1},
		{0, []http.HandlerFunc{noRight, fine}, 200, 2, 1},    // it was the token: counted anew
		{0, []http.HandlerFunc{noRight, noRight}, 403, 2, 1}, // first
		{0, []http.HandlerFunc{noRight, noRight}, 403, 2, 1},
		{0, []http.HandlerFunc{fine}, 200, 1, 0},
		{0, []http.HandlerFunc{noRight, noRight}, 403, 2, 1}, // third
		{0, []http.HandlerFunc{fine}, 200, 1, 0},
		{0, []http.HandlerFunc{noRight}, 403, 1, 0},
		{0, []http.HandlerFunc{noRight}, 403, 1, 0},
		{0, []http.HandlerFunc{answer(403, "token expired"), noRight}, 403, 2, 1},
		{0, []http.HandlerFunc{fine}, 200, 1, 0},
		{time.Minute, []http.HandlerFunc{noRight, noRight}, 403, 2, 1},
		{0, []http.HandlerFunc{fine}, 200, 1, 0},
		{0, []http.HandlerFunc{noRight}, 403, 1, 0},
		{0, []http.HandlerFunc{answer(401, ""), fine}, 200, 2, 1}, // a renewal that helped
		{0, []http.HandlerFunc{noRight, noRight}, 403, 2, 1},
	} {
		q.pass(c.after)
		sent, tokens := len(s.seen()), i.count()
		s.mu.Lock()
		s.steps = c.steps
		s.mu.Unlock()
		status, text, err := outcome(t, client, "POST", s.URL, "{}")
		sent, tokens = len(s.seen())-sent, i.count()-tokens
		if status != c.status || sent != c.sent || tokens != c.tokens || status == 403 && text != "no right" {
			t.Errorf("call %d: got %d %q, %v; sent %d times, %d tokens; wanted %+v", n, status, text, err, sent, tokens, c)
		}
	}
}

// Many workers refused at once with a plain 403, by a server that knows one token
// only, ask for the next one together.
func TestOneRenewalForAllWithPlainRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(100000, time.Hour)
		w.steady = true
		w.tokens = &mint{life: time.Hour, refusal: http.StatusForbidden}
		client, _ := New(w.options())
		work(t, client, 1, 1)
		clear(w.tokens.live) // the server forgets
		if good := work(t, client, 20, 100); good != 100 || w.tokens.issued != 2 || w.tokens.refused != 20 {
			t.Errorf("%d served, %d tokens, %d refused", good, w.tokens.issued, w.tokens.refused)
		}
	})
}

// Workers who all lack a right find out together, at a bounded cost.
func TestManyWithoutARight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		sent, tokens := 0, 0
		client, _ := New(Options{
			Token: &Token{URL: "https://api.example.org/token"},
			Base: roundTripper(func(req *http.Request) (*http.Response, error) {
				time.Sleep(50 * time.Millisecond)
				mu.Lock()
				defer mu.Unlock()
				if strings.HasSuffix(req.URL.Path, "/token") {
					tokens++
					return reply(req, 200, fmt.Sprintf(`{"access_token":"token-%d","expires_in":3600}`, tokens)), nil
				}
				if req.Method == http.MethodGet {
					return reply(req, 200, ""), nil
				}
				sent++
				return reply(req, 403, "no right"), nil
			}),
		})
		if _, err := client.Get("https://api.example.org/things"); err != nil {
			t.Fatal(err)
		}
		if good := work(t, client, 10, 200); good != 0 || tokens > 12 || sent > 200+10+20 {
			t.Errorf("%d served, %d calls, %d tokens", good, sent, tokens)
		}
	})
}

// Credentials that are refused for good end every call at once.
func TestCredentialsRefusedInTheMiddle(t *testing.T) {
	for _, status := range []int{401, 403} {
		i, s := newIssuer(t), newScript(t, answer(200, ""), answer(status, ""), answer(status, ""))
		i.answer = func(n int, w http.ResponseWriter) {
			if n > 1 {
				w.WriteHeader(http.StatusUnauthorized)
				fmt.Fprint(w, `{"error":"invalid_client"}`)
				return
			}
			grantToken(w, n, 3600)
		}
		client, meter := New(i.options(newQuick()))
		outcome(t, client, "POST", s.URL, "{}")
		_, _, err := outcome(t, client, "POST", s.URL, "{}")
		var unsent interface{ Unsent() bool }
		var denied interface{ Unauthorized() bool }
		if !errors.As(err, &unsent) || !errors.As(err, &denied) || !denied.Unauthorized() || !strings.Contains(err.Error(), "Check client_id") {
			t.Errorf("after %d: %v", status, err)
		}
		before := meter.Snapshot().Calls
		if _, _, err := outcome(t, client, "POST", s.URL, "{}"); status == 401 && (!errors.As(err, &denied) || meter.Snapshot().Calls != before) {
			t.Errorf("the next call after %d: %v, %d calls more", status, err, meter.Snapshot().Calls-before)
		}
		if i.count() != 2 {
			t.Errorf("after %d: %d token calls", status, i.count())
		}
	}
}

// A token call that fails for now leaves a 403 as it is, and is the reason after a
// 401.
func TestTokenServerInTrouble(t *testing.T) {
	for _, status := range []int{401, 403} {
		i, s := newIssuer(t), newScript(t, answer(200, ""), answer(status, "no right"))
		i.answer = func(n int, w http.ResponseWriter) {
			if n > 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			grantToken(w, n, 3600)
		}
		client, _ := New(i.options(newQuick()))
		outcome(t, client, "POST", s.URL, "{}")
		got, text, err := outcome(t, client, "POST", s.URL, "{}")
		var token *TokenError
		if status == 403 && (got != 403 || text != "no right") || status == 401 && (!errors.As(err, &token) || token.Status != 503 || asUnsent(err) == nil) {
			t.Errorf("after %d: got %d %q, %v", status, got, text, err)
		}
	}
}

// A token that lives no longer than the way to the server does not keep a call for
// ever.
func TestTokenTooShortToUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(100000, time.Hour)
		w.latency, w.steady = 2*time.Second, true
		w.tokens = &mint{life: time.Second, refusal: http.StatusUnauthorized}
		o := w.options()
		o.Token.Params = url.Values{"client_id": {"cli"}}
		client, meter := New(o)
		resp, err := client.Post("https://api.example.org/things", "application/json", strings.NewReader("{}"))
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Fatalf("got %v, %v", resp, err)
		}
		if u := meter.Snapshot(); u.Calls > maxSends*(maxRounds+2) {
			t.Errorf("usage %+v", u)
		}
	})
}
