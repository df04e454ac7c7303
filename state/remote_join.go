package state

import (
	"errors"
	"fmt"
)

// joined is what the texts of a state hold together.
type joined struct {
	snapshot *Snapshot // nil while there is no state
	journal  *journal  // that goes on from this state, nil if there is none
}

// join decodes the texts of a place and folds the journal into the state.
func (r *Remote) join(texts Texts) (joined, error) {
	var l joined
	if len(texts.State) > 0 {
		s, err := r.codec.decode(texts.State)
		if err != nil {
			return l, r.located(err)
		}
		l.snapshot = s
	}
	j, err := r.codec.journal(texts.Journal)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			e.Problem = "has a journal that " + e.Problem
			return l, r.located(e)
		}
		return l, &Error{
			Where: r.Where(), Problem: "has a damaged journal", Err: err,
			Remedy: "Nothing was changed. Put the journal back from a copy; or go on from the state without it: save it with \"espalier state pull\" from a copy of the place that lacks the journal, then \"espalier state push -force\". What the run made is then found again by its natural keys",
		}
	}
	switch {
	case j == nil:
		return l, nil
	case l.snapshot == nil && j.serial == 0:
		l.snapshot = newSnapshot(r.codec.writer, j.lineage, j.secret)
	case l.snapshot == nil:
		return l, r.strange(j, "is missing")
	case l.snapshot.journal == j.id:
		return l, nil // the run stopped between the two last steps of its end
	case l.snapshot.Lineage != j.lineage:
		return l, r.strange(j, "is of another lineage, "+l.snapshot.Lineage)
	case l.snapshot.Serial != j.serial:
		return l, r.strange(j, fmt.Sprintf("is version %d", l.snapshot.Serial))
	}
	l.journal = j
	j.fold(l.snapshot)
	return l, nil
}

// strange says that a journal goes on from another state than the one there.
func (r *Remote) strange(j *journal, found string) error {
	return &Error{
		Where: r.Where(),
		Problem: fmt.Sprintf("%s, but an unfinished run left a journal there that goes on from version %d of lineage %s",
			found, j.serial, j.lineage),
		Remedy: "Nothing was changed. Put that version back; or, to go on from a copy of the state without what that run did, give the copy to \"espalier state push -force FILE\": what the run made is then found again by its natural keys",
	}
}

// located completes an error of the codec.
func (r *Remote) located(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Where == "" {
		e.Where = r.Where()
		return e
	}
	return err
}

// unreadable says that a place cannot be read.
func (r *Remote) unreadable(err error) error {
	if errors.As(err, new(*Error)) {
		return err
	}
	return &Error{Where: r.Where(), Problem: "cannot be read", Err: err,
		Remedy: "Nothing was changed. Check the settings of the state, and that its place can be reached from here"}
}
