package statetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

func readsNothing(t *testing.T, s Store) {
	snapshot, pending := read(t, s)
	if snapshot != nil || pending != nil {
		t.Fatalf("got %v, %v", snapshot, pending)
	}
}

func readsBack(t *testing.T, s Store) {
	session := open(t, s)
	if session.Snapshot().Lineage == "" || len(session.Snapshot().Secret) == 0 {
		t.Fatal("a new state has no lineage or no secret")
	}
	step(t, session, intent("ada", "create"), result("ada", "17"))
	step(t, session, intent("bo", "create"), result("bo", "18"))
	step(t, session, intent("bo", "delete"), state.Result{Address: user("bo")})
	equal(t, session.Snapshot().Records, records(record("ada", "17")))
	finish(t, session)
	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17")))
	equal(t, pending, []state.Intent(nil))
	equal(t, snapshot.Lineage, session.Snapshot().Lineage)
	equal(t, snapshot.Secret, session.Snapshot().Secret)
}

func unchanged(t *testing.T, s Store) {
	finish(t, open(t, s))
	if snapshot, _ := read(t, s); snapshot != nil {
		t.Fatal("a session without a change made a state")
	}
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	session.Update(func(s *state.Snapshot) { s.Tenants["acme"] = "acme.example.org" })
	finish(t, session)
	before, _ := read(t, s)
	session = open(t, s)
	session.Update(func(s *state.Snapshot) { s.Tenants["acme"] = "acme.example.org" })
	finish(t, session)
	after, _ := read(t, s)
	equal(t, after, before)
}

func serials(t *testing.T, s Store) {
	for n := range uint64(3) {
		session := open(t, s)
		was := session.Snapshot().Serial
		step(t, session, intent(name(int(n)), "create"), result(name(int(n)), "17"))
		step(t, session, intent("other", "create"), result("other", name(int(n))))
		finish(t, session)
		snapshot, _ := read(t, s)
		s.follows(t, snapshot.Serial, was, 1)
	}
}

func killed(t *testing.T, s Store) {
	if s.Whole {
		killedWhole(t, s)
		return
	}
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	must(t, session.Begin(t.Context(), intent("bo", "create")))
	s.Kill(session)

	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17")))
	equal(t, pending, []state.Intent{intent("bo", "create")})

	session = open(t, s)
	equal(t, session.Snapshot().Records, records(record("ada", "17")))
	equal(t, session.Pending(), []state.Intent{intent("bo", "create")})
	step(t, session, intent("cy", "create"), result("cy", "19"))
	s.Kill(session)

	session = open(t, s)
	equal(t, session.Snapshot().Records, records(record("ada", "17"), record("cy", "19")))
	equal(t, session.Pending(), []state.Intent{intent("bo", "create")})
	must(t, session.Commit(t.Context(), result("bo", "18")))
	finish(t, session)
	snapshot, pending = read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17"), record("bo", "18"), record("cy", "19")))
	equal(t, pending, []state.Intent(nil))
}

// killedWhole: results that were not written yet are lost with the run, their intents
// are not.
func killedWhole(t *testing.T, s Store) {
	session := open(t, s)
	must(t, session.Announce(t.Context(), slices.Values([]state.Intent{intent("ada", "create"), intent("bo", "create")})))
	step(t, session, intent("ada", "create"), result("ada", "17"))
	must(t, session.Begin(t.Context(), intent("bo", "create")))
	s.Kill(session)
	snapshot, pending := read(t, s)
	equal(t, len(snapshot.Records)+len(pending), 2)

	session = open(t, s)
	equal(t, session.Pending(), pending)
	must(t, session.CommitAll(t.Context(), []state.Result{result("ada", "17"), result("bo", "18")}))
	finish(t, session)
	snapshot, pending = read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17"), record("bo", "18")))
	equal(t, pending, []state.Intent(nil))
}

func settled(t *testing.T, s Store) {
	session := open(t, s)
	must(t, session.Begin(t.Context(), intent("ada", "create")))
	finish(t, session)
	for range 2 { // sessions that have nothing to say of it
		session = open(t, s)
		equal(t, session.Pending(), []state.Intent{intent("ada", "create")})
		step(t, session, intent("bo", "create"), result("bo", "18"))
		finish(t, session)
	}
	session = open(t, s)
	must(t, session.Commit(t.Context(), result("ada", "17")))
	equal(t, session.Snapshot().Pending, []state.Intent(nil))
	finish(t, session)
	session = open(t, s)
	equal(t, session.Pending(), []state.Intent(nil))
	finish(t, session)
}

