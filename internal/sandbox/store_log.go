package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const logFormat = 1

// logHead is the first line of a log.
type logHead struct {
	Format int              `json:"sandbox"`
	Store  string           `json:"store"`
	Next   map[string]int64 `json:"next,omitempty"` // ids that were used stay used
}

// logLine is one write.
type logLine struct {
	At   int64    `json:"at"` // Unix milliseconds; 0 for long ago
	Rows []logRow `json:"rows"`
}

// logRow is one row as it is after the write; without a value it is gone.
type logRow struct {
	Table string          `json:"t"`
	ID    int64           `json:"i"`
	Value json.RawMessage `json:"v,omitempty"`
}

// logFile is what the store needs of its log's file.
type logFile interface {
	io.WriterAt
	io.Closer
}

func (s *Store) path() string { return filepath.Join(s.dir, "data.log") }

// load reads the log, or begins one. The last line may be torn and is then cut
// off; anything else that cannot be read is an error and stays untouched.
func (s *Store) load() error {
	file, err := os.OpenFile(s.path(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the sandbox's log: %w", err)
	}
	s.end, err = s.replay(bufio.NewReaderSize(file, 1<<16))
	if err == nil {
		err = file.Truncate(s.end)
	}
	if err == nil {
		err = s.sweep()
	}
	s.log = file
	if err == nil && s.end == 0 {
		s.id = newID()
		err = s.keep(logHead{Format: logFormat, Store: s.id})
	}
	if err != nil {
		return fmt.Errorf("read the sandbox's log %s: %w", s.path(), errors.Join(err, file.Close()))
	}
	return nil
}

// keep adds a line to the log. After a write that fails or ends in the middle,
// the next one begins at the same place: what is left of the first has no end of
// a line in it, and so is a torn last line at worst.
func (s *Store) keep(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	n, err := s.log.WriteAt(append(line, '\n'), s.end)
	if err == nil {
		s.end += int64(n)
	}
	return err
}

// unfinished names the files in which a log is written anew.
const unfinished = "data-*.tmp"

// sweep removes what was left by processes that were killed as they compacted.
func (s *Store) sweep() error {
	files, err := os.ReadDir(s.dir)
	for _, file := range files {
		if left, _ := filepath.Match(unfinished, file.Name()); left {
			err = errors.Join(err, os.Remove(filepath.Join(s.dir, file.Name())))
		}
	}
	return err
}

// replay reads all whole lines and returns where they end.
func (s *Store) replay(r *bufio.Reader) (end int64, err error) {
	tables := make(map[string]table, len(s.tables))
	for _, t := range s.tables {
		tables[t.tableName()] = t
	}
	for number := 1; ; number++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil // with what is left of a torn line not counted
		}
		if err != nil {
			return 0, err
		}
		if number == 1 {
			err = s.readHead(line, tables)
		} else {
			err = s.readLine(line, tables)
		}
		if err != nil {
			return 0, fmt.Errorf("line %d is damaged (%w). Delete the folder to begin anew", number, err)
		}
		end += int64(len(line))
	}
}

func (s *Store) readHead(line []byte, tables map[string]table) error {
	var head logHead
	if err := json.Unmarshal(line, &head); err != nil {
		return err
	}
	if head.Format != logFormat || head.Store == "" {
		return fmt.Errorf("its format is %d, and this program reads %d", head.Format, logFormat)
	}
	s.id = head.Store
	for name, next := range head.Next {
		if t, ok := tables[name]; ok {
			t.reserve(next)
		}
	}
	return nil
}

func (s *Store) readLine(line []byte, tables map[string]table) error {
	var l logLine
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	for _, row := range l.Rows {
		t, ok := tables[row.Table]
		if !ok {
			return fmt.Errorf("there is no table %q", row.Table)
		}
		show, replaced, err := t.replay(row.ID, row.Value)
		if err != nil {
			return err
		}
		if replaced {
			s.dead++
		}
		s.loaded(l.At, show)
	}
	return nil
}

// compact writes the log anew with the live rows alone.
func (s *Store) compact() error {
	temp, err := os.CreateTemp(s.dir, unfinished)
	if err != nil {
		return fmt.Errorf("compact the sandbox's log: %w", err)
	}
	w := bufio.NewWriterSize(temp, 1<<20)
	err = s.dump(w)
	err = errors.Join(err, w.Flush(), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), s.path())
	}
	if err != nil {
		return fmt.Errorf("compact the sandbox's log: %w", errors.Join(err, os.Remove(temp.Name())))
	}
	return nil
}

func (s *Store) dump(w io.Writer) error {
	head := logHead{Format: logFormat, Store: s.id, Next: map[string]int64{}}
	for _, t := range s.tables {
		head.Next[t.tableName()] = t.next()
	}
	if err := writeLine(w, head); err != nil {
		return err
	}
	for _, t := range s.tables {
		err := t.dump(func(id int64, row any) error {
			value, err := json.Marshal(row)
			if err != nil {
				return err
			}
			return writeLine(w, logLine{Rows: []logRow{{Table: t.tableName(), ID: id, Value: value}}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func writeLine(w io.Writer, v any) error {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
