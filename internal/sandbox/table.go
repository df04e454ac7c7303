package sandbox

import (
	"encoding/json"
)

// Table is the rows of one kind by their id. All but NewTable, Unique and Many
// are called inside a Read or a Write of its store.
type Table[T any] struct {
	name    string
	seen    [views]*rows[T] // one and the same for views that are not behind
	indexes []func(id int64, row T, add bool)
	free    int64 // the next id
}

// NewTable makes an empty table. Indexes are added before the store is opened.
func NewTable[T any](name string) *Table[T] {
	t := &Table[T]{name: name, free: 1}
	now := newRows[T]()
	for v := range t.seen {
		t.seen[v] = now
	}
	return t
}

// Get returns a row as it is.
func (t *Table[T]) Get(id int64) (T, bool) { return t.At(Now, id) }

// At returns a row as a view shows it.
func (t *Table[T]) At(v View, id int64) (T, bool) {
	row, ok := t.seen[v].byID[id]
	return row, ok
}

// Len is the number of rows.
func (t *Table[T]) Len() int { return len(t.seen[Now].order) }

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
	tx.steps = append(tx.steps, func() (func(View), bool) { return t.put(id, row) })
	return nil
}

// Delete takes a row out.
func Delete[T any](tx *Tx, t *Table[T], id int64) {
	tx.rows = append(tx.rows, logRow{Table: t.name, ID: id})
	tx.steps = append(tx.steps, func() (func(View), bool) { return t.remove(id) })
}

// put changes the rows as they are and returns what does the same to a view.
func (t *Table[T]) put(id int64, row T) (show func(View), replaced bool) {
	now := t.seen[Now]
	old, replaced := now.byID[id]
	for _, index := range t.indexes {
		if replaced {
			index(id, old, false)
		}
		index(id, row, true)
	}
	now.put(id, row)
	t.free = max(t.free, id+1)
	return func(v View) { t.seen[v].put(id, row) }, replaced
}

func (t *Table[T]) remove(id int64) (show func(View), replaced bool) {
	now := t.seen[Now]
	if old, ok := now.byID[id]; ok {
		for _, index := range t.indexes {
			index(id, old, false)
		}
		now.remove(id)
	}
	return func(v View) { t.seen[v].remove(id) }, true
}

func (t *Table[T]) tableName() string { return t.name }

func (t *Table[T]) bind(s *Store) {
	for v := range s.behind {
		if s.behind[v].lag != (Lag{}) {
			t.seen[v] = newRows[T]()
		}
	}
}

func (t *Table[T]) replay(id int64, raw json.RawMessage) (show func(View), replaced bool, err error) {
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
	for _, id := range t.seen[Now].order {
		if err := write(id, t.seen[Now].byID[id]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table[T]) size() int { return t.Len() }

func (t *Table[T]) next() int64 { return t.free }

func (t *Table[T]) reserve(next int64) { t.free = max(t.free, next) }
