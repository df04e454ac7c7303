package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// drawers is a list whose pages say where the next one begins.
func drawers() *Operation {
	return &Operation{Noun: [2]string{"drawer", "drawers"}, Path: "/drawers", Listed: "/chest/drawers", Cursor: &Cursor{Param: "from", Read: func(body []byte) (Page, error) {
		var page struct {
			IDs         []string
			Count, Next Text
		}
		err := json.Unmarshal(body, &page)
		p := Page{Next: page.Next.Value, Count: -1}
		if n, err := strconv.Atoi(page.Count.Value); err == nil {
			p.Count = n
		}
		for _, id := range page.IDs {
			p.Objects = append(p.Objects, schema.Object{ID: id})
		}
		return p, err
	}}}
}

// chest is a server that has so many drawers and shows so many at once, in one reading
// of what is documented.
type chest struct {
	total, size    int
	pages          int  // from 0 or 1 on; -1 where places are counted instead
	last           bool // next is the last place or page that was shown
	echo           bool // next is where the page itself begins
	zero           bool // next is 0 at the end
	mute, bare     bool // next, or the count, is not said
	perPage, ended bool // the count is that of the page; past the end is 404
	calls          int
}

func (c *chest) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.calls++
	from := c.begin(r.URL.Query().Get("from"))
	if c.ended && from > 0 && from >= c.total {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	page := map[string]any{}
	var ids []string
	for i := from; i < min(from+c.size, c.total); i++ {
		ids = append(ids, fmt.Sprint("d", i))
	}
	page["ids"] = ids
	if !c.bare {
		page["count"] = c.total
		if c.perPage {
			page["count"] = len(ids)
		}
	}
	if !c.mute {
		page["next"] = c.next(from, len(ids))
	}
	_ = json.NewEncoder(w).Encode(page)
}

func (c *chest) begin(text string) int {
	n, _ := strconv.Atoi(text)
	switch {
	case c.pages < 0:
		return n
	case text == "":
		return 0
	case c.echo:
		return max(n-c.pages, 0) * c.size
	case c.last:
		return (n - c.pages + 1) * c.size
	}
	return max(n-c.pages, 0) * c.size
}

func (c *chest) next(from, n int) int {
	switch {
	case c.echo && c.pages < 0:
		return from
	case c.echo:
		return from/c.size + c.pages
	case c.zero && from+n >= c.total:
		return 0
	case c.pages < 0 && c.last:
		return max(from+n-1, 0)
	case c.pages < 0:
		return from + n
	case c.last:
		return from/c.size + c.pages
	}
	return from/c.size + c.pages + 1
}

// TestCursorsLeaveNothingOut lists drawers under every reading of where a page begins:
// all of them, or an error, in hardly more calls than there are pages.
func TestCursorsLeaveNothingOut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &chest{total: rapid.IntRange(0, 40).Draw(rt, "total"), size: rapid.IntRange(2, 10).Draw(rt, "size"),
			pages: rapid.IntRange(-1, 1).Draw(rt, "pages"), last: rapid.Bool().Draw(rt, "last"), echo: rapid.IntRange(0, 3).Draw(rt, "echo") == 0, zero: rapid.Bool().Draw(rt, "zero"),
			mute: rapid.IntRange(0, 4).Draw(rt, "mute") == 0, bare: rapid.Bool().Draw(rt, "bare"), perPage: rapid.Bool().Draw(rt, "perPage"), ended: rapid.Bool().Draw(rt, "ended")}
		if c.pages == 0 {
			c.last = false // what is left out stands for 0, which is then the second page
		}
		if c.echo && c.perPage && !c.bare {
			c.size = 10 // a page with room left that says 0 and has as many as are counted is the last
		}
		server := httptest.NewServer(c)
		defer server.Close()
		a := &API{HTTP: server.Client(), Base: server.URL, PageSize: 10}
		listing, err := a.ListOf(context.Background(), drawers())
		full := (c.total + c.size - 1) / c.size
		if c.pages < 0 && (c.last || c.mute || c.echo) {
			full = c.total/(c.size-1) + 1
		}
		switch {
		case err != nil && (c.mute || !c.echo || c.pages < 1 || c.total <= c.size || provider.KindOf(err) != provider.Malformed):
			rt.Fatalf("%+v: %v", c, err)
		case err == nil && (len(listing.Objects) != c.total || listing.Calls != c.calls):
			rt.Fatalf("%+v: %d drawers in %d calls", c, len(listing.Objects), listing.Calls)
		case c.calls > full+3:
			rt.Fatalf("%+v: %d calls for %d pages", c, c.calls, full)
		}
	})
}

