package transport

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// drawWorld draws a server and what works on it, lets it work, and returns how
// many calls were served.
func drawWorld(t *testing.T, rt *rapid.T, others bool) (w *world, calls, good int, usage Usage) {
	w = &world{
		limit:   rapid.IntRange(1, 60).Draw(rt, "limit"),
		length:  time.Duration(rapid.Int64Range(int64(3*time.Second), int64(10*time.Minute)).Draw(rt, "length")),
		roundUp: rapid.Bool().Draw(rt, "roundUp"),
		latency: time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(rt, "latency")),
		random:  rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)),

		perWindow: map[int64]int{},
	}
	w.phase = time.Duration(rapid.Int64Range(0, int64(w.length)-1).Draw(rt, "phase"))
	w.before = rapid.IntRange(0, w.limit).Draw(rt, "before")
	if others {
		w.others = rapid.IntRange(0, w.limit-1).Draw(rt, "others")
		w.before = min(w.before, w.limit-w.others)
	}
	workers := rapid.IntRange(1, 20).Draw(rt, "workers")
	calls = rapid.IntRange(1, 100).Draw(rt, "calls")
	expect := rapid.SampledFrom([]int{-1, 0, calls / 2, calls, 3 * calls}).Draw(rt, "expect")
	synctest.Test(t, func(t *testing.T) {
		w.start = time.Now()
		client, meter := New(Options{Base: w})
		if expect >= 0 {
			meter.Expect(expect)
		}
		good = work(t, client, workers, calls)
		usage = meter.Snapshot()
	})
	return w, calls, good, usage
}

// Alone on the tenant from the first header on, whatever the budget, the latency,
// the number of workers and what is known of the calls to come: every call is
// served, and none is refused but the very first, if the budget is spent already.
func TestBudgetLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, calls, good, usage := drawWorld(t, rt, false)
		spent := 0
		if w.before == w.limit {
			spent = 1
		}
		if w.refused > spent || good != calls {
			rt.Fatalf("%d of %d calls were served, %d refused", good, calls, w.refused)
		}
		if usage.Calls != calls+w.refused || usage.Throttled != w.refused || usage.Retries != w.refused {
			rt.Fatalf("the meter counted %+v of %d calls, %d refused", usage, calls, w.refused)
		}
	})
}

// With others about, calls may be refused, but every one is served in the end.
func TestBudgetWithOthers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, calls, good, usage := drawWorld(t, rt, true)
		if good != calls || usage.Throttled != w.refused || usage.Calls != calls+w.refused {
			rt.Fatalf("%d of %d calls were served, %d refused; the meter counted %+v", good, calls, w.refused, usage)
		}
	})
}

// Calls that fit into the budget, less the tenth, are not held back at all.
func TestFullSpeedWhileItFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1000, 10*time.Minute)
		client, meter := New(Options{Base: w, OnWait: func(reason string, _ time.Time) { t.Errorf("waited: %s", reason) }})
		meter.Expect(800)
		if good := work(t, client, 10, 800); good != 800 {
			t.Fatalf("%d served", good)
		}
		if took := time.Since(w.start); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		u := meter.Snapshot()
		if !u.Known || u.Limit != 1000 || u.Remaining != 200 || u.Reset <= 0 {
			t.Errorf("usage: %+v", u)
		}
	})
}

// Calls that do not fit are spread evenly, and go on in the next window.
func TestSpreadWhenItDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(100, time.Minute)
		told := map[string]int{}
		var mu sync.Mutex
		client, meter := New(Options{Base: w, OnWait: func(reason string, until time.Time) {
			mu.Lock()
			defer mu.Unlock()
			told[reason]++
			if until.Before(time.Now()) {
				t.Errorf("waiting until the past: %s", reason)
			}
		}})
		meter.Expect(250)
		if good := work(t, client, 10, 250); good != 250 {
			t.Fatalf("%d served", good)
		}
		if took := time.Since(w.start); took < time.Minute || took > 3*time.Minute {
			t.Errorf("it took %s", took)
		}
		// Evenly: each ten seconds of the first window hold some, and none most.
		var slices [6]int
		for _, at := range w.served {
			if n := int(at.Sub(w.start) / (10 * time.Second)); n < len(slices) {
				slices[n]++
			}
		}
		for n, calls := range slices {
			if calls < 5 || calls > 40 {
				t.Errorf("%d calls in slice %d of the first window: %v", calls, n, slices)
			}
		}
		if len(told) == 0 {
			t.Error("nobody was told of the wait")
		}
	})
}

