package transport

import "time"

// window is one period of a server's budget. Its end is known only roughly: the
// server says it in whole seconds, from a moment between the sending of a call
// and its answer. So it is kept as the earliest and the latest moment it can be.
type window struct {
	known     bool
	limit     int // 0 if the server does not say
	remaining int // the lowest that was said, less calls that nothing was said of
	earliest  time.Time
	latest    time.Time
}

// learn takes in what an answer said that came at received to a call sent at
// sent.
func (w *window) learn(h rateHeader, sent, received time.Time) {
	// A second either way covers servers that round up and servers that cut.
	earliest := sent.Add(h.reset - time.Second)
	latest := received.Add(h.reset + time.Second)
	switch {
	case !w.known, earliest.After(w.latest):
		*w = window{known: true, limit: h.limit, remaining: h.remaining, earliest: earliest, latest: latest}
		return
	case latest.Before(w.earliest):
		return // a late answer of an earlier window
	}
	// Answers come out of order, so the lowest number is the newest.
	w.remaining = min(w.remaining, h.remaining)
	if earliest.After(w.earliest) {
		w.earliest = earliest
	}
	// Two short windows that cannot be told apart end with the later one.
	if latest.After(w.latest) {
		w.latest = latest
	}
	if h.limit > 0 {
		w.limit = h.limit
	}
}

// spend takes account of a call that the server said nothing of.
func (w *window) spend() {
	if w.known && w.remaining > 0 {
		w.remaining--
	}
}
