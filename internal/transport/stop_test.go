package transport

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAllowance(t *testing.T) {
	for _, c := range []struct {
		name   string
		method string
		steps  []http.HandlerFunc
		allow  int
		status int // 0: the call was not sent
		calls  int
	}{
		{"enough", "GET", nil, 1, 200, 1},
		{"none", "GET", nil, 0, 0, 0},
		{"less than none", "GET", nil, -3, 0, 0},
		{"none for the repeat of a read that failed", "GET", []http.HandlerFunc{answer(503, "")}, 1, 503, 1},
		{"none for the repeat of a change that may have happened", "PATCH", []http.HandlerFunc{answer(503, ""), answer(502, "")}, 2, 502, 2},
		{"none for the repeat of a creation that did not happen", "POST", []http.HandlerFunc{answer(429, "")}, 1, 0, 1},
		{"repeats count", "GET", []http.HandlerFunc{answer(503, ""), answer(503, "")}, 3, 200, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript(t, c.steps...)
			allowance := NewAllowance(c.allow)
			client, meter := New(Options{clock: newQuick(), Allowance: allowance})
			status, _, err := outcome(t, client, c.method, s.URL, "")
			var unsent interface{ Unsent() bool }
			if status != c.status || (status == 0) != errors.Is(err, ErrCallBudget) || (status == 0) != errors.As(err, &unsent) {
				t.Errorf("got %d, %v", status, err)
			}
			if len(s.seen()) != c.calls || meter.Snapshot().Calls != c.calls || allowance.Left() != max(c.allow, 0)-c.calls {
				t.Errorf("%d calls, %d left, usage %+v", len(s.seen()), allowance.Left(), meter.Snapshot())
			}
		})
	}
}

// Clients that share an allowance send no more calls together than it has, and a
// token call that it has no room for is no fault of the credentials.
func TestSharedAllowance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worlds := []*world{newWorld(100000, time.Hour), newWorld(100000, time.Hour)}
		allowance := NewAllowance(51)
		var all sync.WaitGroup
		var mu sync.Mutex
		good, unsent := 0, 0
		for _, w := range worlds {
			w.tokens = &mint{life: time.Second, refusal: http.StatusUnauthorized}
			o := w.options()
			o.Allowance = allowance
			client, _ := New(o)
			for range 10 {
				all.Go(func() {
					for range 10 {
						resp, err := client.Post("https://api.example.org/things", "application/json", strings.NewReader("{}"))
						mu.Lock()
						if err == nil && resp.StatusCode == 200 {
							good++
						}
						var token *TokenError
						if asUnsent(err) != nil && errors.Is(err, ErrCallBudget) && !errors.As(err, &token) {
							unsent++
						}
						mu.Unlock()
					}
				})
			}
		}
		all.Wait()
		sent := 0
		for _, w := range worlds {
			sent += len(w.served) + w.tokens.issued
		}
		if sent != 51 || allowance.Left() != 0 || good+unsent != 200 || good == 0 {
			t.Errorf("%d sent, %d left, %d good, %d not sent", sent, allowance.Left(), good, unsent)
		}
	})
}

// A call that waits while another client takes the last of the allowance does not
// wait on.
func TestAllowanceUsedUpByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		allowance := NewAllowance(2)
		spent := newWorld(0, 10*time.Minute)
		client, _ := New(Options{Base: spent, Allowance: allowance})
		other, _ := New(Options{Base: newWorld(100, time.Hour), Allowance: allowance})
		ended := make(chan error)
		go func() {
			_, err := client.Get("https://api.example.org/things")
			ended <- err
		}()
		synctest.Wait()
		time.Sleep(time.Second)
		began := time.Now()
		if _, err := other.Get("https://api.example.com/things"); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, ErrCallBudget) || time.Since(began) > time.Second {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
	})
}

// patient is a base that answers as it is told, and one call only when it is let.
type patient struct {
	answers func(req *http.Request) (*http.Response, error)
	let     chan struct{}
}

func (p *patient) RoundTrip(req *http.Request) (*http.Response, error) {
	if p.let != nil && req.URL.Path == "/slow" {
		<-p.let
	}
	return p.answers(req)
}

