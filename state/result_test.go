package state_test

import (
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// In one run an address may be let go of by one object and taken by another, in
// either order; and what was deleted is remembered.
func TestAddressesChangeHands(t *testing.T) {
	a, b, c := addr("a"), addr("b"), addr("c")
	deleted := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	rec := func(at schema.Address, id string) *state.Record {
		return &state.Record{Address: at, Provider: "acme", ID: id, Attrs: map[string]cty.Value{}}
	}
	for _, test := range []struct {
		name    string
		results []state.Result
		want    map[schema.Address]string
	}{
		{"deleted after another took the address", []state.Result{
			{Address: a, Record: rec(a, "9")}, {Address: a, ID: "1", Provider: "acme", Deleted: deleted},
		}, map[schema.Address]string{a: "9", b: "2"}},
		{"deleted before another took the address", []state.Result{
			{Address: a, ID: "1", Provider: "acme", Deleted: deleted}, {Address: a, Record: rec(a, "9")},
		}, map[schema.Address]string{a: "9", b: "2"}},
		{"a chain of moves, the first one first", []state.Result{
			{Address: c, Record: rec(c, "2"), Moved: b}, {Address: b, Record: rec(b, "1"), Moved: a},
		}, map[schema.Address]string{b: "1", c: "2"}},
		{"a chain of moves, the last one first", []state.Result{
			{Address: b, Record: rec(b, "1"), Moved: a}, {Address: c, Record: rec(c, "2"), Moved: b},
		}, map[schema.Address]string{b: "1", c: "2"}},
		{"two addresses change places", []state.Result{
			{Address: b, Record: rec(b, "1"), Moved: a}, {Address: a, Record: rec(a, "2"), Moved: b},
		}, map[schema.Address]string{a: "2", b: "1"}},
	} {
		for _, crash := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				f := state.NewFile(t.TempDir()+"/s.json", nil, "test")
				commit := func(kill bool, results ...state.Result) {
					s, err := f.Open(t.Context(), somebody, 0)
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range results {
						if err := s.Commit(t.Context(), r); err != nil {
							t.Fatal(err)
						}
					}
					if kill {
						state.Kill(s)
					} else if err := s.Close(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				commit(false, state.Result{Address: a, Record: rec(a, "1")}, state.Result{Address: b, Record: rec(b, "2")})
				commit(crash, test.results...)
				snapshot, _, err := f.Read(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := map[schema.Address]string{}
				for at, r := range snapshot.Records {
					got[at] = r.ID
				}
				if len(got) != len(test.want) {
					t.Errorf("got %v, want %v", got, test.want)
				}
				for at, id := range test.want {
					if got[at] != id {
						t.Errorf("%s is %q, want %q", at, got[at], id)
					}
				}
				for _, r := range test.results {
					if at := snapshot.Deleted[state.Owner{Provider: "acme", Type: a.Type, ID: r.ID}]; !r.Deleted.IsZero() && !at.Equal(deleted) {
						t.Errorf("the deletion of %s is remembered as %s", r.ID, at)
					}
				}
			})
		}
	}
}

func addr(name string) schema.Address { return schema.Address{Type: "acme_user", Name: name} }
