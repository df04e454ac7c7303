package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// wire sends one request as it is.
type wire struct {
	next      http.RoundTripper
	userAgent string
	trace     func(string)
	secrets   *redactor
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var asked, connected atomic.Bool
	ctx, cancel := context.WithCancelCause(req.Context())
	req = req.Clone(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	if w.userAgent != "" && req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", w.userAgent)
	}
	start := time.Now()
	resp, err := w.next.RoundTrip(req)
	if w.trace != nil {
		w.trace(w.secrets.text(traceLine(req, resp, err, time.Since(start))))
	}
	if err != nil {
		cancel(nil)
		err = w.secrets.error(err)
		// A transport that asked for a connection and got none has sent nothing.
		// One that never asked is not net/http's, and nothing is known of it.
		if asked.Load() && !connected.Load() {
			err = &UnsentError{Err: err}
		}
		return nil, err
	}
	resp.Body = &movingBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	return resp, nil
}

func traceLine(req *http.Request, resp *http.Response, err error, took time.Duration) string {
	shown := *req.URL
	if isTokenCall(req.Context()) {
		shown.RawQuery = ""
	}
	line := fmt.Sprintf("%s %s", req.Method, shown.Redacted())
	if err != nil {
		return fmt.Sprintf("%s: %v (%d ms)", line, err, took.Milliseconds())
	}
	line = fmt.Sprintf("%s: %d (%d ms)", line, resp.StatusCode, took.Milliseconds())
	if h, ok := parseRate(resp.Header); ok {
		line += fmt.Sprintf(", %d calls left for %s", h.remaining, h.reset)
	}
	return line
}

type tokenCallKey struct{}

// isTokenCall reports whether a request carries credentials in its query.
func isTokenCall(ctx context.Context) bool { return ctx.Value(tokenCallKey{}) != nil }

var errStalled = errors.New("the server stopped in the middle of its answer")

// movingBody ends a body that stands still, which net/http would wait for
// without end.
type movingBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (b *movingBody) Read(p []byte) (int, error) {
	stalled := time.AfterFunc(stallTimeout, func() { b.cancel(errStalled) })
	n, err := b.ReadCloser.Read(p)
	stalled.Stop()
	if err != nil && err != io.EOF && errors.Is(context.Cause(b.ctx), errStalled) {
		err = errStalled
	}
	return n, err
}

func (b *movingBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}
