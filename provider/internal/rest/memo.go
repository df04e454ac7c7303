package rest

import (
	"context"
	"errors"
	"sync"
)

// memo keeps one reading under each key. Its zero value is ready.
type memo[T any] struct {
	mu      sync.Mutex
	entries map[string]*entry[T]
}

type entry[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// get returns what is kept, or reads it; mine says that it was read for this
// caller. Of several who ask at once one reads, and the others wait; a failure is
// not kept.
func (m *memo[T]) get(ctx context.Context, key string, read func(context.Context) (T, error)) (value T, mine bool, err error) {
	for {
		e, mine := m.enter(key)
		if mine {
			e.value, e.err = read(ctx)
			if e.err != nil {
				m.drop(key, e)
			}
			close(e.done)
			return e.value, true, e.err
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return value, false, ctx.Err()
		}
		if e.err == nil {
			return e.value, false, nil
		}
		// Whoever read was interrupted; that is no reason for us to stop.
		if !errors.Is(e.err, context.Canceled) && !errors.Is(e.err, context.DeadlineExceeded) {
			return value, false, e.err
		}
	}
}

// peek returns what is kept, and does not wait for what is being read.
func (m *memo[T]) peek(key string) (value T, ok bool) {
	m.mu.Lock()
	e := m.entries[key]
	m.mu.Unlock()
	if e == nil {
		return value, false
	}
	select {
	case <-e.done:
		return e.value, e.err == nil
	default:
		return value, false
	}
}

func (m *memo[T]) enter(key string) (e *entry[T], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[key]; ok {
		return e, false
	}
	if m.entries == nil {
		m.entries = map[string]*entry[T]{}
	}
	e = &entry[T]{done: make(chan struct{})}
	m.entries[key] = e
	return e, true
}

func (m *memo[T]) drop(key string, e *entry[T]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key] == e {
		delete(m.entries, key)
	}
}

// also keeps under another key what is kept under one, unless something is there.
func (m *memo[T]) also(key, other string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[key]; ok && m.entries[other] == nil {
		m.entries[other] = e
	}
}

// forget drops everything, also what is being read: whoever asks from now on gets
// a new reading.
func (m *memo[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
}
