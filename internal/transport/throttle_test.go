package transport

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// setClock is a clock that somebody sets in mid-run: what it shows jumps, while
// the time that passes does not. Only a real reading has both.
type setClock struct {
	realClock
	real  time.Time // taken outside of any bubble
	start time.Time // the time of the bubble that it stands for
	after time.Duration
	by    time.Duration // whole seconds
}

func (c setClock) Now() time.Time {
	passed := time.Since(c.start)
	now := c.real.Add(passed)
	if passed < c.after {
		return now
	}
	return shown(now, c.by)
}

// shown returns t as a clock shows it that was set by d: with another wall time and
// the same monotonic reading. The package time has no way to make one, so this
// writes to where it keeps the seconds.
func shown(t time.Time, d time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(d/time.Second) << 30
	return t
}

func TestSetClock(t *testing.T) {
	for _, d := range []time.Duration{time.Hour, -time.Hour} {
		now := time.Now()
		set := shown(now, d)
		if set.Sub(now) != 0 || set.Round(0).Sub(now.Round(0)) != d || !strings.Contains(set.String(), "m=") {
			t.Fatalf("%s is not %s set by %s", set, now, d)
		}
	}
}

// guardian sees to it that after a 429 everybody waits, and then one call alone goes
// ahead until it is answered.
type guardian struct {
	next http.RoundTripper
	t    interface{ Errorf(string, ...any) }

	mu      sync.Mutex
	quiet   bool // 429 was the last word
	since   time.Time
	probing bool
}

func (g *guardian) RoundTrip(req *http.Request) (*http.Response, error) {
	g.mu.Lock()
	probe := g.quiet && time.Now().After(g.since) // at the same moment it may be on its way
	if probe {
		if g.probing {
			g.t.Errorf("two calls went ahead after a 429")
		}
		if d := time.Since(g.since); d < firstBackoff {
			g.t.Errorf("a call went ahead %s after a 429", d)
		}
		g.probing = true
	}
	g.mu.Unlock()
	sent := time.Now()
	resp, err := g.next.RoundTrip(req)
	g.mu.Lock()
	defer g.mu.Unlock()
	if probe {
		g.probing = false
	}
	switch {
	case err == nil && resp.StatusCode == http.StatusTooManyRequests && !sent.After(g.since):
		// It was on its way when the one before came: nothing new.
	case err == nil && resp.StatusCode == http.StatusTooManyRequests:
		g.quiet, g.since = true, time.Now()
	case probe:
		g.quiet = false
	}
	return resp, err
}

// dates makes a Retry-After with a date by a clock that is off, and says what that
// clock shows only if asked to.
func dates(off time.Duration, says bool) func(time.Duration, time.Time) http.Header {
	return func(left time.Duration, now time.Time) http.Header {
		now = now.Add(off)
		h := header("Retry-After", now.Add(left).UTC().Format(http.TimeFormat))
		if says {
			h.Set("Date", now.UTC().Format(http.TimeFormat))
		}
		return h
	}
}

// probes is how many pauses, each twice as long as the one before, begin within a
// time.
func probes(d time.Duration) (n int) {
	for pause := time.Second; d > 0; n++ {
		d -= pause
		pause = min(2*pause, maxPause)
	}
	return n
}

