package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/espalier-dev/espalier/state"
)

// hold is the lock in the hands of a run. It implements state.Appender.
type hold struct {
	place  *Place
	bucket *bucket

	fence uint64 // the number of this holder
	run   string

	mu     sync.Mutex
	record record // what the lock says
	lock   object // the lock as it is kept

	// What follows belongs to those who come one after the other.
	state object
	// doubt is a state that may have been written, or not.
	doubt []byte
	tail  segment // the last segment, not there after Replace
	last  int     // the highest number that a segment of this run may have
	// earlier are the segments of others, which the next state makes superfluous.
	earlier []piece
	// unsure says that a write of this run may still be under way.
	unsure bool
	// over is why nothing can be added any more.
	over error
}

// Lease implements state.Hold.
func (h *hold) Lease() time.Duration { return h.place.settings.lease }

// Texts implements state.Hold.
func (h *hold) Texts(ctx context.Context) (state.Texts, error) {
	texts, err := h.texts(ctx)
	return texts, h.place.placed(err)
}

func (h *hold) texts(ctx context.Context) (state.Texts, error) {
	p := h.place
	err := h.shutOut(ctx)
	if err == nil {
		h.state, err = h.bucket.get(ctx, p.stateKey())
	}
	if err == nil && h.state.folded.fence >= h.fence {
		err = h.touch(ctx)
	}
	if err != nil {
		return state.Texts{}, err
	}
	listed, err := p.listed(ctx, h.bucket)
	if err != nil {
		return state.Texts{}, err
	}
	segments, err := p.segments(ctx, h.bucket, listed, h.state.folded)
	if err != nil {
		return state.Texts{}, err
	}
	if err := h.alone(ctx, segments); err != nil {
		return state.Texts{}, err
	}
	h.earlier = slices.DeleteFunc(listed, func(l piece) bool { return l.fence == h.fence })
	speaks := map[spot]bool{}
	for _, s := range segments {
		speaks[s.spot] = len(s.lines) > 0
	}
	for i, l := range h.earlier {
		h.earlier[i].speaks = l.size > blockSize || speaks[l.spot]
	}
	journal, err := p.journal(segments, h.state.folded)
	return state.Texts{State: plain(h.state), Journal: journal}, err
}

// alone makes sure that the journal is this run's to go on with.
func (h *hold) alone(ctx context.Context, segments []segment) error {
	mine := !h.tail.exists()
	for _, s := range segments {
		if s.fence > h.fence {
			return h.gone(ctx, &advice{problem: "has a lock that is older than its journal", err: fmt.Errorf("the journal has a segment %s, and the lock is number %d", s.spot, h.fence),
				remedy: fmt.Sprintf("Nothing was changed. An old version of the lock was put back. When no run is at work, delete %s: the next command makes a new one", h.place.lockKey())})
		}
		mine = mine || s.spot == h.tail.spot && bytes.Equal(s.text, h.tail.text)
	}
	if !mine {
		return h.gone(ctx, tampered())
	}
	return nil
}

// tampered says that what only this run writes was written by somebody else.
func tampered() error {
	return &state.ChangedError{What: "has a journal that was changed or deleted by another program or person"}
}

// Append implements state.Appender.
func (h *hold) Append(ctx context.Context, lines []byte) error {
	switch {
	case h.over != nil:
		return h.over
	case h.unsure:
		return errors.New("an earlier write may still arrive")
	}
	was, next := h.tail, h.tail
	if was.exists() && (len(was.lines) == 0 || len(was.text)+len(lines) <= segmentSize) {
		next.lines = slices.Concat(was.lines, lines)
	} else {
		was, next = segment{}, h.begun(lines)
	}
	err := h.write(ctx, was, next)
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(*conflictError)):
		h.over = h.gone(ctx, tampered())
		return h.over
	}
	h.unsure = true
	return err
}

// begun is the next segment.
func (h *hold) begun(lines []byte) segment {
	h.last++
	s := segment{spot: spot{fence: h.fence, number: h.last}, lines: lines}
	s.header = header{Segment: s.String(), Run: h.run}
	return s
}

// write puts a segment in the place of what it was, and makes it the last one.
func (h *hold) write(ctx context.Context, was, next segment) error {
	text := textOf(next.header, next.lines)
	written, err := h.bucket.swap(ctx, h.place.segmentKey(next.spot), was.object, object{text: text})
	if err == nil {
		next.object = written
		h.tail = next
	}
	return err
}

// Replace implements state.Hold. The state says up to where the journal is in it, so
// what is left of the journal after that does no harm.
func (h *hold) Replace(ctx context.Context, text []byte) error {
	if errors.As(h.over, new(*state.LostError)) {
		return h.over
	}
	next := object{text: text, folded: spot{fence: h.fence, number: h.last}}
	for was := h.state; ; {
		written, err := h.bucket.swap(ctx, h.place.stateKey(), was, next)
		conflict, ok := errors.AsType[*conflictError](err)
		switch {
		case err == nil:
			h.state, h.doubt, h.unsure = written, nil, false
			h.tidy(ctx)
			return nil
		case ok && h.doubt != nil && bytes.Equal(conflict.now.text, h.doubt):
			was, h.doubt = conflict.now, nil
			continue
		case ok:
			return h.gone(ctx, &state.ChangedError{})
		}
		h.doubt, h.unsure = slices.Clone(text), true
		return err
	}
}

// A segment that says nothing is kept so long, since it may keep its holder from
// writing. One that is larger than blockSize says something.
const (
	blockFor  = 7 * 24 * time.Hour
	blockSize = 256
)

// tidy deletes the journal that is in the state now. What it cannot delete is left for
// the next run that ends.
func (h *hold) tidy(ctx context.Context) {
	var keys []string
	for n := 1; n <= h.last; n++ {
		keys = append(keys, h.place.segmentKey(spot{fence: h.fence, number: n}))
	}
	for _, e := range h.earlier {
		if e.speaks || !h.state.served.IsZero() && h.state.served.Sub(e.modified) > blockFor {
			keys = append(keys, h.place.segmentKey(e.spot))
		}
	}
	h.tail, h.earlier = segment{}, nil
	var group errgroup.Group
	group.SetLimit(abreast)
	for _, key := range keys {
		group.Go(func() error { return h.bucket.remove(ctx, key) })
	}
	_ = group.Wait()
}

// Release implements state.Hold.
func (h *hold) Release(ctx context.Context) error {
	err := h.update(ctx, func(r record) record { return r.freed(h.unsure) })
	switch {
	case errors.As(err, new(*state.LostError)):
		return nil
	case err != nil:
		return err
	}
	if h.tail.exists() && len(h.tail.lines) == 0 && !h.unsure {
		_ = h.bucket.remove(ctx, h.place.segmentKey(h.tail.spot)) // it says nothing, and is in nobody's way
	}
	return nil
}
