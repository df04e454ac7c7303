package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fault is one thing that goes wrong, and at which requests.
type fault struct {
	every  bool   // at each multiple of number, not at number alone
	method string // of the requests that are counted; "" counts all
	word   string // in the path of those that are counted; "" counts all
	number int

	name   string // as it was asked for, without a duration
	kind   string // one of kinds; a status is "status" or "status-after"
	status int
	delay  time.Duration
}

// faultMethods are the methods a fault can be for.
func faultMethods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// faultKinds are the kinds beside statuses, with how long they take if no
// duration is written.
func faultKinds() map[string]time.Duration {
	return map[string]time.Duration{
		"cut-before": 0, "cut-after": 0, "cut-body": 0, "broken-json": 0, "html": 0, "empty": 0,
		"hang": 0, "hang-after": 0, "expire-tokens": 0, "slow": 300 * time.Millisecond, "late": 2 * time.Second,
	}
}

// parseFaults reads a plan of faults; see the switch of that name.
func parseFaults(text string) ([]fault, error) {
	if text == "none" {
		return nil, nil
	}
	var faults []fault
	for _, item := range strings.Fields(text) {
		f, err := parseFault(item)
		if err != nil {
			return nil, fmt.Errorf("%q is not a fault: %w", item, err)
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func parseFault(item string) (f fault, err error) {
	place, kind, ok := strings.Cut(item, ":")
	if !ok {
		return f, fmt.Errorf("write at which request, a colon and what goes wrong, such as 17:429 or POST/users#3:cut-after")
	}
	if err := f.parsePlace(place); err != nil {
		return f, err
	}
	return f, f.parseKind(kind)
}

// parsePlace reads *METHOD/WORD#NUMBER, of which the number alone is needed.
func (f *fault) parsePlace(place string) error {
	number, every := strings.CutPrefix(place, "*")
	f.every = every
	if i := strings.LastIndex(number, "#"); i >= 0 {
		which, slash := number[:i], false
		number = number[i+1:]
		f.method, f.word, slash = strings.Cut(which, "/")
		if which == "" || slash && f.word == "" || f.method != "" && !slices.Contains(faultMethods(), f.method) {
			return fmt.Errorf("before the # stands a method (%s), a slash and a word of the path, or both", strings.Join(faultMethods(), ", "))
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return fmt.Errorf("before the colon stands the number of a request from 1 on, such as 17, *40 or POST#3")
	}
	f.number = n
	return nil
}

func (f *fault) parseKind(kind string) error {
	name, duration, given := strings.Cut(kind, "=")
	f.name, f.kind = name, name
	digits, after := strings.CutSuffix(name, "-after")
	if status, err := strconv.Atoi(digits); err == nil && status >= 400 && status <= 599 && !given {
		f.kind, f.status = "status", status
		if after {
			f.kind = "status-after"
		}
		return nil
	}
	delay, known := faultKinds()[name]
	if !known || given && delay == 0 {
		return fmt.Errorf("after the colon stands a status from 400 to 599, one with -after, or one of %s", strings.Join(kindNames(), ", "))
	}
	f.delay = delay
	if given {
		d, err := time.ParseDuration(duration)
		if err != nil || d < 0 {
			return fmt.Errorf("write a duration such as %s=2s", name)
		}
		f.delay = d
	}
	return nil
}

// kindNames lists the kinds as they can be written.
func kindNames() []string {
	var names []string
	for name, delay := range faultKinds() {
		names = append(names, name)
		if delay > 0 {
			names = append(names, name+"=2s")
		}
	}
	slices.Sort(names)
	return names
}

func checkFaults(text string) error {
	_, err := parseFaults(text)
	return err
}

// counts reports whether a request is one of those that the fault counts.
func (f fault) counts(r *http.Request) bool {
	return (f.method == "" || f.method == r.Method) &&
		(f.word == "" || strings.Contains(r.URL.Path+"/", "/"+f.word+"/"))
}

// schedule counts requests and hands out the faults as they come.
type schedule struct {
	mu     sync.Mutex
	total  int
	faults []fault
	counts []int // for each fault, the requests it has counted
}

func newSchedule(text string) (*schedule, error) {
	faults, err := parseFaults(text)
	return &schedule{faults: faults, counts: make([]int, len(faults))}, err
}

// next returns the number of a request that has come, and its faults.
func (s *schedule) next(r *http.Request) (number int, hit []fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total++
	for i, f := range s.faults {
		if !f.counts(r) {
			continue
		}
		s.counts[i]++
		if n := s.counts[i]; n == f.number || f.every && n%f.number == 0 {
			hit = append(hit, f)
		}
	}
	return s.total, hit
}

// requests is the number of requests so far.
func (s *schedule) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}
