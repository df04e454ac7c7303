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

// UnsentError is the failure of a call of which surely nothing reached the
// server: there was no connection, no token, or no leave to send it. Callers
// that do not import this package can look for its method Unsent.
type UnsentError struct{ Err error }

func (e *UnsentError) Error() string { return e.Err.Error() }
func (e *UnsentError) Unwrap() error { return e.Err }

// Unsent reports that the call was not sent.
func (e *UnsentError) Unsent() bool { return true }

// TokenError says that no token could be had. Its text holds no secret.
type TokenError struct {
	// URL is the address of the token call, without its query.
	URL string
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Code is the machine-readable reason, such as invalid_client, if there was one.
	Code string
	// Vendor is the server's own message, if there was one.
	Vendor string
	// Err is the cause where no usable answer came.
	Err error
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
	b.WriteString(". " + e.Remedy())
	return b.String()
}

func (e *TokenError) Unwrap() error { return e.Err }

// Unauthorized reports that the credentials were refused, so that asking again
// is of no use. Callers that do not import this package can look for it.
func (e *TokenError) Unauthorized() bool { return e.final() }

// Remedy says what to do.
func (e *TokenError) Remedy() string {
	switch {
	case e.Code == "invalid_client" || e.Code == "unauthorized_client":
		return "Check client_id and client_secret"
	case e.Code == "invalid_grant":
		return "Check username and password"
	case e.Status == http.StatusTooManyRequests:
		return "The server takes no more calls for now; try again later"
	case e.Status == http.StatusNotFound || e.Status >= 200 && e.Status < 400:
		return "Check the address in the provider block: what answers there is not the API"
	case e.Status >= 400 && e.Status < 500:
		return "Check client_id and client_secret, and username and password if they are used"
	case e.Status >= 500:
		return "The server has trouble of its own; try again later"
	}
	return "Check the address in the provider block, and the network"
}

// final reports whether asking again with the same credentials is of no use.
func (e *TokenError) final() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests
}
