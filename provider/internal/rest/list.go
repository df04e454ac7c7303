package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// morePasses is how often a list is read again whose order changes while it is
// read.
const morePasses = 3

// List returns all objects of a type, ordered by id. One reading is kept and
// given to everybody who asks (then with no Calls), until anything is written
// through this API: a write to one type may show in another. What it returns is
// shared and must not be changed.
func (a *API) List(ctx context.Context, typ string) (provider.Listing, error) {
	o, err := a.operation(typ)
	if err != nil {
		return provider.Listing{}, err
	}
	return a.ListOf(ctx, o)
}

// ListOf is List for an operation that need not be in the table. Its reading is
// kept by its path.
func (a *API) ListOf(ctx context.Context, o *Operation) (provider.Listing, error) {
	if o.Pages == nil && o.Cursor == nil {
		return provider.Listing{}, ctx.Err()
	}
	listing, mine, err := a.lists.get(ctx, o.listed(), func(ctx context.Context) (provider.Listing, error) {
		if o.Cursor != nil {
			return (&follower{api: a, op: o}).run(ctx)
		}
		l := &lister{api: a, op: o, read: o.Pages(), index: map[string]int{}}
		listing, err := l.run(ctx)
		if err == nil {
			a.sizes.set(o.listed(), size{len(listing.Objects), l.longest})
		}
		return listing, err
	})
	if !mine {
		listing.Calls = 0
	}
	return listing, err
}

// Listed returns an object as the list of its type shows it, if a reading of that is
// kept. It makes no call.
func (a *API) Listed(typ, id string) (schema.Object, bool) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, false
	}
	listing, kept := a.lists.peek(o.listed())
	i, found := slices.BinarySearchFunc(listing.Objects, id, func(object schema.Object, id string) int { return CompareIDs(object.ID, id) })
	if !kept || !found {
		return schema.Object{}, false
	}
	return listing.Objects[i], true
}

// Forget drops the readings that are kept, so that the next one is made anew. Every
// write does so by itself.
func (a *API) Forget() {
	a.lists.forget()
	a.kept.forget()
}

// lister reads one list, page after page.
type lister struct {
	api     *API
	op      *Operation
	read    func([]byte) ([]schema.Object, error)
	filter  url.Values
	listing provider.Listing
	index   map[string]int // position in listing.Objects by id
	seen    []int          // the pass in which the object was seen last
	longest int            // the most objects on a page
	layout  string         // of the time that a list of changes is asked with
}

// run reads the list, and if items moved between pages while it was read, again
// until as many are known as the pages have places. A list that has an object
// twice, but always in the same places, is taken as it is.
func (l *lister) run(ctx context.Context) (provider.Listing, error) {
	var before []string
	places := 0
	for pass := 1; ; pass++ {
		served, err := l.pass(ctx, pass)
		if err != nil {
			return provider.Listing{}, err
		}
		// A reading may end early where items moved so that a page came twice.
		places = max(places, len(served))
		if len(l.listing.Objects) >= places || slices.Equal(served, before) {
			break
		}
		if pass > morePasses {
			return provider.Listing{}, &provider.Error{Kind: provider.Malformed, Op: l.op.list(),
				Err:    fmt.Errorf("the order of the pages is not stable: after %d readings %d of %d %s were never shown", pass, places-len(l.listing.Objects), places, l.op.Noun[1]),
				Remedy: "Run again when nobody else is writing; nothing can be decided on a list with holes"}
		}
		before = served
	}
	slices.SortFunc(l.listing.Objects, func(a, b schema.Object) int { return CompareIDs(a.ID, b.ID) })
	return l.listing, nil
}

func (o *Operation) list() string { return "list " + o.Noun[1] }

// listed is the path of the list.
func (o *Operation) listed() string { return cmp.Or(o.Listed, o.Path) }

