package planner

import (
	"context"
	"errors"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Target is the live system, as far as a step needs it. Its methods are called
// from many goroutines. An error that is a *CallError says what became of the
// call; any other counts as refused.
type Target interface {
	// Create makes the step's object.
	Create(ctx context.Context, s *Step, values map[string]cty.Value) (schema.Object, error)
	// Update changes it, in one call. before and after are the step's, resolved.
	Update(ctx context.Context, s *Step, before, after map[string]cty.Value) (schema.Object, error)
	// Delete removes the object with that id.
	Delete(ctx context.Context, s *Step, id string) error
	// Below lists those of the given units that the server shows below the step's,
	// by a list that was read after the given moment.
	Below(ctx context.Context, s *Step, units []string, since time.Time) ([]string, error)
	// Settle tells, one for one, what became of creates whose answers never came,
	// from one listing for all of them; see the function of that name.
	Settle(ctx context.Context, lookups []Lookup) ([]Answer, error)
}

// Journal is the record of what is done. When a method returns nil, what it was
// told survives the death of the process; results also that of the machine.
type Journal interface {
	// Begin is told of a call right before it is made.
	Begin(ctx context.Context, s *Step, wanted map[string]cty.Value) error
	// Accept is told that a create was answered well, but not with what it made.
	Accept(ctx context.Context, s *Step, wanted map[string]cty.Value) error
	// Commit is told what came of it.
	Commit(ctx context.Context, s *Step, r Result) error
	// Forget is told of an object that is no longer ours.
	Forget(ctx context.Context, s *Step) error
}

// Result is what a step left behind.
type Result struct {
	// ID is the live id; empty if the call was refused and there is none.
	ID string
	// Refused says that the call changed nothing; Gone that it was because the
	// object is not there.
	Refused, Gone bool
	// Sent are the values of the call, Answer what the server showed after it.
	Sent, Answer map[string]cty.Value
}

// Verdict says what became of a call that ended in an error.
type Verdict uint8

// The verdicts.
const (
	Refused    Verdict = iota // the server said no, nothing changed
	Unanswered                // it may have happened
	Gone                      // the object is not there
	Changed                   // the live system is not as planned, nothing was sent
	Denied                    // the server refused who calls, nothing changed
	Fatal                     // the same, and no further call makes sense: stop the run
	Unsent                    // it was not sent, and none can be: stop the run
	Unkept                    // it was not sent, since the record cannot be kept any more: stop the run
)

// CallError is an error of a Target with its verdict.
type CallError struct {
	Verdict Verdict
	// Accepted says of an unanswered create that the server answered well, but
	// not with what it made.
	Accepted bool
	Err      error
}

func (e *CallError) Error() string { return e.Err.Error() }
func (e *CallError) Unwrap() error { return e.Err }

func accepted(err error) bool {
	var c *CallError
	return errors.As(err, &c) && c.Accepted
}

func verdict(err error) Verdict {
	var c *CallError
	if errors.As(err, &c) {
		return c.Verdict
	}
	return Refused
}