func superseded(t *testing.T, s Store) {
	accepted := intent("ada", "create")
	accepted.Accepted = true
	for _, end := range []func(t tb, session state.Session){func(t tb, session state.Session) { gone(t, s, session) }, finish} {
		session := open(t, s)
		must(t, session.Begin(t.Context(), intent("ada", "create")))
		equal(t, session.Snapshot().Pending, []state.Intent{intent("ada", "create")})
		must(t, session.Begin(t.Context(), accepted))
		equal(t, session.Snapshot().Pending, []state.Intent{accepted})
		end(t, session)
		_, pending := read(t, s)
		equal(t, pending, []state.Intent{accepted})
	}
	session := open(t, s)
	must(t, session.Commit(t.Context(), result("ada", "17")))
	finish(t, session)
	_, pending := read(t, s)
	equal(t, pending, []state.Intent(nil))
}

func failed(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	must(t, session.Begin(t.Context(), intent("ada", "update")))
	must(t, session.Commit(t.Context(), state.Result{Address: user("ada"), Failed: true}))
	finish(t, session)
	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17")))
	equal(t, pending, []state.Intent(nil))
}

func readdressed(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("old", "create"), result("old", "17"))
	moved := record("new", "17")
	must(t, session.Commit(t.Context(), state.Result{Address: user("new"), Record: moved, Moved: user("old")}))
	gone(t, s, session)
	snapshot, _ := read(t, s)
	equal(t, snapshot.Records, records(moved))
	equal(t, snapshot.Owners(), map[state.Owner]schema.Address{{Provider: "acme", Type: "acme_user", ID: "17"}: user("new")})
}

// replaced: what was replaced is kept by its id until it is deleted, also when the
// run dies in between, and also where the object has got another address.
func replaced(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("old", "create"), result("old", "17"))
	anew := record("new", "18")
	anew.Deposed = []string{"17"}
	must(t, session.Commit(t.Context(), state.Result{Address: user("new"), Record: anew, Moved: user("old")}))
	gone(t, s, session)
	snapshot, _ := read(t, s)
	equal(t, snapshot.Records, records(anew))
	equal(t, snapshot.Owners(), map[state.Owner]schema.Address{
		{Provider: "acme", Type: "acme_user", ID: "17"}: user("new"), {Provider: "acme", Type: "acme_user", ID: "18"}: user("new")})
	session = open(t, s)
	alone := record("new", "18")
	must(t, session.Begin(t.Context(), intent("new", "delete")))
	must(t, session.Commit(t.Context(), state.Result{Address: user("new"), Record: alone, ID: "17", Provider: "acme", Deleted: at}))
	equal(t, session.Snapshot().Records, records(alone))
	gone(t, s, session)
	finish(t, open(t, s))
	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(alone))
	equal(t, snapshot.Deleted, map[state.Owner]time.Time{{Provider: "acme", Type: "acme_user", ID: "17"}: at})
	equal(t, pending, []state.Intent(nil))
}

func together(t *testing.T, s Store) {
	session := open(t, s)
	must(t, session.CommitAll(t.Context(), nil))
	bo := record("bo", "18")
	bo.Address = schema.Address{} // the result's counts
	must(t, session.CommitAll(t.Context(), []state.Result{result("ada", "17"), {Address: user("bo"), Record: bo}, {Address: user("ada")}}))
	if err := session.Commit(t.Context(), state.Result{Record: bo}); err == nil {
		t.Error("a result without an address was taken")
	}
	gone(t, s, session)
	snapshot, _ := read(t, s)
	equal(t, snapshot.Records, records(record("bo", "18")))
}

