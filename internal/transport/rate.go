package transport

import (
	"iter"
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
	for f := range rateFields(h[rateKey]) {
		if r, ok := f.header(h); ok && (!found || r.remaining < best.remaining) {
			best, found = r, true
		}
	}
	if !found {
		f := rateField{}
		f.set("limit", firstItem(h.Get(rateKey+"-Limit")))
		f.set("remaining", firstItem(h.Get(rateKey+"-Remaining")))
		f.set("reset", firstItem(h.Get(rateKey+"-Reset")))
		best, found = f.header(h)
	}
	if found && best.limit == 0 {
		for f := range rateFields(h[rateKey+"-Policy"]) {
			if f.has[atLimit] && (best.limit == 0 || f.n[atLimit] < best.limit) {
				best.limit = f.n[atLimit]
			}
		}
	}
	return best, found
}

// rateKey is "RateLimit" as http.Header has it.
const rateKey = "Ratelimit"

// The numbers of one budget.
const (
	atLimit = iota
	atRemaining
	atReset
	numbers
)

// rateField holds the numbers of one budget, and which of them are there.
type rateField struct {
	n   [numbers]int
	has [numbers]bool
}

// numberNamed finds a number by its long name or by that of the newest draft; -1
// if it is none of them.
func numberNamed(name string) int {
	for i, names := range [numbers][2]string{{"limit", "q"}, {"remaining", "r"}, {"reset", "t"}} {
		if strings.EqualFold(name, names[0]) || strings.EqualFold(name, names[1]) {
			return i
		}
	}
	return -1
}

func (f *rateField) set(name, value string) {
	i := numberNamed(name)
	if n, err := strconv.Atoi(value); i >= 0 && err == nil && n < 1<<31 {
		f.n[i], f.has[i] = max(n, 0), true
	}
}

// earliestDate is the least number that is taken for a time in Unix seconds, and
// not for a number of seconds: some servers write the end of the window so.
const earliestDate = 1_000_000_000

func (f *rateField) header(h http.Header) (rateHeader, bool) {
	known := f.has[atRemaining] && f.has[atReset]
	if known && f.n[atReset] >= earliestDate {
		date, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			return rateHeader{}, false
		}
		f.n[atReset] = max(f.n[atReset]-int(date.Unix()), 0)
	}
	return rateHeader{limit: f.n[atLimit], remaining: f.n[atRemaining], reset: time.Duration(f.n[atReset]) * time.Second}, known
}

// rateFields splits the lines of a header into budgets: each begins with a name of
// its own, or with a key that the one before has already.
func rateFields(lines []string) iter.Seq[rateField] {
	return func(yield func(rateField) bool) {
		current := rateField{}
		for _, line := range lines {
			for line != "" {
				item := line
				if i := strings.IndexAny(line, ",;"); i >= 0 {
					item, line = line[:i], line[i+1:]
				} else {
					line = ""
				}
				key, text, isPair := strings.Cut(strings.TrimSpace(item), "=")
				key = strings.TrimSpace(key)
				if i := numberNamed(key); !isPair || i >= 0 && current.has[i] {
					if !yield(current) {
						return
					}
					current = rateField{}
				}
				if isPair {
					current.set(key, strings.TrimSpace(text))
				}
			}
		}
		yield(current)
	}
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
	// A date means the server's clock, and its own Date says what that shows.
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return max(at.Sub(date), 0), true
	}
	// Without it there is ours, which may be hours away from the server's.
	return min(max(at.Sub(now), 0), maxPause), true
}
