package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fault is one thing that goes wrong.
type fault struct {
	every  bool // at each multiple of number, not at number alone
	number int
	kind   string // one of faultKinds, or "status"
	status int
	delay  time.Duration
}

var faultKinds = []string{"cut-before", "cut-after", "cut-body", "broken-json", "html", "slow", "expire-tokens"}

const slowBy = 300 * time.Millisecond

// parseFaults reads a plan of faults; see the switch of that name.
func parseFaults(plan string) ([]fault, error) {
	if plan == "none" {
		return nil, nil
	}
	var faults []fault
	for _, item := range strings.Fields(plan) {
		at, kind, ok := strings.Cut(item, ":")
		f := fault{kind: kind}
		at, f.every = strings.CutPrefix(at, "*")
		n, err := strconv.Atoi(at)
		if !ok || err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a fault; write the number of a request, a colon and what goes wrong, such as 17:429", item)
		}
		f.number = n
		if err := f.parseKind(); err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func (f *fault) parseKind() error {
	if status, err := strconv.Atoi(f.kind); err == nil && status >= 400 && status <= 599 {
		f.kind, f.status = "status", status
		return nil
	}
	if delay, given := strings.CutPrefix(f.kind, "slow="); given {
		d, err := time.ParseDuration(delay)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is no fault; write a duration such as slow=2s", f.kind)
		}
		f.kind, f.delay = "slow", d
		return nil
	}
	f.delay = slowBy
	if slices.Contains(faultKinds, f.kind) {
		return nil
	}
	return fmt.Errorf("%q is no fault; write a status from 400 to 599 or one of %s", f.kind, strings.Join(faultKinds, ", "))
}

func checkFaults(plan string) error {
	_, err := parseFaults(plan)
	return err
}

func checkDuration(text string) error {
	if d, err := time.ParseDuration(text); err != nil || d < 0 {
		return fmt.Errorf("write a duration such as 300ms or 2h")
	}
	return nil
}

// at returns the faults of the n-th request.
func at(faults []fault, n int) []fault {
	var hit []fault
	for _, f := range faults {
		if f.number == n || f.every && n%f.number == 0 {
			hit = append(hit, f)
		}
	}
	return hit
}
