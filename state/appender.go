package state

import (
	"sync"
	"time"
)

// appender appends lines to a journal. Lines are written at once, so that they
// outlive the process; callers that must outlive the machine wait for a sync,
// and those that wait at the same time share one. Lines go on being written
// while a sync is under way.
type appender struct {
	// open makes the file when the first line comes.
	open func() (appendFile, error)

	mu      sync.Mutex
	ended   sync.Cond // a sync has ended; L is mu
	file    appendFile
	written uint64 // counts writes
	synced  uint64 // the writes that are on disk
	syncing bool
	last    time.Time // when the last sync ended
	err     error     // the first failure; nothing is written after it
}

func newAppender(open func() (appendFile, error)) *appender {
	a := &appender{open: open}
	a.ended.L = &a.mu
	return a
}

// append writes lines and, if they must be durable, returns when they are on
// disk. After a failure the file may hold part of a line, so failure is final.
func (a *appender) append(lines []byte, durable bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.write(lines); err != nil || !durable {
		return err
	}
	for mine := a.written; a.synced < mine && a.err == nil; {
		if a.syncing {
			a.ended.Wait()
			continue
		}
		a.sync()
	}
	return a.err
}

// write hands lines to the operating system; mu is held.
func (a *appender) write(lines []byte) error {
	if a.err != nil {
		return a.err
	}
	if a.file == nil {
		if a.file, a.err = a.open(); a.err != nil {
			return a.err
		}
	}
	if _, a.err = a.file.Write(lines); a.err != nil {
		return a.err
	}
	a.written++
	return nil
}

// gather is how long a sync that follows on another waits for more to bring to
// the disk. A sync costs far more than what it brings.
const gather = 2 * time.Millisecond

// sync brings everything written by now to the disk; mu is held, but not while
// the disk works.
func (a *appender) sync() {
	a.syncing = true
	if rest := gather - time.Since(a.last); rest > 0 {
		a.mu.Unlock()
		time.Sleep(rest)
		a.mu.Lock()
	}
	upTo, file := a.written, a.file
	a.mu.Unlock()
	err := file.Sync()
	a.mu.Lock()
	a.syncing, a.last = false, time.Now()
	if err != nil && a.err == nil {
		a.err = err
	}
	if err == nil {
		a.synced = upTo
	}
	a.ended.Broadcast()
}

// failed returns the first failure.
func (a *appender) failed() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

// used reports whether a file was opened.
func (a *appender) used() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.file != nil
}

// close closes the file; no append may follow.
func (a *appender) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file != nil {
		a.file.Close() // all that counts was synced
		a.file = nil
	}
}
