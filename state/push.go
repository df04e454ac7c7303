package state

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// PushOver decides what becomes of a state that is given to Push. Without force it
// must be of the same lineage as what is there, and newer; what is the very same is not
// written again. With force it takes the place of anything, and its serial is raised
// above that of what it replaces, so that no version comes twice.
func PushOver(next *Snapshot, force bool) func(now *Snapshot, unreadable error) (*Snapshot, error) {
	return func(now *Snapshot, unreadable error) (*Snapshot, error) {
		switch {
		case unreadable != nil && !force:
			return nil, fmt.Errorf("what is there cannot be compared with it: %w. If it is to be replaced, give -force", unreadable)
		case now == nil:
			return next, nil
		case sameState(now, next):
			return nil, nil
		case now.Lineage != next.Lineage && !force:
			return nil, fmt.Errorf("it is of lineage %s, and the state that is there is of lineage %s: another one, which knows of other objects. If it is to be replaced, give -force", next.Lineage, now.Lineage)
		case now.Serial >= next.Serial && !force:
			return nil, fmt.Errorf("it is version %d, and the state that is there is version %d, so what has happened since would be forgotten. If it is to be replaced, give -force", next.Serial, now.Serial)
		case now.Serial >= next.Serial:
			raised := *next
			raised.Serial = now.Serial + 1
			return &raised, nil
		}
		return next, nil
	}
}

// sameState reports whether two states say the same, in the same version.
func sameState(a, b *Snapshot) bool {
	if a.Lineage != b.Lineage || a.Serial != b.Serial || len(a.Pending) != len(b.Pending) || !sameBut(a, b) {
		return false
	}
	x, errX := Encode(&Snapshot{Pending: a.Pending})
	y, errY := Encode(&Snapshot{Pending: b.Pending})
	return errX == nil && errY == nil && slices.Equal(x, y) && maps.Equal(a.Deleted, b.Deleted)
}

// Encode implements Backend.
func (f *File) Encode(s *Snapshot) ([]byte, error) { return f.codec.encode(s, nil) }

// Decode implements Backend.
func (f *File) Decode(text []byte) (*Snapshot, error) { return f.codec.decodeGiven(text) }

// Encode implements Backend.
func (r *Remote) Encode(s *Snapshot) ([]byte, error) { return r.codec.encode(s, nil) }

// Decode implements Backend.
func (r *Remote) Decode(text []byte) (*Snapshot, error) { return r.codec.decodeGiven(text) }

// decodeGiven is decode for a text that comes from elsewhere: where what is kept is whole,
// there is nothing to put back.
func (c codec) decodeGiven(text []byte) (*Snapshot, error) {
	s, err := c.decode(text)
	if e, ok := errors.AsType[*Error](err); ok && e.Remedy == restoreRemedy {
		e.Remedy = "Nothing was changed. Give a state that \"espalier state pull\" has written, or that a run has kept in a file because it could not save it"
	}
	return s, err
}

// Push implements Backend.
func (f *File) Push(ctx context.Context, who LockInfo, wait time.Duration, judge func(*Snapshot, error) (*Snapshot, error)) error {
	p := f.paths()
	if err := f.disk.Folder(filepath.Dir(p.state)); err != nil {
		return &Error{Where: f.path, Problem: "has no folder, and none can be made", Err: err}
	}
	lock, err := p.acquire(ctx, f.disk, who, wait)
	if err != nil {
		return err
	}
	return errors.Join(f.push(p, judge), lock.release())
}

// push is Push under the lock.
func (f *File) push(p paths, judge func(*Snapshot, error) (*Snapshot, error)) error {
	var now *Snapshot
	l, unreadable := f.load(p)
	if unreadable == nil {
		now = l.snapshot
	}
	next, err := judge(now, unreadable)
	if err != nil || next == nil {
		return err
	}
	if unreadable == nil {
		next = l.journal.dropped(next)
	}
	text, err := f.codec.encode(next, nil)
	if err != nil {
		return &Error{Where: f.path, Problem: "cannot be written", Err: err}
	}
	if err = f.putAside(p); err == nil {
		err = f.disk.Replace(p.state, text)
	}
	if err == nil {
		err = f.disk.Remove(p.journal) // it goes on from a state that is not there any more
	}
	if err != nil {
		return &Error{Where: f.path, Problem: "cannot be written", Err: err, Remedy: "Make room on the disk, or make its folder one that you may write to"}
	}
	return nil
}

// dropped is a state that takes the place of another and of its journal, told so, should
// the journal still be there when the run stops.
func (j *journal) dropped(next *Snapshot) *Snapshot {
	if j == nil {
		return next
	}
	done := *next
	done.journal = j.id
	return &done
}

// putAside keeps what is there as the previous version, unless its encryption is what
// changes: then no copy stays that can be read as before.
func (f *File) putAside(p paths) error {
	if f.codec.any {
		return errors.Join(f.disk.Remove(p.backup), f.disk.Remove(p.errored))
	}
	text, _, err := f.disk.Read(p.state)
	if err != nil || text == nil {
		return err
	}
	return f.disk.Replace(p.backup, text)
}

// Push implements Backend.
func (r *Remote) Push(ctx context.Context, who LockInfo, wait time.Duration, judge func(*Snapshot, error) (*Snapshot, error)) error {
	hold, lease, err := r.lock(ctx, who, wait)
	if err != nil {
		return err
	}
	err = r.push(ctx, hold, judge)
	lease.end()
	patience := endIn
	if err != nil {
		patience = endBriefly
	}
	return errors.Join(err, r.release(hold, patience))
}

// push is Push under the lock.
func (r *Remote) push(ctx context.Context, hold Hold, judge func(*Snapshot, error) (*Snapshot, error)) error {
	texts, err := hold.Texts(ctx)
	if err != nil {
		return r.unreadable(err)
	}
	l, unreadable := r.join(texts)
	next, err := judge(l.snapshot, unreadable)
	if err != nil || next == nil {
		return err
	}
	text, err := r.codec.encode(l.journal.dropped(next), nil)
	if err == nil {
		err = hold.Replace(ctx, text)
	}
	if forgetter, ok := hold.(Forgetter); ok && r.codec.any && err == nil {
		err = forgetter.Forget(ctx)
	}
	if err != nil {
		if errors.As(err, new(*Error)) {
			return r.located(err)
		}
		return &Error{Where: r.Where(), Problem: "cannot be written", Err: err, Remedy: whenMended}
	}
	return nil
}
