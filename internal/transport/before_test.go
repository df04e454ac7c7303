package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestBeforeSend: what is to be done before a call is sent is done each time, and
// without it the call is not sent nor counted.
func TestBeforeSend(t *testing.T) {
	served := 0
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		served++
		status := http.StatusOK
		if served == 1 {
			status = http.StatusServiceUnavailable
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	client, meter := New(Options{Base: base, clock: newQuick()})
	asked := 0
	ctx := BeforeSend(context.Background(), func() error { asked++; return nil })
	get := func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://example.org/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := get(ctx); err != nil || asked != 2 || served != 2 {
		t.Errorf("asked %d times for %d calls: %v", asked, served, err)
	}
	full := errors.New("the disk is full")
	err := get(BeforeSend(context.Background(), func() error { return full }))
	var unsent interface{ Unsent() bool }
	if !errors.Is(err, full) || !errors.As(err, &unsent) || !unsent.Unsent() || served != 2 || meter.Snapshot().Calls != 2 {
		t.Errorf("%v after %d calls, %d counted", err, served, meter.Snapshot().Calls)
	}
}

// TestBeforeSendAtTheConnection: what may change while a connection is made is asked
// again before anything of the call is written to it.
func TestBeforeSendAtTheConnection(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){
		"plain":  func(s *httptest.Server) { s.Start() },
		"TLS":    func(s *httptest.Server) { s.StartTLS() },
		"HTTP/2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan string, 10)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err == nil {
					got <- r.Method + " " + string(body)
				}
			}))
			start(server)
			defer server.Close()
			base := newBase(1)
			if theirs := server.Client().Transport.(*http.Transport); theirs.TLSClientConfig != nil {
				base.TLSClientConfig = theirs.TLSClientConfig.Clone()
			}
			client, meter := New(Options{clock: newQuick(), Base: base})
			asksAtTheConnection(t, client, meter, server.URL, got)
			client.CloseIdleConnections()
		})
	}
}

func asksAtTheConnection(t *testing.T, client *http.Client, meter *Meter, address string, got <-chan string) {
	t.Helper()
	call := func(method string, f func() error) error {
		req, err := http.NewRequestWithContext(BeforeSend(t.Context(), f), method, address, strings.NewReader("ada"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	for _, kept := range []bool{false, true} { // the connection
		for _, method := range []string{http.MethodPost, http.MethodDelete} {
			asked, lost := 0, errors.New("the lock is lost")
			err := call(method, func() error {
				if asked++; asked > 1 {
					return lost
				}
				return nil
			})
			var unsent interface{ Unsent() bool }
			if !errors.Is(err, lost) || !errors.As(err, &unsent) || !unsent.Unsent() {
				t.Errorf("%s on a connection that is kept (%v): %v", method, kept, err)
			}
			calls := meter.Snapshot().Calls
			if err := call(method, func() error { return nil }); err != nil || meter.Snapshot().Calls != calls+1 {
				t.Fatal(err)
			}
			if one := <-got; one != method+" ada" || len(got) > 0 {
				t.Errorf("the server got %q, and %d more", one, len(got))
			}
		}
	}
}
