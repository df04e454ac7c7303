package state

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// Close implements Session. What the run did must be saved, so it does not end
// with ctx. A second call does nothing.
func (s *fileSession) Close(context.Context) error {
	s.running.Lock()
	defer s.running.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	begun, length := s.appender.close()
	var err error
	switch {
	case s.dirty:
		err = s.save(length)
	case begun:
		// A journal was begun and nothing in it was ever acknowledged.
		if _, changed := s.watch.check(); changed == nil {
			err = s.file.disk.Remove(s.paths.journal)
		}
	}
	return errors.Join(err, s.lock.release())
}

// save writes the new version. Until that is done the journal stays, so that
// nothing is lost whatever happens. length is that of the journal, 0 if the run
// wrote none.
func (s *fileSession) save(length int64) error {
	next := *s.folded()
	next.Serial++
	next.Writer = s.codec.writer
	next.journal = s.header.id
	data, err := s.codec.encode(&next, s.texts)
	if err != nil {
		return s.unsaved(found{}, err)
	}
	f, err := s.look(length)
	if err != nil {
		return &UnsavedError{s.unsaved(f, err), data}
	}
	if f.taken != "" {
		return s.aside(f, data)
	}
	if f.state == nil {
		err = s.file.disk.Folder(filepath.Dir(s.paths.state)) // it may have gone as well
	} else {
		err = s.file.disk.Replace(s.paths.backup, f.state)
	}
	if err == nil {
		err = s.file.disk.Replace(s.paths.state, data)
	}
	if err != nil {
		return &UnsavedError{s.unsaved(f, err), data}
	}
	// A journal that stays is known to be done by its id, and the next run
	// removes it.
	_ = s.file.disk.Remove(s.paths.journal)
	return s.saved(f)
}

// found is how the files of a state are at the end of a run.
type found struct {
	state   []byte // nil if there is none
	gone    bool   // the state was there when the run began, and is not
	broken  bool   // the state was replaced by something that is no state
	journal journalEnd
	taken   string // what became of the state in other hands; "" while it is the run's
}

// journalEnd says how the journal of a run is at its end.
type journalEnd uint8

const (
	journalKept    journalEnd = iota // as the run left it
	journalGone                      // deleted
	journalChanged                   // changed or replaced
	journalOthers                    // another run is writing it
	journalUnknown                   // it cannot be looked at
)

// look finds out what others did to the files since the run opened them.
func (s *fileSession) look(length int64) (f found, err error) {
	text, info, err := s.file.disk.Read(s.paths.journal)
	if err != nil {
		return found{journal: journalUnknown}, err
	}
	f.journal = s.journalEnd(text, info, length)
	if f.state, _, err = s.file.disk.Read(s.paths.state); err != nil {
		return f, err
	}
	f.gone = f.state == nil && s.watch.state.info != nil
	switch {
	case f.state != nil && !s.watch.state.holds(f.state):
		what, err := s.file.describe(f.state, s.header.lineage)
		f.taken, f.broken = "was replaced while this run was at work, by "+what, err != nil
	case f.journal == journalOthers:
		f.taken = "is being changed by another run, which began while this one was at work"
	}
	return f, nil
}

// journalEnd judges the journal by what is found under its name. Another run is
// told by its id, or, if it went on with the journal of this one, by lines that
// it added under a lock of its own.
func (s *fileSession) journalEnd(text []byte, info fs.FileInfo, length int64) journalEnd {
	mine := s.watch.journal.holds(text)
	if s.watch.open {
		mine = same(info, s.watch.journal.info)
	}
	switch {
	case mine && (!s.watch.open || int64(len(text)) == length):
		return journalKept
	case info == nil:
		return journalGone
	}
	switch j, err := s.codec.journal(text); {
	case err != nil && !mine, j != nil && j.id != s.header.id:
		return journalOthers
	case int64(len(text)) > length && s.watch.checkLock() != nil:
		return journalOthers
	}
	return journalChanged
}
