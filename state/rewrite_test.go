package state_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// tellingPlace tells of every state that is written.
type tellingPlace struct {
	wholePlace
	written chan []byte
	mu      *sync.Mutex
	fail    *error
}

func (p tellingPlace) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	hold, err := p.wholePlace.Lock(ctx, who)
	return tellingHold{hold, p}, err
}

type tellingHold struct {
	state.Hold
	place tellingPlace
}

func (h tellingHold) Replace(ctx context.Context, text []byte) error {
	h.place.mu.Lock()
	err := *h.place.fail
	h.place.mu.Unlock()
	if err == nil {
		err = h.Hold.Replace(ctx, text)
	}
	h.place.written <- text
	return err
}

func newTelling() (*memory, tellingPlace, *state.Remote) {
	m := &memory{}
	p := tellingPlace{wholePlace: wholePlace{m.place()}, written: make(chan []byte, 100), mu: &sync.Mutex{}, fail: new(error)}
	return m, p, state.NewRemote(p, statetest.Types, "1.2.3")
}

func someone(key string) schema.Address {
	return schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: key}}
}

func aboutTo(keys ...string) (list []state.Intent) {
	for _, key := range keys {
		list = append(list, state.Intent{Address: someone(key), Provider: "acme", Action: "create"})
	}
	return list
}

func made(key string) state.Result {
	return state.Result{Address: someone(key), Record: &state.Record{Address: someone(key), Provider: "acme", ID: key}}
}

// A place that is written whole gets all intents in one writing, the results now and
// then, and each writing is a version of its own.
func TestWrittenNowAndThen(t *testing.T) {
	_, p, r := newTelling()
	state.FlushEvery(r, time.Millisecond)
	s, err := r.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Announce(t.Context(), slices.Values(aboutTo("ada", "bo", "cy"))); err != nil {
		t.Fatal(err)
	}
	first, err := r.Decode(<-p.written)
	if err != nil || first.Serial != 1 || len(first.Pending) != 3 {
		t.Fatalf("%v: %+v", err, first)
	}
	for n, key := range []string{"ada", "bo"} {
		if err := errors.Join(s.Begin(t.Context(), aboutTo(key)[0]), s.Commit(t.Context(), made(key))); err != nil {
			t.Fatal(err)
		}
		for { // it is written without anything else being done
			snapshot, err := r.Decode(<-p.written)
			if err != nil {
				t.Fatal(err)
			}
			if len(snapshot.Records) == n+1 {
				break
			}
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	last, pending, err := r.Read(t.Context())
	if err != nil || len(last.Records) != 2 || len(pending) != 0 {
		t.Errorf("%v: %v, pending %v", err, last.Addresses(), pending)
	}
	close(p.written)
	serial := uint64(0)
	for text := range p.written {
		snapshot, err := r.Decode(text)
		if err != nil || snapshot.Serial <= serial {
			t.Errorf("%v: serial %d follows %d", err, snapshot.Serial, serial)
		}
		serial = snapshot.Serial
	}
}

// A state that cannot be written stops the next call, and not those before it.
func TestCannotBeWrittenAnyMore(t *testing.T) {
	_, p, r := newTelling()
	state.FlushEvery(r, time.Millisecond)
	s, err := r.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Announce(t.Context(), slices.Values(aboutTo("ada", "bo"))); err != nil {
		t.Fatal(err)
	}
	<-p.written
	p.mu.Lock()
	*p.fail = errors.New("no room")
	p.mu.Unlock()
	if err := s.Begin(t.Context(), aboutTo("ada")[0]); err != nil {
		t.Fatal(err)
	}
	_ = s.Commit(t.Context(), made("ada"))
	<-p.written
	<-p.written // the first has been taken note of
	var e *state.Error
	if err := s.Begin(t.Context(), aboutTo("bo")[0]); !errors.As(err, &e) || e.Remedy == "" {
		t.Errorf("another call was begun: %v", err)
	}
	unsaved, ok := errors.AsType[*state.UnsavedError](s.Close(t.Context()))
	if !ok {
		t.Fatal("nothing was left to push")
	}
	left, err := r.Decode(unsaved.State)
	if err != nil || left.Records[someone("ada")] == nil {
		t.Errorf("%v: %v", err, left.Addresses())
	}
}

// What is only announced is dated ahead of each writing, so that a call which is begun
// before the next one never seems older than it is; one that comes later than that is
// written first, and so is another call about an object whose first has ended.
func TestAnnouncedIsNeverOlderThanItIs(t *testing.T) {
	_, p, r := newTelling()
	s, err := r.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)
	told := aboutTo("ada", "bo", "cy")
	for n := range told {
		told[n].At = now
	}
	twice := told[0]
	twice.Action, twice.ID = "delete", "17"
	if err := s.Announce(t.Context(), slices.Values(append(told, twice))); err != nil {
		t.Fatal(err)
	}
	first, err := r.Decode(<-p.written)
	if err != nil || len(first.Pending) != 3 {
		t.Fatalf("%v: %+v", err, first)
	}
	for _, i := range first.Pending {
		if ahead := i.At.Sub(now); ahead < 10*time.Second || ahead > time.Minute || i.Action != "create" {
			t.Errorf("%s %s is dated %s ahead", i.Action, i.Address, ahead)
		}
	}
	for _, c := range []struct {
		name    string
		begin   state.Intent
		after   time.Duration
		written bool
	}{
		{"one that comes in time", told[0], 20 * time.Second, false},
		{"another about the same object", twice, 20 * time.Second, true},
		{"one that had to wait for long", told[1], time.Hour, true},
		{"the same again", told[1], time.Hour + time.Second, false},
		{"one that waits after a later writing", told[2], 2 * time.Hour, true},
	} {
		c.begin.At = now.Add(c.after)
		if err := s.Begin(t.Context(), c.begin); err != nil {
			t.Fatal(err)
		}
		if written := len(p.written) > 0; written != c.written {
			t.Errorf("%s: written %v", c.name, written)
		}
		for len(p.written) > 0 {
			text, err := r.Decode(<-p.written)
			at := slices.IndexFunc(text.Pending, func(i state.Intent) bool { return i.Address == c.begin.Address })
			if err != nil || at < 0 || !text.Pending[at].At.Equal(c.begin.At) || text.Pending[at].Action != c.begin.Action {
				t.Errorf("%s: %v: %+v", c.name, err, text.Pending)
			}
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
