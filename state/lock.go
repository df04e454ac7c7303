package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is how often a waiting run tries again.
const lockPoll = 50 * time.Millisecond

// endsWithProcess is what is to be known of the lock of a run that is at work, or dead.
const endsWithProcess = "The lock ends with the process that holds it, so there is none to remove"

// fileLock is a kernel lock on a file beside the state, which dies with its
// process, and a second file that says in words who holds it. Only the first
// ever keeps anybody out; the second may be left by a dead process.
type fileLock struct {
	flock *flock.Flock
	disk  disk
	info  string // path of the second file
	file  fs.FileInfo
}

// acquire takes the lock, waiting up to wait, and notes who holds it.
func (p paths) acquire(ctx context.Context, d disk, who LockInfo, wait time.Duration) (*fileLock, error) {
	l := &fileLock{flock: flock.New(p.lock), disk: d, info: p.lockInfo}
	who, began := who.Filled(), time.Now()
	locked, err := l.try(ctx, wait)
	switch {
	case ctx.Err() != nil && !locked:
		return nil, ctx.Err()
	case err != nil:
		return nil, &Error{Where: p.state, Problem: "cannot be locked", Err: err, Remedy: "Make its folder one that you may write to"}
	case !locked:
		holder, _ := readLockInfo(d, p.lockInfo) // unreadable: nobody can be named
		return nil, &LockedError{Where: p.state, Holder: holder, Remedy: endsWithProcess}
	}
	if err := l.note(who.later(elapsed(began))); err != nil {
		l.release()
		return nil, &Error{Where: p.state, Problem: "cannot be locked", Err: err, Remedy: "Make room on the disk, or make its folder one that you may write to"}
	}
	return l, nil
}

func (l *fileLock) try(ctx context.Context, wait time.Duration) (bool, error) {
	for {
		locked, err := l.tryOnce(ctx, wait)
		if err != nil || !locked {
			return false, err
		}
		if current, err := l.current(); err != nil || current {
			return current, err
		}
	}
}

func (l *fileLock) tryOnce(ctx context.Context, wait time.Duration) (bool, error) {
	if wait <= 0 {
		return l.flock.TryLock()
	}
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	locked, err := l.flock.TryLockContext(limited, lockPoll)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return locked, err
}

// current reports whether the lock file is still the one that is locked: it may
// have been deleted between its opening and its locking, and then it keeps
// nobody out. The lock is given up if so.
func (l *fileLock) current() (bool, error) {
	mine, err := l.flock.Stat()
	if err != nil {
		return false, errors.Join(err, l.flock.Unlock())
	}
	there, err := l.disk.Stat(l.flock.Path())
	if err != nil || !same(mine, there) {
		return false, errors.Join(err, l.flock.Unlock())
	}
	l.file = mine
	return true, nil
}

// note writes down who holds the lock.
func (l *fileLock) note(who LockInfo) error {
	text, err := json.Marshal(who)
	if err != nil {
		return err
	}
	return l.disk.Replace(l.info, append(text, '\n'))
}

// release frees the lock. The lock file stays: to remove it would let two runs
// hold locks on two files of one name. The note goes if it is ours, and if it
// can: a note alone keeps nobody out.
func (l *fileLock) release() error {
	if there, err := l.disk.Stat(l.flock.Path()); err == nil && same(l.file, there) {
		_ = l.disk.Remove(l.info)
	}
	return l.flock.Unlock()
}

// readLockInfo reads who holds, or last held, a lock; the zero LockInfo if
// nobody is noted.
func readLockInfo(d disk, path string) (LockInfo, error) {
	var who LockInfo
	text, _, err := d.Read(path)
	if err != nil || text == nil {
		return LockInfo{}, err
	}
	if err := json.Unmarshal(text, &who); err != nil {
		return LockInfo{}, err
	}
	return who, nil
}

// unlock removes what a dead process left of a lock.
func (p paths) unlock(d disk, id string) error {
	l := &fileLock{flock: flock.New(p.lock), disk: d, info: p.lockInfo}
	holder, err := readLockInfo(d, p.lockInfo)
	if err != nil {
		return &Error{Where: p.state, Problem: "has a lock that cannot be read", Err: err, Remedy: "If no run is at work, delete " + p.lockInfo}
	}
	if holder.ID == "" {
		return &Error{Where: p.state, Problem: "has no lock to remove", Remedy: "A lock file alone keeps nobody out; just run the command again"}
	}
	if holder.ID != id {
		return &Error{Where: p.state, Problem: fmt.Sprintf("has no lock %q", id), Remedy: fmt.Sprintf("The one there is belongs to %s", holder)}
	}
	locked, err := l.flock.TryLock()
	if err != nil {
		return &Error{Where: p.state, Problem: "has a lock that cannot be tried", Err: err, Remedy: "Make its folder one that you may write to"}
	}
	if !locked {
		return &Error{
			Where: p.state, Problem: "is in use: its lock is held by a process that is alive", Err: &LockedError{Where: p.state, Holder: holder, Remedy: endsWithProcess},
			Remedy: fmt.Sprintf("Wait for process %d to end, or end it; its lock goes with it", holder.PID),
		}
	}
	return errors.Join(l.disk.Remove(l.info), l.flock.Unlock())
}
