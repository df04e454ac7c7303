package web_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
	"github.com/espalier-dev/espalier/state/web"
)

func settings(pairs ...string) map[string]cty.Value {
	out := map[string]cty.Value{"retry_wait_min": cty.NumberIntVal(0)}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = cty.StringVal(pairs[i+1])
	}
	return out
}

func open(types func(string) *schema.Type, values map[string]cty.Value, options ...state.Option) (state.Backend, error) {
	b, errs := state.Open([]state.Kind{web.Kind()}, "http", state.Settings{Values: values}, types, "1.2.3", options...)
	return b, errors.Join(errs...)
}

func locking(s *server) map[string]cty.Value {
	return settings("address", s.URL+"/state/org", "lock_address", s.URL+"/state/org/lock", "lock_method", "POST", "unlock_method", "DELETE")
}

// store is a store of the suite on a server.
func store(t *testing.T, types func(string) *schema.Type, values map[string]cty.Value, put func([]byte)) statetest.Store {
	mortal := &statetest.Mortal{Place: func() state.Place {
		p, err := web.NewPlace(values, "1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}}
	s := mortal.Store(types)
	s.Whole, s.Late, s.Forced = true, true, true
	s.Swap = func(next *state.Snapshot) error {
		text, err := state.Encode(next)
		put(text)
		return err
	}
	return s
}

func TestManagedStates(t *testing.T) {
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		s := newServer(t)
		return store(t, types, locking(s), s.put)
	})
}

func TestLockedByWhom(t *testing.T) {
	s := newServer(t)
	s.silent = true
	b, err := open(nil, locking(s))
	if err != nil {
		t.Fatal(err)
	}
	session, err := b.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Open(t.Context(), state.LockInfo{}, 0)
	if !errors.As(err, new(*state.LockedError)) || !strings.Contains(err.Error(), "locked by another run") {
		t.Errorf("a lock whose holder is not told: %v", err)
	}
	if err := session.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