// Whatever a server tells of its budget, and when, and whatever happens to our clock:
// the run ends with every call served, and in each window no more calls are refused
// than were on their way when the budget ended, and one for each pause.
func TestThrottledAsDocumented(t *testing.T) {
	seconds := func(left time.Duration, _ time.Time) http.Header {
		return header("Retry-After", fmt.Sprint(int(left/time.Second)+1))
	}
	for _, c := range []struct {
		name       string
		tells      tells
		retryAfter func(time.Duration, time.Time) http.Header
		pauses     func(length time.Duration) int
	}{
		{"budget with every answer", always, nil, func(time.Duration) int { return -1 }},
		{"budget with every answer, and seconds", always, seconds, func(time.Duration) int { return -1 }},
		{"budget with the refusal", onlyRefusing, nil, func(time.Duration) int { return 0 }},
		{"budget with the refusal, and seconds", onlyRefusing, seconds, func(time.Duration) int { return 0 }},
		{"nothing", never, nil, probes},
		{"seconds", never, seconds, func(time.Duration) int { return 0 }},
		{"a date", never, dates(0, true), func(time.Duration) int { return 1 }},
		{"a date of a clock that is fast", never, dates(time.Hour, true), func(time.Duration) int { return 1 }},
		{"a date of a clock that is slow", never, dates(-time.Hour, true), func(time.Duration) int { return 1 }},
		{"a date alone", never, dates(0, false), probes},
		{"a date alone of a clock that is fast", never, dates(time.Hour, false), probes},
		{"a date alone of a clock that is slow", never, dates(-time.Hour, false), probes},
		{"too few seconds", never, func(time.Duration, time.Time) http.Header { return header("Retry-After", "0") }, probes},
		{"too few seconds, and the budget", onlyRefusing, func(time.Duration, time.Time) http.Header { return header("Retry-After", "1") }, func(time.Duration) int { return 1 }},
	} {
		for _, set := range []time.Duration{0, time.Hour, -time.Hour} {
			for _, length := range []time.Duration{10 * time.Second, 10 * time.Minute} {
				real := time.Now()
				t.Run(fmt.Sprintf("%s, clock set by %s, windows of %s", c.name, set, length), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(50, length)
						w.latency, w.tells, w.retryAfter = 300*time.Millisecond, c.tells, c.retryAfter
						late := time.Time{}
						client, _ := New(Options{Base: &guardian{next: w, t: t}, clock: setClock{real: real, start: w.start, after: length / 2, by: set}, OnWait: func(reason string, until time.Time) {
							late = until
						}})
						const workers, calls = 10, 180
						if good := work(t, client, workers, calls); good != calls {
							t.Errorf("%d of %d served", good, calls)
						}
						for n, refused := range w.perWindow {
							if most := workers + c.pauses(length); c.pauses(length) < 0 || refused > most {
								t.Errorf("%d calls were refused in window %d", refused, n)
							}
						}
						if took := time.Since(w.start); took > 6*length+5*time.Minute {
							t.Errorf("it took %s", took)
						}
						if late.IsZero() {
							t.Errorf("nobody was told of a wait")
						}
					})
				})
			}
		}
	}
}

// The same for any server, with slow answers and others about.
func TestThrottledLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(2, 60).Draw(rt, "limit")
		length := time.Duration(rapid.Int64Range(int64(3*time.Second), int64(10*time.Minute)).Draw(rt, "length"))
		latency := time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(rt, "latency"))
		says := rapid.SampledFrom([]tells{always, onlyRefusing, never}).Draw(rt, "tells")
		off := rapid.SampledFrom([]time.Duration{0, time.Hour, -time.Hour}).Draw(rt, "off")
		told := rapid.SampledFrom([]string{"", "seconds", "date", "date alone"}).Draw(rt, "retryAfter")
		others := rapid.IntRange(0, limit-1).Draw(rt, "others")
		set := rapid.SampledFrom([]time.Duration{0, time.Hour, -time.Hour}).Draw(rt, "set")
		workers := rapid.IntRange(1, 20).Draw(rt, "workers")
		calls := rapid.IntRange(1, 100).Draw(rt, "calls")
		real := time.Now()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(limit, length)
			w.latency, w.tells, w.others = latency, says, others
			switch told {
			case "seconds":
				w.retryAfter = func(left time.Duration, _ time.Time) http.Header {
					return header("Retry-After", fmt.Sprint(int(left/time.Second)))
				}
			case "date", "date alone":
				w.retryAfter = dates(off, told == "date")
			}
			client, meter := New(Options{Base: &guardian{next: w, t: rt}, clock: setClock{real: real, start: w.start, after: length, by: set}})
			good := work(t, client, workers, calls)
			u := meter.Snapshot()
			if good != calls || u.Throttled != w.refused || u.Calls != calls+w.refused || u.Retries != w.refused {
				rt.Errorf("%d of %d served, %d refused, usage %+v", good, calls, w.refused, u)
			}
		})
	})
}

// What a listener is told reads on after "waiting:" and before "until".
func TestReasons(t *testing.T) {
	q := newQuick()
	var told []string
	s := newScript(t,
		answer(429, "", "Retry-After", "30"),
		answer(503, ""),
		cutBody,
		answer(200, "", "RateLimit", "limit=100, remaining=0, reset=10"),
		answer(200, "", "RateLimit", "limit=100, remaining=50, reset=100"),
	)
	client, meter := New(Options{clock: q, OnWait: func(reason string, until time.Time) {
		told = append(told, reason+" until "+until.Format(time.TimeOnly))
	}})
	meter.Expect(200)
	for range 4 {
		outcome(t, client, "GET", s.URL, "")
	}
	wants := []string{
		"the server takes no more calls for now (429) until 08:00:30",
		"a call that the server answered with HTTP 503 is held back until 08:00:3",
		"a call whose connection failed is held back until 08:00:3",
		"the budget of calls is spent until 08:00:4",
		"calls are spread out so that the budget lasts until 08:02:2",
	}
	if len(told) != len(wants) {
		t.Fatalf("told %q", told)
	}
	for n, want := range wants {
		if !strings.HasPrefix(told[n], want) {
			t.Errorf("told %q, wanted %q", told[n], want)
		}
	}
}
