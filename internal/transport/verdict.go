package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"sync/atomic"
)

// verdict is what a refusal says of the token.
type verdict int

const (
	final   verdict = iota // another token would not help, or the call was not refused
	dead                   // the token is no longer good
	suspect                // either that, or the account lacks a right
)

// judge says what the answer to a call means for its token, after so many sends.
func (a *auth) judge(resp *http.Response, token *grant, sends int) verdict {
	status := resp.StatusCode
	if status != http.StatusUnauthorized && status != http.StatusForbidden || !a.source.renewable() {
		return final
	}
	ended := a.source.past(token)
	if sends > 1 && token.uses.Load() == 1 && !ended && a.source.newest(token) {
		// It was new, alive, nobody else's and the last that was given, so it was not
		// the token.
		if status == http.StatusForbidden {
			a.rights.renewalFailed()
		}
		return final
	}
	switch {
	case status == http.StatusUnauthorized, ended, saysToken(resp):
		if token.second && a.source.useless(token) && a.source.newest(token) {
			return final // a third would fare no better
		}
		token.refused.Store(true)
		return dead
	case a.source.old(token), !a.rights.known():
		return suspect
	}
	return final
}

// unrenewed is how a call ends that was refused and could not be sent again. Without
// leave, or with credentials that are refused too, that is the reason; but a 403
// may have had nothing to do with the token.
func (a *auth) unrenewed(resp *http.Response, err error) (*http.Response, error) {
	if resp.StatusCode == http.StatusForbidden {
		var token *TokenError
		if err == nil || errors.As(err, &token) && !token.final() {
			return resp, nil
		}
	}
	drain(resp)
	return nil, reached(unsent(err))
}

// reached takes from a failure that there was no connection to the server at all:
// it had answered before.
func reached(err error) error {
	if u := asUnsent(err); u != nil && u.unreachable {
		return &UnsentError{Err: u.Err}
	}
	return err
}

// maxFruitless is how many renewals in a row may not help against a 403 before a
// plain one is believed to be about rights.
const maxFruitless = 3

// rights remembers whether the account is one that is refused things for what it
// is. Most 403 mean that, and a new token does not help; but some servers say so of
// a token that has ended.
type rights struct{ fruitless atomic.Int32 }

func (r *rights) renewalHelped() { r.fruitless.Store(0) }
func (r *rights) renewalFailed() { r.fruitless.Add(1) }
func (r *rights) known() bool    { return r.fruitless.Load() >= maxFruitless }

var tokenTrouble = regexp.MustCompile(`(?i)\b(access.?token|token|session)\b.{0,40}\b(expired|invalid|revoked)|\b(expired|invalid|revoked).{0,40}\btoken\b|invalid_token`)

// saysToken reports whether a refusal speaks of the token; the body stays
// readable.
func saysToken(resp *http.Response) bool {
	if tokenTrouble.MatchString(resp.Header.Get("WWW-Authenticate")) {
		return true
	}
	head, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = &joinedBody{Reader: io.MultiReader(bytes.NewReader(head), rest), Closer: resp.Body}
	return tokenTrouble.Match(head)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
