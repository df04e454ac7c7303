package sandbox

import (
	"encoding/json"
)

// Table is the rows of one kind by their id. All but NewTable, Unique and Many
// are called inside a Read or a Write of its store.
type Table[T any] struct {
	name    string
	now     *rows[T] // as it is
	listed  *rows[T] // as listings show it; the same without a lag
	indexes []func(id int64, row T, add bool)
	free    int64 // the next id
}

// NewTable makes an empty table. Indexes are added before the store is opened.
func NewTable[T any](name string) *Table[T] {
	t := &Table[T]{name: name, now: newRows[T](), free: 1}
	t.listed = t.now
	return t
}

// Get returns a row as it is.
func (t *Table[T]) Get(id int64) (T, bool) {
	row, ok := t.now.byID[id]
	return row, ok
}

// Len is the number of rows.
func (t *Table[T]) Len() int { return len(t.now.order) }

// Add puts a row under a new id, which it returns.
func Add[T any](tx *Tx, t *Table[T], row T) (int64, error) {
	id := t.free
	t.free++
	return id, Put(tx, t, id, row)
}

// Put puts a row in the place of what is there.
func Put[T any](tx *Tx, t *Table[T], id int64, row T) error {
	value, err := json.Marshal(row)
	if err != nil {
		return err
	}
	tx.rows = append(tx.rows, logRow{Table: t.name, ID: id, Value: value})
	tx.steps = append(tx.steps, func() (func(), bool) { return t.put(id, row) })
	return nil
}

// Delete takes a row out.
func Delete[T any](tx *Tx, t *Table[T], id int64) {
	tx.rows = append(tx.rows, logRow{Table: t.name, ID: id})
	tx.steps = append(tx.steps, func() (func(), bool) { return t.remove(id) })
}

// put changes the rows as they are and returns what does the same to the
// listing.
func (t *Table[T]) put(id int64, row T) (show func(), replaced bool) {
	old, replaced := t.now.byID[id]
	for _, index := range t.indexes {
		if replaced {
			index(id, old, false)
		}
		index(id, row, true)
	}
	t.now.put(id, row)
	t.free = max(t.free, id+1)
	return func() { t.listed.put(id, row) }, replaced
}

func (t *Table[T]) remove(id int64) (show func(), replaced bool) {
	if old, ok := t.now.byID[id]; ok {
		for _, index := range t.indexes {
			index(id, old, false)
		}
		t.now.remove(id)
	}
	return func() { t.listed.remove(id) }, true
}

func (t *Table[T]) tableName() string { return t.name }

func (t *Table[T]) bind(s *Store) {
	if s.lag != (Lag{}) {
		t.listed = newRows[T]()
	}
}

func (t *Table[T]) replay(id int64, raw json.RawMessage) (show func(), replaced bool, err error) {
	if raw == nil {
		t.free = max(t.free, id+1)
		show, replaced = t.remove(id)
		return show, replaced, nil
	}
	var row T
	if err := json.Unmarshal(raw, &row); err != nil {
		return nil, false, err
	}
	show, replaced = t.put(id, row)
	return show, replaced, nil
}

func (t *Table[T]) dump(write func(int64, any) error) error {
	for _, id := range t.now.order {
		if err := write(id, t.now.byID[id]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table[T]) size() int { return t.Len() }

func (t *Table[T]) next() int64 { return t.free }

func (t *Table[T]) reserve(next int64) { t.free = max(t.free, next) }
