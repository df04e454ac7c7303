package statetest

import (
	"slices"
	"testing"

	"github.com/espalier-dev/espalier/state"
)

func announced(t *testing.T, s Store) {
	all := []state.Intent{intent("ada", "create"), intent("bo", "create"), intent("cy", "create")}
	session := open(t, s)
	must(t, session.Announce(t.Context(), slices.Values(all)))
	must(t, session.Begin(t.Context(), all[0]))
	must(t, session.Begin(t.Context(), all[1]))
	s.Kill(session)
	_, pending := read(t, s)
	if s.Whole {
		equal(t, noEarlier(t, pending, all), all)
	} else {
		equal(t, pending, all[:2])
	}
	session = open(t, s)
	for _, key := range []string{"ada", "bo", "cy"} {
		must(t, session.Commit(t.Context(), state.Result{Address: user(key), Failed: true}))
	}
	finish(t, session)

	session = open(t, s)
	must(t, session.Announce(t.Context(), slices.Values(all)))
	step(t, session, all[0], result("ada", "17"))
	must(t, session.Begin(t.Context(), all[1]))
	finish(t, session)
	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17")))
	equal(t, pending, all[1:2])
}

// noEarlier is pending with the times of all, where none is earlier than that: a call
// that was announced may have been made at any time until the next writing.
func noEarlier(t *testing.T, pending, all []state.Intent) []state.Intent {
	t.Helper()
	out := slices.Clone(pending)
	for n := range min(len(out), len(all)) {
		if out[n].At.Before(all[n].At) {
			t.Errorf("the call for %s is said to have been made at %s, before it could be", out[n].Address, out[n].At)
		}
		out[n].At = all[n].At
	}
	return out
}

// push gives a state to a store as "state push" does.
func push(t *testing.T, s Store, next *state.Snapshot, force bool) error {
	t.Helper()
	return s.Open().Push(t.Context(), who, 0, state.PushOver(next, force))
}

func pushed(t *testing.T, s Store) {
	mine := state.New("1.2.3")
	mine.Serial = 3
	mine.Records[user("ada")] = record("ada", "17")
	must(t, push(t, s, mine, false))
	snapshot, _ := read(t, s)
	equal(t, snapshot, mine)
	must(t, push(t, s, mine, false)) // the same again is no mistake

	older := mine.Clone()
	older.Serial = 2
	delete(older.Records, user("ada"))
	if err := push(t, s, older, false); err == nil {
		t.Error("an older version was taken")
	}
	alike := older.Clone()
	alike.Serial = 3
	if err := push(t, s, alike, false); err == nil {
		t.Error("another version of the same serial was taken")
	}
	other := state.New("1.2.3")
	other.Serial = 9
	if err := push(t, s, other, false); err == nil {
		t.Error("a state of another lineage was taken")
	}
	snapshot, _ = read(t, s)
	equal(t, snapshot, mine)

	must(t, push(t, s, older, true))
	snapshot, _ = read(t, s)
	equal(t, snapshot.Records, older.Records)
	equal(t, snapshot.Serial, uint64(4)) // no version comes twice
	must(t, push(t, s, other, true))
	snapshot, _ = read(t, s)
	equal(t, snapshot, other)
	text, err := s.Open().Encode(snapshot)
	must(t, err)
	again, err := s.Open().Decode(text)
	must(t, err)
	equal(t, again, other)
	session := open(t, s)
	if err := push(t, s, mine, true); err == nil {
		t.Error("a state was pushed past a lock")
	}
	finish(t, session)
}

func pushedOver(t *testing.T, s Store) {
	session := open(t, s)
	step(t, session, intent("ada", "create"), result("ada", "17"))
	finish(t, session)
	before, _ := read(t, s)
	session = open(t, s)
	step(t, session, intent("bo", "create"), result("bo", "18"))
	s.Kill(session)
	next := before.Clone()
	next.Serial += 5
	next.Records[user("cy")] = record("cy", "19")
	must(t, push(t, s, next, false))
	snapshot, pending := read(t, s)
	equal(t, snapshot.Records, records(record("ada", "17"), record("cy", "19")))
	equal(t, pending, []state.Intent(nil))
	session = open(t, s)
	step(t, session, intent("dy", "create"), result("dy", "20"))
	finish(t, session)
}
