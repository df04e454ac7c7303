package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Store keeps the rows of a server in memory and, with a folder, in a log file
// beside which it holds the kernel's lock. Every write is one line of the log,
// written before it takes effect, so that a process killed between two writes
// loses neither, and one killed within a write loses that write alone.
//
// Rows are values: what was read may be kept, and is changed by putting another.
type Store struct {
	mu     sync.RWMutex
	id     string
	now    func() time.Time
	tick   int
	tables []table

	behind   [views]behind // that of Now has no lag
	replicas bool

	dir  string
	lock *flock.Flock
	log  logFile
	end  int64 // of the last whole line of the log
	dead int   // rows in the log that were replaced or deleted since
}

// table is what the store needs of a Table of any rows.
type table interface {
	tableName() string
	bind(s *Store)
	replay(id int64, raw json.RawMessage) (show func(View), replaced bool, err error)
	dump(write func(id int64, row any) error) error
	size() int
	next() int64
	reserve(next int64)
}

// StoreOptions says how a store is opened.
type StoreOptions struct {
	// Dir holds the data; empty keeps it in memory. It is made if it is missing.
	Dir string
	// Now is the clock; nil is the computer's.
	Now func() time.Time
	// Lists and Singles are how far these views are behind.
	Lists, Singles Lag
	// Replicas lets every second read of a view that is behind see the rows as
	// they are.
	Replicas bool
}

// OpenStore opens the store with its tables and reads what was kept. While
// another process has it open, it waits for as long as ctx allows.
func OpenStore(ctx context.Context, o StoreOptions, tables ...table) (*Store, error) {
	s := &Store{now: o.Now, replicas: o.Replicas, tables: tables, dir: o.Dir}
	s.behind[Lists].lag, s.behind[Singles].lag = o.Lists, o.Singles
	if s.now == nil {
		s.now = time.Now
	}
	for _, t := range tables {
		t.bind(s)
	}
	if s.dir == "" {
		s.id = newID()
		return s, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the sandbox: %w", err)
	}
	s.lock = flock.New(filepath.Join(s.dir, "lock"))
	if _, err := s.lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("the sandbox in %s is in use by another process: %w. Wait for it to end, or give this one a folder of its own", s.dir, err)
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	return s, nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return hex.EncodeToString(b[:])
}

// ID tells one store from another. It is made with the store and stays.
func (s *Store) ID() string { return s.id }

// Tick counts one request; a Lag may be measured in them.
func (s *Store) Tick() {
	if s.behind[Lists].lag.Calls == 0 && s.behind[Singles].lag.Calls == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick++
}

// Read runs f while nothing is written.
func (s *Store) Read(f func()) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f()
}

// Close writes what is to be kept and lets the next process in. The store must
// not be used after.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log == nil {
		return nil
	}
	err := s.log.Close()
	s.log = nil
	if err == nil && s.dead > 0 && s.dead >= s.rows()/2 && s.waiting() == 0 {
		err = s.compact()
	}
	return errors.Join(err, s.lock.Close())
}

func (s *Store) rows() (n int) {
	for _, t := range s.tables {
		n += t.size()
	}
	return n
}
