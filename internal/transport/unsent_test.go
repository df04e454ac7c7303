package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

// flaky is net/http with a network that is there only now and then.
type flaky struct {
	tries []string // of each: "lost" finds no connection, all else goes to the server
	n     atomic.Int32
	base  *http.Transport
}

func newFlaky(t interface{ Cleanup(func()) }, tries ...string) *flaky {
	f := &flaky{tries: tries}
	f.base = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if f.now() == "lost" {
			return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	t.Cleanup(f.base.CloseIdleConnections)
	return f
}

func (f *flaky) now() string {
	if n := int(f.n.Load()); n > 0 && n <= len(f.tries) {
		return f.tries[n-1]
	}
	return "fine"
}

func (f *flaky) RoundTrip(req *http.Request) (*http.Response, error) {
	f.n.Add(1)
	return f.base.RoundTrip(req)
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	switch f.now() {
	case "cut":
		cut(w, r)
	case "503":
		answer(503, "busy")(w, r)
	case "429":
		answer(429, "", "Retry-After", "1")(w, r)
	case "401":
		answer(401, "")(w, r)
	default:
		answer(200, "fine")(w, r)
	}
}

// A call that may have reached the server never ends as one that was not sent, and
// one that surely did not does; and only a call of which every try was lost says
// that the server cannot be reached.
func TestUnsentLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tries := rapid.SliceOfN(rapid.SampledFrom([]string{"lost", "cut", "503", "429", "fine"}), 1, 6).Draw(rt, "tries")
		method := rapid.SampledFrom([]string{"GET", "PATCH", "DELETE", "POST"}).Draw(rt, "method")
		allow := rapid.IntRange(1, 8).Draw(rt, "allow")
		f := newFlaky(rt, tries...)
		server := httptest.NewServer(f)
		defer server.Close()
		client, _ := New(Options{Base: f, clock: newQuick(), Allowance: NewAllowance(allow)})
		status, _, err := outcome(t, client, method, server.URL, "{}")

		sent := append(tries, "fine", "fine", "fine")[:f.n.Load()]
		reached, lost := "", true
		for _, try := range sent {
			if try == "cut" || try == "503" || try == "fine" {
				reached = try
			}
			lost = lost && try == "lost"
		}
		u := asUnsent(err)
		switch {
		case (u != nil) != (reached == "" && status != 429):
			rt.Fatalf("%v, and it ended with %d, %v", sent, status, err)
		case u != nil && u.Unreachable() && !lost, lost && f.n.Load() == maxTries && !u.Unreachable():
			rt.Fatalf("%v, and it said that the server could not be reached: %v", sent, err)
		case reached == "cut" && (err == nil || status != 0), reached == "503" && status != 503, reached == "fine" && status != 200:
			if status != 429 {
				rt.Fatalf("%v, and it ended with %d, %v", sent, status, err)
			}
		}
	})
}

// A refused token settles that a call was not carried out: what comes after it may
// leave it unsent, but no longer unreachable.
func TestUnsentAfterRefusedToken(t *testing.T) {
	for _, c := range []struct {
		name   string
		method string
		tries  []string // the first is the token call's
		allow  int
		unsent bool
		status int
	}{
		{"allowance spent before the new token", "POST", []string{"token", "401"}, 2, true, 0},
		{"allowance spent before the repeat", "POST", []string{"token", "401", "token"}, 3, true, 0},
		{"no way to the token server", "POST", []string{"token", "401", "lost", "lost", "lost", "lost"}, 20, true, 0},
		{"no way for the repeat", "POST", []string{"token", "401", "token", "lost", "lost", "lost", "lost"}, 20, true, 0},
		{"a repeat that is cut", "POST", []string{"token", "401", "token", "cut"}, 20, false, 0},
		{"a failed try before", "PATCH", []string{"token", "503", "401"}, 3, false, 503},
		{"a cut try before", "PATCH", []string{"token", "cut", "401", "lost", "lost", "lost", "lost"}, 20, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlaky(t, c.tries...)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/token") {
					grantToken(w, int(f.n.Load()), 3600)
					return
				}
				f.ServeHTTP(w, r)
			}))
			defer server.Close()
			client, _ := New(Options{
				Base: f, clock: newQuick(), Allowance: NewAllowance(c.allow),
				Token: &Token{URL: server.URL + "/token", Params: url.Values{"client_secret": {secretText}}},
			})
			status, _, err := outcome(t, client, c.method, server.URL, "{}")
			u := asUnsent(err)
			if status != c.status || (u != nil) != c.unsent || u != nil && u.Unreachable() {
				t.Errorf("got %d, %v", status, err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	dial := func(op string, err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: op, Net: "tcp", Err: err}
		}
	}
	for _, c := range []struct {
		name  string
		dial  func(context.Context, string, string) (net.Conn, error)
		wants []string
		calls int
		lost  bool
	}{
		{"refused", dial("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)), []string{"nothing listens there", "Check the address in the provider block and the network"}, maxTries, true},
		{"no route", dial("dial", os.NewSyscallError("connect", syscall.EHOSTUNREACH)), []string{"no route"}, maxTries, true},
		{"no network", dial("dial", os.NewSyscallError("connect", syscall.ENETUNREACH)), []string{"no route"}, maxTries, true},
		{"silence", dial("dial", os.ErrDeadlineExceeded), []string{"nothing answered there within 15s"}, maxTries, true},
		{"no such name", dial("dial", &net.DNSError{Err: "no such host", Name: "api.example.org", IsNotFound: true}), []string{"no server of this name"}, 1, true},
		{"no name server", dial("dial", &net.DNSError{Err: "server misbehaving", Name: "api.example.org", IsTemporary: true}), []string{"could not be looked up (server misbehaving)"}, maxTries, true},
		{"no proxy", dial("proxyconnect", os.NewSyscallError("connect", syscall.ECONNREFUSED)), []string{"the proxy on the way to api.example.org", "HTTPS_PROXY"}, maxTries, true},
		{"something else", dial("read", syscall.ECONNRESET), []string{"reset"}, maxTries, false},
	} {
		for _, token := range []bool{false, true} {
			o := Options{Base: &http.Transport{DialContext: c.dial}, clock: newQuick()}
			if token {
				o.Token = &Token{URL: "http://api.example.org/oauth/token", InQuery: true, Params: url.Values{"client_secret": {secretText}}}
			}
			client, meter := New(o)
			_, _, err := outcome(t, client, "POST", "http://api.example.org/things", "{}")
			var lost interface{ Unreachable() bool }
			if !errors.As(err, &lost) || lost.Unreachable() != c.lost || asUnsent(err) == nil {
				t.Errorf("%s, token %v: %v", c.name, token, err)
				continue
			}
			for _, want := range append(c.wants, "api.example.org") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s, token %v: %q does not say %q", c.name, token, err, want)
				}
			}
			if strings.Count(err.Error(), "Check ") > 1 || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%s, token %v: %q", c.name, token, err)
			}
			if u := meter.Snapshot(); u.Calls != c.calls {
				t.Errorf("%s, token %v: %d calls", c.name, token, u.Calls)
			}
		}
	}
}
