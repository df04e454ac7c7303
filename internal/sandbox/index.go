package sandbox

import (
	"slices"
)

// Unique adds an index of rows by a text of their own; rows for which it is ""
// are not in it.
func (t *Table[T]) Unique(key func(T) string) *Unique {
	u := &Unique{ids: map[string]int64{}}
	t.indexes = append(t.indexes, func(id int64, row T, add bool) {
		k := key(row)
		switch {
		case k == "":
		case add:
			u.ids[k] = id
		case u.ids[k] == id:
			delete(u.ids, k)
		}
	})
	return u
}

// Many adds an index of rows by other rows they point to.
func (t *Table[T]) Many(keys func(T) []int64) *Many {
	m := &Many{ids: map[int64]map[int64]struct{}{}}
	t.indexes = append(t.indexes, func(id int64, row T, add bool) {
		for _, key := range keys(row) {
			m.change(key, id, add)
		}
	})
	return m
}

// Unique finds a row by a text.
type Unique struct{ ids map[string]int64 }

// Find returns the id of the row with that text.
func (u *Unique) Find(key string) (int64, bool) {
	id, ok := u.ids[key]
	return id, ok
}

// Many finds the rows that point to another.
type Many struct{ ids map[int64]map[int64]struct{} }

// Find returns the ids of the rows that point to key, in order.
func (m *Many) Find(key int64) []int64 {
	ids := make([]int64, 0, len(m.ids[key]))
	for id := range m.ids[key] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Any reports whether any row points to key.
func (m *Many) Any(key int64) bool { return len(m.ids[key]) > 0 }

func (m *Many) change(key, id int64, add bool) {
	switch {
	case !add:
		delete(m.ids[key], id)
		if len(m.ids[key]) == 0 {
			delete(m.ids, key)
		}
	case m.ids[key] == nil:
		m.ids[key] = map[int64]struct{}{id: {}}
	default:
		m.ids[key][id] = struct{}{}
	}
}
