package state

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// fileSession is one run on a File. What it was given is in base and never
// changes, so that callers can read it while others commit; what the run changed
// is in delta until somebody asks for the whole.
type fileSession struct {
	file     *File
	paths    paths
	lock     *fileLock
	existed  bool
	sum      [sha256.Size]byte // of the file as it was opened
	header   header
	opened   []Intent // open when the session began
	appender *appender

	running sync.RWMutex // read-held by Begin and Commit, held by Close

	mu      sync.Mutex
	base    *Snapshot
	delta   map[schema.Address]*Record // nil for a record that went
	deleted map[Owner]time.Time
	pending map[schema.Address]Intent
	tenants []byte // a line that must precede the next one
	dirty   bool
	closed  bool
}

func newFileSession(f *File, p paths, lock *fileLock, base *Snapshot, l *loaded) *fileSession {
	s := &fileSession{
		file: f, paths: p, lock: lock, base: base,
		existed: l.exists, sum: l.sum,
		header:  header{id: newUUID(), lineage: base.Lineage, serial: base.Serial, secret: base.Secret},
		opened:  base.Pending,
		delta:   map[schema.Address]*Record{},
		deleted: map[Owner]time.Time{},
		pending: make(map[schema.Address]Intent, len(base.Pending)),
	}
	for _, i := range base.Pending {
		s.pending[i.Address] = i
	}
	end := int64(0)
	if l.journal != nil {
		s.header, end = l.journal.header, l.journal.end
		s.dirty = true
	}
	s.appender = newAppender(func() (appendFile, error) { return s.openJournal(end) })
	return s
}

// openJournal goes on after the whole lines of the journal, or begins one.
func (s *fileSession) openJournal(end int64) (appendFile, error) {
	file, err := s.file.disk.Append(s.paths.journal, end)
	if err != nil || end > 0 {
		return file, err
	}
	// It is synced together with the lines that follow.
	if _, err := file.Write(appendHeader(nil, s.header)); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Snapshot implements Session. It costs nothing until something is committed,
// and one pass over the records afterwards.
func (s *fileSession) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folded()
}

// folded brings base up to date; mu is held.
func (s *fileSession) folded() *Snapshot {
	pending := intents(s.pending)
	if len(s.delta) == 0 && len(s.deleted) == 0 && sameIntents(pending, s.base.Pending) {
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
	next.Pending = pending
	s.base = next
	clear(s.delta)
	clear(s.deleted)
	return next
}

// sameIntents compares two sorted lists by what tells intents apart.
func sameIntents(a, b []Intent) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Address != b[i].Address || a[i].Action != b[i].Action || !a[i].At.Equal(b[i].At) {
			return false
		}
	}
	return true
}

// Pending implements Session.
func (s *fileSession) Pending() []Intent { return s.opened }

var errClosed = errors.New("the state is closed already; open it again")

// Begin implements Session.
func (s *fileSession) Begin(ctx context.Context, i Intent) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	line, err := appendBegin(nil, i)
	if err != nil {
		return &Error{Where: s.file.path, Problem: "cannot take the intent", Err: err}
	}
	return s.keep(line, false, func(err error) {
		if err == nil {
			s.pending[i.Address] = i
			s.dirty = true
		}
	})
}

// Commit implements Session. A call that was made must be recorded, so it does
// not end with ctx; and a result that cannot be written is still held for Close.
func (s *fileSession) Commit(ctx context.Context, r Result) error {
	return s.CommitAll(ctx, []Result{r})
}

// CommitAll implements Session.
func (s *fileSession) CommitAll(_ context.Context, results []Result) error {
	if len(results) == 0 {
		return nil
	}
	var lines []byte
	for _, r := range results {
		line, err := appendResult(nil, r)
		if err != nil {
			return &Error{Where: s.file.path, Problem: "cannot take the result", Err: err}
		}
		lines = append(lines, line...)
	}
	return s.keep(lines, true, func(error) {
		for _, r := range results {
			r.settle(s.pending)
			r.apply(s.record, func(a schema.Address, record *Record) { s.delta[a] = record })
			if owner, ok := r.deleted(); ok {
				s.deleted[owner] = r.Deleted
			}
		}
		s.dirty = true
	})
}

// record is what an address holds by now; mu is held.
func (s *fileSession) record(a schema.Address) *Record {
	if r, changed := s.delta[a]; changed {
		return r
	}
	return s.base.Records[a]
}

// keep writes lines, to the disk if they are to be durable, then calls kept with the outcome, under mu.
func (s *fileSession) keep(lines []byte, durable bool, kept func(error)) error {
	s.running.RLock()
	defer s.running.RUnlock()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errClosed
	}
	lines = append(s.tenants, lines...)
	s.tenants = nil
	s.mu.Unlock()
	err := s.appender.append(lines, durable)
	s.mu.Lock()
	defer s.mu.Unlock()
	kept(err)
	if err != nil {
		return s.broken(err)
	}
	return nil
}

func (s *fileSession) broken(err error) error {
	return &Error{
		Where: s.file.path, Problem: "cannot be kept any more: its journal " + s.paths.journal + " cannot be written", Err: err,
		Remedy: "Make room on the disk, or make its folder one that you may write to, then run the command again",
	}
}

// Update implements Session.
func (s *fileSession) Update(change func(*Snapshot)) {
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
