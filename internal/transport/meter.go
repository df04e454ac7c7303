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
//
// To a server that tells its budget with every answer no call is sent that it
// refuses with 429, as long as nobody else uses the budget up. To any other as many
// may be refused as are on their way when the budget ends, and after them one call
// for each pause: all wait, then one goes ahead, and the rest only once it is
// answered.
type Meter struct {
	clock     clock
	allowance *Allowance
	onWait    func(string, time.Time)

	stop chan struct{} // closed by Stop

	mu       sync.Mutex
	ended    error // why no call is let go any more
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

func newMeter(o Options) *Meter {
	m := &Meter{
		clock: o.clock, allowance: o.Allowance, onWait: o.OnWait, stop: make(chan struct{}),
		expected: -1, spread: rate.NewLimiter(0, 1), changed: make(chan struct{}),
	}
	o.Allowance.watch(m.wakeAll)
	return m
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

// Stop lets no further call go: those that wait, for whatever reason, and those to
// come fail at once with an *UnsentError that wraps err, unless an earlier try was
// sent, whose end is then theirs. Calls on the wire go on to their end. Only the
// first Stop counts; err must not be nil.
func (m *Meter) Stop(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended == nil {
		m.ended = err
		close(m.stop)
		m.wake()
	}
}

// class is how a call stands in the queue.
type class int

const (
	ordinary  class = iota
	overdue         // has had its turn already, and needed another token
	tokenCall       // without it others cannot go
)

// pass is the leave to send one call.
type pass struct {
	sent     time.Time
	class    class
	expected bool // counted as one of the calls to come
}

// wait is why calls are held, and until when.
type wait struct {
	reason string
	until  time.Time
}

// admit returns when a call may be sent; done or giveBack must follow it.
func (m *Meter) admit(ctx context.Context, c class) (pass, error) {
	for {
		if err := ctx.Err(); err != nil {
			return pass{}, err
		}
		m.mu.Lock()
		now := m.clock.Now()
		if err := m.refusal(now); err != nil {
			m.mu.Unlock()
			return pass{}, err
		}
		d, why := m.hold(now, c)
		if d == 0 {
			p, last, err := m.let(now, c)
			m.mu.Unlock()
			if last {
				m.allowance.announce()
			}
			return p, err
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
			return pass{}, err
		}
	}
}

// let counts a call as sent, and reports whether it was the last that the
// allowance has; mu is held.
func (m *Meter) let(now time.Time, c class) (p pass, last bool, err error) {
	ok, last := m.allowance.take()
	if !ok {
		return pass{}, false, ErrCallBudget
	}
	p = pass{sent: now, class: c, expected: m.expected > 0}
	m.calls++
	m.flying++
	if p.expected {
		m.expected--
	}
	return p, last, nil
}

// giveBack takes account of a call that was let go and not sent.
func (m *Meter) giveBack(p pass) {
	m.allowance.giveBack()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls--
	m.flying--
	if p.expected {
		m.expected++
	}
	m.wake()
}

// refusal says why no call may be sent, however long it waits; mu is held.
func (m *Meter) refusal(now time.Time) error {
	switch {
	case m.ended != nil:
		return m.ended
	case m.allowance.usedUp():
		return ErrCallBudget
	case m.hopeless() && now.Before(m.pausedUntil):
		return fmt.Errorf("%w (it may take calls again at %s)", ErrThrottled, m.pausedUntil.Format(time.TimeOnly))
	}
	return nil
}

// closed is refusal for those who do not hold mu.
func (m *Meter) closed() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refusal(m.clock.Now())
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

// repeated counts a repeat that was sent.
func (m *Meter) repeated() {
	m.mu.Lock()
	m.retries++
	m.mu.Unlock()
}
