package state

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// watch looks after the files of a state while a run is at work: what the run
// writes is a record only while they stay the ones that it opened. Nothing keeps
// other programs away from them; a lock keeps out those alone that ask for it.
type watch struct {
	file  *File
	paths paths
	lock  fs.FileInfo

	mu      sync.Mutex
	state   seen
	journal seen
	open    bool // journal is the file that the run has open
}

// seen is a file as it was found.
type seen struct {
	info fs.FileInfo // nil for none
	sum  [sha256.Size]byte
}

// holds reports whether a text, nil for none, is what was found.
func (s seen) holds(text []byte) bool {
	if text == nil || s.info == nil {
		return text == nil && s.info == nil
	}
	return sha256.Sum256(text) == s.sum
}

// check fails with an *Error unless the files are still those of the run. It
// returns how long the journal is by now.
func (w *watch) check() (length int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.unchanged(w.paths.state, &w.state); err != nil {
		return 0, err
	}
	if err := w.checkLock(); err != nil {
		return 0, err
	}
	return w.checkJournal()
}

// unchanged fails unless a file holds what it held. It is read again only when
// it is not the very same: what has been copied back unchanged is as good.
func (w *watch) unchanged(path string, was *seen) error {
	now, err := w.file.disk.Stat(path)
	if err != nil {
		return w.blind(path, err)
	}
	if same(was.info, now) && (now == nil || now.Size() == was.info.Size() && now.ModTime().Equal(was.info.ModTime())) {
		return nil
	}
	text, info, err := w.file.disk.Read(path)
	switch {
	case err != nil:
		return w.blind(path, err)
	case text == nil && was.info != nil:
		return w.changed(path, "was deleted")
	case text != nil && was.info == nil:
		return w.changed(path, "was put in place")
	case !was.holds(text):
		return w.changed(path, "was replaced or changed")
	}
	was.info = info
	return nil
}

func (w *watch) checkLock() error {
	now, err := w.file.disk.Stat(w.paths.lock)
	switch {
	case err != nil:
		return w.blind(w.paths.lock, err)
	case now == nil:
		return w.changed(w.paths.lock, "was deleted")
	case !same(w.lock, now):
		return w.changed(w.paths.lock, "was replaced")
	}
	return nil
}

func (w *watch) checkJournal() (length int64, err error) {
	if !w.open {
		return 0, w.unchanged(w.paths.journal, &w.journal)
	}
	now, err := w.file.disk.Stat(w.paths.journal)
	switch {
	case err != nil:
		return 0, w.blind(w.paths.journal, err)
	case now == nil:
		return 0, w.changed(w.paths.journal, "was deleted")
	case !same(w.journal.info, now):
		return 0, w.changed(w.paths.journal, "was replaced")
	}
	return now.Size(), nil
}

// opened notes the journal that the run has open from now on.
func (w *watch) opened(journal fs.FileInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.journal, w.open = seen{info: journal}, true
}

// same reports whether a and b are one file, or both none.
func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b)
}

// changed says that a file is no longer the one that the run opened.
func (w *watch) changed(path, what string) error {
	return &Error{
		Where:   w.file.path,
		Problem: fmt.Sprintf("is not safe to go on with: while this run was at work, %s %s by another program or person", path, what),
		Remedy: "No further call is made. Find out what changes files in that folder, such as a clean-up, a second checkout, " +
			"or a program that keeps folders in step; then run the command again",
	}
}

// blind says that a file cannot be looked at.
func (w *watch) blind(path string, err error) error {
	return &Error{
		Where: w.file.path, Problem: "is not safe to go on with: " + path + " cannot be looked at any more", Err: err,
		Remedy: "No further call is made. Make the file and its folder such that you may read them, then run the command again",
	}
}
