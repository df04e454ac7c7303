package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestWhatIsRepeated(t *testing.T) {
	times := func(n int, step http.HandlerFunc) (steps []http.HandlerFunc) {
		for range n {
			steps = append(steps, step)
		}
		return steps
	}
	for _, c := range []struct {
		name   string
		method string
		steps  []http.HandlerFunc
		calls  int
		status int // 0: an error
	}{
		{"a read after 503", "GET", times(1, answer(503, "")), 2, 200},
		{"a read after 500", "GET", times(1, answer(500, "")), 2, 200},
		{"a read after 502, three times", "GET", times(3, answer(502, "")), 4, 200},
		{"a read is tried four times", "GET", times(5, answer(504, "")), 4, 504},
		{"a read after 501", "GET", times(1, answer(501, "")), 1, 501},
		{"a read that is not found", "GET", times(1, answer(404, "")), 1, 404},
		{"a read whose connection is cut", "GET", times(1, cut), 2, 200},
		{"a read whose body is cut", "GET", times(1, cutBody), 2, 200},
		{"a read that is always cut", "GET", times(5, cut), 4, 0},
		{"a change after 503", "PATCH", times(1, answer(503, "")), 2, 200},
		{"a change that is cut", "PATCH", times(1, cut), 2, 200},
		{"a replacement that is cut", "PUT", times(1, cut), 2, 200},
		{"a deletion after 500", "DELETE", times(1, answer(500, "")), 2, 200},
		{"a deletion that is cut", "DELETE", times(1, cut), 2, 200},
		{"a creation after 500 may have happened", "POST", times(1, answer(500, "")), 1, 500},
		{"a creation after 503 may have happened", "POST", times(1, answer(503, "", "Retry-After", "1")), 1, 503},
		{"a creation that is cut may have happened", "POST", times(1, cut), 1, 0},
		{"a creation whose answer is cut may have happened", "POST", times(1, cutBody), 1, 0},
		{"a creation after 429", "POST", times(1, answer(429, "")), 2, 200},
		{"a creation after many 429", "POST", times(7, answer(429, "")), 8, 200},
		{"a read after many 429", "GET", times(7, answer(429, "")), 8, 200},
		{"a creation that is refused", "POST", times(1, answer(422, "")), 1, 422},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript(t, c.steps...)
			client, meter := New(Options{clock: newQuick()})
			body := ""
			if c.method != "GET" && c.method != "DELETE" {
				body = `{"a":1}`
			}
			status, text, err := outcome(t, client, c.method, s.URL+"/x", body)
			if (c.status == 0) != (err != nil) || c.status != 0 && status != c.status {
				t.Errorf("got %d, %v", status, err)
			}
			if status == 200 && err == nil && text != "fine" {
				t.Errorf("body %q", text)
			}
			if len(s.seen()) != c.calls {
				t.Errorf("%d calls: %q", len(s.seen()), s.seen())
			}
			for _, call := range s.seen() {
				if want := strings.TrimSpace(c.method + " /x " + body); call != want {
					t.Errorf("call %q, wanted %q", call, want)
				}
			}
			if u := meter.Snapshot(); u.Calls != c.calls || u.Retries != c.calls-1 {
				t.Errorf("usage %+v", u)
			}
		})
	}
}

func TestWaitsBetweenTries(t *testing.T) {
	now := newQuick().now
	for _, c := range []struct {
		name     string
		step     http.HandlerFunc
		min, max time.Duration
	}{
		{"429 in seconds", answer(429, "", "Retry-After", "30"), 30 * time.Second, 30 * time.Second},
		{"429 until a date", answer(429, "", "Retry-After", now.Add(40*time.Second).Format(http.TimeFormat), "Date", now.Format(http.TimeFormat)), 40 * time.Second, 40 * time.Second},
		{"429 with a budget", answer(429, "", "RateLimit", "limit=10, remaining=0, reset=50"), 50 * time.Second, 52 * time.Second},
		{"429 with both", answer(429, "", "RateLimit", "limit=10, remaining=0, reset=50", "Retry-After", "3"), 3 * time.Second, 3 * time.Second},
		{"429 without anything", answer(429, ""), time.Second, 2 * time.Second},
		{"429 at once is not quite at once", answer(429, "", "Retry-After", "0"), firstBackoff, firstBackoff},
		{"503 with a time", answer(503, "", "Retry-After", "20"), 20 * time.Second, 20 * time.Second},
		{"503 with a very long time", answer(503, "", "Retry-After", "7200"), time.Minute, time.Minute},
		{"503 without", answer(503, ""), firstBackoff / 2, 2 * firstBackoff},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := newQuick()
			s := newScript(t, c.step)
			told := 0
			client, _ := New(Options{clock: q, OnWait: func(reason string, until time.Time) {
				told++
				if reason == "" || until.Before(now.Add(c.min)) {
					t.Errorf("told %q until %s", reason, until)
				}
			}})
			if status, _, err := outcome(t, client, "GET", s.URL, ""); status != 200 {
				t.Fatalf("got %d, %v", status, err)
			}
			if len(q.waits) != 1 || q.waits[0] < c.min || q.waits[0] > c.max {
				t.Errorf("waited %v", q.waits)
			}
			if told != 1 {
				t.Errorf("told %d times", told)
			}
		})
	}
}

