package sandbox

import (
	"strconv"
)

// Window says which rows of a listing are wanted: those from From on, at most
// Size.
type Window struct{ From, Size int }

// ParsePage reads a page number and a page size as they stand in a query. An
// empty text is the default; ok is false for what is not a number from 1 on.
func ParsePage(page, size string, defaultSize int) (number, perPage int, ok bool) {
	number, perPage = 1, defaultSize
	var err error
	if page != "" {
		if number, err = strconv.Atoi(page); err != nil || number < 1 || number > 1<<30 {
			return 0, 0, false
		}
	}
	if size != "" {
		if perPage, err = strconv.Atoi(size); err != nil || perPage < 1 {
			return 0, 0, false
		}
	}
	return number, perPage, true
}

// Row is a row with its id.
type Row[T any] struct {
	ID    int64
	Value T
}

// Orders a listing can have.
const (
	OrderID       = "id"
	OrderReverse  = "reverse"
	OrderShuffled = "shuffled" // any, but the same at each reading
	OrderUnstable = "unstable" // another at each reading
)

// List returns a window of the rows that a view shows, in an order, and how many
// rows there are in all. turn is any number; it is what an unstable order goes
// by. keep selects rows; nil takes all and then costs no more than the window.
func (t *Table[T]) List(v View, w Window, order string, turn int, keep func(T) bool) (window []Row[T], total int) {
	shown := t.seen[v]
	ids := shown.order
	if keep != nil {
		ids = nil
		for _, id := range shown.order {
			if keep(shown.byID[id]) {
				ids = append(ids, id)
			}
		}
	}
	total = len(ids)
	for i := w.From; i < total && i < w.From+w.Size; i++ {
		id := ids[place(i, total, order, turn)]
		window = append(window, Row[T]{ID: id, Value: shown.byID[id]})
	}
	return window, total
}

// place is where the i-th of n rows stands in an order. The shuffles go round
// by steps that have no factor in common with n, which meets each row once.
func place(i, n int, order string, turn int) int {
	switch order {
	case OrderReverse:
		return n - 1 - i
	case OrderShuffled:
		return (i*coprime(n) + n/3) % n
	case OrderUnstable:
		return (i + turn%n) % n
	}
	return i
}

func coprime(n int) int {
	for step := n/2 + 1; ; step++ {
		a, b := step, n
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return step
		}
	}
}
