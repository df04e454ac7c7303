package state_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// memory is a store that keeps texts in the memory of the test, for what all places
// have in common.
type memory struct {
	mu     sync.Mutex
	texts  state.Texts
	fence  int // counts the holders
	holder *state.LockInfo
	swaps  int
}

func (m *memory) place() state.Place { return memoryPlace{m} }

type memoryPlace struct{ m *memory }

func (p memoryPlace) Where() string { return "the memory of the test" }

func (p memoryPlace) Read(context.Context) (state.Texts, error) {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	return p.m.texts, nil
}

func (p memoryPlace) Lock(_ context.Context, who state.LockInfo) (state.Hold, error) {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.m.holder != nil {
		return nil, &state.LockedError{Where: p.Where(), Holder: *p.m.holder}
	}
	p.m.fence++
	p.m.holder = &who
	return &memoryHold{m: p.m, fence: p.m.fence, swaps: p.m.swaps}, nil
}

func (p memoryPlace) Unlock(_ context.Context, id string) error {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.m.holder == nil || p.m.holder.ID != id {
		return &state.Error{Where: p.Where(), Problem: "has no such lock"}
	}
	p.m.holder = nil
	p.m.fence++
	return nil
}

type memoryHold struct {
	m            *memory
	fence, swaps int
}

func (h *memoryHold) Lease() time.Duration { return time.Hour }

func (h *memoryHold) mine(do func()) error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	switch {
	case h.m.fence != h.fence:
		return &state.LostError{Why: "another has it"}
	case h.m.swaps != h.swaps:
		return &state.ChangedError{}
	}
	do()
	return nil
}

func (h *memoryHold) Renew(context.Context) error { return h.mine(func() {}) }

func (h *memoryHold) Texts(context.Context) (texts state.Texts, err error) {
	err = h.mine(func() { texts = h.m.texts })
	return texts, err
}

func (h *memoryHold) Append(_ context.Context, lines []byte) error {
	return h.mine(func() { h.m.texts.Journal = slices.Concat(h.m.texts.Journal, lines) })
}

func (h *memoryHold) Replace(_ context.Context, text []byte) error {
	return h.mine(func() { h.m.texts = state.Texts{State: text} })
}

func (h *memoryHold) Release(context.Context) error {
	_ = h.mine(func() { h.m.holder = nil }) // one that is lost needs none
	return nil
}

// wholePlace hides that lines can be appended.
type wholePlace struct{ state.Place }

type wholeHold struct{ state.Hold }

func (p wholePlace) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	hold, err := p.Place.Lock(ctx, who)
	if err != nil {
		return nil, err
	}
	return wholeHold{hold}, nil
}

func (wholeHold) Lease() time.Duration { return 0 }

func memoryStore(types func(string) *schema.Type, wrap func(state.Place) state.Place, options ...state.Option) statetest.Store {
	m := &memory{}
	mortal := &statetest.Mortal{Place: func() state.Place { return wrap(m.place()) }, Options: options}
	s := mortal.Store(types)
	s.Forced = true
	s.Swap = func(next *state.Snapshot) error {
		data, err := state.NewRemote(m.place(), types, "1.2.3", options...).Encode(next)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.texts, m.swaps = state.Texts{State: data}, m.swaps+1
		return err
	}
	return s
}

func TestRemoteBackend(t *testing.T) {
	statetest.Run(t, func(_ *testing.T, types func(string) *schema.Type) statetest.Store {
		return memoryStore(types, func(p state.Place) state.Place { return p })
	})
}

func TestWholeBackend(t *testing.T) {
	statetest.Run(t, func(_ *testing.T, types func(string) *schema.Type) statetest.Store {
		s := memoryStore(types, func(p state.Place) state.Place { return wholePlace{p} })
		s.Whole, s.Late = true, true
		return s
	})
}
