package transport

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// The rules by which a Meter holds calls back. In all of them mu is held.

// hold returns how long a call has to wait before it is to ask again: 0 lets it
// go, and a negative time means until something changes.
func (m *Meter) hold(now time.Time) (time.Duration, wait) {
	if d := m.pausedUntil.Sub(now); d > 0 {
		return d, wait{"the server takes no calls for now (429)", m.pausedUntil}
	}
	m.expire(now)
	switch {
	case m.window.known:
		return m.ration(now)
	case !m.answered && m.flying > 0:
		// One call alone shows the budget. Those that were sent while an earlier
		// one held may yet be counted to the next.
		return -1, wait{}
	}
	return 0, wait{}
}

// expire forgets a budget that has surely been renewed: the next call shows the
// new one.
func (m *Meter) expire(now time.Time) {
	if m.window.known && !now.Before(m.window.latest) {
		m.window.known = false
		m.answered = false
	}
}

// ration holds calls to a known budget.
func (m *Meter) ration(now time.Time) (time.Duration, wait) {
	left := m.window.remaining - m.flying
	end := m.window.latest
	if left <= 0 {
		return end.Sub(now), wait{"the budget is spent until it is renewed", end}
	}
	if m.fits(left) {
		return 0, wait{}
	}
	share := max(left*9/10, 1)
	m.spread.SetLimitAt(now, rate.Limit(float64(share)/end.Sub(now).Seconds()))
	turn := m.spread.ReserveN(now, 1)
	if d := turn.DelayFrom(now); d > 0 {
		turn.CancelAt(now) // whoever is awake first then takes the turn
		return d, wait{fmt.Sprintf("the calls to come are spread over the budget, of which %d are left", left), end}
	}
	return 0, wait{}
}

// fits reports whether the calls to come fit into what is left, less a tenth
// for others. If nobody said how many come, the tenth is of the whole budget.
func (m *Meter) fits(left int) bool {
	if m.expected >= 0 {
		return max(m.expected, 1)*10 <= left*9
	}
	return left*10 > m.window.limit
}

// done takes in how a call ended. A token call and a failing server may lack the
// header that other answers have, so they settle nothing.
func (m *Meter) done(resp *http.Response, sent time.Time, token bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	m.flying--
	defer m.wake()
	if resp == nil {
		m.window.spend()
		return
	}
	h, said := parseRate(resp.Header)
	if resp.StatusCode == http.StatusTooManyRequests {
		m.throttle(resp.Header, h, said, now)
		return
	}
	if !sent.Before(m.pausedUntil) { // else it was on its way already when others were refused
		m.throttled, m.strikes = time.Time{}, 0
	}
	if said {
		m.window.learn(h, sent, now)
	} else {
		m.window.spend()
	}
	m.answered = m.answered || said || !token && resp.StatusCode < 500
}

// throttle makes everybody pause after a 429; then one call goes ahead to see.
func (m *Meter) throttle(header http.Header, h rateHeader, said bool, now time.Time) {
	m.refused++
	if m.throttled.IsZero() {
		m.throttled = now
	}
	// The calls that were in flight with the first are refused for one reason.
	if m.strikes == 0 || !now.Before(m.pausedUntil) {
		m.strikes++
	}
	pause, told := retryAfter(header, now)
	switch {
	case told:
		pause = max(pause, firstBackoff)
	case said:
		pause = h.reset + time.Second
	default:
		pause = min(time.Second<<min(m.strikes-1, 6), maxPause)
		pause += rand.N(pause/4 + 1)
	}
	if until := now.Add(pause); until.After(m.pausedUntil) {
		m.pausedUntil = until
	}
	m.window.known = false
	m.answered = false
}
