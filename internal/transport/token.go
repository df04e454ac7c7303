package transport

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

const (
	// renewBefore is how long before its end a token is renewed; of one that
	// lives short, a tenth of its life.
	renewBefore = time.Minute
	// young is the age under which a token is not blamed for a plain 403 for ever.
	young = time.Minute
)

// grant is a token with what is needed to judge its age by our own clock.
type grant struct {
	oauth2.Token
	since time.Time
	renew time.Time // zero: lives until it is refused

	uses     atomic.Int32 // calls sent with it
	flying   atomic.Int32 // of them not yet answered
	accepted atomic.Bool  // a call was let through with it
	refused  atomic.Bool  // it is not to be used any more
	second   bool         // it took the place of one that was useless
}

// source gives tokens. One caller at a time asks the server; the others wait for
// what it gets. oauth2.ReuseTokenSource is not used because it can neither be
// interrupted nor told that a token was refused.
type source struct {
	clock   clock
	meter   *Meter
	request *Token // nil for a token that was given
	calls   http.RoundTripper
	secrets *redactor

	current atomic.Pointer[grant]
	latest  atomic.Pointer[grant] // the last that was given, also to one call alone
	asking  atomic.Int32          // whether another is asked for

	turn    chan struct{} // holds one element while nobody is at work on what is below
	asked   atomic.Int64  // how often the server was asked in vain
	trouble error         // how it ended the last time, if in vain
	swapped bool          // the parameters go the other way than InQuery says
	failed  error         // the credentials were refused; asking again may lock an account
}

func newSource(o Options, meter *Meter, calls http.RoundTripper, secrets *redactor) *source {
	s := &source{clock: o.clock, meter: meter, request: o.Token, calls: calls, secrets: secrets, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	if o.AccessToken != "" {
		s.request = nil
		s.current.Store(&grant{Token: oauth2.Token{AccessToken: o.AccessToken}})
	}
	return s
}

func (s *source) renewable() bool { return s.request != nil }

// old reports whether a token has been in use for a while.
func (s *source) old(g *grant) bool { return s.clock.Now().Sub(g.since) >= young }

// past reports whether a token has come to its end, or so near that it may end on
// the way.
func (s *source) past(g *grant) bool { return !g.renew.IsZero() && !s.clock.Now().Before(g.renew) }

// newest reports whether no other token has been given since, nor is asked for: some
// servers know one at a time.
func (s *source) newest(g *grant) bool { return s.asking.Load() == 0 && s.latest.Load() == g }

// useless reports whether a token was refused to all who used it, though it was alive.
func (s *source) useless(g *grant) bool {
	return !g.accepted.Load() && g.flying.Load() == 0 && !s.past(g)
}

// good reports whether a token may be used, as far as is known.
func (s *source) good(g *grant) bool { return g != nil && !g.refused.Load() && !s.past(g) }

// present returns the token that all calls use; nil if there is none yet.
func (s *source) present() *grant { return s.current.Load() }

// renew sees to it that the present token is good.
func (s *source) renew(ctx context.Context) error { return s.replace(ctx, nil) }

// replace sees to it that the present token is good and not the one that was
// refused. Of many callers with one refused token, one alone asks for the next.
func (s *source) replace(ctx context.Context, refused *grant) error {
	before := s.asked.Load()
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	present := s.present()
	if present != refused && s.good(present) {
		return nil
	}
	if s.trouble != nil && s.asked.Load() != before {
		return s.trouble // while this one waited for its turn
	}
	fresh, err := s.fetch(ctx, present)
	if err != nil {
		return err
	}
	s.current.Store(fresh)
	return nil
}

// enter waits for the turn to ask the server for a token; leave must follow it.
func (s *source) enter(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.meter.stop:
		return held(s.meter.closed())
	case <-s.turn:
		return nil
	}
}

func (s *source) leave() { s.turn <- struct{}{} }

// fetch asks the server for a token to take the place of another, if there was one.
// The caller has the turn.
func (s *source) fetch(ctx context.Context, before *grant) (*grant, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	s.asking.Add(1)
	defer s.asking.Add(-1)
	fresh, err := s.ask(ctx)
	if s.trouble = nil; err != nil && ctx.Err() == nil {
		s.trouble = err
		s.asked.Add(1)
	}
	if err == nil {
		s.latest.Store(fresh)
		fresh.second = before != nil && before.refused.Load() && s.useless(before)
		return fresh, nil
	}
	var refusal *TokenError
	if errors.As(err, &refusal) && refusal.final() {
		s.failed = err
	} else if closed := s.meter.closed(); closed != nil {
		err = held(closed) // what else went wrong could not be tried again
	}
	return nil, err
}

// ask makes the token call, and the other way if the first is not understood.
func (s *source) ask(ctx context.Context) (*grant, error) {
	inQuery := s.request.InQuery != s.swapped
	g, err := s.call(ctx, inQuery)
	if errors.Is(err, errNotJSON) && s.meter.pause(ctx, "the token call was answered by something else than the API", firstBackoff) == nil {
		g, err = s.call(ctx, inQuery) // a gateway's page, which may be gone by now
	}
	var refusal *TokenError
	if !s.request.TryOther || !errors.As(err, &refusal) || !refusal.final() || refusal.aboutCredentials() {
		return g, err
	}
	other, otherErr := s.call(ctx, !inQuery)
	if otherErr == nil {
		s.swapped = !s.swapped
		return other, nil
	}
	if errors.As(otherErr, &refusal) && refusal.aboutCredentials() {
		return nil, otherErr // understood this way, and refused for what it says
	}
	return nil, err
}

var errNotJSON = errors.New("the answer is not JSON")

// aboutCredentials reports whether the server understood the call and refused
// who makes it.
func (e *TokenError) aboutCredentials() bool {
	return slices.Contains([]string{"invalid_client", "invalid_grant", "unauthorized_client"}, e.Code)
}
