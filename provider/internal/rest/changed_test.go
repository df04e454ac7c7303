package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// changing serves a list of n objects, one changed each minute after start; how is
// what the server makes of the filter.
func changing(t *testing.T, n int, how string) (a *API, start time.Time, asked *[]string) {
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	asked = &[]string{}
	a = serve(t, func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		text := query.Get("changed")
		*asked = append(*asked, text)
		after, err := time.Parse(time.RFC3339, text)
		page, _ := strconv.Atoi(query.Get("page"))
		size, _ := strconv.Atoi(query.Get("per_page"))
		switch {
		case how == "refused", how == "full seconds" && strings.Contains(text, "."), err != nil && how != "ignored":
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		case how == "ignored":
			after = start.Add(-time.Hour)
		}
		var ids []string
		for i := range n {
			if start.Add(time.Duration(i) * time.Minute).After(after) {
				ids = append(ids, fmt.Sprintf(`{"id":"%d"}`, i+1))
			}
		}
		if how == "404 past the end" && page > 1 && len(slice(ids, page, size)) == 0 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(slice(ids, page, size), ","))
	})
	a.ChangedAfter = "changed"
	return a, start, asked
}

func all([]schema.Object) bool { return true }

// TestChanged reads what has changed from servers that keep to the filter, and is
// told by the others that it cannot.
func TestChanged(t *testing.T) {
	for _, test := range []struct {
		how      string
		calls    int
		unusable string
	}{
		{"works", 5, ""}, // a question to see, three pages, an empty one
		{"404 past the end", 5, ""},
		{"full seconds", 6, ""},
		{"refused", 2, "it refuses to be asked for what has changed"},
		{"ignored", 2, "asked for what has changed, it answers with what has not"},
	} {
		t.Run(test.how, func(t *testing.T) {
			a, start, asked := changing(t, 200, test.how)
			got, err := a.Changed(t.Context(), "thing", start.Add(79*time.Minute), all)
			if err != nil || got.Unusable != test.unusable || len(*asked) != test.calls {
				t.Fatalf("%q, %v after %d calls, want %q after %d", got.Unusable, err, len(*asked), test.unusable, test.calls)
			}
			if test.unusable != "" {
				return
			}
			if len(got.Objects) != 120 || got.Objects[0].ID != "81" || !got.Whole {
				t.Errorf("%d objects from %v on, whole %v", len(got.Objects), got.Objects[:1], got.Whole)
			}
			again, err := a.Changed(t.Context(), "thing", start.Add(1000*time.Minute), all)
			if err != nil || len(again.Objects) > 0 || !again.Whole || len(*asked) != test.calls+1 {
				t.Errorf("asked again: %v, %v, %d calls more", again, err, len(*asked)-test.calls)
			}
		})
	}
}

// TestChangedEnough: the reading ends where no more is wanted.
func TestChangedEnough(t *testing.T) {
	a, start, asked := changing(t, 200, "works")
	pages := 0
	got, err := a.Changed(t.Context(), "thing", start, func(page []schema.Object) bool {
		pages += len(page) / a.PageSize
		return pages < 2
	})
	if err != nil || got.Whole || len(got.Objects) != 2*a.PageSize || len(*asked) != 3 {
		t.Errorf("%d objects, whole %v, %v after %d calls", len(got.Objects), got.Whole, err, len(*asked))
	}
}

// TestChangedFails: a server in trouble says nothing of its filter, so it is asked
// again.
func TestChangedFails(t *testing.T) {
	down := true
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, `{"data":[]}`)
	})
	a.ChangedAfter = "changed"
	if got, err := a.Changed(t.Context(), "thing", time.Now(), all); err != nil || got.Unusable != "asked for what has changed, it fails" {
		t.Errorf("of a server that is down: %v, %v", got, err)
	}
	down = false
	if got, err := a.Changed(t.Context(), "thing", time.Now(), all); err != nil || got.Unusable != "" || !got.Whole {
		t.Errorf("afterwards: %v, %v", got, err)
	}
}
