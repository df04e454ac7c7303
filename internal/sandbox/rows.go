package sandbox

import (
	"slices"
)

// rows is a map that knows the order of its ids.
type rows[T any] struct {
	byID  map[int64]T
	order []int64
}

func newRows[T any]() *rows[T] { return &rows[T]{byID: map[int64]T{}} }

func (r *rows[T]) put(id int64, row T) {
	if _, ok := r.byID[id]; !ok {
		i, _ := slices.BinarySearch(r.order, id)
		r.order = slices.Insert(r.order, i, id)
	}
	r.byID[id] = row
}

func (r *rows[T]) remove(id int64) {
	if i, ok := slices.BinarySearch(r.order, id); ok {
		r.order = slices.Delete(r.order, i, i+1)
	}
	delete(r.byID, id)
}
