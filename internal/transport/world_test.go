package transport

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// tells says when a server tells its budget.
type tells int

const (
	always tells = iota
	onlyRefusing
	never
)

// world is a server with a budget, in the memory of a test: so many calls in each
// window, whoever makes them.
type world struct {
	limit   int
	length  time.Duration
	phase   time.Duration // how long the first window has been running
	roundUp bool          // how the seconds to the end are rounded
	others  int           // calls of others at the start of each window
	before  int           // calls made in the first window already
	latency time.Duration // longest way of a call, and of its answer
	steady  bool          // each way takes as long as the longest
	tells   tells
	// retryAfter makes the header of a refusal, with the time to the end of the
	// window and the server's clock; nil sends none.
	retryAfter func(left time.Duration, now time.Time) http.Header
	tokens     *mint // nil asks for no token

	mu        sync.Mutex
	random    *rand.Rand
	start     time.Time
	window    int64
	used      int
	refused   int
	perWindow map[int64]int // refused in each window
	served    []time.Time
}

func newWorld(limit int, length time.Duration) *world {
	return &world{limit: limit, length: length, latency: 50 * time.Millisecond, random: rand.New(rand.NewPCG(1, 2)), start: time.Now(), perWindow: map[int64]int{}}
}

func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	w.travel()
	resp := w.answer(req)
	w.travel()
	return resp, req.Context().Err()
}

func (w *world) travel() {
	w.mu.Lock()
	d := w.latency
	if !w.steady {
		d = time.Duration(w.random.Int64N(int64(w.latency) + 1))
	}
	w.mu.Unlock()
	time.Sleep(d)
}

func (w *world) answer(req *http.Request) *http.Response {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	since := now.Sub(w.start) + w.phase
	if n := int64(since/w.length) + 1; n != w.window {
		w.used = w.others
		if w.window == 0 {
			w.used += w.before
		}
		w.window = n
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}
	left := w.length - since%w.length
	if w.used >= w.limit {
		resp.StatusCode = http.StatusTooManyRequests
		w.refused++
		w.perWindow[w.window]++
		if w.retryAfter != nil {
			resp.Header = w.retryAfter(left, now)
		}
	} else {
		w.used++
		resp = w.serve(req, resp, now)
	}
	if w.tells == always || w.tells == onlyRefusing && resp.StatusCode == http.StatusTooManyRequests {
		if w.roundUp {
			left += time.Second - 1
		}
		resp.Header.Set("RateLimit", fmt.Sprintf("limit=%d, remaining=%d, reset=%d", w.limit, w.limit-w.used, left/time.Second))
	}
	return resp
}

// serve answers a call that the budget has room for.
func (w *world) serve(req *http.Request, resp *http.Response, now time.Time) *http.Response {
	if w.tokens != nil {
		if strings.HasSuffix(req.URL.Path, "/token") {
			resp.Body = io.NopCloser(strings.NewReader(w.tokens.issue(now)))
			return resp
		}
		if !w.tokens.use(req.Header.Get("Authorization"), now) {
			resp.StatusCode = w.tokens.refusal
			return resp
		}
	}
	w.served = append(w.served, now)
	return resp
}

// mint gives out tokens that end after a time, or after so many calls.
type mint struct {
	life    time.Duration
	calls   int // 0: any number
	refusal int // the status for a token that has ended

	issued, refused int
	live            map[string]*coin
}

// coin is one token.
type coin struct {
	ends  time.Time
	calls int
}

func (m *mint) issue(now time.Time) string {
	m.issued++
	text := fmt.Sprintf("token-%d", m.issued)
	if m.live == nil {
		m.live = map[string]*coin{}
	}
	m.live["Bearer "+text] = &coin{ends: now.Add(m.life)}
	return fmt.Sprintf(`{"access_token":%q,"expires_in":%v}`, text, m.life.Seconds())
}

func (m *mint) use(header string, now time.Time) bool {
	t := m.live[header]
	if t != nil {
		t.calls++
	}
	if t == nil || !now.Before(t.ends) || m.calls > 0 && t.calls > m.calls {
		m.refused++
		return false
	}
	return true
}

// options are those of a client of w.
func (w *world) options() Options {
	o := Options{Base: w}
	if w.tokens != nil {
		o.Token = &Token{URL: "https://api.example.org/token"}
	}
	return o
}

// work makes calls from many workers and returns how many were answered with 200.
func work(t *testing.T, client *http.Client, workers, calls int) int {
	todo := make(chan struct{}, calls)
	for range calls {
		todo <- struct{}{}
	}
	close(todo)
	var done sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for range workers {
		done.Go(func() {
			for range todo {
				resp, err := client.Post("https://api.example.org/things", "application/json", strings.NewReader("{}"))
				if err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					mu.Lock()
					good++
					mu.Unlock()
				}
			}
		})
	}
	done.Wait()
	return good
}
