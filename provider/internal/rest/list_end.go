package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/espalier-dev/espalier/provider"
)

// pastTheEnd reports whether a page was refused because the list has ended before
// it. After a short page it has. After full ones it may also be that the server
// goes no deeper, so that has to be shown.
func (l *lister) pastTheEnd(ctx context.Context, err error, page int, short bool) bool {
	var e *provider.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Status {
	case http.StatusNotFound, http.StatusRequestedRangeNotSatisfiable:
		return true
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return short || l.endsAfter(ctx, (page-1)*l.api.PageSize)
	}
	return false
}

// endsAfter shows that a list has so many items and no more: cut into pages of
// another size, its last one holds what is left over.
func (l *lister) endsAfter(ctx context.Context, items int) bool {
	size := l.api.PageSize - 1
	for size > 1 && items%size == 0 {
		size--
	}
	if size < 2 {
		return false
	}
	last, err := l.sized(ctx, items/size+1, size)
	return err == nil && len(last) == items%size
}
