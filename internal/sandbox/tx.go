package sandbox

import (
	"encoding/json"
	"fmt"
)

// Write runs f alone. What f puts and deletes takes effect together when it
// returns nil, and not at all when it returns an error; until then f reads the
// rows as they were.
func (s *Store) Write(f func(tx *Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := &Tx{}
	if err := f(tx); err != nil || len(tx.steps) == 0 {
		return err
	}
	at := s.now()
	if s.log != nil {
		line, err := json.Marshal(logLine{At: at.UnixMilli(), Rows: tx.rows})
		if err != nil {
			return fmt.Errorf("write the sandbox's log: %w", err)
		}
		if _, err := s.log.Write(append(line, '\n')); err != nil {
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
	steps []func() (show func(), replaced bool)
}
