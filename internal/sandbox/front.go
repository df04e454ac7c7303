package sandbox

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// Front stands before a vendor's handler: it counts and logs requests, lets
// them go wrong as the plan of faults says, and keeps the budget.
type Front struct {
	// Tokens are what the vendor's handler issues and checks.
	Tokens *Tokens

	handler http.Handler
	refuse  func(w http.ResponseWriter, status int, message string)
	chosen  Behaviour
	store   *Store
	log     func(string)
	faults  []fault
	budget  *budget
	delay   time.Duration
	count   atomic.Int64
}

// FrontOptions says what a Front is made of.
type FrontOptions struct {
	// Chosen holds at least the switches of FrontSwitches.
	Chosen Behaviour
	Store  *Store
	Now    func() time.Time // nil is the computer's clock
	Log    func(string)     // gets a line for each request, without its query, from many goroutines; nil for none
	// Refuse writes an error in the vendor's shape.
	Refuse func(w http.ResponseWriter, status int, message string)
}

// NewFront makes a Front; Handle gives it what it stands before.
func NewFront(o FrontOptions) (*Front, error) {
	f := &Front{refuse: o.Refuse, chosen: o.Chosen, store: o.Store, log: o.Log}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	var err error
	if f.faults, err = parseFaults(o.Chosen["faults"]); err != nil {
		return nil, err
	}
	limit, window, err := parseBudget(o.Chosen["budget"])
	if err != nil {
		return nil, err
	}
	f.budget = &budget{now: now, limit: limit, window: window}
	life, err := time.ParseDuration(o.Chosen["token_life"])
	if err != nil {
		return nil, err
	}
	f.Tokens = &Tokens{now: now, life: life, ends: map[string]time.Time{}}
	f.delay, err = time.ParseDuration(o.Chosen["delay"])
	return f, err
}

// Handle sets the vendor's handler. It is called once, before the first request.
func (f *Front) Handle(h http.Handler) { f.handler = h }

// Requests is the number of requests so far.
func (f *Front) Requests() int { return int(f.count.Load()) }

// ServeHTTP serves one request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := int(f.count.Add(1))
	f.store.Tick()
	out := http.ResponseWriter(w)
	var status *recorder
	if f.log != nil {
		status = &recorder{ResponseWriter: w, status: http.StatusOK}
		out = status
	}
	fate := f.serve(out, r, n)
	if f.log != nil {
		line := fmt.Sprintf("%d %s %s %d", n, r.Method, r.URL.EscapedPath(), status.status)
		if fate != "" {
			line += " (" + fate + ")"
		}
		f.log(line)
	}
}

// serve returns what went wrong on purpose.
func (f *Front) serve(w http.ResponseWriter, r *http.Request, n int) (fate string) {
	wait(r, f.delay)
	var after *fault
	for _, fault := range at(f.faults, n) {
		switch fault.kind {
		case "slow":
			fate = fault.kind
			wait(r, fault.delay)
		case "expire-tokens":
			fate = fault.kind
			f.Tokens.Expire()
		default:
			after = &fault
		}
	}
	if after != nil && f.before(w, *after) {
		return after.name()
	}
	header, reset, ok := f.budget.take()
	if header != "" {
		w.Header().Set("RateLimit", header)
	}
	if !ok {
		tooMany(w.Header(), f.chosen["too_many"], header, reset)
		f.refuse(w, http.StatusTooManyRequests, "too many requests")
		return fate
	}
	if after == nil {
		f.handler.ServeHTTP(w, r)
		return fate
	}
	held := &held{header: http.Header{}, status: http.StatusOK}
	f.handler.ServeHTTP(held, r)
	spoil(w, held, after.kind)
	return after.name()
}

// before serves the faults for which the request is not carried out.
func (f *Front) before(w http.ResponseWriter, what fault) bool {
	switch what.kind {
	case "status":
		if what.status == http.StatusTooManyRequests {
			tooMany(w.Header(), f.chosen["too_many"], "limit=1200, remaining=0, reset=1", 1)
		}
		f.refuse(w, what.status, "this fault was asked for")
	case "cut-before":
		cut(w, nil)
	case "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>")
	default:
		return false
	}
	return true
}

func (f fault) name() string {
	if f.kind == "status" {
		return fmt.Sprintf("fault %d", f.status)
	}
	return "fault " + f.kind
}
