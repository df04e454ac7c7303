package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// compact is a text as a database that keeps JSON, and not texts, gives it back.
func compact(text []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return text
	}
	return b.Bytes()
}

// indented says the same in the layout of a state, with other spaces.
func indented(text []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return text
	}
	return b.Bytes()
}

// A server that changes the bytes of a state is found out before the first call, and
// called by its name also by who only reads.
func TestServerThatChangesTexts(t *testing.T) {
	for name, rewrite := range map[string]func([]byte) []byte{"compact": compact, "indented": indented} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				s.ServeHTTP(answer, r)
				w.WriteHeader(answer.Code)
				_, _ = w.Write(rewrite(answer.Body.Bytes()))
			}))
			defer front.Close()
			b, err := open(statetest.Types, settings("address", front.URL+"/state/org", "lock_address", front.URL+"/state/org/lock", "lock_method", "POST", "unlock_method", "DELETE"))
			if err != nil {
				t.Fatal(err)
			}
			says := func(what string, err error) {
				t.Helper()
				var e *state.Error
				if !errors.As(err, &e) || !strings.Contains(e.Problem, "changes the text") || !strings.Contains(e.Remedy, "jsonb") {
					t.Errorf("%s: %v", what, err)
				}
			}
			session, err := b.Open(t.Context(), state.LockInfo{}, 0)
			if err != nil {
				t.Fatal(err)
			}
			says("Announce", session.Announce(t.Context(), slices.Values(intents("ada"))))
			says("Close", session.Close(t.Context()))
			if len(s.versions) != 1 || s.lock != nil {
				t.Errorf("it was written %d times, and locked with %q", len(s.versions), s.lock)
			}
			if name == "compact" {
				_, _, err = b.Read(t.Context())
				says("Read", err)
			}
		})
	}
}

// A server that keeps the bytes is looked at once in a run.
func TestLookedAtOnce(t *testing.T) {
	s := newServer(t)
	b, err := open(statetest.Types, locking(s))
	if err != nil {
		t.Fatal(err)
	}
	session, err := b.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var reads []int
	for _, key := range []string{"ada", "bo", "cy"} {
		n := 0
		s.disturb(func(r *http.Request) int {
			if r.Method == http.MethodGet {
				n++
			}
			return 0
		}, nil)
		if err := session.Begin(t.Context(), intents(key)[0]); err != nil {
			t.Fatal(err)
		}
		reads = append(reads, n)
	}
	if !slices.Equal(reads, []int{2, 1, 1}) {
		t.Errorf("it was read %v times", reads)
	}
	if err := session.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A lock whose holder is dead, at a server that never tells its id, has a way out; and
// one that wants the right id is not taken for one that cannot be reached.
func TestWaysOutOfADeadLock(t *testing.T) {
	s := newServer(t)
	s.silent = true
	b, err := open(nil, locking(s))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), state.LockInfo{ID: "dead"}, 0); err != nil {
		t.Fatal(err)
	}
	_, err = b.Open(t.Context(), state.LockInfo{}, 0)
	locked, ok := errors.AsType[*state.LockedError](err)
	if !ok || !strings.Contains(locked.Remedy, "espalier force-unlock unknown") || !strings.Contains(locked.Remedy, "the server's own means") {
		t.Errorf("%v: %+v", err, locked)
	}
	// The server compares the id in the body, or that in the address: neither is right.
	var e *state.Error
	if err := b.Unlock(t.Context(), "unknown"); !errors.As(err, &e) || !strings.Contains(e.Problem, `has no lock "unknown"`) || !strings.Contains(e.Remedy, "does not tell the right id") {
		t.Errorf("another's id: %v", err)
	}
	if err := b.Unlock(t.Context(), "dead"); err != nil {
		t.Error(err)
	}
	// Here the lock is told only to who wants to remove it.
	if _, err := b.Open(t.Context(), state.LockInfo{ID: "mine", Who: "ada@host.example"}, 0); err != nil {
		t.Fatal(err)
	}
	s.disturb(func(r *http.Request) int {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.silent = r.Method != http.MethodDelete
		return 0
	}, nil)
	if err := b.Unlock(t.Context(), "yours"); !errors.As(err, &e) || !strings.Contains(e.Remedy, "belongs to ada@host.example (") || !strings.Contains(e.Remedy, "lock id mine") {
		t.Errorf("another's id: %v", err)
	}
}
