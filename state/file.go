package state

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// File is a state in a file, with its journal, its lock and its previous version
// beside it under names that begin with the file's.
type File struct {
	path  string
	codec codec
	disk  disk
}

// NewFile returns the state kept in the file at path, which need not exist yet.
// types gives resource types by name, nil for one that is not known; writer is
// the version of the program, kept in what it writes. Nothing is touched before
// a method is called.
func NewFile(path string, types func(typeName string) *schema.Type, writer string, options ...Option) *File {
	o := readOptions(options)
	return &File{path: path, codec: o.codec(types, writer), disk: osDisk{tap: o.tap}}
}

// paths are the names of the files that belong to one state.
type paths struct{ state, backup, errored, journal, lock, lockInfo string }

// paths follows a symbolic link, so that all who share a state by links share
// its lock, and replacing it does not replace the link.
func (f *File) paths() paths {
	path := f.path
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return paths{
		state:    path,
		backup:   path + ".backup",
		errored:  path + ".errored",
		journal:  path + ".journal",
		lock:     path + ".lock",
		lockInfo: path + ".lock.info",
	}
}

// Where returns the path.
func (f *File) Where() string { return f.path }

// Files are the names of all files that the state may be kept in, for those who are not
// to write over them.
func (f *File) Files() []string {
	p := f.paths()
	return []string{p.state, p.backup, p.errored, p.journal, p.lock, p.lockInfo}
}

// Read implements Backend.
func (f *File) Read(ctx context.Context) (*Snapshot, []Intent, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	l, err := f.load(f.paths())
	if err != nil || l.snapshot == nil {
		return nil, nil, err
	}
	return l.snapshot, l.snapshot.Pending, nil
}

// Unlock implements Backend. The lock is the kernel's and goes with its process,
// so there is only a note to remove; while the process lives, that is refused.
func (f *File) Unlock(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.paths().unlock(f.disk, id)
}

// Open implements Backend.
func (f *File) Open(ctx context.Context, who LockInfo, wait time.Duration) (Session, error) {
	p := f.paths()
	if err := f.disk.Folder(filepath.Dir(p.state)); err != nil {
		return nil, &Error{Where: f.path, Problem: "has no folder, and none can be made", Err: err}
	}
	lock, err := p.acquire(ctx, f.disk, who, wait)
	if err != nil {
		return nil, err
	}
	s, err := f.begin(p, lock)
	if err != nil {
		lock.release() // the error at hand says more
		return nil, err
	}
	return s, nil
}

// begin loads the state under the lock and clears away a journal that is done,
// and what a run was writing when it was killed.
func (f *File) begin(p paths, lock *fileLock) (*fileSession, error) {
	l, err := f.load(p)
	if err == nil {
		err = f.codec.ready(f.path)
	}
	if err != nil {
		return nil, err
	}
	if l.stale {
		if err := f.disk.Remove(p.journal); err != nil {
			return nil, &Error{Where: f.path, Problem: "has a journal that is done and cannot be removed", Err: err, Remedy: "Delete " + p.journal}
		}
		l.journalFile = seen{}
	}
	_ = f.disk.Sweep(p.state, p.backup, p.errored, p.lockInfo) // what stays is in nobody's way
	base := l.snapshot
	if base == nil {
		base = New(f.codec.writer)
	}
	return newFileSession(f, p, lock, base, l), nil
}

// loaded is what the files of a state hold together.
type loaded struct {
	snapshot *Snapshot // nil while there is no state
	journal  *journal  // that goes on from this state, nil if there is none
	stale    bool      // the journal file is there and holds nothing of use

	stateFile, journalFile seen
}

// load reads the files without a lock. A run may end between the two reads, and
// then what was read of one does not fit the other: such a pair is read again,
// as long as the journal is another each time.
func (f *File) load(p paths) (*loaded, error) {
	var last []byte
	for first := true; ; first = false {
		// The journal comes first: a state that is newer than its journal holds
		// it already, while one that is older would lack it.
		journalText, journalInfo, err := f.disk.Read(p.journal)
		if err != nil {
			return nil, &Error{Where: f.path, Problem: "has a journal that cannot be read", Err: err, Remedy: "Make " + p.journal + " readable"}
		}
		stateText, stateInfo, err := f.disk.Read(p.state)
		if err != nil {
			return nil, &Error{Where: f.path, Problem: "cannot be read", Err: err, Remedy: "Make it a file that you may read, or name another"}
		}
		l, err := f.join(p, stateText, journalText)
		if err == nil {
			l.stateFile = seen{stateInfo, sha256.Sum256(stateText)}
			l.journalFile = seen{journalInfo, sha256.Sum256(journalText)}
			return l, nil
		}
		if !first && bytes.Equal(journalText, last) {
			return nil, err
		}
		last = journalText
	}
}

// join decodes the two files and folds the one into the other.
func (f *File) join(p paths, stateText, journalText []byte) (*loaded, error) {
	l := &loaded{}
	if stateText != nil {
		s, err := f.codec.decode(stateText)
		if err != nil {
			return nil, f.unreadable(p, err, journalText)
		}
		l.snapshot = s
	}
	j, err := f.codec.journal(journalText)
	if err != nil {
		return nil, &Error{
			Where: f.path, Problem: "has a damaged journal, " + p.journal, Err: err,
			Remedy: "Nothing was changed. Put the journal back from a copy, or delete that one line: an object that it recorded is found again by its natural key",
		}
	}
	if j == nil {
		l.stale = journalText != nil
		return l, nil
	}
	return l, f.attach(p, l, j)
}

// attach folds j into l if it goes on from that very version.
func (f *File) attach(p paths, l *loaded, j *journal) error {
	s := l.snapshot
	switch {
	case s == nil && j.serial == 0:
		l.snapshot = newSnapshot(f.codec.writer, j.lineage, j.secret)
	case s == nil:
		return f.strange(p, j, "is missing")
	case s.journal == j.id:
		l.stale = true // the run stopped between the two last steps of its end
		return nil
	case s.Lineage != j.lineage:
		return f.strange(p, j, "is of another lineage, "+s.Lineage)
	case s.Serial != j.serial:
		return f.strange(p, j, fmt.Sprintf("is version %d", s.Serial))
	}
	l.journal = j
	j.fold(l.snapshot)
	return nil
}

// unreadable completes an error of Decode.
func (f *File) unreadable(p paths, err error, journalText []byte) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	e.Where = f.path
	if j, err := f.codec.journal(journalText); err == nil && j != nil && f.erroredOf(p, j) {
		e.Remedy = "Nothing was changed. " + p.choice(journalKept, true)
	}
	return e
}
