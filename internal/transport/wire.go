package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// wire sends one request as it is. The request is the chain's own.
type wire struct {
	next      http.RoundTripper
	userAgent string
	trace     func(string)
	secrets   *redactor
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var way connecting
	ctx, cancel := context.WithCancelCause(req.Context())
	if w.userAgent != "" && req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", w.userAgent)
	}
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { way.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { way.found.Store(true) },
	}))
	req.Body = watched(req, cancel)
	start := time.Now()
	resp, err := w.next.RoundTrip(req)
	if err != nil && errors.Is(context.Cause(ctx), errNotTaken) {
		err = errNotTaken
	}
	if w.trace != nil {
		w.trace(w.secrets.text(traceLine(req, resp, err, time.Since(start))))
	}
	if err != nil {
		ended := ctx.Err() != nil
		cancel(nil)
		return nil, way.judge(req.URL.Host, w.secrets.error(err), ended)
	}
	resp.Body = &movingBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	return resp, nil
}

// connecting is how far a call got.
type connecting struct{ asked, found atomic.Bool }

// judge says what an error means for a call. A transport that asked for a connection
// and got none has sent nothing. One that never asked is not net/http's, and nothing
// is known of it. ended says that the caller had given up.
func (c *connecting) judge(host string, err error, ended bool) error {
	if !c.asked.Load() || c.found.Load() {
		return err
	}
	if none := lost(host, err); none != nil && !ended {
		return &UnsentError{Err: none, unreachable: true}
	}
	return &UnsentError{Err: err}
}

func traceLine(req *http.Request, resp *http.Response, err error, took time.Duration) string {
	shown := *req.URL
	if tokenCallOf(req.Context()) != nil {
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

// asTokenCall marks a call that carries credentials in its query, and returns
// where to find when it was sent.
func asTokenCall(ctx context.Context) (context.Context, *sending) {
	s := &sending{}
	return context.WithValue(ctx, tokenCallKey{}, s), s
}

// sending is when a token call was last sent.
type sending struct{ sent time.Time }

// tokenCallOf returns the sending of a token call, and nil for any other.
func tokenCallOf(ctx context.Context) *sending {
	s, _ := ctx.Value(tokenCallKey{}).(*sending)
	return s
}
