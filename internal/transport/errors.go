package transport

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrCallBudget says that a call was not sent because the run may make no more.
var ErrCallBudget = errors.New("the calls that this run may make are used up")

// ErrThrottled says that the server has taken no call for so long that the rest
// is given up.
var ErrThrottled = errors.New("the server has answered nothing but 429 (too many calls) for a long time; somebody else may be using up the budget; try again later")

// UnsentError is the failure of a call of which surely nothing was carried out by
// the server: there was no connection, no token, or no leave to send it, or all that
// was sent was refused for the rate or the token. Callers that do not import
// this package can look for its methods Unsent and Unreachable.
type UnsentError struct {
	Err error

	held        bool // there was no leave to send it
	unreachable bool
}

func (e *UnsentError) Error() string { return e.Err.Error() }
func (e *UnsentError) Unwrap() error { return e.Err }

// Unsent reports that the call was not sent.
func (e *UnsentError) Unsent() bool { return true }

// Unreachable reports that every try of the call, or of the token call that it
// waited for, found no connection to the server at all: the name is not known, there
// is no way there, nothing listens, or nothing answers. Nearly every other call
// would fare alike.
func (e *UnsentError) Unreachable() bool { return e.unreachable }

// held is the failure of a call that got no leave.
func held(err error) *UnsentError { return &UnsentError{Err: err, held: true} }

// unsent is the failure of a call for want of something else, with what is known of
// that.
func unsent(err error) *UnsentError {
	inner := asUnsent(err)
	switch {
	case inner == nil:
		return &UnsentError{Err: err}
	case err == error(inner):
		return inner
	}
	return &UnsentError{Err: err, held: inner.held, unreachable: inner.unreachable}
}

// asUnsent finds an UnsentError in err; nil if there is none.
func asUnsent(err error) *UnsentError {
	if err == nil {
		return nil // as for most calls, and errors.As would allocate
	}
	var u *UnsentError
	errors.As(err, &u)
	return u
}

// TokenError says that no token could be had. Its text holds no secret.
type TokenError struct {
	// URL is the address of the token call, without its query.
	URL string
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Code is the machine-readable reason, such as invalid_client, if there was one.
	Code string
	// Settings are those that the call was made of, to be checked after a refusal.
	Settings []string
	// Vendor is the server's own message, if there was one.
	Vendor string
	// Err is the cause where no usable answer came.
	Err error

	strange bool // the answer came whole, and is none of the API
}

func (e *TokenError) Error() string {
	var b strings.Builder
	b.WriteString("no access token from " + e.URL)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": HTTP %d", e.Status)
	}
	for _, part := range []string{e.Code, e.Vendor} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if lost := (*noConnection)(nil); !errors.As(e.Err, &lost) { // which says it itself
		b.WriteString(". " + e.Remedy())
	}
	return b.String()
}

func (e *TokenError) Unwrap() error { return e.Err }

// Unauthorized reports that the credentials were refused, so that asking again
// is of no use. Callers that do not import this package can look for it.
func (e *TokenError) Unauthorized() bool { return e.final() && !e.Foreign() }

// Foreign reports that what answered is not the API: nothing gives tokens at this
// address, or a web page came back. Callers that do not import this package can
// look for it.
func (e *TokenError) Foreign() bool {
	switch e.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return e.Code == ""
	}
	return e.strange || e.Status >= 300 && e.Status < 400
}

// Remedy says what to do.
func (e *TokenError) Remedy() string {
	switch {
	case e.Code == "invalid_client" || e.Code == "unauthorized_client":
		return "Check client_id and client_secret"
	case e.Code == "invalid_grant" && len(e.Settings) > 0:
		return "Check " + e.settings()
	case e.Code == "invalid_grant":
		return "Check username and password"
	case e.Status == http.StatusTooManyRequests:
		return "The server takes no more calls for now; try again later"
	case e.Foreign():
		return "Check the address in the provider block: what answers there is not the API"
	case e.Status == http.StatusBadRequest && len(e.Settings) > 0:
		return "Check " + e.settings() + "; or the address in the provider block is not that of the API"
	case e.Status >= 400 && e.Status < 500:
		return "Check " + e.settings()
	case e.Status >= 500:
		return "The server has trouble of its own; try again later"
	}
	return "Check the address in the provider block, and the network"
}

func (e *TokenError) settings() string {
	if last := len(e.Settings) - 1; last > 0 {
		return strings.Join(e.Settings[:last], ", ") + " and " + e.Settings[last]
	}
	return "client_id and client_secret, and username and password if they are used"
}

// final reports whether asking again with the same credentials is of no use.
func (e *TokenError) final() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests
}
