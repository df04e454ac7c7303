package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// exchange is a request on its way.
type exchange struct {
	Exchange
	w     http.ResponseWriter
	r     *http.Request
	front *Front
	sent  int // the status for the log

	ended, over bool // see observers
}

// serve answers the request, in the way of its faults.
func (x *exchange) serve(faults []fault) {
	f := x.front
	x.w.Header().Set("Date", f.o.Now().UTC().Format(http.TimeFormat))
	if f.o.Observe != nil || len(faults) > 0 {
		// Also because a connection is watched for its end only once its body was read.
		if err := x.keepBody(); err != nil {
			x.cut(nil) // the client is gone in the middle of its request
			return
		}
	}
	x.wait(x.r.Context(), f.delay)
	var spoiled fault
	for _, fault := range faults {
		x.fated(fault.name)
		switch fault.kind {
		case "slow":
			x.wait(x.r.Context(), fault.delay)
		case "expire-tokens":
			f.Tokens.Expire()
		default:
			spoiled = fault // the last counts
		}
	}
	if x.keptAway(spoiled) {
		return
	}
	x.answer(f.decide(x.r), spoiled)
}

func (x *exchange) fated(name string) {
	if x.Fate != "" {
		x.Fate += "+"
	}
	x.Fate += name
}

// wait lets time pass, and reports whether it did: it ends early when ctx or the
// server does.
func (x *exchange) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-x.front.o.After(d):
		return true
	case <-ctx.Done():
	case <-x.front.closed:
	}
	return false
}

// keptAway serves the faults for which the request is not carried out, or not
// now.
func (x *exchange) keptAway(by fault) bool {
	switch by.kind {
	case "status":
		x.refuse(by.status)
	case "cut-before":
		x.cut(nil)
	case "hang":
		x.hang()
	case "html":
		x.ends()
		x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		x.sent = http.StatusOK
		fmt.Fprint(x.w, "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>")
	case "late":
		x.late(by.delay)
	default:
		return false
	}
	return true
}

// late cuts the connection, which is not the end, and carries the request out
// when so much time has passed.
func (x *exchange) late(by time.Duration) {
	remove, err := x.setAside()
	if err != nil {
		x.cut(nil) // it did not arrive whole
		return
	}
	defer remove()
	cut(x.w, nil)
	alone := context.WithoutCancel(x.r.Context())
	if x.wait(alone, by) {
		x.decided(x.front.decide(x.r.WithContext(alone)))
	}
}

// refuse answers with a status that was asked for.
func (x *exchange) refuse(status int) {
	x.ends()
	x.sent = status
	if status == http.StatusTooManyRequests {
		x.front.tooMany(x.w.Header(), "limit=1200, remaining=0, reset=1", 1)
	}
	x.front.o.Refuse(x.w, status, "this fault was asked for")
}

// hang answers nothing until the client goes away.
func (x *exchange) hang() {
	if x.drain() == nil {
		select {
		case <-x.r.Context().Done():
		case <-x.front.closed:
		}
	}
	x.cut(nil)
}

func (x *exchange) cut(raw []byte) {
	x.ends()
	cut(x.w, raw)
}

// decide carries a request out, unless the budget is spent, and returns the
// answer.
func (f *Front) decide(r *http.Request) *held {
	h := &held{header: http.Header{}, status: http.StatusOK}
	header, reset, ok := f.budget.take()
	if !ok {
		f.tooMany(h.header, header, reset)
		f.o.Refuse(h, http.StatusTooManyRequests, "too many requests")
		return h
	}
	if header != "" && f.o.Chosen.Is("budget_header", "always") {
		h.header.Set("RateLimit", header)
	}
	f.handler.ServeHTTP(h, r)
	return h
}

func (x *exchange) decided(h *held) {
	x.Status, x.Answer, x.sent = h.status, h.body.Bytes(), h.status
	x.AnswerType = h.header.Get("Content-Type")
}

// answer gives the client what was decided, or what a fault makes of it.
func (x *exchange) answer(h *held, spoiled fault) {
	x.decided(h)
	whole := h.body.Bytes()
	half := whole[:len(whole)/2]
	switch spoiled.kind {
	case "cut-after":
		x.cut(nil)
	case "hang-after":
		x.hang()
	case "status-after":
		x.refuse(spoiled.status)
	case "cut-body":
		var b bytes.Buffer
		fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
			h.status, http.StatusText(h.status), h.header.Get("Content-Type"), len(whole)+1)
		b.Write(half)
		x.cut(b.Bytes())
	case "broken-json":
		_ = x.give(h, half)
	case "empty":
		_ = x.give(h, nil)
	default:
		there := x.r.Context().Err() == nil
		x.Delivered = x.give(h, whole) == nil && there
	}
}

// give sends an answer. If it is observed, it is sent now and not at leisure, so
// that a connection that is gone is noticed.
func (x *exchange) give(h *held, body []byte) error {
	x.ends()
	err := h.give(x.w, body)
	if err != nil || x.front.o.Observe == nil {
		return err
	}
	err = http.NewResponseController(x.w).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
