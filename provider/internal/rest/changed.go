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

// Changed lists what has changed after a time. An answer with everything that there
// is may come of a server that does not keep to the filter: it is asked then what
// changes in the future, and if it answers with anything, its answers prove nothing.
func (a *API) Changed(ctx context.Context, typ string, after time.Time, more func(page []schema.Object) bool) (provider.Changes, error) {
	o, err := a.operation(typ)
	if err != nil {
		return provider.Changes{}, err
	}
	if a.ChangedAfter == "" {
		return provider.Changes{None: true}, nil
	}
	l := &lister{api: a, op: o, read: o.Pages(), index: map[string]int{}}
	longest := a.sizes.of(o.listed()).longest
	ignores, first := error(nil), true
	whole, err := l.inEither(ctx, after, func(page []schema.Object) bool {
		if first && len(page) >= longest { // before many pages are read in vain
			ignores = l.keepsToFilter(ctx)
		}
		first = false
		return ignores == nil && more(page)
	})
	switch {
	case errors.Is(ignores, errIgnored):
		return provider.Changes{Unusable: "asked for what has changed, it answers with what has not"}, nil
	case ignores != nil:
		return provider.Changes{}, ignores
	case refusesFilter(err):
		return provider.Changes{Unusable: noFilter}, nil
	case isDown(err): // which it is not for the list itself
		return provider.Changes{Unusable: "asked for what has changed, it fails"}, nil
	case err != nil:
		return provider.Changes{}, err
	}
	found := provider.Changes{Objects: l.listing.Objects, Whole: whole}
	if size := a.sizes.of(o.listed()); whole && len(found.Objects) < size.count {
		return found, nil
	}
	if err := l.keepsToFilter(ctx); errors.Is(err, errIgnored) {
		return provider.Changes{Unusable: "asked for what has changed, it answers with what has not"}, nil
	} else if err != nil {
		return provider.Changes{}, err
	}
	return found, nil
}

// errIgnored says that a server does not look at the filter.
var errIgnored = errors.New("the filter is ignored")

// inEither asks with fractions of seconds and, where that is refused, without. What
// was taken once is asked with from then on.
func (l *lister) inEither(ctx context.Context, after time.Time, more func([]schema.Object) bool) (whole bool, err error) {
	layouts := []string{withFractions, fullSeconds}
	if known := l.api.filters.layoutOf(l.op.listed()); known != "" {
		layouts = []string{known}
	}
	for _, l.layout = range layouts {
		l.filter = l.api.changedAfter(after, l.layout)
		if whole, err = l.changes(ctx, more); !refusesFilter(err) {
			break
		}
	}
	if err == nil {
		l.api.filters.keep(l.op.listed(), func(f *filter) { f.layout = l.layout })
	}
	return whole, err
}

const noFilter = "it refuses to be asked for what has changed"

// The forms of a time that a filter is asked with. Not every server reads fractions
// of seconds.
const (
	withFractions = "2006-01-02T15:04:05.000Z07:00"
	fullSeconds   = time.RFC3339
)

// keepsToFilter asks, once, for what changes in the future. The error is errIgnored
// where the answer is not empty.
func (l *lister) keepsToFilter(ctx context.Context) error {
	switch f := l.api.filters.of(l.op.listed()); {
	case f.keeps:
		return nil
	case f.ignored:
		return errIgnored
	}
	future := &lister{api: l.api, op: l.op, read: l.op.Pages(), index: map[string]int{}, filter: l.api.changedAfter(time.Now().Add(ahead), l.layout)}
	objects, err := future.page(ctx, 1)
	if err != nil {
		return err
	}
	keeps := len(objects) == 0
	l.api.filters.keep(l.op.listed(), func(f *filter) { f.keeps, f.ignored = keeps, !keeps })
	if !keeps {
		return errIgnored
	}
	return nil
}

// filter is what was found out of the filter of one type's list: the form of a time
// that it takes, and whether it is looked at.
type filter struct {
	layout         string
	keeps, ignored bool
}

// filters keeps it by type. Its zero value is ready.
type filters struct {
	mu   sync.Mutex
	said map[string]filter
}

func (f *filters) of(typ string) filter {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.said[typ]
}

func (f *filters) layoutOf(typ string) string { return f.of(typ).layout }

func (f *filters) keep(typ string, change func(*filter)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.said == nil {
		f.said = map[string]filter{}
	}
	said := f.said[typ]
	change(&said)
	f.said[typ] = said
}

// size is how many objects a list had, and the most on one of its pages.
type size struct{ count, longest int }

// sizes keeps the size of each type's list. Its zero value is ready.
type sizes struct {
	mu    sync.Mutex
	sizes map[string]size
}

func (s *sizes) of(typ string) size {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sizes[typ]
}

func (s *sizes) set(typ string, to size) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sizes == nil {
		s.sizes = map[string]size{}
	}
	s.sizes[typ] = to
}

// changes reads pages for as long as they bring something new and more are wanted.
// It reports whether the last one was reached: an empty one, or one shorter than the
// whole list has had, since then the server's pages can be longer.
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
		next := more(objects)
		if len(objects) < l.api.sizes.of(l.op.listed()).longest {
			return true, nil
		}
		if !next {
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

// isDown reports whether an error is the server's own trouble.
func isDown(err error) bool {
	var e *provider.Error
	return errors.As(err, &e) && e.Status >= http.StatusInternalServerError
}

// query is that of one page.
func (l *lister) query(page, size int) url.Values {
	q := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}}
	for name, values := range l.filter {
		q[name] = values
	}
	return q
}
