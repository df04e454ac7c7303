package planner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// attempt is what is known of a call that was not answered.
type attempt struct {
	sent     map[string]cty.Value
	at       time.Time
	accepted bool
	err      error // what came instead of the answer; nil in a run that has not sent it
	rounds   int   // how often it has been looked up, or sent again
	found    *schema.Object
}

// mostRounds is how often the same call may go unanswered before it is left to
// the next run, and only while others of its round fare better.
const mostRounds = 3

// unanswered notes that a call was sent and no answer came.
func (r *run) unanswered(i int, sent map[string]cty.Value, err error) (Status, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.attempts[i]
	if a == nil {
		a = &attempt{}
		r.attempts[i] = a
	}
	a.sent, a.at, a.err, a.accepted = sent, r.o.Now(), err, accepted(err)
	return Undecided, err
}

// willLookUp reports whether the run itself goes on with a step whose call was
// not answered; the lock is held.
func (r *run) willLookUp(i int) bool {
	a := r.attempts[i]
	s := &r.plan.Steps[i]
	return a != nil && (a.rounds == 0 || r.fared && a.rounds < mostRounds) && !r.stopped && !r.closed[s.Provider]
}

// sentBefore is what came instead of the answer when this run sent the step's
// call before; nil if it did not.
func (r *run) sentBefore(i int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.attempts[i]; a != nil {
		return a.err
	}
	return nil
}

// countResent counts a call that is sent again.
func (r *run) countResent(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts[i] != nil {
		r.report.Resent++
	}
}

// found is what a call that was not answered has made, as a list has shown.
func (r *run) found(i int) *schema.Object {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.attempts[i]; a != nil {
		return a.found
	}
	return nil
}

// lookUp goes on with the steps whose calls were not answered, while nothing else
// is under way: what may be repeated is sent again; for the creates one listing
// shows which of them happened.
func (r *run) lookUp(ctx context.Context, batch []int) {
	r.mu.Lock()
	r.fared = false
	r.mu.Unlock()
	asked, lookups := r.lookups(batch)
	var answers []Answer
	var err error
	if len(asked) > 0 {
		answers, err = r.target.Settle(ctx, lookups)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy--
	defer r.wake.Broadcast()
	for k, i := range asked {
		a := r.attempts[i]
		switch {
		case err != nil && a.err == nil && r.stopped: // an earlier run sent it, not this one
			r.leave(i)
		case err != nil:
			r.end(i, Undecided, errors.Join(a.err, fmt.Errorf("it could not be looked up: %w", err)), 0)
		case answers[k].Outcome == Unclear:
			r.undecided(i, answers[k].Why, answers[k].Until)
		case answers[k].Outcome == Happened:
			a.rounds++
			a.found = &answers[k].Object
			r.report.Found++
			r.ready.add(i)
		default:
			r.resend(i)
		}
	}
}

// lookups prepares the questions; what needs none is sent again at once.
func (r *run) lookups(batch []int) (asked []int, lookups []Lookup) {
	wrote := r.wrote()
	for _, i := range batch {
		s := &r.plan.Steps[i]
		r.mu.Lock()
		a := r.attempts[i]
		r.mu.Unlock()
		values := a.sent
		if a.err == nil { // of an earlier run
			var err error
			if values, err = r.resolve(s); err != nil {
				r.mu.Lock()
				r.end(i, Failed, err, 0)
				r.mu.Unlock()
				continue
			}
		}
		r.mu.Lock()
		switch {
		case r.closed[s.Provider] && a.err == nil:
			r.leave(i)
		case r.closed[s.Provider]:
			r.end(i, Undecided, a.err, 0)
		case !s.makes():
			r.resend(i)
		case a.err == nil && !wrote[typeOf(s)] && r.plan.Made.After(a.at.Add(settleGrace)) && r.o.Now().Before(r.plan.Until):
			r.undecided(i, "no list shows it, and nothing was written since by which to tell whether the list is up to date", r.plan.Until)
		default:
			asked, lookups = append(asked, i), append(lookups, Lookup{Step: s, Values: values, At: a.at, Accepted: a.accepted})
		}
		r.mu.Unlock()
	}
	return asked, lookups
}

// typeOf names the list a step's object is in.
func typeOf(s *Step) ObjectID { return ObjectID{Provider: s.Provider, Type: s.Address.Type} }

// wrote says of which lists something has been written in this run.
func (r *run) wrote() map[ObjectID]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[ObjectID]bool{}
	for i := range r.plan.Steps {
		if s := &r.plan.Steps[i]; s.Calls > 0 && r.report.Status[i] == Done {
			out[typeOf(s)] = true
		}
	}
	return out
}

// resend lines a step up once more; the lock is held.
func (r *run) resend(i int) {
	r.attempts[i].rounds++
	r.ready.add(i)
	r.wake.Broadcast()
}

// undecided ends a step of which it cannot be told yet what became of it; the
// lock is held.
func (r *run) undecided(i int, why string, until time.Time) {
	err := errors.New(why)
	if a := r.attempts[i]; a.err != nil {
		err = fmt.Errorf("%w. But %s", a.err, why)
	}
	if r.report.Until.Before(until) {
		r.report.Until = until
	}
	r.end(i, Undecided, err, 0)
}
