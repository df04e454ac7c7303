package transport

import "sync"

// Allowance is how many calls a run may make in all. Several clients may share
// one. Its methods may be called from many goroutines.
type Allowance struct {
	mu       sync.Mutex
	left     int
	watchers []func()
}

// NewAllowance allows n calls; with n below 1, none.
func NewAllowance(n int) *Allowance { return &Allowance{left: max(n, 0)} }

// Left returns how many calls may still be sent. Those on their way are counted as
// sent.
func (a *Allowance) Left() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.left
}

// watch has told called each time that the last call is taken: calls that wait
// need wait no longer. A nil allowance, here and below, is without end.
func (a *Allowance) watch(told func()) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.watchers = append(a.watchers, told)
}

// take takes one call. ok is false if there is none, and last true if it was the
// last: then announce is to be called without any lock held.
func (a *Allowance) take() (ok, last bool) {
	if a == nil {
		return true, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left == 0 {
		return false, false
	}
	a.left--
	return true, a.left == 0
}

// giveBack returns a call that was taken and not sent.
func (a *Allowance) giveBack() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left++
}

func (a *Allowance) usedUp() bool { return a != nil && a.Left() == 0 }

func (a *Allowance) announce() {
	a.mu.Lock()
	watchers := a.watchers
	a.mu.Unlock()
	for _, told := range watchers {
		told()
	}
}
