package state

import (
	"errors"
	"fmt"
)

// What is said when the files of a state are not as a run should find them. Each
// message names the files, and what to do with which.

// saved says what was found at the end of a run that is saved all the same.
func (s *fileSession) saved(f found) error {
	e := &Error{
		Where:  s.file.path,
		Remedy: "Nothing is lost. Find out what changes files in that folder, then run the command again to go on",
	}
	switch {
	case f.gone:
		e.Problem = "was deleted by another program or person while this run was at work, and has been written anew from what the run knows"
	case f.journal != journalKept:
		e.Problem = "has been saved, but while this run was at work its journal " + s.paths.journal + " was deleted or changed by another program or person"
	default:
		return nil
	}
	return e
}

// unsaved says that the new version could not be written, and where its parts
// are.
func (s *fileSession) unsaved(f found, err error) error {
	e := &Error{Where: s.file.path, Problem: "could not be saved", Err: err}
	state := "This run did not touch it"
	if f.gone {
		state = "It was deleted while this run was at work"
	}
	switch {
	case f.journal == journalUnknown:
		state += ". What it did is in its journal, if that is still there; what is not is found again by its natural keys"
	case f.journal != journalKept:
		state += ", and the journal " + s.paths.journal + " was deleted or changed by another program or person. What this run made is found again by its natural keys"
	case s.appender.failed() != nil:
		state += ". The journal " + s.paths.journal + " holds what this run did until it could not be written either; what it lacks is found again by its natural keys"
	default:
		state += ", and what this run did is in " + s.paths.journal + ", from which the next run goes on"
	}
	e.Remedy = state + ". Make room on the disk, or make its folder one that you may write to, then run the command again"
	if errors.As(err, new(*sealError)) {
		e.Remedy = state + ". " + whenMended
	}
	return e
}

// aside keeps data beside a state that others have changed since it was opened.
func (s *fileSession) aside(f found, data []byte) error {
	e := &Error{Where: s.file.path, Problem: f.taken + ", so this run did not overwrite it"}
	if err := s.file.disk.Replace(s.paths.errored, data); err != nil {
		e.Err = err
		e.Remedy = "The state as this run leaves it could not be written to " + s.paths.errored + " either. "
		if f.journal == journalKept {
			e.Remedy += "What the run did is in " + s.paths.journal
		} else {
			e.Remedy += "The objects that it made are found again by their natural keys when the command is run again"
		}
		return &UnsavedError{e, data}
	}
	e.Remedy = s.paths.choice(f.journal, f.broken)
	return e
}

// choice names the two ways on from a state that others changed, while what the
// run left is beside it: one command each. From a broken state there is but one.
func (p paths) choice(journal journalEnd, broken bool) string {
	ours, theirs := fmt.Sprintf(`mv "%s" "%s"`, p.errored, p.state), fmt.Sprintf(`rm "%s" "%s"`, p.journal, p.errored)
	switch journal {
	case journalGone:
		theirs = fmt.Sprintf(`rm "%s"`, p.errored)
	case journalOthers:
		theirs = fmt.Sprintf(`rm "%s"`, p.errored)
		ours += fmt.Sprintf(` && rm "%s"`, p.journal)
	}
	text := "The state as the run left it is in " + p.errored + ". To go on from it: " + ours
	if !broken {
		text += ". To go on without it: " + theirs + "; the objects that the run made are then found again by their natural keys"
	}
	if journal == journalOthers {
		text = "First let the other run come to its end. " + text
	}
	return text
}

// describe says what kind of state a text is, compared with one of that lineage;
// the error says that it is none.
func (f *File) describe(text []byte, lineage string) (what string, err error) {
	s, err := f.codec.decode(text)
	switch {
	case err != nil:
		return "something that cannot be read as a state", err
	case s.Lineage != lineage:
		return "a state of another lineage, " + s.Lineage, nil
	default:
		return fmt.Sprintf("version %d of the same lineage", s.Serial), nil
	}
}

// strange says that a journal goes on from another state than the one there.
func (f *File) strange(p paths, j *journal, found string) error {
	e := &Error{
		Where: f.path,
		Problem: fmt.Sprintf("%s, but an unfinished run left the journal %s, which goes on from version %d of lineage %s",
			found, p.journal, j.serial, j.lineage),
		Remedy: "Nothing was changed. ",
	}
	if f.erroredOf(p, j) {
		e.Remedy += p.choice(journalKept, false)
	} else {
		e.Remedy += "Put that version back (see " + p.backup + "); or, if the state that is there holds all it should, delete the journal"
	}
	return e
}

// erroredOf reports whether the run that wrote j left its outcome beside the
// state.
func (f *File) erroredOf(p paths, j *journal) bool {
	text, _, err := f.disk.Read(p.errored)
	if err != nil || text == nil {
		return false
	}
	s, err := f.codec.decode(text)
	return err == nil && s.journal == j.id
}
