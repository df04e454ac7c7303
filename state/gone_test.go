package state_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// gonePlace answers nothing any more once it is gone.
type gonePlace struct {
	memoryPlace
	lease time.Duration
	gone  *atomic.Bool
}

func (p gonePlace) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	hold, err := p.memoryPlace.Lock(ctx, who)
	if err != nil {
		return nil, err
	}
	return &goneHold{hold.(*memoryHold), p}, nil
}

type goneHold struct {
	*memoryHold
	place gonePlace
}

func (h *goneHold) Lease() time.Duration { return h.place.lease }

func (h *goneHold) answers(ctx context.Context, do func() error) error {
	if h.place.gone.Load() {
		<-ctx.Done()
		return errors.New("no answer")
	}
	return do()
}

func (h *goneHold) Renew(ctx context.Context) error {
	return h.answers(ctx, func() error { return h.memoryHold.Renew(ctx) })
}

func (h *goneHold) Append(ctx context.Context, lines []byte) error {
	return h.answers(ctx, func() error { return h.memoryHold.Append(ctx, lines) })
}

func (h *goneHold) Replace(ctx context.Context, text []byte) error {
	return h.answers(ctx, func() error { return h.memoryHold.Replace(ctx, text) })
}

func (h *goneHold) Release(ctx context.Context) error {
	return h.answers(ctx, func() error { return h.memoryHold.Release(ctx) })
}

// What a run did is handed over soon after its place was found to be gone, since the
// process may be killed while it waits.
func TestHandedOverSoon(t *testing.T) {
	for name, c := range map[string]struct {
		lease time.Duration
		wrap  func(state.Place) state.Place
	}{
		"a lease":       {time.Minute, func(p state.Place) state.Place { return p }},
		"a short lease": {3 * time.Second, func(p state.Place) state.Place { return p }},
		"no lease":      {0, func(p state.Place) state.Place { return wholePlace{p} }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var gone atomic.Bool
				r := state.NewRemote(c.wrap(gonePlace{memoryPlace{&memory{}}, c.lease, &gone}), statetest.Types, "1.2.3")
				state.FlushEvery(r, time.Hour)
				s, err := r.Open(t.Context(), state.LockInfo{}, 0)
				if err == nil {
					err = errors.Join(s.Begin(t.Context(), aboutTo("ada")[0]), s.Commit(t.Context(), made("ada")))
				}
				if err != nil {
					t.Fatal(err)
				}
				gone.Store(true)
				if err := s.Begin(t.Context(), aboutTo("bo")[0]); err == nil {
					t.Error("a call was begun that is not kept")
				}
				failed := time.Now()
				unsaved, ok := errors.AsType[*state.UnsavedError](s.Close(t.Context()))
				if !ok {
					t.Fatal("nothing was left to push")
				}
				if took := time.Since(failed); took > 15*time.Second {
					t.Errorf("it took %s", took)
				}
				left, err := r.Decode(unsaved.State)
				if err != nil || left.Records[someone("ada")] == nil {
					t.Errorf("%v: %v", err, left.Addresses())
				}
			})
		})
	}
}

// Who has a lock has had it since the others have let go of it, not since it began to
// wait.
func TestSinceIsWhenItWasTaken(t *testing.T) {
	const waited = 90 * time.Second
	for name, open := range map[string]func(*testing.T) state.Backend{
		"file": func(t *testing.T) state.Backend { return newFolder(t).backend() },
		"remote": func(*testing.T) state.Backend {
			return state.NewRemote((&memory{}).place(), statetest.Types, "1.2.3")
		},
	} {
		t.Run(name, func(t *testing.T) {
			backend := open(t)
			synctest.Test(t, func(t *testing.T) {
				first, err := backend.Open(t.Context(), state.LockInfo{ID: "first"}, 0)
				if err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(waited, func() {
					if err := first.Close(t.Context()); err != nil {
						t.Error(err)
					}
				})
				next, err := backend.Open(t.Context(), somebody, 5*time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				_, err = backend.Open(t.Context(), state.LockInfo{}, 0)
				locked, ok := errors.AsType[*state.LockedError](err)
				if !ok {
					t.Fatal(err)
				}
				if late := locked.Holder.Since.Sub(somebody.Since); late < waited || late > waited+5*time.Second {
					t.Errorf("it has the lock since %s after it began to wait", late)
				}
				if err := next.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A holder is told with what is known of it, and without holes.
func TestWordsForAHolder(t *testing.T) {
	for _, c := range []struct {
		who  state.LockInfo
		want string
	}{
		{somebody, "ada@host.example (apply, process 4711) since 2030-05-17T08:00:00Z, lock id lock-1"},
		{state.LockInfo{ID: "zz"}, "another run, lock id zz"},
		{state.LockInfo{Who: "ada@host.example", PID: 7}, "ada@host.example (process 7)"},
		{state.LockInfo{}, "another run"},
	} {
		if got := c.who.String(); got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
	if got := (&state.LostError{Holder: state.LockInfo{ID: "zz"}}).Error(); got != "the lock is lost; it now belongs to another run, lock id zz" {
		t.Error(got)
	}
}

// The lock of a run that lives is not removed from a file, and it is said what ends it.
func TestLivingLockOfAFile(t *testing.T) {
	f := newFolder(t)
	s := f.open()
	err := f.backend().Unlock(t.Context(), somebody.ID)
	locked, ok := errors.AsType[*state.LockedError](err)
	if !ok || !strings.Contains(locked.Remedy, "ends with the process that holds it") {
		t.Errorf("%v: %+v", err, locked)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
