package state

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
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
	begun := s.appender.used()
	s.appender.close()
	var err error
	switch {
	case s.dirty:
		err = s.save()
	case begun:
		// A journal was begun and nothing in it was ever acknowledged.
		err = s.file.disk.Remove(s.paths.journal)
	}
	return errors.Join(err, s.lock.release())
}

// save writes the new version. Until that is done the journal stays, so that
// nothing is lost whatever happens.
func (s *fileSession) save() error {
	next := *s.folded()
	next.Serial++
	next.Writer = s.file.writer
	next.journal = s.header.id
	data, err := Encode(&next)
	if err != nil {
		return s.unsaved(err)
	}
	current, err := s.file.disk.Read(s.paths.state)
	if err != nil {
		return s.unsaved(err)
	}
	if (current != nil) != s.existed || sha256.Sum256(current) != s.sum {
		return s.replaced(data)
	}
	if s.existed {
		if err := s.file.disk.Replace(s.paths.backup, current); err != nil {
			return s.unsaved(err)
		}
	}
	if err := s.file.disk.Replace(s.paths.state, data); err != nil {
		return s.unsaved(err)
	}
	// A journal that stays is known to be done by its id, and the next run
	// removes it.
	_ = s.file.disk.Remove(s.paths.journal)
	return nil
}

// unsaved says that the new version could not be written, and where its parts
// are.
func (s *fileSession) unsaved(err error) error {
	e := &Error{
		Where: s.file.path, Problem: "could not be saved", Err: err,
		Remedy: "It is as it was, and what this run did is in " + s.paths.journal + ", from which the next run goes on. Make room on the disk, or make its folder one that you may write to, then run the command again",
	}
	if s.appender.failed() != nil {
		e.Remedy = "It is as it was. The journal " + s.paths.journal + " holds what this run did until it could not be written either; the objects it lacks are found by their natural keys when the command is run again. First make room on the disk, or make its folder one that you may write to"
	}
	return e
}

// replaced keeps data beside a state that somebody else has put in place since
// it was opened.
func (s *fileSession) replaced(data []byte) error {
	e := &Error{
		Where:   s.file.path,
		Problem: "was replaced by somebody else while this run was at work, so it was not overwritten",
		Remedy: fmt.Sprintf("The state as this run leaves it is in %s. Compare the two: put that file in its place, or, to keep the one that is there, delete %s",
			s.paths.errored, s.paths.journal),
	}
	if err := s.file.disk.Replace(s.paths.errored, data); err != nil {
		e.Err = err
		e.Remedy = "The state as this run leaves it could not be written to " + s.paths.errored + " either. What the run did is in " + s.paths.journal
	}
	return e
}
