package transport

import (
	"net/http"
	"testing"
	"time"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestParseRate(t *testing.T) {
	for _, c := range []struct {
		name  string
		h     http.Header
		want  rateHeader
		known bool
	}{
		{"as the vendor's page shows it", header("RateLimit", "limit=1200, remaining=956, reset=543"), rateHeader{1200, 956, 543 * time.Second}, true},
		{"without spaces, other order", header("RateLimit", "remaining=1,limit=2,reset=3"), rateHeader{2, 1, 3 * time.Second}, true},
		{"in capitals", header("Ratelimit", "Limit=5, Remaining=4, Reset=3"), rateHeader{5, 4, 3 * time.Second}, true},
		{"three headers", header("RateLimit-Limit", "100, 100;w=60", "RateLimit-Remaining", "40", "RateLimit-Reset", "7"), rateHeader{100, 40, 7 * time.Second}, true},
		{"the newest draft", header("RateLimit", `"default";r=50;t=30`), rateHeader{0, 50, 30 * time.Second}, true},
		{"with its policy", header("RateLimit", `"default";r=50;t=30`, "RateLimit-Policy", `"default";q=100;w=60`), rateHeader{100, 50, 30 * time.Second}, true},
		{"of two budgets the tighter", header("RateLimit", `"hour";r=500;t=3000, "minute";r=5;t=30`), rateHeader{0, 5, 30 * time.Second}, true},
		{"in two lines", header("RateLimit", `"hour";r=500;t=3000`, "RateLimit", `"minute";r=5;t=30`), rateHeader{0, 5, 30 * time.Second}, true},
		{"below zero", header("RateLimit", "limit=10, remaining=-3, reset=-1"), rateHeader{10, 0, 0}, true},
		{"a reset in Unix seconds", header("RateLimit-Remaining", "3", "RateLimit-Reset", "1905235260", "Date", "Fri, 17 May 2030 08:00:00 GMT"), rateHeader{0, 3, time.Minute}, true},
		{"a reset in Unix seconds by an unknown clock", header("RateLimit-Remaining", "3", "RateLimit-Reset", "1905235260"), rateHeader{}, false},
		{"no reset", header("RateLimit", "limit=10, remaining=3"), rateHeader{10, 3, 0}, false},
		{"words", header("RateLimit", "limit=many, remaining=some, reset=soon"), rateHeader{}, false},
		{"nothing", header(), rateHeader{}, false},
		{"rubbish", header("RateLimit", `;,=;"=",,`), rateHeader{}, false},
	} {
		got, known := parseRate(c.h)
		if known != c.known || known && got != c.want {
			t.Errorf("%s: got %+v, %v", c.name, got, known)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		h    http.Header
		want time.Duration
		ok   bool
	}{
		{header("Retry-After", "120"), 2 * time.Minute, true},
		{header("Retry-After", "-5"), 0, true},
		{header("Retry-After", now.Add(time.Minute).Format(http.TimeFormat)), time.Minute, true},
		{header("Retry-After", now.Add(-time.Minute).Format(http.TimeFormat)), 0, true},
		{header("Retry-After", now.Add(time.Hour+time.Minute).Format(http.TimeFormat), "Date", now.Add(time.Hour).Format(http.TimeFormat)), time.Minute, true},
		{header("Retry-After", now.Add(time.Hour).Format(http.TimeFormat)), maxPause, true},
		{header("Retry-After", "later"), 0, false},
		{header(), 0, false},
	} {
		if got, ok := retryAfter(c.h, now); got != c.want || ok != c.ok {
			t.Errorf("%v: got %s, %v", c.h, got, ok)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	f.Add("limit=1200, remaining=956, reset=543", "")
	f.Add(`"default";r=50;t=30`, `"default";q=100;w=60`)
	f.Add(";,=", "9999999999999999999")
	f.Fuzz(func(t *testing.T, value, policy string) {
		h := header("RateLimit", value, "RateLimit-Policy", policy, "RateLimit-Remaining", value, "RateLimit-Reset", policy, "Retry-After", value)
		if r, ok := parseRate(h); ok && (r.limit < 0 || r.remaining < 0 || r.reset < 0) {
			t.Errorf("%q, %q: %+v", value, policy, r)
		}
		if d, _ := retryAfter(h, time.Time{}); d < 0 {
			t.Errorf("%q: %s", value, d)
		}
	})
}
