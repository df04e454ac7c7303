package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/espalier-dev/espalier/provider"
)

// refusal turns a status other than 2xx into an error that says what it means
// for the run. Of 0 no more is known than that it is a no.
func (a *API) refusal(req Request, answer *Answer, status int) *provider.Error {
	e := &provider.Error{Op: req.Op, Status: status, Vendor: vendorMessage(answer), Attrs: blamed(answer, req.Fields)}
	create := req.creates()
	switch {
	case status == 0:
		e.Kind = provider.Refused
	case status == http.StatusNotFound && create:
		e.Kind, e.Remedy = provider.Refused, req.Missing
	case status == http.StatusNotFound:
		e.Kind, e.Remedy = provider.NotFound, req.Missing
	case status == http.StatusUnauthorized:
		e.Kind, e.Remedy = provider.Unauthorized, "The server does not accept the token; check the credentials in the provider block"
	case status == http.StatusForbidden:
		e.Kind, e.Remedy = provider.Unauthorized, "The account that holds the token may not do this, or the token has expired; check its role and the credentials"
	case status == http.StatusTooManyRequests:
		e.Kind, e.Remedy = provider.Unavailable, "The server's budget of calls is spent; run again later, or lower -parallelism"
	case status >= 500 && create, status == http.StatusRequestTimeout && create:
		e.Kind, e.Remedy = provider.Unanswered, "It may have been made all the same, so it is looked up before anything is sent again"
	case status >= 500, status == http.StatusRequestTimeout:
		e.Kind, e.Remedy = provider.Unavailable, "The server is in trouble; run again later"
	case status == http.StatusRequestEntityTooLarge:
		e.Kind, e.Remedy = provider.Refused, "What was sent is larger than the server, or a proxy before it, takes"
	case status >= 400:
		e.Kind = provider.Refused
	default:
		e.Kind, e.Remedy = provider.Failed, "The server points elsewhere; check the address in the provider block"
	}
	if remedy, ok := a.Remedies[status]; ok {
		e.Remedy = remedy
	}
	return e
}

// unreached is for a call without a usable answer. left says whether any of the
// request may have reached the server.
func (a *API) unreached(ctx context.Context, req Request, err error, left bool) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return ctx.Err()
	}
	e := &provider.Error{Kind: provider.Unavailable, Op: req.Op, Err: a.clean(err), Remedy: "Check the address and the network, then run again"}
	var known *provider.Error
	var own *contentError
	var denied interface{ Unauthorized() bool }
	var foreign interface{ Foreign() bool }
	var unsent interface{ Unsent() bool }
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &own):
		return unsendable(req.Op, own)
	case errors.As(err, &denied) && denied.Unauthorized():
		// The transport got no token; its text has the remedy.
		e.Kind, e.Remedy = provider.Unauthorized, ""
	case errors.As(err, &foreign) && foreign.Foreign():
		e.Kind, e.Remedy = provider.Malformed, "" // likewise
	case errors.As(err, &unsent) && unsent.Unsent():
		e.Remedy = "" // the text says why, and what to do
	case errors.Is(err, errTooLong):
		e.Kind, e.Remedy = provider.Malformed, "Check that the address is that of the API"
		if req.creates() {
			e.Kind = provider.Unanswered
		}
	case req.creates() && left:
		e.Kind = provider.Unanswered
		e.Remedy = "It may have been made all the same, so it is looked up before anything is sent again"
	}
	return e
}

// cut is for a call whose answer broke off after its status.
func (a *API) cut(ctx context.Context, req Request, err error, status int) error {
	err = a.unreached(ctx, req, err, true)
	var e *provider.Error
	if errors.As(err, &e) && e.Kind == provider.Unanswered {
		e.Status, e.Accepted = status, status >= 200 && status <= 299
	}
	return err
}

// malformed is for an answer that cannot be used. A reader that knows better what to
// do than to look at the address says so itself.
func malformed(req Request, answer *Answer, err error) *provider.Error {
	var known *provider.Error
	if errors.As(err, &known) {
		e := *known
		e.Op, e.Status = req.Op, answer.Status
		return &e
	}
	return &provider.Error{Kind: provider.Malformed, Op: req.Op, Status: answer.Status, Err: err,
		Remedy: "This is not what the API documents; check the address in the provider block, and whether a proxy or a login page answers in its place"}
}

func unanswered(req Request, answer *Answer, err error) *provider.Error {
	return &provider.Error{Kind: provider.Unanswered, Op: req.Op, Status: answer.Status, Err: err,
		Remedy: "It has probably been made, so it is looked up before anything is sent again"}
}

// unidentified is for a create that was answered well without the new id.
func unidentified(req Request, answer *Answer, err error) *provider.Error {
	e := unanswered(req, answer, err)
	e.Accepted = true
	return e
}

// clean takes addresses with their queries and all secrets out of the text of
// an error, and keeps the error itself reachable. Token calls carry secrets in
// the query, and net/http puts the whole address into its errors.
func (a *API) clean(err error) error {
	cause := err
	if outer, ok := err.(*url.Error); ok && outer.Err != nil {
		cause = outer.Err // what was attempted is said already
	}
	text := a.redact(errorText(cause))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		text = "the connection was cut before the whole answer had come"
	}
	if text == err.Error() {
		return err
	}
	return &cleaned{text: text, err: err}
}

type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.err }

// errorText is the text of err without the queries of the addresses in it.
func errorText(err error) string {
	text := err.Error()
	for e := err; e != nil; e = errors.Unwrap(e) {
		u, ok := e.(*url.Error)
		if !ok {
			continue
		}
		short := u.URL
		if parsed, perr := url.Parse(u.URL); perr == nil {
			short = parsed.Scheme + "://" + parsed.Host + parsed.EscapedPath()
		} else if i := strings.IndexByte(short, '?'); i >= 0 {
			short = short[:i]
		}
		text = strings.ReplaceAll(text, fmt.Sprintf("%q", u.URL), short)
		text = strings.ReplaceAll(text, u.URL, short)
	}
	return text
}

func (a *API) redact(text string) string { return without(text, forms(a.Secrets)) }
