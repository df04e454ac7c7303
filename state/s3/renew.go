package s3

import (
	"context"
	"errors"

	"github.com/espalier-dev/espalier/state"
)

// Renew implements state.Hold.
func (h *hold) Renew(ctx context.Context) error {
	return h.update(ctx, func(r record) record {
		r.Beat++
		return r
	})
}

// update writes the lock anew, as long as it is this run's.
func (h *hold) update(ctx context.Context, change func(record) record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		next := change(h.record)
		written, err := h.bucket.swap(ctx, h.place.lockKey(), h.lock, object{text: next.text()})
		conflict, ok := errors.AsType[*conflictError](err)
		if !ok {
			if err == nil {
				h.record, h.lock = next, written
			}
			return err
		}
		now, err := parseRecord(conflict.now.text)
		if err != nil || now.Run != h.run || now.Free {
			return lost(now, conflict.now.exists())
		}
		// A renewal of this run has arrived that was given up.
		h.record.Beat, h.lock = now.Beat, conflict.now
	}
}

// lost says what became of the lock.
func lost(now record, exists bool) error {
	switch {
	case !exists:
		return &state.LostError{Why: "it was deleted"}
	case now.Free:
		return &state.LostError{Why: "it was removed, or taken over by a run that has ended since"}
	}
	return &state.LostError{Why: "it was removed, or not renewed in time", Holder: now.Holder}
}

// gone explains why a write was refused: with a *state.LostError if the lock is not
// this run's any more, else with otherwise.
func (h *hold) gone(ctx context.Context, otherwise error) error {
	now, o, err := h.place.lock(ctx, h.bucket)
	switch {
	case err != nil:
		return &state.LostError{Why: "somebody else has written in its place"}
	case now.Run == h.run && !now.Free:
		return otherwise
	}
	return lost(now, o.exists())
}
