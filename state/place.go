package state

import (
	"context"
	"fmt"
	"time"
)

// Place keeps the texts of one state somewhere else than in local files. NewRemote
// makes a Backend of it; a Place itself knows nothing of what the texts say. Its
// methods may be called at the same time.
//
// Every method that is given a context tries again, as long as the context lasts,
// what another attempt may mend: a connection that is cut, a server that is busy. It
// never takes for kept what it does not know to be kept. Errors other than those named here are
// shown after "the state in Where cannot be read" or "... written".
type Place interface {
	// Where says in words where the state is, without any secret.
	Where() string
	// Read returns the texts as they stand. It takes no lock and writes nothing. A
	// state that is newer than the journal beside it is right, an older one is not.
	Read(ctx context.Context) (Texts, error)
	// Lock takes the lock, if it is free, in one attempt. If somebody else has it the
	// error is a *LockedError.
	Lock(ctx context.Context, who LockInfo) (Hold, error)
	// Unlock ends the lock with that id, whoever has it; an *Error says that there is
	// none, or which there is. Where locks are fenced its holder can write nothing from then on.
	Unlock(ctx context.Context, id string) error
}

// Texts are what a Place keeps; nil for what there is not.
type Texts struct {
	State []byte
	// Journal are whole lines, in the order in which they were appended.
	Journal []byte
}

// Hold is a lock on a Place, during one run. Its methods may be called at the same
// time, but for Append, Replace and Release, which come one after the other.
type Hold interface {
	// Lease is how long the lock lasts without a Renew, 0 for one that lasts until it
	// is given back.
	Lease() time.Duration
	// Renew makes the lease begin anew. A *LostError says that the lock is gone.
	Renew(ctx context.Context) error
	// Texts returns what is kept. Whoever had the lock before can add nothing to it
	// any more.
	Texts(ctx context.Context) (Texts, error)
	// Replace puts a state in the place of the one that Texts or the last Replace
	// told of, all at once, and drops the journal. Where the place keeps older
	// versions they stay. It fails with a *LostError if the lock is gone, and with a
	// *ChangedError if the state is another by now; then nothing was written.
	Replace(ctx context.Context, state []byte) error
	// Release gives the lock back; one that is gone already is no error.
	Release(ctx context.Context) error
}

// Appender is a Hold that can add to the journal. One that cannot has the whole state
// replaced from time to time instead.
type Appender interface {
	Hold
	// Append adds whole lines to the journal. When it returns nil they are there for
	// good, and were added while the lock was held. Errors are those of Replace. It
	// costs the same however long the journal is.
	Append(ctx context.Context, lines []byte) error
}

// Forgetter is a Hold whose place keeps older versions that it can drop.
type Forgetter interface {
	Hold
	// Forget drops every version but the one that is there, for good: nobody who could
	// read them shall be able to any more. Errors are those of Replace.
	Forget(ctx context.Context) error
}

// LostError says that a run has lost its lock.
type LostError struct {
	Holder LockInfo // who has it now, zero if that is not known
	Why    string   // goes on from "the lock is lost: "
}

func (e *LostError) Error() string {
	text := "the lock is lost"
	if e.Why != "" {
		text += ": " + e.Why
	}
	if e.Holder.ID != "" {
		text += fmt.Sprintf("; it now belongs to %s", e.Holder)
	}
	return text
}

// ChangedError says that a state is not the one that a run has opened, though it
// holds the lock.
type ChangedError struct{ What string } // goes on from "it "; empty says "was replaced"

func (e *ChangedError) Error() string {
	if e.What == "" {
		return "it was replaced by another program or person"
	}
	return "it " + e.What
}

// UnsavedError says that what a run did could not be saved where its state is. The
// text of that state is here, as it would have been written, so that it can be kept
// elsewhere and pushed.
type UnsavedError struct {
	Err   error
	State []byte
}

func (e *UnsavedError) Error() string { return e.Err.Error() }

func (e *UnsavedError) Unwrap() error { return e.Err }
