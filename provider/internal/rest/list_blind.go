package rest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/espalier-dev/espalier/schema"
)

// blind reads on a list whose first page does not say where the next one begins. What
// there is at 1 shows what is counted: it begins with the second object where that is
// objects, and is another page, or the first one again, where that is pages. Anything that
// does not fit is an error: then something may be left out.
func (f *follower) blind(ctx context.Context, first []schema.Object) error {
	second, fresh, err := f.at(ctx, 1)
	switch {
	case err != nil:
		return err
	case follows(first, second): // objects, from 0 on
		if fresh == 0 {
			return f.complete()
		}
		return f.overlapping(ctx, 0, second)
	case sameOrder(first, second):
		return f.fromOne(ctx, first)
	case fresh < len(second):
		return f.unsteady()
	case fresh == 0:
		return f.complete()
	}
	return f.pages(ctx, 2) // pages, from 0 on
}

// fromOne reads on where the first page is the one at 1.
func (f *follower) fromOne(ctx context.Context, first []schema.Object) error {
	second, fresh, err := f.at(ctx, 2)
	switch {
	case err != nil:
		return err
	case sameOrder(first, second) && len(first) >= f.api.PageSize:
		return f.broken(fmt.Errorf("the server repeats itself: after %d, %s=%s brings none but those", len(first), f.op.Cursor.Param, f.next))
	case fresh == 0:
		return f.complete()
	case follows(first, second):
		return f.overlapping(ctx, 1, second)
	case fresh < len(second):
		return f.unsteady()
	}
	return f.pages(ctx, 3)
}

// overlapping reads on where objects are counted, from base on. Each page begins with
// the last object of the one before, so that nothing can lie between.
func (f *follower) overlapping(ctx context.Context, base int, page []schema.Object) error {
	for {
		last := page[len(page)-1].ID
		next, fresh, err := f.at(ctx, base+len(f.listing.Objects)-1)
		switch {
		case err != nil:
			return err
		case len(next) == 0 || next[0].ID != last || fresh != len(next)-1:
			return f.unsteady()
		case fresh == 0:
			return f.complete()
		}
		page = next
	}
}

// pages reads on where pages are counted. After the last there is none, or one that was
// shown before.
func (f *follower) pages(ctx context.Context, from int) error {
	for n := from; ; n++ {
		page, fresh, err := f.at(ctx, n)
		switch {
		case err != nil:
			return err
		case fresh == 0:
			return f.complete()
		case fresh < len(page):
			return f.unsteady()
		}
	}
}

// at reads the page that begins at n; past the end there is nothing.
func (f *follower) at(ctx context.Context, n int) (objects []schema.Object, fresh int, err error) {
	f.next = strconv.Itoa(n)
	page, err := f.page(ctx)
	if err != nil {
		if f.pastTheEnd(err) {
			err = nil
		}
		return nil, 0, err
	}
	f.counted(page)
	return page.Objects, f.take(page.Objects), nil
}

func (f *follower) unsteady() error {
	return f.broken(errors.New("the answers do not say where the next page begins, and what they show fits no way of counting"))
}

// follows reports whether a page begins with the second object of another, and goes on
// like that.
func follows(first, second []schema.Object) bool {
	rest := first[1:]
	return len(rest) > 0 && len(second) >= len(rest) && sameOrder(rest, second[:len(rest)])
}

func sameOrder(a, b []schema.Object) bool {
	return slices.EqualFunc(a, b, func(a, b schema.Object) bool { return a.ID == b.ID })
}
