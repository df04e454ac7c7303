package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

func (s *source) call(ctx context.Context, inQuery bool) (*grant, error) {
	ctx, sending := asTokenCall(ctx)
	req, err := s.prepare(ctx, inQuery)
	if err != nil {
		return nil, &TokenError{URL: "an address that cannot be read", Err: s.secrets.error(err)}
	}
	shown := *req.URL
	shown.RawQuery = ""
	failure := &TokenError{URL: shown.Redacted(), Settings: s.request.Settings}
	resp, err := s.calls.RoundTrip(req)
	if err != nil {
		if u := asUnsent(err); ctx.Err() != nil || u != nil && u.held {
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
	g, err := s.parse(body, sending.sent)
	if err != nil {
		failure.Err, failure.strange = err, true
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
	form := s.request.params(s.clock.Now()).Encode()
	var body io.Reader
	if inQuery {
		address.RawQuery = form
	} else {
		body = strings.NewReader(form)
	}
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

// parse reads the answer to a token call that was sent at sent. Numbers may be
// written as texts.
func (s *source) parse(body []byte, sent time.Time) (*grant, error) {
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   any    `json:"expires_in"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return nil, errNotJSON
	}
	if answer.AccessToken == "" || strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the answer holds no access_token that can be sent")
	}
	// created_at is not used: some servers count expires_in from it and some
	// from now, and a token that ends early is renewed when it is refused.
	now := s.clock.Now()
	g := &grant{Token: oauth2.Token{AccessToken: answer.AccessToken}, since: now}
	if life := seconds(answer.ExpiresIn); life > 0 {
		// The server gave it at some time since the call was sent, and a call with it
		// may be on its way for as long as this one was.
		margin := max(min(renewBefore, life/10), min(now.Sub(sent), life/2))
		g.renew = sent.Add(life - margin)
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
		// A page with 401 may be what a server makes of wrong credentials.
		page := bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
		failure.strange = page && (failure.Status == http.StatusBadRequest || failure.Status == http.StatusForbidden)
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
