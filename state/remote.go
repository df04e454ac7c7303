package state

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// Remote is a Backend on a Place.
type Remote struct {
	place Place
	codec codec
	poll  time.Duration // between two attempts to get the lock, at first
	flush time.Duration // between two writings of a state that is written whole
}

const (
	lockPollFirst = 100 * time.Millisecond
	lockPollLast  = 2 * time.Second
	// flushEvery is how often results are kept where a state can only be written whole.
	flushEvery = 10 * time.Second
	// endIn bounds how long the end of a run may take to save, so that a place that is gone
	// for good does not keep it.
	endIn = 2 * time.Minute
	// endInAgain is as much for one that could not be reached for as long as a lease.
	endInAgain = 15 * time.Second
	// endBriefly is as much for one to which a writing has just failed for good: what the
	// run did is to be kept elsewhere, before somebody ends it.
	endBriefly = 5 * time.Second

	// whenMended is what to do about a place that does not do what is asked of it.
	whenMended = "When that is mended, run the command again"
)

// NewRemote returns the state kept at a place. types and writer are as for NewFile.
// Nothing is touched before a method is called.
func NewRemote(place Place, types func(typeName string) *schema.Type, writer string, options ...Option) *Remote {
	o := readOptions(options)
	return &Remote{place: place, codec: o.codec(types, writer), poll: lockPollFirst, flush: flushEvery}
}

// Where implements Backend.
func (r *Remote) Where() string { return r.place.Where() }

// Read implements Backend.
func (r *Remote) Read(ctx context.Context) (*Snapshot, []Intent, error) {
	texts, err := r.place.Read(ctx)
	if err != nil {
		return nil, nil, r.unreadable(err)
	}
	l, err := r.join(texts)
	if err != nil || l.snapshot == nil {
		return nil, nil, err
	}
	return l.snapshot, l.snapshot.Pending, nil
}

// Unlock implements Backend.
func (r *Remote) Unlock(ctx context.Context, id string) error {
	err := r.place.Unlock(ctx, id)
	if err == nil || errors.As(err, new(*Error)) {
		return err
	}
	return &Error{Where: r.Where(), Problem: "cannot be unlocked", Err: err, Remedy: whenMended}
}

// Open implements Backend.
func (r *Remote) Open(ctx context.Context, who LockInfo, wait time.Duration) (Session, error) {
	hold, lease, err := r.lock(ctx, who, wait)
	if err != nil {
		return nil, err
	}
	s, err := r.begin(ctx, hold, lease)
	if err != nil {
		lease.end()
		return nil, errors.Join(err, r.release(hold, endBriefly))
	}
	return s, nil
}

// lock takes the lock, waiting up to wait, and begins to keep it.
func (r *Remote) lock(ctx context.Context, who LockInfo, wait time.Duration) (Hold, *lease, error) {
	who = who.Filled()
	began := time.Now()
	until := began.Add(wait)
	for pause := r.poll; ; pause = min(pause*3/2, lockPollLast) {
		asked := time.Now()
		hold, err := r.place.Lock(ctx, who.later(elapsed(began)))
		if err == nil {
			return hold, newLease(r.Where(), hold, asked), nil
		}
		locked, ok := errors.AsType[*LockedError](err)
		switch left := time.Until(until); {
		case ctx.Err() != nil && (ok || errors.Is(err, ctx.Err())):
			return nil, nil, ctx.Err()
		case !ok && errors.As(err, new(*Error)):
			return nil, nil, err
		case !ok:
			return nil, nil, &Error{Where: r.Where(), Problem: "cannot be locked", Err: err, Remedy: "Nothing was changed. " + whenMended}
		case left <= 0:
			return nil, nil, locked.withRemedy()
		default:
			// Those who wait do not all ask at once.
			if err := Pause(ctx, min(left, pause/2+rand.N(pause))); err != nil {
				return nil, nil, err
			}
		}
	}
}

// Pause lets time pass until ctx ends, whose error it then returns. Places wait with it
// between two attempts.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// withRemedy is the error with what frees a lock that does not end with its holder.
func (e *LockedError) withRemedy() *LockedError {
	switch {
	case e.Remedy != "":
	case e.Holder.ID == "":
		e.Remedy = "If that run is dead: its lock's id is not told, so try \"espalier force-unlock unknown\"; if the server wants the right id, remove the lock with the server's own means"
	default:
		e.Remedy = fmt.Sprintf("If that run is dead, free the state with \"espalier force-unlock %s\"", e.Holder.ID)
	}
	return e
}

// begin reads the state under the lock.
func (r *Remote) begin(ctx context.Context, hold Hold, lease *lease) (Session, error) {
	texts, err := hold.Texts(ctx)
	if err != nil {
		return nil, r.unreadable(err)
	}
	l, err := r.join(texts)
	if err != nil {
		return nil, err
	}
	if err := r.codec.ready(r.Where()); err != nil {
		return nil, err
	}
	if l.snapshot == nil {
		l.snapshot = New(r.codec.writer)
	}
	return newRemoteSession(r, hold, lease, l), nil
}

// release gives a lock back, whatever became of the run's context. It is tried for no
// longer than patience.
func (r *Remote) release(hold Hold, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := hold.Release(ctx); err != nil {
		return &Error{Where: r.Where(), Problem: "could not be unlocked", Err: err, Remedy: r.freed(hold)}
	}
	return nil
}

// freed says what becomes of a lock that was not given back.
func (r *Remote) freed(hold Hold) string {
	if lease := hold.Lease(); lease > 0 {
		return "The lock ends by itself after " + lease.String()
	}
	return "If it stays locked, free it with \"espalier force-unlock ID\"; the next command shows the id"
}

// Filled is who, with an id, this process and this time in the place of what is left
// out.
func (who LockInfo) Filled() LockInfo {
	if who.ID == "" {
		who.ID = newUUID()
	}
	if who.PID == 0 {
		who.PID = os.Getpid()
	}
	if who.Since.IsZero() {
		who.Since = time.Now().UTC().Truncate(time.Second)
	}
	return who
}

// later is who gets a lock after waiting for it.
func (who LockInfo) later(waited time.Duration) LockInfo {
	who.Since = who.Since.Add(waited.Truncate(time.Second))
	return who
}
