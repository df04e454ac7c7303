package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// hold is the lock during one run.
type hold struct {
	place *Place
	who   state.LockInfo
	known []byte // the state that was read or written last
	// checked says that the server is known to give back what it is given; unfit that it
	// does not.
	checked bool
	unfit   error
}

// stubborn is how long a write is repeated at least while there is no answer: a run
// has made calls by then, and is to outlast a server that is started anew.
const stubborn = 30 * time.Second

// Lease implements state.Hold: the lock lasts until it is given back.
func (h *hold) Lease() time.Duration { return 0 }

// Renew implements state.Hold.
func (h *hold) Renew(context.Context) error { return nil }

// Texts implements state.Hold.
func (h *hold) Texts(ctx context.Context) (state.Texts, error) {
	texts, err := h.place.Read(ctx)
	if err == nil {
		h.known = texts.State
	}
	return texts, err
}

// Replace implements state.Hold. The protocol has no way to write only if nothing else
// was written, so what is there is looked at right before.
func (h *hold) Replace(ctx context.Context, text []byte) error {
	if h.unfit != nil {
		return h.unfit
	}
	p, waited := h.place, time.Duration(0)
	for try := 1; ; try++ {
		a, err := h.write(ctx, text)
		done, final := h.outcome(a, err)
		switch {
		case done:
			h.known = text
			return h.check(ctx)
		case final != nil:
			return final
		}
		answered := err == nil
		if answered {
			err = p.client.refused(a, p.address, "write the state")
		}
		if ctx.Err() != nil || try >= p.client.tries && (answered || waited >= stubborn) {
			return err
		}
		pause := p.client.wait(try, a)
		waited += pause
		if p.client.pause(ctx, pause) != nil {
			return fmt.Errorf("%w (given up: %w)", err, ctx.Err())
		}
	}
}

// check reads back what a run has written first, which is before its first call. That it
// cannot be read is found out by the next writing.
func (h *hold) check(ctx context.Context) error {
	if h.checked {
		return nil
	}
	a, err := h.place.client.do(ctx, http.MethodGet, h.place.address, nil)
	if err != nil || !a.ok() {
		return nil
	}
	h.checked = true
	if !bytes.Equal(bytes.TrimSpace(a.body), bytes.TrimSpace(h.known)) && sameJSON(a.body, h.known) {
		h.unfit = h.place.changesTexts()
	}
	return h.unfit
}

// errWritten says that what is there is what is to be written.
var errWritten = errors.New("it is written already")

// write writes a state if what is there is what it was. So a write whose answer was
// lost is told from one that never arrived, also by servers that take no version twice.
func (h *hold) write(ctx context.Context, text []byte) (*answer, error) {
	p := h.place
	a, err := p.client.once(ctx, http.MethodGet, p.address, nil)
	if err != nil || a.failure() {
		return a, err
	}
	there := a.body
	if a.status == http.StatusNotFound || a.status == http.StatusNoContent {
		there = nil
	} else if !a.ok() {
		return a, nil
	}
	switch {
	case bytes.Equal(there, text):
		return nil, errWritten
	case !bytes.Equal(bytes.TrimSpace(there), bytes.TrimSpace(h.known)):
		return nil, &state.ChangedError{}
	}
	address := p.address
	if p.locks {
		address = withID(address, h.who.ID)
	}
	return p.client.once(ctx, p.update, address, text)
}

// outcome judges a try: done, ended for good with an error, or neither.
func (h *hold) outcome(a *answer, err error) (done bool, final error) {
	switch {
	case errors.Is(err, errWritten):
		return true, nil
	case errors.As(err, new(*state.ChangedError)):
		return false, err
	case err != nil:
		return false, nil
	case a.ok():
		return true, nil
	case a.status == http.StatusLocked || a.status == http.StatusConflict:
		return false, &state.LostError{Holder: holderOf(a), Why: "the server does not take it for this run's any more"}
	case a.failure() || a.status == http.StatusUnprocessableEntity:
		return false, nil // it may have been written all the same, which the next try sees
	}
	return false, h.place.client.refused(a, h.place.address, "write the state")
}

// Release implements state.Hold. A lock that is gone, or somebody else's, needs no
// releasing.
func (h *hold) Release(ctx context.Context) error {
	p := h.place
	if !p.locks {
		return nil
	}
	a, err := p.client.do(ctx, p.unlock, withID(p.unlockAddress, h.who.ID), p.note(h.who))
	switch {
	case err != nil:
		return err
	case a.ok() || a.status == http.StatusNotFound || a.status == http.StatusConflict || a.status == http.StatusLocked:
		return nil
	}
	return p.client.refused(a, p.unlockAddress, "unlock the state")
}
