package provider

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what an error of a vendor means for the run.
type Kind uint8

// The kinds of errors.
const (
	// Failed is anything that is none of the below.
	Failed Kind = iota
	// NotFound: the object is not there.
	NotFound
	// Refused: the server understood and said no (a 4xx); nothing changed.
	Refused
	// Unauthorized: no token, or one that is not accepted even when new.
	Unauthorized
	// Unanswered: a create was sent and no usable answer came. It may have
	// happened.
	Unanswered
	// Unavailable: the server could not be reached or could not answer, and
	// nothing was changed or the call may be repeated.
	Unavailable
	// Malformed: an answer that is not what the vendor documents.
	Malformed
)

// Error is what went wrong with one call, in words for the user.
type Error struct {
	Kind   Kind
	Op     string // what was attempted: "create user", without secrets
	Status int    // HTTP status, 0 if none
	Vendor string // the vendor's own message, if any
	// Attrs are the attributes of the object that the message is about, in its
	// order and each once, as far as it names any.
	Attrs  []string
	Remedy string // what to do
	// Accepted says of an unanswered create that the server said that it was
	// carried out, but not what it made.
	Accepted bool
	Err      error // the cause, if any
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": HTTP %d", e.Status)
	}
	if e.Vendor != "" {
		fmt.Fprintf(&b, ": %s", e.Vendor)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Remedy != "" {
		fmt.Fprintf(&b, ". %s", e.Remedy)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err, Failed if it has none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Failed
}
