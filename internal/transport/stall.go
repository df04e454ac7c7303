package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

var (
	errStalled  = errors.New("the server stopped in the middle of its answer")
	errNotTaken = errors.New("the server stopped in the middle of what it was sent")
)

// movingBody ends a body that stands still, which net/http would wait for
// without end.
type movingBody struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	stalled *time.Timer
}

func (b *movingBody) Read(p []byte) (int, error) {
	if b.stalled == nil {
		b.stalled = time.AfterFunc(stallTimeout, func() { b.cancel(errStalled) })
	} else {
		b.stalled.Reset(stallTimeout)
	}
	n, err := b.ReadCloser.Read(p)
	b.stalled.Stop()
	if err != nil && err != io.EOF && errors.Is(context.Cause(b.ctx), errStalled) {
		err = errStalled
	}
	return n, err
}

func (b *movingBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}

// atOnce is the length up to which a body that is sent goes into the buffers of the
// connection as a whole.
const atOnce = 32 << 10

// watched returns the body of a request, such that the call ends if the server takes
// nothing of it for too long.
func watched(req *http.Request, cancel context.CancelCauseFunc) io.ReadCloser {
	if req.Body == nil || req.ContentLength >= 0 && req.ContentLength <= atOnce {
		return req.Body
	}
	b := &outgoing{ReadCloser: req.Body, untaken: time.AfterFunc(stallTimeout, func() { cancel(errNotTaken) })}
	b.untaken.Stop()
	return b
}

// outgoing is a body on its way. That more of it is read means that what was read
// before has been taken.
type outgoing struct {
	io.ReadCloser
	untaken *time.Timer
	closed  atomic.Bool
}

func (b *outgoing) Read(p []byte) (int, error) {
	b.untaken.Stop()
	n, err := b.ReadCloser.Read(p)
	if err == nil {
		b.untaken.Reset(stallTimeout)
	}
	if b.closed.Load() { // from elsewhere, while it was read
		b.untaken.Stop()
	}
	return n, err
}

func (b *outgoing) Close() error {
	b.closed.Store(true)
	b.untaken.Stop()
	return b.ReadCloser.Close()
}
