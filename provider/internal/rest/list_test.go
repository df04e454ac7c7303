package rest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
)

// pages serves a list whose pages a function gives; a status other than 200
// stands for the page.
func pages(t testing.TB, give func(page, size int) (ids []string, status int)) *API {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		ids, status := give(page, size)
		w.WriteHeader(status)
		items := make([]string, len(ids))
		for i, id := range ids {
			items[i] = fmt.Sprintf(`{"id":%q}`, id)
		}
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(items, ","))
	})
}

func numbers(n int) (ids []string) {
	for i := range n {
		ids = append(ids, strconv.Itoa(i+1))
	}
	return ids
}

func slice(ids []string, page, size int) []string {
	from := min((page-1)*size, len(ids))
	return ids[from:min(from+size, len(ids))]
}

func TestEndsOfLists(t *testing.T) {
	for _, test := range []struct {
		name  string
		n     int
		give  func(all []string, page, size int) ([]string, int)
		calls int
		kind  provider.Kind // Failed is none
	}{
		{"an empty page", 101, func(all []string, page, size int) ([]string, int) { return slice(all, page, size), 200 }, 4, 0},
		{"nothing at all", 0, func(all []string, page, size int) ([]string, int) { return nil, 200 }, 1, 0},
		{"404 past the end", 100, func(all []string, page, size int) ([]string, int) {
			if page > 2 {
				return nil, 404
			}
			return slice(all, page, size), 200
		}, 3, 0},
		{"a cap of 25", 60, func(all []string, page, size int) ([]string, int) { return slice(all, page, 25), 200 }, 4, 0},
		{"refused after a short page", 60, func(all []string, page, size int) ([]string, int) {
			if page > 2 {
				return nil, 422
			}
			return slice(all, page, size), 200
		}, 3, 0},
		{"refused after a full page", 100, func(all []string, page, size int) ([]string, int) {
			if (page-1)*size >= len(all) {
				return nil, 422
			}
			return slice(all, page, size), 200
		}, 4, 0},
		{"refused with 409 after full pages that others fill as well", 2450, func(all []string, page, size int) ([]string, int) {
			if (page-1)*size >= len(all) {
				return nil, 409
			}
			return slice(all, page, size), 200
		}, 51, 0},
		{"refused because it is too deep", 130, func(all []string, page, size int) ([]string, int) {
			if page*size > 100 {
				return nil, 422
			}
			return slice(all, page, size), 200
		}, 0, provider.Refused},
		{"refused because it begins too deep", 130, func(all []string, page, size int) ([]string, int) {
			if (page-1)*size >= 100 {
				return nil, 422
			}
			return slice(all, page, size), 200
		}, 0, provider.Refused},
		{"the last page again", 60, func(all []string, page, size int) ([]string, int) { return slice(all, min(page, 2), size), 200 }, 3, 0},
		{"no paging", 70, func(all []string, page, size int) ([]string, int) { return all, 200 }, 2, 0},
		{"a server in trouble", 100, func(all []string, page, size int) ([]string, int) {
			if page > 1 {
				return nil, 500
			}
			return slice(all, page, size), 200
		}, 0, provider.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := numbers(test.n)
			a := pages(t, func(page, size int) ([]string, int) { return test.give(all, page, size) })
			listing, err := a.List(ctx, "thing")
			if test.kind != 0 {
				if provider.KindOf(err) != test.kind {
					t.Fatalf("%v, want kind %d", err, test.kind)
				}
				return
			}
			if err != nil || len(listing.Objects) != test.n || listing.Calls != test.calls {
				t.Fatalf("%d objects in %d calls (%v), want %d in %d", len(listing.Objects), listing.Calls, err, test.n, test.calls)
			}
			for i, object := range listing.Objects {
				if object.ID != all[i] {
					t.Fatalf("number %d has the id %s", i, object.ID)
				}
			}
		})
	}
}

// TestUnstableOrder: a list whose items move is read again; either all of it is
// there in the end, or it is an error. Nothing is ever missing in silence.
func TestUnstableOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := numbers(rapid.IntRange(0, 30).Draw(t, "n"))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		moves := rapid.IntRange(0, 6).Draw(t, "moves")
		l := &lister{index: map[string]int{}}
		l.op = thing()["thing"]
		l.read = l.op.Pages()
		var mu sync.Mutex
		order := slices.Clone(all)
		handler := func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			if page > 1 && moves > 0 {
				moves--
				random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			}
			var items []string
			for _, id := range slice(order, page, 5) {
				items = append(items, fmt.Sprintf(`{"id":%s}`, id))
			}
			fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(items, ","))
		}
		l.api = &API{HTTP: &http.Client{Transport: direct(handler)}, Base: "http://example.org", PageSize: 5}
		listing, err := l.run(ctx)
		if err != nil {
			if provider.KindOf(err) != provider.Malformed || !strings.Contains(err.Error(), "order of the pages is not stable") {
				t.Fatalf("%v", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, object := range listing.Objects {
			if seen[object.ID] {
				t.Fatalf("%s stands there twice", object.ID)
			}
			seen[object.ID] = true
		}
		if len(seen) != len(all) {
			t.Fatalf("%d of %d are there", len(seen), len(all))
		}
	})
}

// TestOneObjectTwice: a list that always has an object in two places is taken
// as it is.
func TestOneObjectTwice(t *testing.T) {
	a := pages(t, func(page, size int) ([]string, int) { return slice([]string{"1", "2", "2", "3"}, page, size), 200 })
	listing, err := a.List(ctx, "thing")
	if err != nil || len(listing.Objects) != 3 || listing.Calls != 4 {
		t.Fatal(listing, err)
	}
}

// direct is a server without a network.
type direct http.HandlerFunc

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &answer{header: http.Header{}, status: 200}
	d(w, r)
	return w.response(r), nil
}

func TestFailuresAreNotKept(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	a := pages(t, func(page, size int) ([]string, int) {
		if broken.Load() {
			return nil, 503
		}
		return slice(numbers(3), page, size), 200
	})
	if _, err := a.List(ctx, "thing"); err == nil {
		t.Fatal("no error")
	}
	broken.Store(false)
	if listing, err := a.List(ctx, "thing"); err != nil || len(listing.Objects) != 3 {
		t.Fatal(listing, err)
	}
}

func TestCompareIDs(t *testing.T) {
	ids := []string{"b", "10", "9", "01", "a", "100", "2147483648000000000000", "-1"}
	slices.SortFunc(ids, CompareIDs)
	want := []string{"9", "10", "100", "2147483648000000000000", "-1", "01", "a", "b"}
	if !slices.Equal(ids, want) {
		t.Errorf("%q, want %q", ids, want)
	}
}
