package state

import "sync"

// appender appends lines to a journal, many callers' lines in one write and one
// sync. The first caller of a batch writes it; those that come while an earlier
// batch is on its way to the disk join. So a caller alone pays for one sync, and
// ten at once pay for one together.
type appender struct {
	// open makes the file when the first line comes.
	open func() (appendFile, error)

	mu   sync.Mutex
	next *batch // takes lines; nil while none waits

	io   sync.Mutex // held while writing
	file appendFile
	err  error // the first failure; nothing is written after it
}

// batch is the lines of one write.
type batch struct {
	lines []byte
	done  chan struct{}
	err   error
}

// append returns when lines are on disk, or cannot be kept.
func (a *appender) append(lines []byte) error {
	a.mu.Lock()
	b := a.next
	leads := b == nil
	if leads {
		b = &batch{done: make(chan struct{})}
		a.next = b
	}
	b.lines = append(b.lines, lines...)
	a.mu.Unlock()
	if !leads {
		<-b.done
		return b.err
	}
	a.io.Lock()
	a.mu.Lock()
	a.next = nil // who comes now waits for the next batch
	a.mu.Unlock()
	b.err = a.write(b.lines)
	a.io.Unlock()
	close(b.done)
	return b.err
}

// write writes and syncs one batch. After a failure the file may hold part of a
// line, so that failure is final.
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
	a.err = a.file.Sync()
	return a.err
}

// used reports whether a file was opened.
func (a *appender) used() bool {
	a.io.Lock()
	defer a.io.Unlock()
	return a.file != nil
}

// close closes the file; no append may follow.
func (a *appender) close() {
	a.io.Lock()
	defer a.io.Unlock()
	if a.file != nil {
		a.file.Close() // all that counts was synced
		a.file = nil
	}
}
