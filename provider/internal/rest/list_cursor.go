package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Cursor is how a list is read whose pages say where the next one begins. What is
// said there is given back as it is, so that it does not matter whether it counts
// objects or pages.
type Cursor struct {
	// Param is the query parameter that takes it. The first page is asked for without.
	Param string
	// Read reads a page.
	Read func(body []byte) (Page, error)
}

// Page is one page of a list.
type Page struct {
	Objects []schema.Object
	// Count is how many there are, of the page or of the list, or -1 if that is not
	// said. Which of the two it is shows where it is more than the page has.
	Count int
	// Next is where the next page begins; empty if that is not said.
	Next string
}

// follower reads a list from page to page.
type follower struct {
	api     *API
	op      *Operation
	listing provider.Listing
	seen    map[string]bool
	first   int    // objects on the first page
	total   bool   // Count is that of the list
	next    string // where the page begins that is read; empty for the first
	guess   int    // the beginning that is tried as none was said; 0 for none
}

// run reads all pages. Each brings something new, or is the last.
func (f *follower) run(ctx context.Context) (provider.Listing, error) {
	f.seen = map[string]bool{}
	for done := false; !done; {
		page, err := f.page(ctx)
		if err != nil {
			if f.pastTheEnd(err) {
				break
			}
			return provider.Listing{}, err
		}
		fresh := f.take(page.Objects)
		if f.listing.Calls == 1 {
			f.first, f.total = len(page.Objects), page.Count > len(page.Objects)
		}
		if done, err = f.goOn(page, fresh); err != nil {
			return provider.Listing{}, err
		}
	}
	slices.SortFunc(f.listing.Objects, func(a, b schema.Object) int { return CompareIDs(a.ID, b.ID) })
	return f.listing, nil
}

// goOn reports whether a page is the last, and otherwise says where the next one
// begins. Where the whole is counted, the last page is that with which all were shown,
// and nothing else ends the list.
func (f *follower) goOn(page Page, fresh int) (done bool, err error) {
	shown, nowhere := len(f.listing.Objects), page.Next == "" || page.Next == "0" || page.Next == f.next
	switch {
	case !f.total:
		return f.uncounted(page, fresh, nowhere)
	case shown >= page.Count:
		return true, nil
	case fresh == 0 && len(page.Objects) > 0:
		return false, f.broken(fmt.Errorf("the server repeats itself: it says that there are %d, and after %d of them %s=%s brings none of the others", page.Count, shown, f.op.Cursor.Param, f.next))
	case fresh == 0 || nowhere:
		return false, f.broken(fmt.Errorf("the server leaves some out: it says that there are %d, and its pages end after %d", page.Count, shown))
	}
	f.next = page.Next
	return false, nil
}

// uncounted is goOn where nobody says how long the list is. A page is the last that
// brings nothing new, that leads nowhere, or that has room left. Of the first one that
// is not known, as a server may give smaller pages than it says: for it one call more
// is spent.
func (f *follower) uncounted(page Page, fresh int, nowhere bool) (done bool, err error) {
	switch {
	case f.guess > 0 && fresh > 0:
		return false, f.broken(errors.New("there are more than were shown, and the answers do not say where the next page begins"))
	case f.guess == guesses, f.guess == 0 && fresh == 0:
		return true, nil
	case f.guess > 0, page.Next == "" && (f.listing.Calls == 1 || len(page.Objects) >= f.first):
		f.guess++
		f.next = strconv.Itoa(f.guess)
		return false, nil
	case nowhere, f.listing.Calls > 1 && len(page.Objects) < f.first:
		return true, nil
	}
	f.next = page.Next
	return false, nil
}

// guesses is how many beginnings are tried where none is said, from 1 on. If there is
// anything more, one of two shows some of it: the second object or page from 0 on, or
// the second page from 1 on.
const guesses = 2

func (f *follower) page(ctx context.Context) (Page, error) {
	req := Request{Op: f.op.list(), Method: http.MethodGet, Path: f.op.listed(), Missing: f.op.Unlisted}
	if f.next != "" {
		req.Query = url.Values{f.op.Cursor.Param: {f.next}}
	}
	f.listing.Calls++
	answer, err := f.api.Send(ctx, req)
	var e *provider.Error
	if errors.As(err, &e) && e.Kind == provider.NotFound && f.listing.Calls == 1 {
		e.Kind = provider.Failed
	}
	if err != nil {
		return Page{}, err
	}
	if f.listing.Calls == 1 {
		f.listing.Date = answer.Date
	}
	page, err := f.op.Cursor.Read(answer.Body)
	if err != nil {
		return Page{}, malformed(req, answer, answer.unreadable(err))
	}
	return page, nil
}

// pastTheEnd reports whether a page was refused because the list has ended before
// it, as it may have where nobody says how long it is.
func (f *follower) pastTheEnd(err error) bool {
	var e *provider.Error
	return f.listing.Calls > 1 && !f.total && errors.As(err, &e) &&
		(e.Status == http.StatusNotFound || e.Status == http.StatusRequestedRangeNotSatisfiable)
}

// take adds what was not seen before and returns how many that are.
func (f *follower) take(objects []schema.Object) (fresh int) {
	for _, object := range objects {
		if f.seen[object.ID] {
			continue
		}
		f.seen[object.ID] = true
		f.listing.Objects = append(f.listing.Objects, object)
		fresh++
	}
	return fresh
}

func (f *follower) broken(err error) *provider.Error {
	return &provider.Error{Kind: provider.Malformed, Op: f.op.list(), Err: err,
		Remedy: "Run again when nobody else is writing; nothing can be decided on a list with holes"}
}