// pass reads all pages once and returns the ids in the order they were served.
// A page shorter than asked for ends nothing, as the server may have a lower
// cap; what ends a pass is an empty page, a page past the first that is not
// found, one that brings nothing new, or one refused where nothing more can be. The
// last page over and over is how some servers answer past the end. A full one may come
// again because items moved, so it has to come a third time; it was served once.
func (l *lister) pass(ctx context.Context, pass int) (served []string, err error) {
	short, again, first := false, false, 0
	var last []schema.Object
	for page := 1; ; page++ {
		objects, err := l.page(ctx, page)
		if err != nil {
			if page > 1 && l.pastTheEnd(ctx, err, page, short) {
				return served, nil
			}
			return nil, err
		}
		l.longest = max(l.longest, len(objects))
		fresh := l.take(objects, pass)
		if page == 1 {
			first = len(objects)
		}
		same := fresh == 0 && len(objects) > 0 && sameIDs(objects, last)
		full := first == l.api.PageSize && len(objects) == first
		if fresh == 0 && len(objects) == 0 || same && (again || !full) {
			return served, nil
		}
		if again = same; same {
			continue
		}
		for _, object := range objects {
			served = append(served, object.ID)
		}
		if fresh == 0 {
			return served, nil
		}
		short, last = len(objects) < l.api.PageSize, objects
	}
}

// sameIDs reports whether two pages hold the same objects, in any order.
func sameIDs(a, b []schema.Object) bool {
	if len(a) != len(b) {
		return false
	}
	ids := make(map[string]bool, len(a))
	for _, object := range a {
		ids[object.ID] = true
	}
	for _, object := range b {
		if !ids[object.ID] {
			return false
		}
	}
	return true
}

func (l *lister) page(ctx context.Context, page int) ([]schema.Object, error) {
	return l.sized(ctx, page, l.api.PageSize)
}

// sized reads one page of a list that is cut into pages of a size.
func (l *lister) sized(ctx context.Context, page, size int) ([]schema.Object, error) {
	req := Request{Op: l.op.list(), Method: http.MethodGet, Path: l.op.listed(), Query: l.query(page, size)}
	l.listing.Calls++
	answer, err := l.api.Send(ctx, req)
	var e *provider.Error
	if errors.As(err, &e) && e.Kind == provider.NotFound && page == 1 && l.filter == nil {
		e.Kind, e.Remedy = provider.Failed, cmp.Or(l.op.Unlisted, "There is no such list at this address; check base_url and paths in the provider block")
	}
	if err != nil {
		return nil, err
	}
	if page == 1 && l.listing.Date.IsZero() {
		l.listing.Date = answer.Date
	}
	objects, err := l.read(answer.Body)
	if err != nil {
		return nil, malformed(req, answer, answer.unreadable(err))
	}
	return objects, nil
}

// take adds the objects of a page and returns how many had not been seen in
// this pass. The latest reading of an object holds.
func (l *lister) take(objects []schema.Object, pass int) (fresh int) {
	for _, object := range objects {
		i, known := l.index[object.ID]
		if !known {
			i = len(l.listing.Objects)
			l.index[object.ID] = i
			l.listing.Objects = append(l.listing.Objects, object)
			l.seen = append(l.seen, 0)
		}
		if l.seen[i] != pass {
			fresh++
			l.seen[i] = pass
		}
		l.listing.Objects[i] = object
	}
	return fresh
}

// CompareIDs orders ids: whole numbers by value before all others, which go
// byte for byte.
func CompareIDs(a, b string) int {
	numberA, numberB := digits(a), digits(b)
	switch {
	case numberA && numberB:
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	case numberA:
		return -1
	case numberB:
		return 1
	}
	return strings.Compare(a, b)
}

// digits reports whether id is a whole number as it is usually written.
func digits(id string) bool {
	if id == "" || id[0] == '0' && len(id) > 1 {
		return false
	}
	for i := range len(id) {
		if id[i] < '0' || id[i] > '9' {
			return false
		}
	}
	return true
}
