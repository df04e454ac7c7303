package transport

import (
	"context"
	"errors"
	"net/http"
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
