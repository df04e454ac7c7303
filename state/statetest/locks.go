package statetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// long is a wait that no story reaches the end of.
const long = time.Minute

func locked(t *testing.T, s Store) {
	holder := who
	holder.ID = "lock-1"
	session, err := s.Open().Open(t.Context(), holder, 0)
	must(t, err)
	_, err = s.Open().Open(t.Context(), who, 0)
	var locked *state.LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("a second session: %v", err)
	}
	equal(t, locked.Holder, holder)
	if locked.Where == "" {
		t.Error("the error does not say where the state is")
	}
	finish(t, session)
	finish(t, open(t, s))
}

func waits(t *testing.T, s Store) {
	session := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Open().Open(ctx, who, long); !errors.Is(err, context.Canceled) {
		t.Fatalf("a wait that was given up: %v", err)
	}
	if _, err := s.Open().Open(t.Context(), who, time.Nanosecond); !errors.As(err, new(*state.LockedError)) {
		t.Fatalf("a wait that was too short: %v", err)
	}
	var next state.Session
	var err error
	var waiter sync.WaitGroup
	waiter.Go(func() { next, err = s.Open().Open(t.Context(), who, long) })
	finish(t, session)
	waiter.Wait()
	must(t, err)
	finish(t, next)
}

func readsLocked(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	must(t, session.Begin(t.Context(), intent("bo", "create")))
	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17")))
	equal(t, pending, []state.Intent{intent("bo", "create")})
	finish(t, session)
}

func unlocks(t *testing.T, s Store) {
	holder := who
	holder.ID = "lock-1"
	if err := s.Open().Unlock(t.Context(), "lock-1"); err == nil {
		t.Error("a lock was removed where there is none")
	}
	session, err := s.Open().Open(t.Context(), holder, 0)
	must(t, err)
	if err := s.Open().Unlock(t.Context(), "lock-2"); err == nil {
		t.Error("a lock was removed by another's id")
	}
	step(t, session, intent("ada", "create"), result("ada", "17"))
	if s.Forced {
		must(t, s.Open().Unlock(t.Context(), "lock-1"))
		forced(t, s, session)
		return
	}
	if err := s.Open().Unlock(t.Context(), "lock-1"); err == nil {
		t.Error("the lock of a run at work was removed")
	}
	s.Kill(session)
	must(t, s.Open().Unlock(t.Context(), "lock-1"))
	finish(t, open(t, s))
}

// forced: a run whose lock was removed writes nothing more, neither before nor after
// another has begun and ended; what it did before is kept.
func forced(t *testing.T, s Store, session state.Session) {
	next := open(t, s)
	if !s.Whole {
		var e *state.Error
		if err := session.Begin(t.Context(), intent("bo", "create")); !errors.As(err, &e) || e.Remedy == "" {
			t.Errorf("a run without its lock has begun a call: %v", err)
		}
	}
	step(t, next, intent("cy", "create"), result("cy", "19"))
	_ = session.Commit(t.Context(), result("bo", "18"))
	finish(t, next)
	before, pending := read(t, s)
	if !s.Whole {
		equal(t, before.Records, records(record("ada", "17"), record("cy", "19")))
		equal(t, pending, []state.Intent(nil))
	}
	if err := session.Close(t.Context()); err == nil {
		t.Error("a run without its lock has saved its state")
	}
	after, _ := read(t, s)
	equal(t, after, before)
	finish(t, open(t, s))
}

// races lets fifty sessions want the state at once.
func races(t *testing.T, s Store) {
	const n = 50
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() {
			session, err := s.Open().Open(t.Context(), who, long)
			if err != nil {
				errs[i] = err
				return
			}
			errs[i] = errors.Join(
				session.Begin(t.Context(), intent(name(i), "create")),
				session.Commit(t.Context(), result(name(i), name(i))),
				session.Close(t.Context()),
			)
		})
	}
	all.Wait()
	must(t, errors.Join(errs...))
	snapshot, pending := read(t, s)
	equal(t, len(snapshot.Records), n)
	s.follows(t, snapshot.Serial, 0, n)
	equal(t, pending, []state.Intent(nil))
}
