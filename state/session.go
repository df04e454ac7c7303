package state

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
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
	watch    *watch
	header   header
	end      int64    // of the journal that an earlier run left, 0 if none
	opened   []Intent // open when the session began
	appender *appender

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

func newFileSession(f *File, p paths, lock *fileLock, base *Snapshot, l *loaded) *fileSession {
	s := &fileSession{
		file: f, paths: p, lock: lock, base: base,
		watch:   &watch{file: f, paths: p, lock: lock.file, state: l.stateFile, journal: l.journalFile},
		header:  header{id: newUUID(), lineage: base.Lineage, serial: base.Serial, secret: base.Secret},
		opened:  base.Pending,
		delta:   map[schema.Address]*Record{},
		deleted: map[Owner]time.Time{},
		pending: make(map[schema.Address]Intent, len(base.Pending)),
		texts:   map[*Record][]byte{},
	}
	for _, i := range base.Pending {
		s.pending[i.Address] = i
	}
	if l.journal != nil {
		s.header, s.end = l.journal.header, l.journal.end
		s.dirty = true
	}
	s.appender = newAppender(s)
	return s
}

// open implements journalFile: it goes on after the whole lines of the journal,
// or begins one.
func (s *fileSession) open() (appendFile, int64, error) {
	if _, err := s.watch.check(); err != nil {
		return nil, 0, err
	}
	var file appendFile
	var header []byte
	var err error
	if s.end > 0 {
		file, err = s.file.disk.Append(s.paths.journal, s.end)
	} else {
		header = appendHeader(nil, s.header)
		file, err = s.file.disk.Create(s.paths.journal)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, 0, s.watch.changed(s.paths.journal, "was put in place")
	case errors.Is(err, errChanged):
		return nil, 0, s.watch.changed(s.paths.journal, "was deleted or cut short")
	case err != nil:
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil {
		s.watch.opened(info)
	}
	if err == nil && len(header) > 0 {
		_, err = file.Write(header) // it is synced together with the lines that follow
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, s.end + int64(len(header)), nil
}

// check implements journalFile.
func (s *fileSession) check() (int64, error) { return s.watch.check() }

// resized implements journalFile.
func (s *fileSession) resized(is, was int64) error {
	if is < was {
		return s.watch.changed(s.paths.journal, "was cut short")
	}
	return s.watch.changed(s.paths.journal, "was written to")
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
func (s *fileSession) Pending() []Intent { return s.opened }

var errClosed = errors.New("the state is closed already; open it again")

// Begin implements Session.
func (s *fileSession) Begin(ctx context.Context, i Intent) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	room := s.lines()
	defer s.room.Put(room)
	line, err := appendBegin((*room)[:0], i)
	if err != nil {
		return &Error{Where: s.file.path, Problem: "cannot take the intent", Err: err}
	}
	*room = line
	return s.keep(s.appender.intent, line, func(err error) {
		if err == nil {
			s.pending[i.Address] = i
			s.dirty, s.unfolded = true, true
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
	room := s.lines()
	defer s.room.Put(room)
	lines := (*room)[:0]
	texts := make([][]byte, len(results))
	for n := range results {
		var text []byte
		var err error
		if lines, text, err = appendResult(lines, &results[n]); err != nil {
			return &Error{Where: s.file.path, Problem: "cannot take the result", Err: err}
		}
		texts[n] = bytes.Clone(text)
	}
	*room = lines
	return s.keep(s.appender.result, lines, func(error) {
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
func (s *fileSession) lines() *[]byte {
	if room, ok := s.room.Get().(*[]byte); ok {
		return room
	}
	return new([]byte)
}

// record is what an address holds by now; mu is held.
func (s *fileSession) record(a schema.Address) *Record {
	if r, changed := s.delta[a]; changed {
		return r
	}
	return s.base.Records[a]
}

// keep has lines written, then calls kept with the outcome, under mu.
func (s *fileSession) keep(write func([]byte) error, lines []byte, kept func(error)) error {
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
	err := write(lines)
	s.mu.Lock()
	defer s.mu.Unlock()
	kept(err)
	if err != nil {
		return s.broken(err)
	}
	return nil
}

// broken says that the journal cannot be written, unless err says more.
func (s *fileSession) broken(err error) error {
	if errors.As(err, new(*Error)) {
		return err
	}
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
