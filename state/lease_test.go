package state_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// leasedPlace has a short lease, and renews it as it is told.
type leasedPlace struct {
	memoryPlace
	length time.Duration
	renew  func(n int64) error
	append func(lines []byte) error
}

func (p leasedPlace) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	hold, err := p.memoryPlace.Lock(ctx, who)
	if err != nil {
		return nil, err
	}
	return &leasedHold{memoryHold: hold.(*memoryHold), place: p}, nil
}

type leasedHold struct {
	*memoryHold
	place    leasedPlace
	renewals atomic.Int64
}

func (h *leasedHold) Lease() time.Duration { return h.place.length }

func (h *leasedHold) Renew(context.Context) error { return h.place.renew(h.renewals.Add(1)) }

func (h *leasedHold) Append(ctx context.Context, lines []byte) error {
	if h.place.append != nil {
		if err := h.place.append(lines); err != nil {
			return err
		}
	}
	return h.memoryHold.Append(ctx, lines)
}

// until waits for what another goroutine does.
func until(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		if t.Context().Err() != nil {
			t.Fatal("it did not come")
		}
		runtime.Gosched()
	}
}

// A run whose lease is gone begins nothing more, keeps nothing more, and says why. At
// its end the place decides: what nobody has taken over is saved.
func TestLostLease(t *testing.T) {
	other := state.LockInfo{ID: "theirs", Who: "bo@host.example", Command: "apply"}
	for name, c := range map[string]struct {
		renew func(n int64) error
		says  string
		saved bool
	}{
		"taken by another":       {func(int64) error { return &state.LostError{Holder: other} }, "belongs to bo@host.example (apply)", false},
		"the place is not there": {func(int64) error { return errors.New("connection refused") }, "was not renewed for", true},
	} {
		t.Run(name, func(t *testing.T) {
			m := &memory{}
			r := state.NewRemote(leasedPlace{memoryPlace: memoryPlace{m}, length: 100 * time.Millisecond, renew: c.renew}, statetest.Types, "1.2.3")
			s, err := r.Open(t.Context(), state.LockInfo{}, 0)
			if err != nil {
				t.Fatal(err)
			}
			until(t, func() bool { return s.Held() != nil })
			var e *state.Error
			for what, err := range map[string]error{
				"Held":   s.Held(),
				"Begin":  s.Begin(t.Context(), aboutTo("ada")[0]),
				"Commit": s.Commit(t.Context(), made("ada")),
			} {
				if !errors.As(err, &e) || !strings.Contains(err.Error(), c.says) || !strings.Contains(e.Remedy, "makes no further call") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if len(m.texts.Journal) > 0 {
				t.Errorf("it has written: %s", m.texts.Journal)
			}
			err = s.Close(t.Context())
			if c.saved != (err == nil) || c.saved != strings.Contains(string(m.texts.State), `staff[\"ada\"]`) {
				t.Errorf("%v: %s", err, m.texts.State)
			}
			if errors.As(err, new(*state.UnsavedError)) {
				t.Error("it leaves a state to push over another run's")
			}
		})
	}
}

// A renewal that fails is mended by the next, as long as the lease lasts.
func TestRenewedAgain(t *testing.T) {
	m := &memory{}
	var renewals atomic.Int64
	r := state.NewRemote(leasedPlace{memoryPlace: memoryPlace{m}, length: 3 * time.Second, renew: func(n int64) error {
		renewals.Store(n)
		if n == 1 {
			return errors.New("connection refused")
		}
		return nil
	}}, statetest.Types, "1.2.3")
	s, err := r.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return renewals.Load() >= 2 })
	if err := errors.Join(s.Held(), s.Begin(t.Context(), aboutTo("ada")[0]), s.Commit(t.Context(), made("ada")), s.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// What is added while a writing is under way goes together in the next one, and nobody
// goes on before what he added is there.
func TestLinesGoTogether(t *testing.T) {
	const n = 20
	m := &memory{}
	first := make(chan struct{})
	var writings atomic.Int64
	place := leasedPlace{memoryPlace: memoryPlace{m}, length: time.Hour, append: func([]byte) error {
		if writings.Add(1) == 1 {
			<-first
		}
		return nil
	}}
	r := state.NewRemote(place, statetest.Types, "1.2.3")
	s, err := r.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var begun atomic.Int64
	for i := range n {
		all.Go(func() {
			key := string(rune('a' + i))
			if err := s.Begin(t.Context(), aboutTo(key)[0]); err != nil {
				t.Error(err)
			}
			begun.Add(1)
			m.mu.Lock()
			text := string(m.texts.Journal)
			m.mu.Unlock()
			if !strings.Contains(text, `staff[\"`+key+`\"]`) {
				t.Errorf("%s went on before it was kept", key)
			}
		})
	}
	until(t, func() bool { return state.Waiting(s) >= n-1 })
	if begun.Load() != 0 {
		t.Error("somebody went on before anything was kept")
	}
	close(first)
	all.Wait()
	if got := writings.Load(); got != 2 {
		t.Errorf("%d writings", got)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