// TestWhereListsEnd reads pages by hand: what stands behind each index.
func TestWhereListsEnd(t *testing.T) {
	const none = `{"ids":[]}`
	for _, test := range []struct {
		name  string
		pages map[string]string
		calls int
		want  string // of the error, or the ids
	}{
		{"a short page in the middle", map[string]string{"": `{"ids":["a","b"],"next":2}`, "2": `{"ids":["c"],"next":4}`, "4": `{"ids":["d","e"],"next":6}`, "6": `{"ids":[],"next":6}`}, 4, "abcde"},
		{"short pages that count themselves", map[string]string{"": `{"ids":["a","b"],"count":2,"next":2}`, "2": `{"ids":["c"],"count":1,"next":4}`, "4": `{"ids":["d"],"count":1,"next":0}`}, 3, "abcd"},
		{"a count that may be the page's", map[string]string{"": `{"ids":["a","b"],"count":3,"next":3}`, "3": `{"ids":["c"],"count":3,"next":6}`, "6": `{"ids":["d"],"count":3,"next":9}`, "9": none}, 4, "abcd"},
		{"a count of more than a page", map[string]string{"": `{"ids":["a","b"],"count":4,"next":2}`, "2": `{"ids":["c","d"],"count":4,"next":4}`}, 2, "abcd"},
		{"a count that is not reached", map[string]string{"": `{"ids":["a","b"],"count":4,"next":2}`, "2": `{"ids":["c"],"count":4,"next":4}`, "4": `{"ids":[],"count":0,"next":4}`}, 3, "it says that there are 4, and its pages end after 3"},
		{"the first page again", map[string]string{"": `{"ids":["a","b"],"next":2}`, "2": `{"ids":["a","b"],"next":4}`}, 2, "after 2, from=2 brings none but those, and names 4 as the next"},
		{"a circle", map[string]string{"": `{"ids":["a","b"],"next":2}`, "2": `{"ids":["c","d"],"next":1}`, "1": `{"ids":["b","c"],"next":2}`}, 3, "the server repeats itself"},
		{"the first page again, and nothing said", map[string]string{"": `{"ids":["a","b"],"next":2}`, "2": `{"ids":["a","b"]}`}, 2, "after 2, from=2 brings none but those"},
		{"the page itself, and no more", map[string]string{"": `{"ids":["a","b"],"next":1}`, "1": `{"ids":["a","b"],"next":1}`, "2": none}, 3, "ab"},
		{"the page itself, and one more", map[string]string{"": `{"ids":["a","b"],"next":1}`, "1": `{"ids":["a","b"],"next":1}`, "2": `{"ids":["c"],"next":2}`}, 3, "do not say where the next page begins"},
		{"the index again, with others", map[string]string{"": `{"ids":["a","b","c"],"next":3}`, "3": `{"ids":["d","e","f"],"next":3}`, "4": `{"ids":["e","f","g"],"next":4}`}, 3, "do not say where the next page begins"},
		{"the index again, at the end", map[string]string{"": `{"ids":["a","b","c"],"next":3}`, "3": `{"ids":["d","e","f"],"next":3}`, "4": `{"ids":["e","f"],"next":4}`}, 3, "abcdef"},
		{"a word again, with others", map[string]string{"": `{"ids":["a","b","c"],"next":"x"}`, "x": `{"ids":["d","e","f"],"next":"x"}`}, 2, "there may be more"},
		{"nothing said in the middle", map[string]string{"": `{"ids":["a","b","c"],"next":3}`, "3": `{"ids":["d","e","f"]}`, "4": `{"ids":["e","f","g"]}`}, 3, "do not say where the next page begins"},
		{"nothing said, objects from 0 on", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["b","c","d"]}`, "3": `{"ids":["d","e","f"]}`, "5": `{"ids":["f"]}`}, 4, "abcdef"},
		{"nothing said, objects from 1 on", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["a","b","c"]}`, "2": `{"ids":["b","c","d"]}`, "4": `{"ids":["d","e"]}`, "5": `{"ids":["e"]}`}, 5, "abcde"},
		{"nothing said, pages from 0 on", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["d","e","f"]}`, "2": `{"ids":["g"]}`, "3": none}, 4, "abcdefg"},
		{"nothing said, pages from 1 on", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["a","b","c"]}`, "2": `{"ids":["d","e"]}`, "3": `{"ids":["d","e"]}`}, 4, "abcde"},
		{"nothing said, and the first page always", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["a","b","c"]}`, "2": `{"ids":["a","b","c"]}`}, 3, "the server repeats itself"},
		{"nothing said, and a gap", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["b","c","d"]}`, "3": `{"ids":["e","f","g"]}`}, 3, "fits no way of counting"},
		{"nothing said, and another order", map[string]string{"": `{"ids":["a","b","c"]}`, "1": `{"ids":["c","e","a"]}`}, 2, "fits no way of counting"},
		{"nothing said but how many, of whom one is missing", map[string]string{"": `{"ids":["a","b","c"],"count":5}`, "1": `{"ids":["b","c","d"],"count":5}`, "3": `{"ids":["d"],"count":5}`}, 3, "it says that there are 5, and its pages end after 4"},
		{"0 at the end of a whole page, and more", map[string]string{"": `{"ids":["a","b","c"],"count":3,"next":0}`, "1": `{"ids":["b","c","d"],"count":3,"next":0}`, "3": `{"ids":["d"],"count":1,"next":0}`}, 3, "abcd"},
		{"0 beside a count that is reached", map[string]string{"": `{"ids":["a","b"],"count":2,"next":0}`}, 1, "ab"},
		{"pages from 1 on", map[string]string{"": `{"ids":["a","b"],"next":2}`, "2": `{"ids":["c","d"],"next":3}`, "3": `{"ids":["e"],"next":4}`, "4": none}, 4, "abcde"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, test.pages[r.URL.Query().Get("from")]) })
			a.PageSize = 3
			listing, err := a.ListOf(ctx, drawers())
			var got strings.Builder
			for _, object := range listing.Objects {
				got.WriteString(object.ID)
			}
			if err != nil {
				got.WriteString(err.Error())
			}
			if !strings.Contains(got.String(), test.want) || err == nil && (got.String() != test.want || listing.Calls != test.calls) || err != nil && provider.KindOf(err) != provider.Malformed {
				t.Errorf("%s in %d calls, want %s in %d", got.String(), listing.Calls, test.want, test.calls)
			}
		})
	}
}

