package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

const (
	// renewBefore is how long before its end a token is renewed; of one that
	// lives short, a tenth of its life.
	renewBefore = time.Minute
	// young is the age under which a token is not blamed for a plain 403.
	young = time.Minute
)

// grant is a token with what is needed to judge its age by our own clock.
type grant struct {
	oauth2.Token
	since time.Time
	renew time.Time // zero: lives until it is refused

	accepted atomic.Bool // a call was let through with it
	second   bool        // it was got because one that was never accepted was refused
}

// source gives tokens. One caller at a time asks the server; the others wait for
// what it gets. oauth2.ReuseTokenSource is not used because it can neither be
// interrupted nor told that a token was refused.
type source struct {
	clock   clock
	request *Token // nil for a token that was given
	calls   http.RoundTripper
	secrets *redactor

	turn    chan struct{} // holds one element while nobody is at work below
	current *grant
	swapped bool  // the parameters go the other way than InQuery says
	failed  error // the credentials were refused; asking again may lock an account
}

func newSource(o Options, calls http.RoundTripper, secrets *redactor) *source {
	s := &source{clock: o.clock, request: o.Token, calls: calls, secrets: secrets, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	if o.AccessToken != "" {
		s.request = nil
		s.current = &grant{Token: oauth2.Token{AccessToken: o.AccessToken}}
	}
	return s
}

func (s *source) renewable() bool { return s.request != nil }

// old reports whether a token has been in use for a while.
func (s *source) old(g *grant) bool { return s.clock.Now().Sub(g.since) >= young }

// token returns a token that is good as far as is known.
func (s *source) token(ctx context.Context) (*grant, error) { return s.get(ctx, nil) }

// renew returns a token other than the one that was refused. Of many callers with
// one refused token, one alone asks for the next.
func (s *source) renew(ctx context.Context, refused *grant) (*grant, error) {
	return s.get(ctx, refused)
}

func (s *source) get(ctx context.Context, refused *grant) (*grant, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.turn:
	}
	defer func() { s.turn <- struct{}{} }()
	g := s.current
	if g != nil && g != refused && (g.renew.IsZero() || s.clock.Now().Before(g.renew)) {
		return g, nil
	}
	if s.failed != nil {
		return nil, s.failed
	}
	fresh, err := s.fetch(ctx)
	var refusal *TokenError
	if errors.As(err, &refusal) && refusal.final() {
		s.failed = err
	}
	if err != nil {
		return nil, err
	}
	fresh.second = refused != nil && !refused.accepted.Load()
	s.current = fresh
	return fresh, nil
}

// fetch makes the token call, and the other way if the first is not understood.
func (s *source) fetch(ctx context.Context) (*grant, error) {
	inQuery := s.request.InQuery != s.swapped
	g, err := s.call(ctx, inQuery)
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

// aboutCredentials reports whether the server understood the call and refused
// who makes it.
func (e *TokenError) aboutCredentials() bool {
	return slices.Contains([]string{"invalid_client", "invalid_grant", "unauthorized_client"}, e.Code)
}

func (s *source) call(ctx context.Context, inQuery bool) (*grant, error) {
	req, err := s.prepare(ctx, inQuery)
	if err != nil {
		return nil, &TokenError{URL: "an address that cannot be read", Err: s.secrets.error(err)}
	}
	shown := *req.URL
	shown.RawQuery = ""
	failure := &TokenError{URL: shown.Redacted()}
	resp, err := s.calls.RoundTrip(req)
	if err != nil {
		if ctx.Err() != nil || errors.Is(err, ErrCallBudget) || errors.Is(err, ErrThrottled) {
			return nil, err // no fault of the token call
		}
		failure.Err = s.secrets.error(err)
		return nil, failure
	}
	defer resp.Body.Close()
	failure.Status = resp.StatusCode
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		failure.Err = s.secrets.error(err)
		return nil, failure
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		s.explain(failure, body)
		return nil, failure
	}
	g, err := s.parse(body)
	if err != nil {
		failure.Err = err
		return nil, failure
	}
	s.secrets.add(g.AccessToken)
	return g, nil
}

func (s *source) prepare(ctx context.Context, inQuery bool) (*http.Request, error) {
	address, err := url.Parse(s.request.URL)
	if err != nil {
		return nil, err
	}
	form := s.request.Params.Encode()
	var body io.Reader
	if inQuery {
		address.RawQuery = form
	} else {
		body = strings.NewReader(form)
	}
	ctx = context.WithValue(ctx, tokenCallKey{}, true)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if !inQuery {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, nil
}

// parse reads the answer to a token call. Numbers may be written as texts.
func (s *source) parse(body []byte) (*grant, error) {
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   any    `json:"expires_in"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return nil, errors.New("the answer is not JSON")
	}
	if answer.AccessToken == "" || strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the answer holds no access_token that can be sent")
	}
	// created_at is not used: some servers count expires_in from it and some
	// from now, and a token that ends early is renewed when it is refused.
	g := &grant{Token: oauth2.Token{AccessToken: answer.AccessToken}, since: s.clock.Now()}
	if life := seconds(answer.ExpiresIn); life > 0 {
		g.renew = g.since.Add(life - min(renewBefore, life/10))
	}
	return g, nil
}

// seconds reads a duration written as a number or as a text of one; 0 if it is
// neither.
func seconds(v any) time.Duration {
	var text string
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
	}
	n, err := json.Number(text).Float64()
	if err != nil || n <= 0 || n > 1e9 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

// explain takes the reason out of an error body, if there is one in it.
func (s *source) explain(failure *TokenError, body []byte) {
	var answer struct {
		Error       any    `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return
	}
	if code, ok := answer.Error.(string); ok {
		failure.Code = s.short(code)
	}
	failure.Vendor = s.short(answer.Description)
	if failure.Vendor == "" {
		failure.Vendor = s.short(answer.Message)
	}
}

// short makes a server's text fit for a message.
func (s *source) short(text string) string {
	text = strings.Join(strings.Fields(s.secrets.text(text)), " ")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "..."
	}
	return text
}
