package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
)

// call is what kind of call an error is about.
type call uint8

const (
	aReading call = iota // changes nothing
	aCreate              // must not be sent twice
	aChange              // may be sent twice
)

// judged says what an error of a vendor means for the run. The vendor's words may
// repeat what was sent; the secrets in it are taken out.
func (p *project) judged(err error, what call, secrets []string) error {
	if err == nil {
		return nil
	}
	var e *provider.Error
	known := errors.As(err, &e)
	out := &planner.CallError{Verdict: planner.Refused, Accepted: known && e.Accepted, Err: withoutSecrets(err, secrets)}
	var unsent interface{ Unsent() bool }
	lost, isLost := errors.AsType[*lostError](err)
	switch {
	case isLost:
		out.Verdict, out.Err = planner.Unkept, lost.err
	case errors.Is(err, transport.ErrCallBudget):
		out.Verdict, out.Err = planner.Unsent, p.callsUsed()
	case known && e.Status == http.StatusTooManyRequests && what == aChange:
		out.Verdict = planner.Unanswered // an earlier try of it may have been carried out
	case errors.As(err, &unsent) && unsent.Unsent(), known && e.Status == http.StatusTooManyRequests:
		out.Verdict = planner.Unsent
	case what == aReading: // below it is about what may have been changed
		if known && e.Kind == provider.Unauthorized {
			out.Verdict = planner.Fatal
		}
	case !known:
		if errors.Is(err, context.Canceled) {
			out.Verdict, out.Err = planner.Unanswered, errCutOff
		}
	default:
		out.Verdict = verdictOf(e, what)
	}
	return out
}

// verdictOf says what a vendor's error means for a call that writes.
func verdictOf(e *provider.Error, what call) planner.Verdict {
	switch e.Kind {
	case provider.Unanswered:
		return planner.Unanswered
	case provider.Unavailable, provider.Malformed:
		if what == aChange {
			return planner.Unanswered
		}
	case provider.NotFound:
		return planner.Gone
	case provider.Unauthorized:
		if e.Status == http.StatusForbidden {
			return planner.Denied
		}
		return planner.Fatal
	}
	return planner.Refused
}

// errCutOff says what became of a call that was under way at the second
// interrupt.
var errCutOff = errors.New("the call was cut off by the interrupt; it may have been carried out all the same")

// callsUsed is why a run stops that may make no more calls.
func (p *project) callsUsed() error {
	return fmt.Errorf("the %d calls of -max-calls are used up. Run it again to go on", p.maxCalls)
}
