package transport

import (
	"bytes"
	"io"
	"net/http"
	"regexp"

	"golang.org/x/oauth2"
)

// auth adds the token to each call. A call whose token is refused was not carried
// out, so it may be sent again with a new one, a POST too.
type auth struct {
	next   http.RoundTripper
	meter  *Meter
	source *source
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	token, err := a.source.token(ctx)
	if err != nil {
		closeBody(req)
		return nil, &UnsentError{Err: err}
	}
	resp, err := a.send(req, token)
	if err != nil || !a.refused(resp, token) {
		return resp, err
	}
	again, err := replay(req)
	if err != nil {
		return resp, nil
	}
	fresh, err := a.source.renew(ctx, token)
	if err != nil {
		closeBody(again)
		if resp.StatusCode == http.StatusForbidden {
			return resp, nil
		}
		drain(resp)
		return nil, &UnsentError{Err: err}
	}
	drain(resp)
	a.meter.repeated()
	return a.send(again, fresh)
}

func (a *auth) send(req *http.Request, token *grant) (*http.Response, error) {
	t := oauth2.Transport{Source: oauth2.StaticTokenSource(&token.Token), Base: a.next}
	resp, err := t.RoundTrip(req)
	if err == nil && resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
		token.accepted.Store(true)
	}
	return resp, err
}

// refused reports whether an answer may mean that the token is no longer good
// and another can be had.
func (a *auth) refused(resp *http.Response, token *grant) bool {
	switch {
	case !a.source.renewable():
		return false
	case token.second && !token.accepted.Load():
		return false // a third would fare no better
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return true
	case http.StatusForbidden:
		// Most mean that the account lacks a right, which a new token does not
		// give; some servers say so of an expired one. So an old token is given
		// one chance, and a new one none.
		return a.source.old(token) || saysToken(resp)
	}
	return false
}

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
