package state

import (
	"context"
	"errors"
	"sync"
	"time"
)

// lease keeps a lock for as long as a run is at work, and knows when it may have
// been lost. It counts by this machine's clock from before the last renewal was sent,
// so it ends here no later than elsewhere.
type lease struct {
	where  string
	hold   Hold
	length time.Duration // 0 for a lock that needs no keeping
	stop   context.CancelFunc
	ended  sync.WaitGroup

	mu      sync.Mutex
	renewed time.Time
	lost    error // what is said from now on
	taken   bool  // it is known to be somebody else's, or nobody's
}

func newLease(where string, hold Hold, asked time.Time) *lease {
	ctx, cancel := context.WithCancel(context.Background())
	l := &lease{where: where, hold: hold, length: hold.Lease(), stop: cancel, renewed: asked}
	if l.length > 0 {
		l.ended.Go(func() { l.keep(ctx) })
	}
	return l
}

// keep renews the lease every third of its length.
func (l *lease) keep(ctx context.Context) {
	for Pause(ctx, l.length/3) == nil && l.held() == nil {
		asked := time.Now()
		attempt, cancel := context.WithTimeout(ctx, l.length/3)
		err := l.hold.Renew(attempt)
		cancel()
		switch {
		case err == nil:
			l.mu.Lock()
			l.renewed = asked
			l.mu.Unlock()
		case errors.As(err, new(*LostError)):
			l.lose(err)
		}
		// What else goes wrong may be mended by the next attempt, within the lease.
	}
}

// held fails once the lease may have run out. A machine that was asleep has a
// clock for the time of day that went on, and one for durations that may not have.
func (l *lease) held() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
	now := time.Now()
	if l.length == 0 || now.Sub(l.renewed) < l.length && now.Round(0).Sub(l.renewed.Round(0)) < l.length {
		return nil
	}
	l.lost = l.message(&LostError{Why: "it was not renewed for " + l.length.String() + ", because this process was paused or could not reach the place"})
	return l.lost
}

// lose notes that the lock is gone, and returns what is to be said.
func (l *lease) lose(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.taken {
		l.lost, l.taken = l.message(err), true
	}
	return l.lost
}

// isTaken reports whether the lock is known to be gone. A lease that may have run out
// may also have been renewed in time: then only the place can tell.
func (l *lease) isTaken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}

func (l *lease) message(err error) error {
	recorded := "What it did before is recorded"
	if _, ok := l.hold.(Appender); !ok {
		recorded = "What it did since the last writing is found again by its natural keys"
	}
	return &Error{
		Where: l.where, Problem: "is not this run's any more", Err: err,
		Remedy: "This run writes nothing more and makes no further call. " + recorded + "; run the command again to see what is left",
	}
}

// end stops renewing, and waits until no renewal is under way.
func (l *lease) end() {
	l.stop()
	l.ended.Wait()
}