func TestUnsent(t *testing.T) {
	down := httptest.NewServer(nil)
	down.Close()
	client, meter := New(Options{clock: newQuick()})
	_, _, err := outcome(t, client, "POST", down.URL, "{}")
	var unsent interface{ Unsent() bool }
	if !errors.As(err, &unsent) || !unsent.Unsent() {
		t.Errorf("a server that is not there: %v", err)
	}
	if u := meter.Snapshot(); u.Calls != maxTries {
		t.Errorf("a POST that was never sent was tried %d times", u.Calls)
	}
	s := newScript(t, cut)
	_, _, err = outcome(t, client, "POST", s.URL, "{}")
	if err == nil || errors.As(err, &unsent) {
		t.Errorf("a POST that was sent: %v", err)
	}
	// Of a transport that is not net/http's nothing is known.
	client, _ = New(Options{clock: newQuick(), Base: failingTransport{}})
	if _, _, err = outcome(t, client, "POST", "http://api.example.org", "{}"); err == nil || errors.As(err, &unsent) {
		t.Errorf("a POST of another transport: %v", err)
	}
}

type failingTransport struct{}

func (failingTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, io.ErrUnexpectedEOF
}

func TestBodyThatCanBeReadOnce(t *testing.T) {
	s := newScript(t, answer(503, "busy"))
	client, _ := New(Options{clock: newQuick()})
	req, err := http.NewRequestWithContext(t.Context(), "PUT", s.URL, io.MultiReader(strings.NewReader("once")))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil || resp.StatusCode != 503 || len(s.seen()) != 1 {
		t.Fatalf("got %v, %v after %q", resp, err, s.seen())
	}
	resp.Body.Close()
}

func TestLargeAnswer(t *testing.T) {
	large := strings.Repeat("x", maxBuffered+1000)
	s := newScript(t, answer(200, large))
	client, _ := New(Options{clock: newQuick()})
	if _, text, err := outcome(t, client, "GET", s.URL, ""); err != nil || text != large {
		t.Fatalf("got %d bytes, %v", len(text), err)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	s := newScript(t, answer(429, "", "Retry-After", "600"))
	ctx, cancel := context.WithCancel(t.Context())
	client, _ := New(Options{OnWait: func(string, time.Time) { cancel() }})
	req, err := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(req); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestRedirects(t *testing.T) {
	other := newScript(t)
	for _, c := range []struct {
		name, method, want string
		step               http.HandlerFunc
	}{
		{"within the host", "GET", "", answer(302, "", "Location", "/there")},
		{"to another host", "GET", "token is not sent there", answer(302, "", "Location", other.URL+"/there")},
		{"a creation that would become a read", "POST", "turns it into a GET", answer(302, "", "Location", "/there")},
		{"a creation that stays one", "POST", "", answer(308, "", "Location", "/there")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript(t, c.step)
			client, _ := New(Options{clock: newQuick(), AccessToken: "given-token"})
			body := ""
			if c.method == "POST" {
				body = "{}"
			}
			_, _, err := outcome(t, client, c.method, s.URL+"/here", body)
			if c.want == "" && (err != nil || len(s.seen()) != 2) {
				t.Errorf("got %v after %q", err, s.seen())
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || len(s.seen()) != 1) {
				t.Errorf("got %v after %q", err, s.seen())
			}
		})
	}
	if len(other.seen()) > 0 {
		t.Errorf("the other host was called: %q", other.seen())
	}
}
