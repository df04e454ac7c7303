package state

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Backend keeps one state somewhere.
type Backend interface {
	// Read returns the state as it stands, with the journal of an unfinished run
	// folded in, and the intents that run left open. It takes no lock and writes
	// nothing. With no state yet the Snapshot is nil.
	Read(ctx context.Context) (*Snapshot, []Intent, error)
	// Open locks the state and begins a run on it. It waits up to wait for the
	// lock and returns a *LockedError if somebody else keeps it. A new state is
	// made if there is none.
	Open(ctx context.Context, who LockInfo, wait time.Duration) (Session, error)
	// Unlock removes the lock with that id; only a lock whose holder cannot free
	// it itself needs this.
	Unlock(ctx context.Context, id string) error
	// Push puts another state in the place of the one that is there, under the lock,
	// and drops the journal. judge is given what is there (nil for nothing, or the
	// error that says why it cannot be read) and returns what is to be written, nil for
	// nothing; PushOver makes one.
	Push(ctx context.Context, who LockInfo, wait time.Duration, judge func(now *Snapshot, unreadable error) (*Snapshot, error)) error
	// Encode gives the text of a state as the backend writes it, encrypted if it
	// encrypts; Decode reads such a text, wherever it comes from. It fails with an *Error
	// whose Where is empty.
	Encode(s *Snapshot) ([]byte, error)
	Decode(text []byte) (*Snapshot, error)
	// Where says in words where the state is, for messages.
	Where() string
}

// Session is a locked state during one run. Its methods may be called from many
// goroutines.
//
// Once the record cannot be kept, because it cannot be written or because
// somebody changed it past the lock, Begin, Commit and CommitAll return an *Error
// from then on, and no further call may be made. What Commit was told is held all
// the same, and Close saves it if it can.
type Session interface {
	// Snapshot is the state with everything folded in so far. It is the caller's to
	// read, at leisure: it never changes, and later calls return later ones.
	// Changes go through Commit and Update.
	Snapshot() *Snapshot
	// Pending are the intents that an earlier run left open.
	Pending() []Intent
	// Announce tells of the intents that the run will begin, before its first call, for
	// places that can only be written whole: they keep them all at once, and what is
	// not begun by the end is dropped. For all others it does nothing, and does not
	// even range over them.
	Announce(ctx context.Context, all iter.Seq[Intent]) error
	// Held fails with an *Error as soon as the lock may no longer be the run's, such as
	// after a pause that was longer than its lease. It costs nothing, and is asked
	// right before each call that changes something.
	Held() error
	// Begin records an intent, in the place of any other for its address. When it
	// returns nil the intent outlives the process; it is on disk no later than the
	// next result.
	Begin(ctx context.Context, i Intent) error
	// Commit records a result. When it returns nil the result is on disk. Its cost
	// does not grow with the state.
	Commit(ctx context.Context, r Result) error
	// CommitAll records many results at the cost of one: they are on disk
	// together when it returns nil.
	CommitAll(ctx context.Context, rs []Result) error
	// Update changes what is not an object: tenants, outputs, marks; lineage,
	// serial, secret and pending intents stay as they are whatever it does. It
	// may also put fresh readings in the place of records (a new *Record, never
	// a change inside one). The change is kept by Close; if the run dies before,
	// new tenants are kept with the first intent after them, and the rest can be
	// read or computed anew.
	Update(func(*Snapshot))
	// Close folds the journal into a new version of the state, keeps the previous
	// version, and frees the lock. A session without any change writes nothing.
	// A state that somebody put in the place of the one that was opened is never
	// overwritten: what the run leaves is saved beside it, and the error says how to
	// go on.
	Close(ctx context.Context) error
}

// LockInfo says who holds a lock.
type LockInfo struct {
	ID      string    `json:"id"`
	Who     string    `json:"who"`     // user@host
	Command string    `json:"command"` // apply, state mv, ...
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
}

// String says in words who holds a lock. It goes on from "locked by", and leaves out
// what is not known.
func (who LockInfo) String() string {
	text := who.Who
	if text == "" {
		text = "another run"
	}
	var what []string
	if who.Command != "" {
		what = append(what, who.Command)
	}
	if who.PID != 0 {
		what = append(what, fmt.Sprintf("process %d", who.PID))
	}
	if len(what) > 0 {
		text += " (" + strings.Join(what, ", ") + ")"
	}
	if !who.Since.IsZero() {
		text += " since " + who.Since.Format(time.RFC3339)
	}
	if who.ID != "" {
		text += ", lock id " + who.ID
	}
	return text
}

// LockedError says that somebody else holds the lock.
type LockedError struct {
	Where  string
	Holder LockInfo // zero if it could not be read
	// Remedy says in a sentence what frees the lock where its holder is dead.
	Remedy string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("the state in %s is locked by %s", e.Where, e.Holder)
}
