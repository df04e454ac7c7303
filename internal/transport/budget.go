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
	c := ordinary
	call := tokenCallOf(req.Context())
	if call != nil {
		c = tokenCall
	}
	p, err := b.meter.admit(req.Context(), c)
	if err != nil {
		closeBody(req)
		return nil, held(err)
	}
	if call != nil {
		call.sent = p.sent
	}
	return b.send(req, p)
}

// send sends a call that has its pass.
func (b *budget) send(req *http.Request, p pass) (*http.Response, error) {
	failed := func() error { return nil }
	if ask := beforeSend(req.Context()); ask != nil {
		if err := ask(); err != nil {
			b.meter.giveBack(p)
			closeBody(req)
			return nil, held(err)
		}
		req, failed = guard(req, ask)
	}
	resp, err := b.next.RoundTrip(req)
	if why := failed(); err != nil && why != nil {
		b.meter.giveBack(p)
		return nil, held(why)
	}
	b.meter.done(p, resp)
	return resp, err
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}
