package statetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// Store is one place where a state is kept, empty at first.
type Store struct {
	// Open makes a backend on the store, as another process would.
	Open func() state.Backend
	// Kill ends a session as the death of its process would: nothing is saved,
	// and what the system frees with a process is freed.
	Kill func(state.Session)
	// Swap puts another state in place, past any lock, as somebody who brings back
	// an old copy would.
	Swap func(*state.Snapshot) error
	// Forced says that the lock of a run at work can be removed, and that the run then
	// writes nothing more; else it is refused.
	Forced bool
	// Late says that a state which is swapped under a run may be noticed at the end of
	// the run alone.
	Late bool
	// Whole says that the store can only be written whole: what a run did since the
	// last writing is lost with it, but not what it announced.
	Whole bool
}

// Maker makes a new, empty store; types is to be given to its backends.
type Maker func(t *testing.T, types func(typeName string) *schema.Type) Store

// Run holds a backend against the contract of state.Backend.
func Run(t *testing.T, newStore Maker) {
	for _, story := range []struct {
		name string
		tell func(*testing.T, Store)
	}{
		{"an empty store reads as nothing", readsNothing},
		{"what is committed is read back", readsBack},
		{"a session without a change writes nothing", unchanged},
		{"each changed session raises the serial by one", serials},
		{"a killed run leaves its results and its open intents", killed},
		{"an open intent stays until it is settled", settled},
		{"a later intent takes the place of an earlier one", superseded},
		{"a failed intent is no longer open", failed},
		{"a readdressed object moves in one step", readdressed},
		{"a replaced object is kept by its id until it is deleted", replaced},
		{"many results are kept at once", together},
		{"what is not an object is kept by Close", updated},
		{"tenants outlive a killed run", tenants},
		{"a snapshot does not change under its reader", stable},
		{"a locked state names its holder", locked},
		{"a lock is waited for, and a wait can be given up", waits},
		{"a run may look at a state that is locked", readsLocked},
		{"only a dead lock can be removed", unlocks},
		{"a state that others replace takes no further call, and is left alone", swapped},
		{"after Close nothing is taken", closed},
		{"what was announced outlives the run, and what was not begun is dropped at its end", announced},
		{"a state is pushed only over an older one of its lineage, or by force", pushed},
		{"a pushed state is not mixed with an unfinished run", pushedOver},
	} {
		t.Run(story.name, func(t *testing.T) { story.tell(t, newStore(t, Types)) })
	}
	t.Run("racing sessions lose nothing", func(t *testing.T) { races(t, newStore(t, Types)) })
	t.Run("whatever is committed is read back", func(t *testing.T) { roundTrips(t, newStore) })
}

// Types are the resource types of the suite.
func Types(name string) *schema.Type { return types[name] }

var types = map[string]*schema.Type{
	"acme_user": (&schema.Type{Name: "acme_user", Provider: "acme", Attributes: []schema.Attribute{
		{Name: "email", Type: cty.String},
		{Name: "groups", Type: cty.Set(cty.String)},
		{Name: "score", Type: cty.Number},
		{Name: "active", Type: cty.Bool},
		{Name: "labels", Type: cty.Map(cty.String)},
		{Name: "history", Type: cty.List(cty.String)},
	}}).Index(),
}

// at is the time of everything in the stories.
var at = time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)

func user(key string) schema.Address {
	return schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: key}}
}

func record(key, id string) *state.Record {
	return &state.Record{
		Address: user(key), Provider: "acme", ID: id, Read: at, Written: at,
		Attrs: map[string]cty.Value{
			"email":  cty.StringVal(key + "@example.org"),
			"groups": cty.SetVal([]cty.Value{cty.StringVal("1"), cty.StringVal("2")}),
		},
	}
}

func intent(key, action string) state.Intent {
	return state.Intent{
		Address: user(key), Provider: "acme", Action: action, At: at,
		Wanted: map[string]cty.Value{"email": cty.StringVal(key + "@example.org")},
	}
}

func result(key, id string) state.Result {
	return state.Result{Address: user(key), Record: record(key, id)}
}

var who = state.LockInfo{Who: "ada@host.example", Command: "apply", PID: 4711, Since: at}

func open(t tb, s Store) state.Session {
	t.Helper()
	session, err := s.Open().Open(t.Context(), who, 0)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return session
}

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Context() context.Context
}

func must(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// begin and commit are one step of a run.
func step(t *testing.T, s state.Session, i state.Intent, r state.Result) {
	t.Helper()
	must(t, s.Begin(t.Context(), i))
	must(t, s.Commit(t.Context(), r))
}

func finish(t tb, s state.Session) {
	t.Helper()
	must(t, s.Close(t.Context()))
}

// follows holds a serial against the one from before so many runs: each raises it by
// one, or, where a run writes more than once, by one at least.
func (s Store) follows(t tb, serial, was, runs uint64) {
	t.Helper()
	if serial < was+runs || serial > was+runs && !s.Whole {
		t.Fatalf("serial %d follows %d after %d runs", serial, was, runs)
	}
}

// gone ends a run without its own doing, where what it did must be there all the same:
// by its death, or, where a store is only written now and then, by its end.
func gone(t tb, s Store, session state.Session) {
	t.Helper()
	if s.Whole {
		finish(t, session)
		return
	}
	s.Kill(session)
}

func read(t tb, s Store) (*state.Snapshot, []state.Intent) {
	t.Helper()
	snapshot, pending, err := s.Open().Read(context.Background())
	must(t, err)
	return snapshot, pending
}

// same compares by meaning: nil and empty maps are one, and values are compared
// as values.
var same = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreUnexported(state.Snapshot{}),
	cmp.Comparer(func(a, b cty.Value) bool {
		if a == cty.NilVal || b == cty.NilVal {
			return a == b
		}
		return a.RawEquals(b)
	}),
}

func equal(t tb, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Fatalf("wanted (-), got (+):\n%s", diff)
	}
}

func records(rs ...*state.Record) map[schema.Address]*state.Record {
	m := map[schema.Address]*state.Record{}
	for _, r := range rs {
		m[r.Address] = r
	}
	return m
}

func name(n int) string { return fmt.Sprintf("p%03d", n) }
