package transport

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick is a clock on which waiting takes no time: it passes at once.
type quick struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
}

func newQuick() *quick { return &quick{now: time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)} }

func (q *quick) Now() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.now
}

func (q *quick) Wait(ctx context.Context, d time.Duration, wake <-chan struct{}) error {
	if d < 0 {
		return realClock{}.Wait(ctx, d, wake)
	}
	q.pass(d)
	q.mu.Lock()
	q.waits = append(q.waits, d)
	q.mu.Unlock()
	return ctx.Err()
}

func (q *quick) pass(d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.now = q.now.Add(d)
}

// script is a server that answers its calls one after the other as it is told,
// and with 200 after the last.
type script struct {
	*httptest.Server
	mu     sync.Mutex
	steps  []http.HandlerFunc
	calls  []string // method, path and body of each
	tokens []string // Authorization of each
}

func newScript(t *testing.T, steps ...http.HandlerFunc) *script {
	s := &script{steps: steps}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.calls = append(s.calls, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	s.tokens = append(s.tokens, r.Header.Get("Authorization"))
	step := answer(http.StatusOK, "fine")
	if len(s.steps) > 0 {
		step, s.steps = s.steps[0], s.steps[1:]
	}
	s.mu.Unlock()
	step(w, r)
}

// seen returns the calls so far.
func (s *script) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// bearers returns what the calls so far were authorized with.
func (s *script) bearers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tokens)
}

// answer makes a step of a script; headers are name, value, name, value.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// cut answers nothing and closes the connection.
func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// cutBody promises more than it sends.
func cutBody(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, "half")
}

// outcome makes a call and says how it ended: the status and the body, or the
// error.
func outcome(t *testing.T, client *http.Client, method, url, body string) (status int, text string, err error) {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, content)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), err
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func reply(req *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
}
