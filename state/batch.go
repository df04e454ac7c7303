package state

import "sync"

// batch brings lines to a place where each writing takes its time: what comes while
// one is under way goes together in the next. Whoever adds lines returns when they
// are kept, so nothing that depends on them can overtake them.
type batch struct {
	write func(lines []byte) error

	mu      sync.Mutex
	changed sync.Cond // a writing has ended; L is mu
	waiting []byte    // what the next writing takes
	added   uint64    // counts what was added
	kept    uint64    // of that, what is kept
	writing bool
	err     error // the first failure: nothing is written after it
}

func newBatch(write func(lines []byte) error) *batch {
	b := &batch{write: write}
	b.changed.L = &b.mu
	return b
}

// add returns when lines are kept, or never will be.
func (b *batch) add(lines []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	b.waiting = append(b.waiting, lines...)
	b.added++
	for mine := b.added; b.kept < mine && b.err == nil; {
		if b.writing {
			b.changed.Wait()
			continue
		}
		b.flush()
	}
	return b.err
}

// flush writes everything that waits; mu is held, but not while the place works.
func (b *batch) flush() {
	lines, upTo := b.waiting, b.added
	b.waiting, b.writing = nil, true
	b.mu.Unlock()
	err := b.write(lines)
	b.mu.Lock()
	b.writing = false
	if err != nil {
		b.err = err
	} else {
		b.kept = upTo
	}
	b.changed.Broadcast()
}

// failed returns the first failure.
func (b *batch) failed() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}