// Whatever a call waits for, it ends at once when the meter is stopped, and says
// why; one on the wire goes on to its end.
func TestStop(t *testing.T) {
	why := errors.New("the record can no longer be kept")
	ok := func(req *http.Request) (*http.Response, error) { return reply(req, 200, ""), nil }
	with := func(status int, headers ...string) func(req *http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) {
			resp := reply(req, status, "")
			resp.Header = header(headers...)
			return resp, nil
		}
	}
	noToken := func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/token") {
			return reply(req, 503, ""), nil
		}
		return reply(req, 200, ""), nil
	}
	for _, c := range []struct {
		name    string
		answers func(req *http.Request) (*http.Response, error)
		slow    bool // another call is on the wire meanwhile
		token   bool
		first   bool // a call was made before
		method  string
		status  int // 0: not sent
	}{
		{"a pause after 429", with(429, "Retry-After", "600"), false, false, false, "POST", 0},
		{"a spent budget", with(200, "RateLimit", "limit=10, remaining=0, reset=600"), false, false, true, "POST", 0},
		{"the first answer of another", ok, true, false, false, "POST", 0},
		{"the pause before the repeat of what may have happened", with(503, "Retry-After", "60"), false, false, false, "PATCH", 503},
		{"a token", noToken, false, true, false, "POST", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := &patient{answers: c.answers}
				o := Options{Base: base}
				if c.token {
					o.Token = &Token{URL: "https://api.example.org/token"}
				}
				client, meter := New(o)
				if c.first {
					outcome(t, client, "GET", "https://api.example.org/first", "")
				}
				slow := make(chan error, 1)
				if c.slow {
					base.let = make(chan struct{})
					go func() {
						_, _, err := outcome(t, client, "GET", "https://api.example.org/slow", "")
						slow <- err
					}()
					synctest.Wait()
				}
				type result struct {
					status int
					err    error
				}
				done := make(chan result, 3)
				for range 3 {
					go func() {
						status, _, err := outcome(t, client, c.method, "https://api.example.org/x", "")
						done <- result{status, err}
					}()
				}
				synctest.Wait()
				began := time.Now()
				meter.Stop(why)
				meter.Stop(errors.New("another reason"))
				some := 0
				for range 3 {
					r := <-done
					unsent := asUnsent(r.err) != nil
					if r.status == c.status && c.status != 0 {
						some++
						continue
					}
					if !unsent || !errors.Is(r.err, why) || !strings.Contains(r.err.Error(), why.Error()) {
						t.Errorf("got %d, %v", r.status, r.err)
					}
				}
				if c.status != 0 && some == 0 {
					t.Errorf("no call ended as it was answered")
				}
				if !time.Now().Equal(began) {
					t.Errorf("it took %s", time.Since(began))
				}
				calls := meter.Snapshot().Calls
				if _, _, err := outcome(t, client, "GET", "https://api.example.org/x", ""); !errors.Is(err, why) || meter.Snapshot().Calls != calls {
					t.Errorf("a later call: %v", err)
				}
				if c.slow {
					close(base.let)
					if err := <-slow; err != nil {
						t.Errorf("the call on the wire: %v", err)
					}
				}
			})
		})
	}
}

// Stop and a cancelled context leave the end that a call had when it was sent.
func TestWhatWasSentStaysSent(t *testing.T) {
	why := errors.New("stopped")
	lostAnswer := errors.New("the connection was cut")
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "POST"} {
		for _, stop := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				client, meter := New(Options{Base: roundTripper(func(req *http.Request) (*http.Response, error) {
					calls++
					return nil, lostAnswer
				})})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := make(chan error, 1)
				go func() {
					req, _ := http.NewRequestWithContext(ctx, method, "https://api.example.org/x", strings.NewReader("{}"))
					_, err := client.Do(req)
					ended <- err
				}()
				synctest.Wait()
				if stop {
					meter.Stop(why)
				} else {
					cancel()
				}
				if err := <-ended; calls != 1 || !errors.Is(err, lostAnswer) || asUnsent(err) != nil {
					t.Errorf("%s: %v after %d calls", method, err, calls)
				}
			})
		}
	}
}
