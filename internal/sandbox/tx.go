package sandbox

import (
	"fmt"
	"time"
)

// Write runs f alone. What f puts and deletes takes effect together when it
// returns nil, and not at all when it returns an error; until then f reads the
// rows as they were.
func (s *Store) Write(f func(tx *Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(s.now(), f)
}

// Furnish is Write for rows that were there before anything else. Every view
// shows them at once.
func (s *Store) Furnish(f func(tx *Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write(time.UnixMilli(0), f); err != nil {
		return err
	}
	for v := range s.behind {
		s.showAll(View(v))
	}
	return nil
}

func (s *Store) write(at time.Time, f func(tx *Tx) error) error {
	tx := &Tx{}
	if err := f(tx); err != nil || len(tx.steps) == 0 {
		return err
	}
	if s.log != nil {
		if err := s.keep(logLine{At: at.UnixMilli(), Rows: tx.rows}); err != nil {
			return fmt.Errorf("write the sandbox's log: %w", err)
		}
	}
	for _, step := range tx.steps {
		show, replaced := step()
		if replaced {
			s.dead++
		}
		s.later(at, show)
	}
	return nil
}

// Tx gathers the changes of one Write.
type Tx struct {
	rows  []logRow
	steps []func() (show func(View), replaced bool)
}
