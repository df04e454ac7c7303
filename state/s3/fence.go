package s3

import (
	"context"
	"errors"
)

// A holder that did not give its lock back may be dead, or asleep in the middle of
// anything. It can write to three things only: the state, as it knows it; its last
// segment, as it knows it; the next one, if there is none. So the first two are made
// other objects, and the third is put there. After that it can write nothing.

// shutOut does so for all earlier holders of whom it is not known to be done.
func (h *hold) shutOut(ctx context.Context) error {
	h.mu.Lock()
	unfenced := h.record.Unfenced
	h.mu.Unlock()
	if len(unfenced) == 0 {
		return nil
	}
	// First the state: from then on no holder can take segments into it.
	if err := h.touch(ctx); err != nil {
		return err
	}
	for _, fence := range unfenced {
		if err := h.seal(ctx, fence); err != nil {
			return err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.record.Unfenced = nil
	return nil
}

// touch makes the state another object that says the same.
func (h *hold) touch(ctx context.Context) error {
	key := h.place.stateKey()
	for {
		was, err := h.bucket.get(ctx, key)
		if err != nil {
			return err
		}
		next := object{text: append(was.text[:len(was.text):len(was.text)], '\n'), folded: was.folded}
		if next.folded.fence >= h.fence {
			next.folded = spot{} // it was brought here from another place
		}
		h.state, err = h.bucket.swap(ctx, key, was, next)
		if !errors.As(err, new(*conflictError)) {
			return err
		}
	}
}

// seal makes the last segment of a holder another one, and puts one that says nothing
// where it would begin the next.
func (h *hold) seal(ctx context.Context, fence uint64) error {
	for {
		err := h.sealOnce(ctx, fence)
		if !errors.As(err, new(*conflictError)) {
			return err
		}
	}
}

func (h *hold) sealOnce(ctx context.Context, fence uint64) error {
	p := h.place
	next := spot{fence: fence, number: 1}
	if folded := h.state.folded; folded.fence == fence {
		next.number = folded.number + 1
	}
	listed, err := p.listed(ctx, h.bucket)
	if err != nil {
		return err
	}
	for _, l := range listed {
		if l.fence == fence && !next.after(l.spot) {
			next.number = l.number + 1
		}
	}
	if last := (spot{fence: fence, number: next.number - 1}); last.after(h.state.folded) && last.number > 0 {
		o, err := h.bucket.get(ctx, p.segmentKey(last))
		if err != nil {
			return err
		}
		if o.exists() {
			s, err := parseSegment(last, o)
			switch {
			case err != nil:
				return p.damaged(last, err)
			case s.header.End:
				return nil // somebody has been here before
			}
			s.header.Seals++
			if _, err := h.bucket.swap(ctx, p.segmentKey(last), o, object{text: textOf(s.header, s.lines)}); err != nil {
				return err
			}
		}
	}
	end := header{Segment: next.String(), Run: h.run, End: true}
	_, err = h.bucket.swap(ctx, p.segmentKey(next), object{}, object{text: textOf(end, nil)})
	return err
}
