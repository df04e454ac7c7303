package transport

import (
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// The rules by which a Meter holds calls back. In all of them mu is held. Times are
// compared only with times of the same clock, which the real one does by its
// monotonic reading: setting the clock of the machine changes nothing.

// The reasons that a listener is told. Each reads on after "waiting:", and before
// "until" and a time.
const (
	whyRefused = "the server takes no more calls for now (429)"
	whySpent   = "the budget of calls is spent"
	whySpread  = "calls are spread out so that the budget lasts"
)

// hold returns how long a call has to wait before it is to ask again: 0 lets it
// go, and a negative time means until something changes.
func (m *Meter) hold(now time.Time, c class) (time.Duration, wait) {
	if d := m.pausedUntil.Sub(now); d > 0 {
		return d, wait{whyRefused, m.pausedUntil}
	}
	m.expire(now)
	switch {
	case m.window.known:
		return m.ration(now, c)
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
func (m *Meter) ration(now time.Time, c class) (time.Duration, wait) {
	left := m.window.remaining - m.flying
	end := m.window.latest
	if left <= 0 || left == 1 && c == tokenCall && m.window.limit != 1 {
		// A token is of no use without a call left to use it on.
		return end.Sub(now), wait{whySpent, end}
	}
	if c != ordinary || m.fits(left) {
		return 0, wait{}
	}
	share := max(left*9/10, 1)
	m.spread.SetLimitAt(now, rate.Limit(float64(share)/end.Sub(now).Seconds()))
	turn := m.spread.ReserveN(now, 1)
	if d := turn.DelayFrom(now); d > 0 {
		turn.CancelAt(now) // whoever is awake first then takes the turn
		return d, wait{whySpread, end}
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
// header that other answers have, so they settle nothing. Nor does the answer to a
// call that was on its way already when others were refused.
func (m *Meter) done(p pass, resp *http.Response) {
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
	late := p.sent.Before(m.pausedUntil)
	if resp.StatusCode == http.StatusTooManyRequests {
		m.throttle(resp.Header, h, said, late, now)
		return
	}
	if !late {
		m.throttled, m.strikes = time.Time{}, 0
	}
	if said && (!late || m.window.known) {
		m.window.learn(h, p.sent, now)
	} else {
		m.window.spend()
	}
	m.answered = m.answered || !late && (said || p.class != tokenCall && resp.StatusCode < 500)
}

// throttle makes everybody pause after a 429; then one call goes ahead to see. Calls
// that were in flight with the first are refused for the same reason: they tell
// nothing new, but may tell the end of the pause better.
func (m *Meter) throttle(header http.Header, h rateHeader, said, late bool, now time.Time) {
	m.refused++
	told, known := retryAfter(header, now)
	if late && (m.strikes == 0 || !said && !known) {
		return // the pause is over, or goes on as it is
	}
	if !late {
		m.strikes++
	}
	if m.throttled.IsZero() {
		m.throttled = now
	}
	pause := firstBackoff
	switch {
	case known && said && m.strikes > 1:
		pause = max(told, h.reset+time.Second) // the shorter has proved wrong
	case known:
		pause = max(told, pause)
	case said:
		pause = h.reset + time.Second
	}
	if m.strikes > 1 || !known && !said {
		pause = max(pause, escalated(m.strikes))
	}
	if until := now.Add(pause); until.After(m.pausedUntil) {
		m.pausedUntil = until
	}
	m.window.known = false
	m.answered = false
}

// escalated is the pause after so many refusals one after the other, none of
// which told a time that was right.
func escalated(strikes int) time.Duration {
	pause := min(time.Second<<min(strikes-1, 6), maxPause)
	return pause + rand.N(pause/4+1)
}