// One call alone is in flight until the first header.
func TestOneCallUntilTheFirstHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1000, time.Minute)
		w.latency = time.Second
		client, meter := New(Options{Base: w})
		var done sync.WaitGroup
		done.Go(func() { work(t, client, 10, 20) })
		synctest.Wait()
		if u := meter.Snapshot(); u.Calls != 1 || u.Known {
			t.Errorf("before the first answer: %+v", u)
		}
		done.Wait()
	})
}

// A server that tells no budget is not held back, after its first answer.
func TestNoHeaderNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(100000, time.Minute)
		w.tells = never
		client, meter := New(Options{Base: w})
		meter.Expect(5000)
		if good := work(t, client, 10, 1000); good != 1000 {
			t.Fatalf("%d served", good)
		}
		if took := time.Since(w.start); took > 15*time.Second {
			t.Errorf("it took %s", took)
		}
		if u := meter.Snapshot(); u.Known {
			t.Errorf("usage: %+v", u)
		}
	})
}

// Without a header 429 is all there is to go by: everybody backs off together,
// every call is served in the end, and few are refused.
func TestThrottledTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(50, time.Minute)
		w.tells = never
		client, meter := New(Options{Base: w})
		if good := work(t, client, 10, 180); good != 180 {
			t.Fatalf("%d served", good)
		}
		u := meter.Snapshot()
		if u.Throttled == 0 || u.Throttled > 60 || u.Retries != u.Throttled || u.Calls != 180+u.Throttled {
			t.Errorf("usage: %+v", u)
		}
	})
}

// A server that stops in the middle of an answer is not waited for without end.
func TestStalledAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client, _ := New(Options{Base: roundTripper(func(req *http.Request) (*http.Response, error) {
			calls++
			resp := reply(req, 200, "whole")
			if calls == 1 {
				resp.Body = &stalledBody{req.Context()}
			}
			return resp, nil
		})})
		if _, text, err := outcome(t, client, "GET", "https://api.example.org", ""); text != "whole" || calls != 2 {
			t.Fatalf("got %q, %v after %d calls", text, err, calls)
		}
		calls = 0
		if _, _, err := outcome(t, client, "POST", "https://api.example.org", "{}"); !errors.Is(err, errStalled) || calls != 1 {
			t.Fatalf("a creation: %v after %d calls", err, calls)
		}
	})
}

// stalledBody gives nothing until its request is given up.
type stalledBody struct{ ctx context.Context }

func (b *stalledBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func (b *stalledBody) Close() error { return nil }

// A server that takes no call for longer than is bearable is given up, for all
// workers at once.
func TestThrottledForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(0, 24*time.Hour)
		client, meter := New(Options{Base: w})
		resp, err := client.Get("https://api.example.org/things")
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("got %v, %v", resp, err)
		}
		if took := time.Since(w.start); took > time.Minute {
			t.Errorf("a day was not known to be too long for %s", took)
		}
		if _, err := client.Get("https://api.example.org/things"); err == nil || !strings.Contains(err.Error(), "429") {
			t.Errorf("the next call: %v", err)
		}
		if u := meter.Snapshot(); u.Calls != 1 {
			t.Errorf("usage: %+v", u)
		}
		w.tells = never
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(0, 24*time.Hour)
		w.tells = never
		client, _ := New(Options{Base: w})
		resp, err := client.Get("https://api.example.org/things")
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("got %v, %v", resp, err)
		}
		if took := time.Since(w.start); took < 10*time.Minute || took > 20*time.Minute {
			t.Errorf("given up after %s", took)
		}
	})
}
