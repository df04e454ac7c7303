package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// budget serves so many requests in a window of time, and tells what is left in
// one RateLimit header.
type budget struct {
	mu     sync.Mutex
	now    func() time.Time
	limit  int // 0 for none
	window time.Duration
	used   int
	ends   time.Time
}

func parseBudget(text string) (limit int, window time.Duration, err error) {
	if text == "off" {
		return 0, 0, nil
	}
	count, length, _ := strings.Cut(text, "/")
	limit, err = strconv.Atoi(count)
	if err == nil {
		window, err = time.ParseDuration(length)
	}
	if err != nil || limit < 1 || window <= 0 {
		return 0, 0, fmt.Errorf("write off, or requests and a duration such as 1200/10m")
	}
	return limit, window, nil
}

func checkBudget(text string) error {
	_, _, err := parseBudget(text)
	return err
}

// take counts one request. It returns the header and the seconds to the end of
// the window; ok is false when the budget is spent.
func (b *budget) take() (header string, reset int, ok bool) {
	if b.limit == 0 {
		return "", 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if !now.Before(b.ends) {
		b.ends, b.used = now.Add(b.window), 0
	}
	ok = b.used < b.limit
	if ok {
		b.used++
	}
	reset = int((b.ends.Sub(now) + time.Second - 1) / time.Second)
	return fmt.Sprintf("limit=%d, remaining=%d, reset=%d", b.limit, b.limit-b.used, reset), reset, ok
}

// tooMany sets the headers of a 429 by the switches too_many and budget_header.
func (f *Front) tooMany(h http.Header, header string, reset int) {
	choice := f.o.Chosen["too_many"]
	if (choice == "ratelimit" || choice == "both") && !f.o.Chosen.Is("budget_header", "never") {
		h.Set("RateLimit", header)
	}
	switch choice {
	case "both", "seconds":
		h.Set("Retry-After", strconv.Itoa(reset))
	case "date":
		// A date knows whole seconds; one that is too early would bring a second 429.
		end := f.o.Now().Add(time.Duration(reset)*time.Second + time.Second - time.Nanosecond)
		h.Set("Retry-After", end.UTC().Truncate(time.Second).Format(http.TimeFormat))
	}
}