// TestReadingsAreKept has many ask for the same, until something is written.
func TestReadingsAreKept(t *testing.T) {
	var mu sync.Mutex
	calls := 0
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		fmt.Fprint(w, `{"data":{"id":"1","name":"n"}}`)
	})
	thing := a.Operations["thing"]
	thing.Kept, thing.Alias, thing.Under, thing.Changing = true, "mine", "/lid", http.MethodPost
	readAll := func(want int) {
		t.Helper()
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				if one, err := a.Read(ctx, "thing", "mine", nil); err != nil || one.ID != "1" {
					t.Error(one, err)
				}
			})
		}
		wait.Wait()
		if calls != want {
			t.Errorf("%d calls, want %d", calls, want)
		}
	}
	readAll(1)
	if made, err := a.Put(ctx, "thing", "1", map[string]cty.Value{"name": cty.StringVal("n")}); err != nil || made.ID != "1" {
		t.Error(made, err)
	}
	readAll(3)
	if one, err := a.Read(ctx, "thing", "1", nil); err != nil || one.ID != "1" || calls != 3 {
		t.Errorf("what was read by its alias is read again by its id: %v, %v after %d calls", one, err, calls)
	}
	if _, err := a.Read(ctx, "thing", "", nil); err == nil {
		t.Error("an empty id is read")
	}
}
