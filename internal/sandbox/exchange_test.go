package sandbox

import (
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestBudget spends a budget of two and looks at what the answers tell of it.
func TestBudget(t *testing.T) {
	const rate, after = "RateLimit", "Retry-After"
	for _, test := range []struct {
		tooMany, header string
		first, refused  map[string]string
	}{
		{"ratelimit", "always", map[string]string{rate: "limit=2, remaining=1, reset=10"}, map[string]string{rate: "limit=2, remaining=0, reset=7"}},
		{"both", "always", map[string]string{rate: "limit=2, remaining=1, reset=10"}, map[string]string{rate: "limit=2, remaining=0, reset=7", after: "7"}},
		{"neither", "always", map[string]string{rate: "limit=2, remaining=1, reset=10"}, nil},
		{"seconds", "always", map[string]string{rate: "limit=2, remaining=1, reset=10"}, map[string]string{after: "7"}},
		{"ratelimit", "refusal", nil, map[string]string{rate: "limit=2, remaining=0, reset=7"}},
		{"ratelimit", "never", nil, nil},
		{"both", "never", nil, map[string]string{after: "7"}},
		{"seconds", "never", nil, map[string]string{after: "7"}},
		// The window ends at 10.25 s; a date of whole seconds must not be before.
		{"date", "never", nil, map[string]string{after: "Thu, 01 Jan 1970 00:00:11 GMT"}},
		{"date", "refusal", nil, map[string]string{after: "Thu, 01 Jan 1970 00:00:11 GMT"}},
	} {
		t.Run(test.tooMany+" "+test.header, func(t *testing.T) {
			clock := time.Unix(0, 250e6)
			b := newFront(t, at(&clock), "budget", "2/10s", "too_many", test.tooMany, "budget_header", test.header)
			told := func(w *httptest.ResponseRecorder) map[string]string {
				var m map[string]string
				for _, name := range []string{rate, after} {
					if v := w.Header().Get(name); v != "" {
						if m == nil {
							m = map[string]string{}
						}
						m[name] = v
					}
				}
				return m
			}
			first := b.serve()
			clock = clock.Add(3500 * time.Millisecond)
			second, third := b.serve(), b.serve()
			if first.Code != 201 || second.Code != 201 || third.Code != 429 {
				t.Errorf("%d, %d, %d", first.Code, second.Code, third.Code)
			}
			if diff := cmp.Diff(test.first, told(first)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.refused, told(third)); diff != "" {
				t.Error(diff)
			}
			clock = clock.Add(6500 * time.Millisecond)
			if again := b.serve(); again.Code != 201 {
				t.Errorf("in the next window: %d", again.Code)
			}
		})
	}
}

// TestDates: answers carry the time of the server's own clock.
func TestDates(t *testing.T) {
	clock := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	if got := newFront(t, at(&clock)).serve().Header().Get("Date"); got != "Wed, 02 Jan 2030 03:04:05 GMT" {
		t.Error(got)
	}
}

func TestTokensEnd(t *testing.T) {
	clock := time.Unix(1000, 0)
	tokens := newFront(t, at(&clock), "token_life", "1m", "token_calls", "2", "token_refused_after", "2").Tokens
	token, life, ok := tokens.Issue()
	if life != time.Minute || !ok || !tokens.Use(token) || !tokens.Use(token) || tokens.Use("made up") {
		t.Error("a token is not what was issued")
	}
	if tokens.Use(token) {
		t.Error("a token is good for a third call")
	}
	token, _, _ = tokens.Issue()
	clock = clock.Add(time.Minute)
	if tokens.Use(token) {
		t.Error("the token has not expired")
	}
	if _, _, ok := tokens.Issue(); ok {
		t.Error("a third token is given")
	}
}

// TestObservedInOrder: of two requests, the one that ends first is shown first.
func TestObservedInOrder(t *testing.T) {
	timer, asked := make(chan time.Time), make(chan struct{})
	b := newFront(t, func(o *FrontOptions) {
		o.After = func(time.Duration) <-chan time.Time { close(asked); return timer }
	}, "faults", "1:slow")
	url := b.listen()
	first := make(chan string)
	go func() { first <- post(t.Context(), url, "1") }()
	<-asked
	if got := post(t.Context(), url, "2"); got != `201 {"data":1}` {
		t.Error(got)
	}
	if x := <-b.seen; x.Number != 2 || !x.Delivered {
		t.Errorf("%+v", x)
	}
	timer <- time.Time{}
	<-first
	if x := <-b.seen; x.Number != 1 || !x.Delivered {
		t.Errorf("%+v", x)
	}
}

// TestObservedOneByOne: many requests at once are each shown once and never two
// at a time, which the race detector would see, and all before Close returns.
func TestObservedOneByOne(t *testing.T) {
	seen := map[int]string{}
	b := newFront(t, func(o *FrontOptions) {
		o.Log = nil
		o.Observe = func(x Exchange) { seen[x.Number] = string(x.Body) }
	}, "faults", "*5:cut-after *7:503")
	url := b.listen()
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() { post(t.Context(), url, fmt.Sprint(i)) })
	}
	clients.Wait()
	b.Close()
	bodies := map[string]bool{}
	for _, body := range seen {
		bodies[body] = true
	}
	if len(seen) != 50 || len(bodies) != 50 {
		t.Errorf("%d numbers, %d bodies", len(seen), len(bodies))
	}
}

// TestCutInTheMiddleOfARequest: what did not arrive whole is not carried out.
func TestCutInTheMiddleOfARequest(t *testing.T) {
	b := newFront(t, nil)
	client, err := net.Dial("tcp", strings.TrimPrefix(b.listen(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if x := <-b.seen; x.Status != 0 || len(b.carried) != 0 {
		t.Errorf("%+v", x)
	}
}
