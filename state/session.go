package state

import (
	"context"
	"errors"
	"io/fs"
)

// fileSession is one run on a File.
type fileSession struct {
	*ledger
	file     *File
	paths    paths
	lock     *fileLock
	watch    *watch
	header   header
	end      int64 // of the journal that an earlier run left, 0 if none
	appender *appender
}

func newFileSession(f *File, p paths, lock *fileLock, base *Snapshot, l *loaded) *fileSession {
	s := &fileSession{
		ledger: newLedger(f.path, f.codec, base),
		file:   f, paths: p, lock: lock,
		watch:  &watch{file: f, paths: p, lock: lock.file, state: l.stateFile, journal: l.journalFile},
		header: newHeader(base, f.codec),
	}
	s.out = s
	if l.journal != nil {
		s.header, s.end = l.journal.header, l.journal.end
		s.dirty = true
	}
	s.key = s.header.key
	s.appender = newAppender(s)
	return s
}

// open implements journalFile: it goes on after the whole lines of the journal,
// or begins one.
func (s *fileSession) open() (appendFile, int64, error) {
	if _, err := s.watch.check(); err != nil {
		return nil, 0, err
	}
	var file appendFile
	var header []byte
	var err error
	if s.end > 0 {
		file, err = s.file.disk.Append(s.paths.journal, s.end)
	} else {
		if header, err = s.codec.appendHeader(nil, s.header); err != nil {
			return nil, 0, err
		}
		file, err = s.file.disk.Create(s.paths.journal)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, 0, s.watch.changed(s.paths.journal, "was put in place")
	case errors.Is(err, errChanged):
		return nil, 0, s.watch.changed(s.paths.journal, "was deleted or cut short")
	case err != nil:
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil {
		s.watch.opened(info)
	}
	if err == nil && len(header) > 0 {
		_, err = file.Write(header) // it is synced together with the lines that follow
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, s.end + int64(len(header)), nil
}

// check implements journalFile.
func (s *fileSession) check() (int64, error) { return s.watch.check() }

// resized implements journalFile.
func (s *fileSession) resized(is, was int64) error {
	if is < was {
		return s.watch.changed(s.paths.journal, "was cut short")
	}
	return s.watch.changed(s.paths.journal, "was written to")
}

// intent implements keeper.
func (s *fileSession) intent(_ context.Context, _ Intent, lines []byte) error {
	return s.appender.intent(lines)
}

// result implements keeper.
func (s *fileSession) result(lines []byte) error { return s.appender.result(lines) }

// broken implements keeper: the journal cannot be written.
func (s *fileSession) broken(err error) error {
	if errors.As(err, new(*sealError)) {
		return &Error{Where: s.file.path, Problem: "cannot be kept any more", Err: err, Remedy: "No further call is made. " + whenMended}
	}
	return &Error{
		Where: s.file.path, Problem: "cannot be kept any more: its journal " + s.paths.journal + " cannot be written", Err: err,
		Remedy: "Make room on the disk, or make its folder one that you may write to, then run the command again",
	}
}
