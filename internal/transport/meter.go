package transport

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxThrottled bounds how long nothing but 429 is answered before a call is
	// given up. It is longer than the windows that vendors use.
	maxThrottled = 15 * time.Minute
	// maxPause is the longest pause after a 429 that does not say how long.
	maxPause = time.Minute
)

// Meter counts the calls of a client and holds them back as the budget asks. Its
// methods may be called from many goroutines.
type Meter struct {
	clock    clock
	maxCalls int
	onWait   func(string, time.Time)

	mu       sync.Mutex
	window   window
	answered bool // an answer came since the budget was last unknown
	flying   int

	expected int // calls still to come; -1 if nobody said
	spread   *rate.Limiter

	pausedUntil time.Time
	throttled   time.Time // the first 429 since any other answer
	strikes     int

	calls, retries, refused int

	waiting int
	changed chan struct{}
	told    wait
}

// Usage is what a Meter knows at one moment.
type Usage struct {
	// Known says whether the server has told its budget; Limit, Remaining and
	// Reset are 0 without. Remaining counts calls in flight as spent. Reset is
	// the time until the budget is renewed.
	Known            bool
	Limit, Remaining int
	Reset            time.Duration
	// Calls were sent, token calls and repeated ones included; Retries of them
	// were repeats, and Throttled were answered with 429.
	Calls, Retries, Throttled int
}

func newMeter(o Options) *Meter {
	return &Meter{
		clock: o.clock, maxCalls: o.MaxCalls, onWait: o.OnWait,
		expected: -1, spread: rate.NewLimiter(0, 1), changed: make(chan struct{}),
	}
}

// Expect says how many calls the run will still make. While they fit into the
// budget they go at full speed, else they are spread over it. It counts down
// with the calls, and may be called again when the number is known better.
func (m *Meter) Expect(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expected = max(n, 0)
	m.wake()
}

// Snapshot returns what the meter knows.
func (m *Meter) Snapshot() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	m.expire(now)
	u := Usage{Calls: m.calls, Retries: m.retries, Throttled: m.refused}
	if w := m.window; w.known {
		u.Known, u.Limit, u.Remaining, u.Reset = true, w.limit, max(w.remaining-m.flying, 0), w.latest.Sub(now)
	}
	return u
}

// wait is why calls are held, and until when.
type wait struct {
	reason string
	until  time.Time
}

// admit returns when a call may be sent; done must follow it.
func (m *Meter) admit(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.mu.Lock()
		if err := m.refusal(); err != nil {
			m.mu.Unlock()
			return err
		}
		d, why := m.hold(m.clock.Now())
		if d == 0 {
			m.calls++
			m.flying++
			if m.expected > 0 {
				m.expected--
			}
			m.mu.Unlock()
			return nil
		}
		tell := m.news(why)
		wake := m.changed
		m.waiting++
		m.mu.Unlock()
		if tell {
			m.onWait(why.reason, why.until)
		}
		err := m.clock.Wait(ctx, d, wake)
		m.mu.Lock()
		m.waiting--
		m.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// refusal says why no call may be sent, however long it waits; mu is held.
func (m *Meter) refusal() error {
	switch {
	case m.maxCalls > 0 && m.calls >= m.maxCalls:
		return ErrCallBudget
	case m.hopeless() && m.clock.Now().Before(m.pausedUntil):
		return fmt.Errorf("%w (it may take calls again at %s)", ErrThrottled, m.pausedUntil.Format(time.TimeOnly))
	}
	return nil
}

// news reports whether the listener has not heard of a wait; mu is held.
func (m *Meter) news(w wait) bool {
	if m.onWait == nil || w.reason == "" || w.reason == m.told.reason && w.until.Sub(m.told.until).Abs() < 2*time.Second {
		return false
	}
	m.told = w
	return true
}

// exhausted reports whether nothing but 429 has been answered for so long, or
// would be, that a call is given up.
func (m *Meter) exhausted() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hopeless()
}

func (m *Meter) hopeless() bool {
	return !m.throttled.IsZero() && m.pausedUntil.Sub(m.throttled) > maxThrottled
}

// repeated counts a repeat.
func (m *Meter) repeated() {
	m.mu.Lock()
	m.retries++
	m.mu.Unlock()
}

// pause waits before a repeat of one call and tells the listener.
func (m *Meter) pause(ctx context.Context, reason string, d time.Duration) error {
	m.mu.Lock()
	w := wait{reason, m.clock.Now().Add(d)}
	tell := m.news(w)
	m.mu.Unlock()
	if tell {
		m.onWait(w.reason, w.until)
	}
	return m.clock.Wait(ctx, d, nil)
}

// wake lets all who wait ask again; mu is held.
func (m *Meter) wake() {
	if m.waiting > 0 {
		close(m.changed)
		m.changed = make(chan struct{})
	}
}
