package motimate

import (
	"net/http"
	"slices"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// listing is one page of any table.
func listing[T any](s *Sandbox, r *http.Request, t *sandbox.Table[T], changed func(T) (created, updated int64), write func(*document, sandbox.Row[T])) (int, []byte, error) {
	query := r.URL.Query()
	number, size, ok := sandbox.ParsePage(query.Get("page"), query.Get("per_page"), s.status("default_per_page"))
	if !ok {
		return 0, nil, s.refuse("page and per_page are whole numbers from 1 on")
	}
	if size > 50 && s.chosen.Is("per_page_over", "refused") {
		return 0, nil, s.refuse("per_page is at most 50")
	}
	size = min(size, 50, s.status("page_cap"))
	keep, err := filter(s, r, changed)
	if err != nil {
		return 0, nil, err
	}
	var rows []sandbox.Row[T]
	var total int
	var body *document
	s.store.ReadAs(sandbox.Lists, func(v sandbox.View) {
		rows, total = t.List(v, sandbox.Window{From: (number - 1) * size, Size: size}, s.chosen["order"], s.front.Requests(), keep)
		if number > 1 && len(rows) == 0 && total > 0 && s.chosen.Is("page_end", "last") {
			rows, _ = t.List(v, sandbox.Window{From: (total - 1) / size * size, Size: size}, s.chosen["order"], 0, keep)
		}
		body = newDocument(s, v, len(rows)*256)
		body.list("data", len(rows), func(i int) { write(body, rows[i]) })
	})
	if number > 1 && len(rows) == 0 {
		switch s.chosen["page_end"] {
		case "404":
			return 0, nil, &denial{http.StatusNotFound, "there is no such page"}
		case "refused":
			return 0, nil, s.refuse("there is no such page")
		}
	}
	return http.StatusOK, body.bytes(), nil
}

// single is one object read alone.
func single[T any](s *Sandbox, r *http.Request, t *sandbox.Table[T], noun string, write func(*document, int64, T)) (status int, body []byte, err error) {
	id := s.pathID(r)
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		row, ok := t.At(v, id)
		if !ok || s.hidden(row) {
			err = notFound(noun)
			return
		}
		body = s.data(v, func(d *document) { write(d, id, row) })
	})
	return http.StatusOK, body, err
}

// hidden reports whether a row is that of somebody deleted who is not shown.
func (s *Sandbox) hidden(row any) bool {
	user, ok := row.(sandboxUser)
	return ok && user.Gone && s.chosen.Is("user_delete", "reserved")
}

// filter reads the filters by time [help-limits], and leaves out what is hidden.
// It is nil where everything is shown.
func filter[T any](s *Sandbox, r *http.Request, changed func(T) (created, updated int64)) (func(T) bool, error) {
	query := r.URL.Query()
	names := []string{"filter[created_at_gt]", "filter[updated_at_gt]"}
	if !slices.ContainsFunc(names, query.Has) || s.chosen.Is("filters", "ignored") {
		if s.chosen.Is("user_delete", "reserved") {
			return func(row T) bool { return !s.hidden(row) }, nil
		}
		return nil, nil
	}
	if s.chosen.Is("filters", "refused") {
		return nil, s.refuse("there are no filters")
	}
	var after [2]int64
	for i, name := range names {
		if !query.Has(name) {
			continue
		}
		t, err := time.Parse(time.RFC3339, query.Get(name))
		if err != nil {
			return nil, s.refuse("%s is not a time", name)
		}
		after[i] = t.UnixMilli()
	}
	return func(row T) bool {
		created, updated := changed(row)
		return created > after[0] && updated > after[1] && !s.hidden(row)
	}, nil
}
