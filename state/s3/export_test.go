package s3

import (
	"context"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// NewPlace makes a place of the settings of a state block.
func NewPlace(s state.Settings) (*Place, []error) { return newPlace(s) }

// Hasten has a place that was reached once wait next to nothing between attempts.
func (p *Place) Hasten(ctx context.Context) error {
	b, err := p.connect(ctx)
	if err == nil {
		b.first, b.last = time.Millisecond, 5*time.Millisecond
	}
	return err
}

// Join has a place send its requests over the connections of another one.
func (p *Place) Join(other *Place) { p.bucket = other.bucket }

// SetClock gives a place another clock of this machine.
func (p *Place) SetClock(now func() time.Time) { p.now = now }

// Fence is the number of a holder.
func Fence(h state.Hold) uint64 { return h.(*hold).fence }

// Put writes an object if none is there, or, with an etag, in the place of that; it
// reports whether it was written.
func (p *Place) Put(ctx context.Context, key, etag, text string) (bool, error) {
	b, err := p.connect(ctx)
	if err != nil {
		return false, err
	}
	_, err = b.put(ctx, key, object{etag: etag}, object{text: []byte(text)})
	if _, refused := err.(*refusedError); refused {
		return false, nil
	}
	return err == nil, err
}

// Get reads an object.
func (p *Place) Get(ctx context.Context, key string) (text, etag string, err error) {
	b, err := p.connect(ctx)
	if err != nil {
		return "", "", err
	}
	o, err := b.get(ctx, key)
	return string(o.text), o.etag, err
}

// SegmentSize is how long a segment gets.
const SegmentSize = segmentSize
