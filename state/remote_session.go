package state

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// remoteSession is one run on a Remote.
type remoteSession struct {
	*ledger
	remote *Remote
	hold   Hold
	lease  *lease
	header header
	// Exactly one of these is set: lines are appended, or the state is written whole.
	batch *batch
	whole *rewriter
	// begun says that a journal is there, be it an earlier run's.
	begun bool
}

func newRemoteSession(r *Remote, hold Hold, lease *lease, l joined) *remoteSession {
	s := &remoteSession{
		ledger: newLedger(r.Where(), r.codec, l.snapshot),
		remote: r, hold: hold, lease: lease,
		header: newHeader(l.snapshot, r.codec),
	}
	if l.journal != nil {
		s.header, s.begun, s.dirty = l.journal.header, true, true
	}
	if appender, ok := hold.(Appender); ok {
		s.key = s.header.key
		s.batch = newBatch(func(lines []byte) error { return s.append(appender, lines) })
	} else {
		s.whole = newRewriter(s, r.flush)
	}
	s.out = s
	return s
}

// Held implements Session.
func (s *remoteSession) Held() error { return s.lease.held() }

// Announce implements Session.
func (s *remoteSession) Announce(ctx context.Context, all iter.Seq[Intent]) error {
	if s.whole == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.whole.announce(all); err != nil {
		return s.broken(err)
	}
	return nil
}

// intent implements keeper.
func (s *remoteSession) intent(ctx context.Context, i Intent, lines []byte) error {
	if err := s.lease.held(); err != nil {
		return err
	}
	if s.whole != nil {
		return s.whole.intent(i)
	}
	return s.batch.add(lines)
}

// result implements keeper.
func (s *remoteSession) result(lines []byte) error {
	if s.whole != nil {
		return s.whole.failed()
	}
	return s.batch.add(lines)
}

// append brings lines to the place, the header before the first.
func (s *remoteSession) append(hold Appender, lines []byte) error {
	if err := s.lease.held(); err != nil {
		return err
	}
	if !s.begun {
		header, err := s.codec.appendHeader(nil, s.header)
		if err != nil {
			return err
		}
		lines = slices.Concat(header, lines)
	}
	ctx, cancel := s.patience()
	defer cancel()
	if err := hold.Append(ctx, lines); err != nil {
		return s.judged(err)
	}
	s.begun = true
	return nil
}

// patience is how long a write is tried: no longer than the lease can last.
func (s *remoteSession) patience() (context.Context, context.CancelFunc) {
	wait := endIn
	if s.lease.length > 0 {
		wait = min(wait, s.lease.length)
	}
	return context.WithTimeout(context.Background(), wait)
}

// judged notes a lost lock.
func (s *remoteSession) judged(err error) error {
	if errors.As(err, new(*LostError)) {
		return s.lease.lose(err)
	}
	return err
}

// broken implements keeper.
func (s *remoteSession) broken(err error) error {
	if errors.As(err, new(*Error)) {
		return err
	}
	e := &Error{Where: s.where, Problem: "cannot be kept any more", Err: err,
		Remedy: "No further call is made. " + whenMended + ": it goes on from what was kept"}
	if errors.As(err, new(*ChangedError)) {
		e.Problem = "is not safe to go on with"
		e.Remedy = "No further call is made. Find out who changes it past the lock, then run the command again"
	}
	return e
}

// Close implements Session. What the run did must be saved, so it does not end with
// ctx. A second call does nothing.
func (s *remoteSession) Close(context.Context) error {
	s.running.Lock()
	defer s.running.Unlock()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	if s.whole != nil {
		s.whole.end()
	}
	var err error
	if s.dirty {
		err = s.save()
	}
	s.lease.end()
	patience := endIn
	if err != nil || s.failed() != nil {
		patience = endBriefly
	}
	released := s.remote.release(s.hold, patience)
	if s.lease.isTaken() {
		released = nil // there was nothing left to give back
	}
	return errors.Join(err, released)
}

// save writes the new version. Until that is done the journal stays. Where the lease
// may have run out the place decides: it takes nothing from a run that was overtaken.
func (s *remoteSession) save() error {
	expired := s.lease.held()
	if s.lease.isTaken() {
		return expired
	}
	s.mu.Lock()
	if s.whole != nil {
		maps.DeleteFunc(s.pending, s.whole.unbegun)
		s.unfolded = true
	}
	next := s.next()
	data, err := s.codec.encode(next, s.texts)
	s.mu.Unlock()
	if err != nil {
		return &Error{Where: s.where, Problem: "could not be saved", Err: err, Remedy: s.left()}
	}
	wait := endIn
	switch {
	case s.failed() != nil:
		wait = endBriefly
	case expired != nil:
		wait = endInAgain
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	err = s.judged(s.hold.Replace(ctx, data))
	switch {
	case err == nil || s.lease.isTaken():
		return err
	case errors.As(err, new(*Error)): // it says what to do
	case errors.As(err, new(*ChangedError)):
		err = &Error{Where: s.where, Problem: "was not overwritten", Err: err,
			Remedy: fmt.Sprintf("Compare the two (the serial of this run's is %d), and push the one to go on from with \"espalier state push -force\"", next.Serial)}
	default:
		err = &Error{Where: s.where, Problem: "could not be saved", Err: err, Remedy: s.left()}
	}
	return &UnsavedError{Err: err, State: data}
}

// failed is why the last lines, or the last state, could not be written.
func (s *remoteSession) failed() error {
	if s.whole != nil {
		return s.whole.failed()
	}
	return s.batch.failed()
}

// left says what of the run is kept at the place.
func (s *remoteSession) left() string {
	switch {
	case s.whole != nil:
		return "What this run did since the last writing is not there; what is not pushed is found again by its natural keys"
	case s.batch.failed() != nil:
		return "Its journal there holds what this run did until it could not be written either; what it lacks is found again by its natural keys"
	}
	return "What this run did is in its journal there, from which the next run goes on"
}

// next is the state as the run leaves it, as another version; mu is held.
func (s *remoteSession) next() *Snapshot {
	next := *s.folded()
	next.Serial++
	next.Writer = s.codec.writer
	next.Leftover = ""
	next.journal = ""
	if s.batch != nil {
		next.journal = s.header.id
	}
	return &next
}
