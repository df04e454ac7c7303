package state

import "strings"

// Error says what is wrong with a state, where it is, and what to do.
type Error struct {
	// Where is the state in words, as Backend.Where gives it.
	Where string
	// Problem goes on from "the state in Where".
	Problem string
	// Remedy is one or more sentences.
	Remedy string
	// Err is the cause, if there is one.
	Err error
	// Plain says that the state is in the clear, which is all that is wrong with it.
	Plain bool
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("the state")
	if e.Where != "" {
		b.WriteString(" in " + e.Where)
	}
	b.WriteString(" " + e.Problem)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Remedy != "" {
		b.WriteString(". " + e.Remedy)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }
