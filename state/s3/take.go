package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// Lock implements state.Place.
func (p *Place) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	h, err := p.take(ctx, who, func(r record, o object) error {
		if !r.Free && !p.expired(r, o) {
			return &state.LockedError{Where: p.Where(), Holder: r.Holder}
		}
		return nil
	})
	if err != nil {
		return nil, p.placed(err)
	}
	return h, nil
}

// Unlock implements state.Place: it takes the lock over from its holder, shuts that
// one out, and gives the lock back.
func (p *Place) Unlock(ctx context.Context, id string) error {
	h, err := p.take(ctx, state.LockInfo{Command: "force-unlock"}.Filled(), func(r record, o object) error {
		switch {
		case !o.exists() || r.Free:
			return &state.Error{Where: p.Where(), Problem: "is not locked", Remedy: "There is nothing to remove; run the command again"}
		case r.Holder.ID != id:
			return &state.Error{Where: p.Where(), Problem: fmt.Sprintf("has no lock %q", id),
				Remedy: fmt.Sprintf("The one there is belongs to %s", r.Holder)}
		}
		return nil
	})
	if err != nil {
		return p.placed(err)
	}
	return p.placed(errors.Join(h.shutOut(ctx), h.Release(ctx)))
}

// slack is for times that servers give in whole seconds.
const slack = 2 * time.Second

// expired reports whether a lock was not renewed for longer than its lease: by the
// server's clock, or because it was seen here unchanged for as long.
func (p *Place) expired(r record, o object) bool {
	lease := r.lease() + slack
	if !o.served.IsZero() && !o.modified.IsZero() && o.served.Sub(o.modified) > lease {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen != o.etag {
		p.seen, p.since = o.etag, p.now()
	}
	return p.now().Sub(p.since) > lease
}

// take takes the lock if admit lets it, given what the lock says. Each new round is
// made because somebody else was quicker.
func (p *Place) take(ctx context.Context, who state.LockInfo, admit func(record, object) error) (*hold, error) {
	b, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	for overtaken := false; ; {
		old, was, err := p.lock(ctx, b)
		if err == nil {
			err = admit(old, was)
		}
		if err != nil {
			return nil, err
		}
		next := record{
			Format: lockFormat, Fence: old.Fence + 1, Unfenced: old.Unfenced,
			Holder: who, Run: rand.Text(), Seconds: int(p.settings.lease / time.Second),
		}
		if was.exists() && !old.Free {
			next.Unfenced = append(slices.Clone(old.Unfenced), old.Fence)
		}
		if !was.exists() || overtaken {
			if err := p.catchUp(ctx, b, &next); err != nil {
				return nil, err
			}
		}
		mine, err := b.swap(ctx, p.lockKey(), was, object{text: next.text()})
		switch {
		case errors.As(err, new(*conflictError)):
			continue
		case err != nil:
			return nil, err
		}
		h := &hold{place: p, bucket: b, fence: next.Fence, run: next.Run, record: next, lock: mine}
		err = h.claim(ctx)
		if err == nil {
			err = h.probe(ctx)
		}
		if err == nil {
			return h, nil
		}
		h.unsure = true
		// What failed is what the caller wants to know; the lock ends by itself.
		_ = h.Release(ctx)
		if !errors.As(err, new(*conflictError)) {
			return nil, err
		}
		overtaken = true
	}
}

// lock reads the lock; with no object there is none yet.
func (p *Place) lock(ctx context.Context, b *bucket) (record, object, error) {
	o, err := b.get(ctx, p.lockKey())
	if err != nil || !o.exists() {
		return record{}, o, err
	}
	r, err := parseRecord(o.text)
	if err != nil {
		return r, o, &advice{problem: "has a lock that cannot be read", err: fmt.Errorf("%s: %w", p.lockKey(), err),
			remedy: "Nothing was changed. When no run is at work, delete that object: the next command makes a new one"}
	}
	return r, o, nil
}

// catchUp numbers a holder where the lock does not tell how many there were, because
// there is none, or an older one was put back: after all that have left a trace, each
// of whom may still be at work.
func (p *Place) catchUp(ctx context.Context, b *bucket, next *record) error {
	listed, err := p.listed(ctx, b)
	if err != nil {
		return err
	}
	now, err := b.get(ctx, p.stateKey())
	if err != nil {
		return err
	}
	next.Fence = max(next.Fence, now.folded.fence+1)
	for _, l := range listed {
		next.Fence = max(next.Fence, l.fence+1)
		if !slices.Contains(next.Unfenced, l.fence) {
			next.Unfenced = append(next.Unfenced, l.fence)
		}
	}
	return nil
}

// claim begins the journal of the holder. Should a server have let two take the lock
// at once, only one of them gets it, and keeps it: each later piece of the journal is
// written in the place of the one before.
func (h *hold) claim(ctx context.Context) error {
	return h.write(ctx, segment{}, h.begun(nil))
}

// probe makes sure, once, that the server refuses a write whose condition does not hold.
// The lock is written as it is, so it does not matter if one gets through.
func (h *hold) probe(ctx context.Context) error {
	p := h.place
	p.mu.Lock()
	known := p.probed || !h.bucket.foreign
	p.mu.Unlock()
	if known {
		return nil
	}
	for _, not := range []object{{}, {etag: `"00000000000000000000000000000000"`}} {
		o, err := h.bucket.put(ctx, p.lockKey(), not, h.lock)
		if err == nil {
			h.lock.etag = o.etag
			return unfit("it puts an object in the place of another although it was told not to")
		}
		if !errors.As(err, new(*refusedError)) {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probed = true
	return nil
}
