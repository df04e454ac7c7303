package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// rateHeader is what a server says of its budget in one answer.
type rateHeader struct {
	limit     int // 0 if it does not say
	remaining int
	reset     time.Duration // from the moment the server wrote it
}

// parseRate reads the budget from an answer's header. Three drafts of one
// standard are in use:
//
//	RateLimit: limit=1200, remaining=956, reset=543
//	RateLimit: "default";r=956;t=543   with RateLimit-Policy: "default";q=1200;w=600
//	RateLimit-Limit: 1200, RateLimit-Remaining: 956, RateLimit-Reset: 543
//
// Of several budgets in one header the one with the least left counts. Without
// both what remains and when it is renewed there is nothing to go by.
func parseRate(h http.Header) (rateHeader, bool) {
	best, found := rateHeader{}, false
	for _, f := range rateFields(strings.Join(h.Values("RateLimit"), ",")) {
		if r, ok := f.header(); ok && (!found || r.remaining < best.remaining) {
			best, found = r, true
		}
	}
	if !found {
		f := rateField{}
		f.set("remaining", firstItem(h.Get("RateLimit-Remaining")))
		f.set("reset", firstItem(h.Get("RateLimit-Reset")))
		f.set("limit", firstItem(h.Get("RateLimit-Limit")))
		best, found = f.header()
	}
	if found && best.limit == 0 {
		for _, f := range rateFields(strings.Join(h.Values("RateLimit-Policy"), ",")) {
			if n, ok := f["limit"]; ok && (best.limit == 0 || n < best.limit) {
				best.limit = n
			}
		}
	}
	return best, found
}

// rateField holds the numbers of one budget by name.
type rateField map[string]int

// rateNames maps the short names of the newest draft to the long ones.
var rateNames = map[string]string{
	"limit": "limit", "remaining": "remaining", "reset": "reset",
	"q": "limit", "r": "remaining", "t": "reset",
}

func (f rateField) set(name, value string) {
	name, known := rateNames[strings.ToLower(name)]
	n, err := strconv.Atoi(value)
	if known && err == nil && n < 1<<31 {
		f[name] = max(n, 0)
	}
}

func (f rateField) header() (rateHeader, bool) {
	remaining, known := f["remaining"]
	reset, timed := f["reset"]
	return rateHeader{limit: f["limit"], remaining: remaining, reset: time.Duration(reset) * time.Second}, known && timed
}

// rateFields splits a header into budgets: each begins with a name of its own, or
// with a key that the one before has already.
func rateFields(value string) []rateField {
	var fields []rateField
	current := rateField{}
	for _, item := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' }) {
		key, text, isPair := strings.Cut(strings.TrimSpace(item), "=")
		key = strings.TrimSpace(key)
		if _, twice := current[rateNames[strings.ToLower(key)]]; !isPair || twice {
			fields = append(fields, current)
			current = rateField{}
		}
		if isPair {
			current.set(key, strings.TrimSpace(text))
		}
	}
	return append(fields, current)
}

// firstItem cuts the parameters off that older drafts allow: "100, 100;w=60".
func firstItem(value string) string {
	value, _, _ = strings.Cut(value, ",")
	value, _, _ = strings.Cut(value, ";")
	return strings.TrimSpace(value)
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.Atoi(value); err == nil && seconds < 1<<31 {
		return time.Duration(max(seconds, 0)) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	// A date means the server's clock; its own Date says how far ours is off.
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0), true
}