func updated(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	fresh := record("ada", "17")
	fresh.Attrs["email"] = cty.StringVal("ada.b@example.org")
	outputs := map[string]state.Output{
		"units":  {Value: cty.ObjectVal(map[string]cty.Value{"no": cty.SetVal([]cty.Value{cty.StringVal("1")}), "n": cty.NumberIntVal(3)})},
		"secret": {Sensitive: true},
	}
	session.Update(func(s *state.Snapshot) {
		s.Outputs = outputs
		s.Marks["acme/acme_user"] = at
		s.AddRun("acme", at, time.Time{})
		s.AddRun("acme", at.Add(time.Hour), at)
		s.AddRun("acme", at.Add(2*time.Hour), at.Add(time.Minute))
		s.Records[user("ada")] = fresh
		s.Lineage, s.Serial, s.Secret = "other", 99, nil
	})
	finish(t, session)
	snapshot, _ := read(t, s)
	equal(t, snapshot.Outputs, outputs)
	equal(t, snapshot.Marks, map[string]time.Time{"acme/acme_user": at})
	equal(t, snapshot.Runs, map[string][]time.Time{"acme": {at.Add(time.Hour), at.Add(2 * time.Hour)}})
	equal(t, snapshot.Records, records(fresh))
	s.follows(t, snapshot.Serial, 0, 1)
	equal(t, snapshot.Lineage, session.Snapshot().Lineage)
	if snapshot.Lineage == "other" || len(snapshot.Secret) == 0 {
		t.Fatal("Update changed the lineage or the secret")
	}
}

func tenants(t *testing.T, s Store) {
	session := open(t, s)
	session.Update(func(s *state.Snapshot) { s.Tenants["acme"] = "sandbox:1" })
	must(t, session.Begin(t.Context(), intent("ada", "create")))
	gone(t, s, session)
	snapshot, _ := read(t, s)
	equal(t, snapshot.Tenants, map[string]string{"acme": "sandbox:1"})
}

func stable(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	before := session.Snapshot()
	var readers sync.WaitGroup
	readers.Go(func() {
		for range 100 {
			for addr := range before.Records {
				_ = before.Records[addr]
			}
		}
	})
	for n := range 20 {
		step(t, session, intent(name(n), "create"), result(name(n), name(n)))
		session.Update(func(s *state.Snapshot) { s.Outputs[name(n)] = state.Output{Value: cty.True} })
	}
	readers.Wait()
	equal(t, before.Records, records(record("ada", "17")))
	equal(t, len(session.Snapshot().Records), 21)
	finish(t, session)
}

func swapped(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	finish(t, session)
	session = open(t, s)
	step(t, session, intent("bo", "create"), result("bo", "18"))
	other := state.New("2.0.0")
	other.Serial = 5
	other.Records[user("dy")] = record("dy", "20")
	must(t, s.Swap(other))
	var e *state.Error
	if err := session.Commit(t.Context(), result("cy", "19")); !s.Late && (!errors.As(err, &e) || e.Remedy == "") {
		t.Errorf("a result was acknowledged: %v", err)
	}
	if err := session.Begin(t.Context(), intent("ey", "create")); !s.Late && (!errors.As(err, &e) || e.Remedy == "") {
		t.Errorf("an intent was acknowledged: %v", err)
	}
	equal(t, session.Snapshot().Records, records(record("ada", "17"), record("bo", "18"), record("cy", "19")))
	if err := session.Close(t.Context()); !errors.As(err, &e) || e.Remedy == "" {
		t.Errorf("it was saved: %v", err)
	}
	if snapshot, _, err := s.Open().Read(t.Context()); err == nil {
		equal(t, snapshot.Records, other.Records)
		equal(t, snapshot.Lineage, other.Lineage)
	}
}

func closed(t *testing.T, s Store) {
	session := open(t, s)
	finish(t, session)
	finish(t, session)
	if err := session.Begin(t.Context(), intent("ada", "create")); err == nil {
		t.Error("Begin was taken after Close")
	}
	if err := session.Commit(t.Context(), result("ada", "17")); err == nil {
		t.Error("Commit was taken after Close")
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	session = open(t, s)
	if err := session.Begin(done, intent("ada", "create")); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin after the end of its context: %v", err)
	}
	must(t, session.Commit(done, result("bo", "18"))) // a call that was made is recorded all the same
	must(t, session.Close(done))
	snapshot, _ := read(t, s)
	equal(t, snapshot.Records, records(record("bo", "18")))
}
