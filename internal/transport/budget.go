package transport

import (
	"net/http"
)

// budget is the round-tripper of a Meter.
type budget struct {
	next  http.RoundTripper
	meter *Meter
}

func (b *budget) RoundTrip(req *http.Request) (*http.Response, error) {
	err := b.meter.admit(req.Context())
	if err != nil {
		closeBody(req)
		return nil, &UnsentError{Err: err}
	}
	sent := b.meter.clock.Now()
	resp, err := b.next.RoundTrip(req)
	b.meter.done(resp, sent, isTokenCall(req.Context()))
	return resp, err
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}
