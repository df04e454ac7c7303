package transport

import (
	"context"
	"net/http"
)

const (
	// maxSends is how often a call is sent at most that is refused for its token.
	maxSends = 8
	// maxRounds is how often a call that is let go asks for a token anew because the
	// one at hand has ended while it waited.
	maxRounds = 20
)

// auth adds the token to each call once the budget has let it go, so that none
// goes out with a token that ended while the call waited. A call whose token is
// refused was not carried out, so it may be sent again with another, a POST too.
type auth struct {
	gate   *budget
	meter  *Meter
	source *source
	rights rights
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	token, p, err := a.admit(req.Context(), ordinary, a.source)
	if err != nil {
		closeBody(req)
		return nil, unsent(err)
	}
	resp, err := a.send(req, token, p)
	for sends := 1; err == nil && sends < maxSends; sends++ {
		verdict := a.judge(resp, token, sends)
		if verdict == final {
			return resp, nil
		}
		again, bodyErr := replay(req)
		if bodyErr != nil {
			return resp, nil
		}
		r := a.repeat(again, token, verdict, sends)
		if r.token == nil {
			closeBody(again)
			return a.unrenewed(resp, r.err)
		}
		drain(resp)
		a.meter.repeated()
		if r.err != nil {
			return nil, reached(r.err)
		}
		resp, token = r.resp, r.token
	}
	return resp, err
}

// bearer is where a call finds its token.
type bearer interface {
	// present returns the token at hand; nil if there is none.
	present() *grant
	// renew sees to it that there is a good one.
	renew(context.Context) error
}

// admit returns a token and the leave to send a call with it. While the call waits
// for its turn the token may end: then the turn is given back, and it goes on
// once there is another. If none lives long enough for that, the last is tried.
func (a *auth) admit(ctx context.Context, c class, from bearer) (*grant, pass, error) {
	for round := 0; ; round++ {
		p, err := a.meter.admit(ctx, c)
		if err != nil {
			return nil, pass{}, held(err)
		}
		g := from.present()
		if a.source.good(g) || g != nil && round == maxRounds {
			return g, p, nil
		}
		a.meter.giveBack(p)
		c = overdue
		if err := from.renew(ctx); err != nil {
			return nil, pass{}, err
		}
	}
}

func (a *auth) send(req *http.Request, token *grant, p pass) (*http.Response, error) {
	token.uses.Add(1)
	token.flying.Add(1)
	token.SetAuthHeader(req)
	resp, err := a.gate.send(req, p)
	if err == nil && accepts(resp.StatusCode) {
		token.accepted.Store(true)
	}
	token.flying.Add(-1)
	return resp, err
}

// accepts reports whether a server that answers so has looked beyond the token.
func accepts(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return false
	}
	return status < 500
}

// repeat is how the repeat of a call ended; without a token it was not sent.
type repeat struct {
	token *grant
	resp  *http.Response
	err   error
}

// repeat sends a call again whose token was refused. The first time it takes the
// token that all take. By the second time others have used that one up, or the call
// is not for this account: so it gets one of its own, which settles the question.
func (a *auth) repeat(req *http.Request, refused *grant, why verdict, sends int) repeat {
	ctx := req.Context()
	if sends == 1 {
		if err := a.source.replace(ctx, refused); err != nil {
			return repeat{err: err}
		}
		return a.sendFrom(req, a.source)
	}
	if err := a.source.enter(ctx); err != nil {
		return repeat{err: err}
	}
	defer a.source.leave()
	if why == suspect && a.rights.known() {
		return repeat{} // others have found out since
	}
	r := a.sendFrom(req, &ownToken{source: a.source, before: refused})
	if r.token != nil {
		a.source.current.Store(r.token)
	}
	return r
}

func (a *auth) sendFrom(req *http.Request, from bearer) repeat {
	token, p, err := a.admit(req.Context(), overdue, from)
	if err != nil {
		return repeat{err: err}
	}
	resp, err := a.send(req, token, p)
	if err == nil && accepts(resp.StatusCode) {
		a.rights.renewalHelped()
	}
	return repeat{token, resp, err}
}

// ownToken is a token that no other call uses. Who has it holds the turn of its
// source.
type ownToken struct {
	source *source
	before *grant
	grant  *grant
}

func (o *ownToken) present() *grant { return o.grant }

func (o *ownToken) renew(ctx context.Context) (err error) {
	o.grant, err = o.source.fetch(ctx, o.before)
	return err
}
