package state

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"maps"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// ledger is what a run knows of its state, and all of a Session but its end. What
// it was given is in base and never changes, so that callers can read it while
// others commit; what the run changed is in delta until somebody asks for the whole.
type ledger struct {
	where  string
	codec  codec
	key    *lineKey // seals the lines, nil if they are plain
	out    keeper
	opened []Intent // open when the session began

	running sync.RWMutex // read-held by Begin and Commit, held by Close
	room    sync.Pool    // of *[]byte, in which lines are made

	mu       sync.Mutex
	base     *Snapshot
	delta    map[schema.Address]*Record // nil for a record that went
	deleted  map[Owner]time.Time
	pending  map[schema.Address]Intent
	texts    map[*Record][]byte // of records of this run, as they are encoded
	unfolded bool               // base lacks something of delta, deleted or pending
	tenants  []byte             // a line that must precede the next one
	dirty    bool
	closed   bool
}

// keeper keeps the lines of a run where they outlive it.
type keeper interface {
	// intent keeps the lines of an intent before its call is made. When it returns nil
	// they outlive the process.
	intent(ctx context.Context, i Intent, lines []byte) error
	// result keeps the lines of results after their calls were made. When it returns
	// nil they are where Commit promises.
	result(lines []byte) error
	// broken says that lines cannot be kept, because of err.
	broken(err error) error
}

func newLedger(where string, c codec, base *Snapshot) *ledger {
	l := &ledger{
		where: where, codec: c, base: base,
		opened:  base.Pending,
		delta:   map[schema.Address]*Record{},
		deleted: map[Owner]time.Time{},
		pending: make(map[schema.Address]Intent, len(base.Pending)),
		texts:   map[*Record][]byte{},
	}
	for _, i := range base.Pending {
		l.pending[i.Address] = i
	}
	return l
}

// Snapshot implements Session. It costs nothing until something is committed,
// and one pass over the records afterwards.
func (s *ledger) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folded()
}

// folded brings base up to date; mu is held.
func (s *ledger) folded() *Snapshot {
	if !s.unfolded {
		return s.base
	}
	next := s.base.Clone()
	for addr, r := range s.delta {
		if r == nil {
			delete(next.Records, addr)
		} else {
			next.Records[addr] = r
		}
	}
	maps.Copy(next.Deleted, s.deleted)
	next.Pending = intents(s.pending)
	s.base, s.unfolded = next, false
	clear(s.delta)
	clear(s.deleted)
	return next
}

// Pending implements Session.
func (s *ledger) Pending() []Intent { return s.opened }

var errClosed = errors.New("the state is closed already; open it again")

// Begin implements Session.
func (s *ledger) Begin(ctx context.Context, i Intent) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	room := s.lines()
	defer s.room.Put(room)
	line, err := appendBegin((*room)[:0], i)
	if err != nil {
		return &Error{Where: s.where, Problem: "cannot take the intent", Err: err}
	}
	*room = line
	return s.keep(func(lines []byte) error { return s.out.intent(ctx, i, lines) }, line, func(err error) {
		if err == nil {
			s.pending[i.Address] = i
			s.dirty, s.unfolded = true, true
		}
	})
}

// Commit implements Session. A call that was made must be recorded, so it does
// not end with ctx; and a result that cannot be written is still held for Close.
func (s *ledger) Commit(ctx context.Context, r Result) error {
	return s.CommitAll(ctx, []Result{r})
}

// CommitAll implements Session.
func (s *ledger) CommitAll(_ context.Context, results []Result) error {
	if len(results) == 0 {
		return nil
	}
	room := s.lines()
	defer s.room.Put(room)
	lines := (*room)[:0]
	texts := make([][]byte, len(results))
	for n := range results {
		var text []byte
		var err error
		if lines, text, err = appendResult(lines, &results[n]); err != nil {
			return &Error{Where: s.where, Problem: "cannot take the result", Err: err}
		}
		texts[n] = bytes.Clone(text)
	}
	*room = lines
	return s.keep(s.out.result, lines, func(error) {
		for n := range results {
			r := &results[n]
			r.settle(s.pending)
			r.apply(s.record, func(a schema.Address, record *Record) {
				s.delta[a] = record
				if record != nil {
					s.texts[record] = texts[n]
				}
			})
			if owner, ok := r.deleted(); ok {
				s.deleted[owner] = r.Deleted
			}
		}
		s.dirty, s.unfolded = true, true
	})
}

// lines returns room to make lines in, to be put back when they are written.
func (s *ledger) lines() *[]byte {
	if room, ok := s.room.Get().(*[]byte); ok {
		return room
	}
	return new([]byte)
}

// record is what an address holds by now; mu is held.
func (s *ledger) record(a schema.Address) *Record {
	if r, changed := s.delta[a]; changed {
		return r
	}
	return s.base.Records[a]
}

// Announce implements Session. Where lines are appended there is nothing to do before
// the first call.
func (s *ledger) Announce(context.Context, iter.Seq[Intent]) error { return nil }

// Held implements Session. A lock that is not a lease stays until it is given back.
func (s *ledger) Held() error { return nil }

// keep has lines sealed and written, then calls kept with the outcome, under mu.
func (s *ledger) keep(write func([]byte) error, lines []byte, kept func(error)) error {
	s.running.RLock()
	defer s.running.RUnlock()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errClosed
	}
	if s.tenants != nil {
		lines = append(s.tenants, lines...)
		s.tenants = nil
	}
	s.mu.Unlock()
	lines, err := s.key.seal(lines)
	if err == nil {
		err = write(lines)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept(err)
	if err != nil && !errors.As(err, new(*Error)) {
		return s.out.broken(err)
	}
	return err
}

// Update implements Session.
func (s *ledger) Update(change func(*Snapshot)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.folded()
	next := before.Clone()
	change(next)
	next.Lineage, next.Serial, next.Secret, next.journal = before.Lineage, before.Serial, before.Secret, before.journal
	next.Pending = before.Pending
	if sameBut(before, next) {
		return
	}
	if !maps.Equal(before.Tenants, next.Tenants) {
		s.tenants = appendTenants(nil, next.Tenants)
	}
	s.base = next
	s.dirty = true
}
