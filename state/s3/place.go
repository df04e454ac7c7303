package s3

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/espalier-dev/espalier/state"
)

// Place is a state in a bucket. It implements state.Place; its holds implement
// state.Appender.
type Place struct {
	settings settings
	now      func() time.Time // this machine's clock, only ever compared with itself

	connecting sync.Mutex
	bucket     *bucket // nil before the first request

	mu     sync.Mutex
	seen   string    // the ETag of the lock when it was last looked at
	since  time.Time // when it was first seen so
	probed bool      // the server is known to honour conditions
}

// abreast is how many segments are read or deleted at once.
const abreast = 8

// Where implements state.Place.
func (p *Place) Where() string { return "s3://" + p.settings.bucket + "/" + p.settings.key }

func (p *Place) stateKey() string         { return p.settings.key }
func (p *Place) lockKey() string          { return p.settings.key + ".lock" }
func (p *Place) journalPrefix() string    { return p.settings.key + ".journal/" }
func (p *Place) segmentKey(s spot) string { return p.journalPrefix() + s.String() }

// Read implements state.Place. The journal is read first: of what a run finishes in the
// meantime, the state then says that it holds it already.
func (p *Place) Read(ctx context.Context) (state.Texts, error) {
	texts, err := p.read(ctx)
	return texts, p.placed(err)
}

func (p *Place) read(ctx context.Context) (state.Texts, error) {
	b, err := p.connect(ctx)
	if err != nil {
		return state.Texts{}, err
	}
	listed, err := p.listed(ctx, b)
	if err != nil {
		return state.Texts{}, err
	}
	segments, unreadable := p.segments(ctx, b, listed, spot{})
	if unreadable != nil && !errors.As(unreadable, new(*damage)) {
		return state.Texts{}, unreadable
	}
	now, err := b.get(ctx, p.stateKey())
	if err != nil {
		return state.Texts{}, err
	}
	if unreadable != nil { // it counts only if it is still part of the journal
		if segments, err = p.segments(ctx, b, listed, now.folded); err != nil {
			return state.Texts{}, err
		}
	}
	journal, err := p.journal(segments, now.folded)
	return state.Texts{State: plain(now), Journal: journal}, err
}

// plain is a state without the line ends that were added only to make it another
// object; nil for none.
func plain(o object) []byte {
	text := bytes.TrimRight(o.text, "\n")
	if len(text) == 0 {
		return nil
	}
	return o.text[:min(len(text)+1, len(o.text))]
}

// piece is a segment that is listed.
type piece struct {
	spot
	modified time.Time
	size     int64
	speaks   bool // it is known to have lines
}

// listed are the segments that there are, in order.
func (p *Place) listed(ctx context.Context, b *bucket) ([]piece, error) {
	entries, err := b.list(ctx, p.journalPrefix())
	if err != nil {
		return nil, err
	}
	var pieces []piece
	for _, e := range entries {
		if s, ok := parseSpot(strings.TrimPrefix(e.key, p.journalPrefix())); ok {
			pieces = append(pieces, piece{spot: s, modified: e.modified, size: e.size})
		}
	}
	slices.SortFunc(pieces, func(x, y piece) int {
		return cmp.Or(cmp.Compare(x.fence, y.fence), cmp.Compare(x.number, y.number))
	})
	return pieces, nil
}

// damage says that a segment is not as it was written.
type damage struct{ err error }

func (d *damage) Error() string { return d.err.Error() }
func (d *damage) Unwrap() error { return d.err }

func (p *Place) damaged(s spot, err error) error {
	return &damage{&advice{
		problem: "has a damaged journal", err: fmt.Errorf("%s: %w", p.segmentKey(s), err),
		remedy: fmt.Sprintf("Nothing was changed. Put that object back from an older version of it; or, to go on without what the unfinished run did, delete all objects under %s: what it made is then found again by its natural keys", p.journalPrefix()),
	}}
}

// segments reads those after folded. One that is gone by now is left out: whoever
// deletes it has put its lines into the state before.
func (p *Place) segments(ctx context.Context, b *bucket, listed []piece, folded spot) ([]segment, error) {
	read := make([]*segment, len(listed))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(abreast)
	for i, l := range listed {
		if !l.after(folded) {
			continue
		}
		group.Go(func() error {
			o, err := b.get(ctx, p.segmentKey(l.spot))
			if err != nil || !o.exists() {
				return err
			}
			s, err := parseSegment(l.spot, o)
			if err != nil {
				return p.damaged(l.spot, err)
			}
			read[i] = &s
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var found []segment
	for _, s := range read {
		if s != nil {
			found = append(found, *s)
		}
	}
	return found, nil
}

// journal joins the lines of segments that are not in the state yet. The segments of a
// holder are counted, so one that is missing is noticed.
func (p *Place) journal(segments []segment, folded spot) ([]byte, error) {
	var lines []byte
	last := folded
	for _, s := range segments {
		if !s.after(folded) || s.header.End {
			continue
		}
		if last.fence != s.fence {
			last = spot{fence: s.fence}
		}
		if last.number++; last != s.spot {
			return nil, p.damaged(last, errors.New("it is missing"))
		}
		lines = append(lines, s.lines...)
	}
	return lines, nil
}
