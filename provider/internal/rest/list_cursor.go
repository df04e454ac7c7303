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
	count   int    // the latest Count; that of the list if it is more than any page has
	next    string // where the page begins that is read; empty for the first
	probing bool   // the page is one that nobody named, and should bring nothing
}

// run reads all pages. Each brings something new, or is the last.
func (f *follower) run(ctx context.Context) (provider.Listing, error) {
	f.seen = map[string]bool{}
	for done := false; !done; {
		page, err := f.page(ctx)
		if err != nil {
			if f.pastTheEnd(err) {
				err = f.complete()
			}
			if err != nil {
				return provider.Listing{}, err
			}
			break
		}
		fresh := f.take(page.Objects)
		if f.listing.Calls == 1 {
			f.first = len(page.Objects)
		}
		f.counted(page)
		if f.listing.Calls == 1 && f.untold(page) {
			done, err = true, f.blind(ctx, page.Objects)
		} else {
			done, err = f.goOn(page, fresh)
		}
		if err != nil {
			return provider.Listing{}, err
		}
	}
	slices.SortFunc(f.listing.Objects, func(a, b schema.Object) int { return CompareIDs(a.ID, b.ID) })
	return f.listing, nil
}

// counted notes the count of a page; that of an empty one may be its own.
func (f *follower) counted(page Page) {
	if len(page.Objects) > 0 || page.Count > f.count {
		f.count = page.Count
	}
}

// untold reports whether the first page neither says where the next one begins nor
// surely is the last. 0 may be the end, or where the page itself begins: it is the end
// beside a count that has been reached, on a page with room left.
func (f *follower) untold(page Page) bool {
	switch {
	case len(page.Objects) == 0:
		return false
	case page.Next == "":
		return true
	}
	return page.Next == "0" && (page.Count != len(page.Objects) || page.Count >= f.api.PageSize)
}

// goOn reports whether a page is the last, and otherwise says where the next one
// begins. A list ends where all that a count of the whole promises were shown, and else
// with a page that is empty or leads nowhere: neither a page with room left nor a count
// that may be the page's is an end while the server still names a next page.
func (f *follower) goOn(page Page, fresh int) (done bool, err error) {
	shown, nowhere := len(f.listing.Objects), page.Next == "" || page.Next == "0" || page.Next == f.next
	switch {
	case f.probing && fresh > 0:
		return false, f.broken(errors.New("there are more than were shown, and the answers do not say where the next page begins"))
	case f.probing:
		return true, f.complete()
	case shown >= f.count && f.count > max(f.first, f.api.PageSize):
		return true, nil
	case fresh == 0 && len(page.Objects) > 0 && shown < f.count:
		return false, f.broken(fmt.Errorf("the server repeats itself: it says that there are %d, and after %d of them %s=%s brings none of the others", f.count, shown, f.op.Cursor.Param, f.next))
	case fresh == 0 && len(page.Objects) > 0 && !nowhere:
		return false, f.broken(fmt.Errorf("the server repeats itself: after %d, %s=%s brings none but those, and names %s as the next", shown, f.op.Cursor.Param, f.next, page.Next))
	case fresh == 0 && len(page.Objects) >= f.first && len(page.Objects) > 0:
		return f.probe(page, fresh)
	case fresh == 0 || nowhere && shown < f.count:
		return true, f.complete()
	case nowhere && page.Next != "0" && len(page.Objects) >= f.first:
		return f.probe(page, fresh)
	case nowhere:
		return true, nil
	}
	f.next = page.Next
	return false, nil
}

// probe looks whether there is more behind a whole page that leads nowhere: what begins
// one object or page after it shows some of that.
func (f *follower) probe(page Page, fresh int) (done bool, err error) {
	n, err := strconv.Atoi(f.next)
	switch {
	case fresh == 0 && (err != nil || page.Next != f.next):
		return false, f.broken(fmt.Errorf("the server repeats itself: after %d, %s=%s brings none but those", len(f.listing.Objects), f.op.Cursor.Param, f.next))
	case err != nil:
		return false, f.broken(errors.New("there may be more than were shown, and the answers do not say where the next page begins"))
	}
	f.probing, f.next = true, strconv.Itoa(n+1)
	return false, nil
}

// complete is the error of a list that ends before its count is reached.
func (f *follower) complete() error {
	if shown := len(f.listing.Objects); shown < f.count {
		return f.broken(fmt.Errorf("the server leaves some out: it says that there are %d, and its pages end after %d", f.count, shown))
	}
	return nil
}

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

// pastTheEnd reports whether a page was refused because the list has ended before it.
func (f *follower) pastTheEnd(err error) bool {
	var e *provider.Error
	return f.listing.Calls > 1 && errors.As(err, &e) && (e.Status == http.StatusNotFound || e.Status == http.StatusRequestedRangeNotSatisfiable)
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
