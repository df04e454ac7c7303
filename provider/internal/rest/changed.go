package rest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// ahead is how far in the future the time is for which a server is asked what has
// changed after it, to see whether it looks at the question at all.
const ahead = 24 * time.Hour

// Changed lists what has changed after a time. The server is asked first for what
// changes in the future: one that answers with anything does not keep to the
// filter, and its answers prove nothing. That is asked once.
func (a *API) Changed(ctx context.Context, typ string, after time.Time, more func(page []schema.Object) bool) (provider.Changes, error) {
	o, err := a.operation(typ)
	if err != nil {
		return provider.Changes{}, err
	}
	if a.ChangedAfter == "" {
		return provider.Changes{Unusable: "it has no list of what has changed"}, nil
	}
	l := &lister{api: a, op: o, read: o.Pages(), index: map[string]int{}}
	f, err := a.filters.get(typ, func() (filter, error) { return l.probe(ctx) })
	if err != nil || f.unusable != "" {
		return provider.Changes{Unusable: f.unusable}, err
	}
	l.filter = a.changedAfter(after, f.layout)
	whole, err := l.changes(ctx, more)
	if refusesFilter(err) {
		return provider.Changes{Unusable: noFilter}, nil
	}
	return provider.Changes{Objects: l.listing.Objects, Whole: whole}, err
}

const noFilter = "it refuses to be asked for what has changed"

// The forms of a time that a filter is asked with. Not every server reads fractions
// of seconds.
const (
	withFractions = "2006-01-02T15:04:05.000Z07:00"
	fullSeconds   = time.RFC3339
)

// filter is what was found out of a server's filter by time: the form of a time that
// it takes, or why it cannot be used.
type filter struct{ layout, unusable string }

// probe finds out how the filter can be used.
func (l *lister) probe(ctx context.Context) (filter, error) {
	for _, layout := range []string{withFractions, fullSeconds} {
		l.filter = l.api.changedAfter(time.Now().Add(ahead), layout)
		objects, err := l.page(ctx, 1)
		switch {
		case refusesFilter(err):
			continue
		case len(objects) > 0:
			return filter{unusable: "asked for what has changed, it answers with what has not"}, nil
		}
		return filter{layout: layout}, err
	}
	return filter{unusable: noFilter}, nil
}

// filters keeps what was found out, by type. Its zero value is ready.
type filters struct {
	mu   sync.Mutex
	said map[string]filter
}

// get returns what was found out, or finds it out. Failures are not kept.
func (f *filters) get(typ string, ask func() (filter, error)) (filter, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if said, asked := f.said[typ]; asked {
		return said, nil
	}
	said, err := ask()
	if err != nil {
		return filter{}, err
	}
	if f.said == nil {
		f.said = map[string]filter{}
	}
	f.said[typ] = said
	return said, nil
}

// changes reads pages for as long as they bring something new and more are wanted.
// It reports whether the last one was reached.
func (l *lister) changes(ctx context.Context, more func([]schema.Object) bool) (whole bool, err error) {
	short := false
	for page := 1; ; page++ {
		objects, err := l.page(ctx, page)
		if err != nil {
			if page > 1 && l.pastTheEnd(ctx, err, page, short) {
				return true, nil
			}
			return false, err
		}
		short = len(objects) < l.api.PageSize
		if l.take(objects, 1) == 0 {
			return true, nil
		}
		if !more(objects) {
			return false, nil
		}
	}
}

// changedAfter is the filter by time.
func (a *API) changedAfter(t time.Time, layout string) url.Values {
	return url.Values{a.ChangedAfter: {t.UTC().Format(layout)}}
}

// refusesFilter reports whether an error is the server's no to the question itself.
func refusesFilter(err error) bool {
	var e *provider.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Kind == provider.Refused || e.Kind == provider.NotFound || e.Status == http.StatusNotImplemented
}

// query is that of one page.
func (l *lister) query(page, size int) url.Values {
	q := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}}
	for name, values := range l.filter {
		q[name] = values
	}
	return q
}
