package rest

import (
	"context"
	"errors"
	"sync"

	"github.com/espalier-dev/espalier/provider"
)

// memo keeps one listing of each type. Its zero value is ready.
type memo struct {
	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	done    chan struct{}
	listing provider.Listing
	err     error
}

// get returns the kept listing, or reads it. Of several who ask at once one
// reads, and the others wait; a failure is not kept.
func (m *memo) get(ctx context.Context, typ string, read func(context.Context) (provider.Listing, error)) (provider.Listing, error) {
	for {
		e, mine := m.enter(typ)
		if mine {
			e.listing, e.err = read(ctx)
			if e.err != nil {
				m.drop(typ, e)
			}
			close(e.done)
			return e.listing, e.err
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return provider.Listing{}, ctx.Err()
		}
		if e.err == nil {
			listing := e.listing
			listing.Calls = 0
			return listing, nil
		}
		// Whoever read was interrupted; that is no reason for us to stop.
		if !errors.Is(e.err, context.Canceled) && !errors.Is(e.err, context.DeadlineExceeded) {
			return provider.Listing{}, e.err
		}
	}
}

func (m *memo) enter(typ string) (e *entry, mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[typ]; ok {
		return e, false
	}
	if m.entries == nil {
		m.entries = map[string]*entry{}
	}
	e = &entry{done: make(chan struct{})}
	m.entries[typ] = e
	return e, true
}

func (m *memo) drop(typ string, e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[typ] == e {
		delete(m.entries, typ)
	}
}

// forget drops all listings, also those being read: whoever asks from now on
// gets a new one.
func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
}
