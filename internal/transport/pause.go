package transport

import (
	"context"
	"time"
)

// pause waits before a repeat of one call and tells the listener. It ends early,
// with an error, when ctx ends or the meter is stopped.
func (m *Meter) pause(ctx context.Context, reason string, d time.Duration) error {
	m.mu.Lock()
	w := wait{reason, m.clock.Now().Add(d)}
	ended := m.ended
	tell := ended == nil && m.news(w)
	m.mu.Unlock()
	if ended != nil {
		return ended
	}
	if tell {
		m.onWait(w.reason, w.until)
	}
	if err := m.clock.Wait(ctx, d, m.stop); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ended
}

// news reports whether the listener has not heard of a wait; mu is held.
func (m *Meter) news(w wait) bool {
	if m.onWait == nil || w.reason == "" || w.reason == m.told.reason && w.until.Sub(m.told.until).Abs() < 2*time.Second {
		return false
	}
	m.told = w
	return true
}

// wake lets all who wait ask again; mu is held.
func (m *Meter) wake() {
	if m.waiting > 0 {
		close(m.changed)
		m.changed = make(chan struct{})
	}
}

func (m *Meter) wakeAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wake()
}
