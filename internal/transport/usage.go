package transport

import "time"

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

// Estimate is about how long so many further calls take, each lasting so long
// and so many under way at once, at the budget as it is now: what does not fit
// into the window waits for the next ones.
func (u Usage) Estimate(calls int, each time.Duration, parallelism int) time.Duration {
	busy := time.Duration(calls) * each / time.Duration(max(1, parallelism))
	if !u.Known || u.Limit <= 0 {
		return busy
	}
	reserve := u.Limit / 10
	over := calls - max(0, u.Remaining-reserve)
	if over <= 0 {
		return busy
	}
	// The first of them wait for the reset; every further full window for
	// another one, taken to be as long as what is left of this.
	windows := (over - 1) / max(1, u.Limit-reserve)
	return max(busy, u.Reset*time.Duration(1+windows))
}
