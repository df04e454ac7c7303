package state

import (
	"cmp"
	"sync"
	"time"
)

// appender appends lines to a journal. Lines are written at once, so that they
// outlive the process; callers that must outlive the machine wait for a sync,
// and those that wait at the same time share one. Lines go on being written
// while a sync is under way.
type appender struct {
	journal journalFile

	mu      sync.Mutex
	ended   sync.Cond // a sync has ended; L is mu
	file    appendFile
	length  int64  // of the file
	written uint64 // counts writes
	synced  uint64 // the writes that are on disk
	syncing bool
	open    int       // intents without a result, as far as lines show
	last    time.Time // when the last sync began
	checked time.Time // when the last check ended
	gone    error     // the file is no longer the journal: no intent is taken
	err     error     // the first failure to write: nothing is written after it
}

// journalFile is what an appender appends to.
type journalFile interface {
	// open makes or opens the file when the first line comes, and returns how
	// long it is.
	open() (file appendFile, length int64, err error)
	// check fails unless the open file is still the journal, and returns how long
	// the file of its name is.
	check() (length int64, err error)
	// resized says that the file is not as long as it was left.
	resized(is, was int64) error
}

// recheck is how old a check may be when an intent is taken.
const recheck = 100 * time.Millisecond

func newAppender(journal journalFile) *appender {
	a := &appender{journal: journal}
	a.ended.L = &a.mu
	return a
}

// intent writes lines before a call is made. It refuses them when the file is no
// longer the journal.
func (a *appender) intent(lines []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file != nil && a.gone == nil && time.Since(a.checked) > recheck {
		length, err := a.journal.check()
		a.checkEnded(length, a.length, err)
	}
	if a.gone != nil {
		return a.gone
	}
	a.open++
	return a.write(lines)
}

// result writes lines after calls were made, and returns when they are on disk.
// Lines are written even if the file is no longer the journal: whoever looks for
// what happened has them.
func (a *appender) result(lines []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = max(0, a.open-1)
	if err := a.write(lines); err != nil {
		return err
	}
	for mine := a.written; a.synced < mine && a.err == nil; {
		if a.syncing {
			a.ended.Wait()
			continue
		}
		a.sync()
	}
	return cmp.Or(a.err, a.gone)
}

// write hands lines to the operating system; mu is held. After a failure the
// file may hold part of a line, so failure is final.
func (a *appender) write(lines []byte) error {
	if a.err != nil {
		return a.err
	}
	if a.file == nil {
		if a.file, a.length, a.err = a.journal.open(); a.err != nil {
			return a.err
		}
		a.checked = time.Now()
	}
	n, err := a.file.Write(lines)
	a.length += int64(n)
	a.written++
	a.err = err
	return err
}

// gather is how long at least it is from the beginning of one sync to that of the
// next while calls are under way. A sync costs far more than what it brings, so on a
// fast disk it waits for their results; a slow one makes it wait anyway.
const gather = 4 * time.Millisecond

// sync brings everything written by now to the disk, and makes sure that it is
// the journal that was brought there; mu is held, but not while the disk works.
func (a *appender) sync() {
	a.syncing = true
	if rest := gather - time.Since(a.last); rest > 0 && a.open > 0 {
		a.mu.Unlock()
		time.Sleep(rest)
		a.mu.Lock()
	}
	a.last = time.Now()
	upTo, least, file := a.written, a.length, a.file
	a.mu.Unlock()
	err := file.Sync()
	length, checkErr := a.journal.check()
	a.mu.Lock()
	a.checkEnded(length, least, checkErr)
	a.syncing = false
	if err != nil && a.err == nil {
		a.err = err
	}
	if err == nil {
		a.synced = upTo
	}
	a.ended.Broadcast()
}

// checkEnded takes in the outcome of a check that began when the file was least
// bytes long; mu is held.
func (a *appender) checkEnded(length, least int64, err error) {
	a.checked = time.Now()
	if err == nil && a.err == nil && (length < least || length > a.length) {
		err = a.journal.resized(length, a.length)
	}
	if a.gone == nil {
		a.gone = err
	}
}

// failed returns the first failure to write.
func (a *appender) failed() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

// close closes the file; no append may follow. It reports whether there was one,
// and how long it is.
func (a *appender) close() (used bool, length int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		return false, 0
	}
	a.file.Close() // all that counts was synced
	a.file = nil
	return true, a.length
}
