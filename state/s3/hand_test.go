package s3_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
)

// finish ends a run with a state.
func finish(t *testing.T, h state.Appender, text string) {
	t.Helper()
	must(t, h.Replace(t.Context(), []byte(text)))
	must(t, h.Release(t.Context()))
}

// TestExpiry: a lock that is not renewed ends after its lease by the server's clock,
// whatever the clock here says, and with a server that does not tell the time after it
// was seen unchanged for as long.
func TestExpiry(t *testing.T) {
	s := newServer()
	p := at(t, s.door(t, nil))
	clock := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	p.SetClock(func() time.Time { return clock })
	locked := func() bool {
		t.Helper()
		h, err := p.Lock(t.Context(), state.LockInfo{ID: "next"})
		if err == nil {
			must(t, h.Release(t.Context()))
		} else if !errors.As(err, new(*state.LockedError)) {
			t.Fatal(err)
		}
		return err != nil
	}
	h, _ := begin(t, at(t, s.door(t, nil)), "ada")
	s.pass(time.Minute)
	if !locked() {
		t.Error("the lock ended before its lease")
	}
	must(t, h.Renew(t.Context()))
	s.pass(time.Minute)
	if !locked() {
		t.Error("the lock ended although it was renewed")
	}
	s.pass(3 * time.Second)
	if locked() {
		t.Error("the lock outlives its lease")
	}
	begin(t, at(t, s.door(t, nil)), "bo")
	if !locked() {
		t.Error("a new lock counts as the old one")
	}
	clock = clock.Add(time.Minute)
	if !locked() {
		t.Error("the lock ended before it was seen for the length of its lease")
	}
	clock = clock.Add(3 * time.Second)
	if locked() {
		t.Error("a lock that does not change is taken for a living one")
	}
}

// TestRestored: people put back old versions of single objects, or delete them.
func TestRestored(t *testing.T) {
	const key = "acme.state.json"
	t.Run("the state, without what else is known of it", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		for n, unclean := range []bool{true, false, false} {
			h, _ := begin(t, p, "ada")
			must(t, h.Append(t.Context(), []byte("line\n")))
			if unclean {
				s.pass(overdue)
				continue
			}
			finish(t, h, fmt.Sprintf("state %d\n", n))
		}
		s.set(key, "by hand\n")
		says(t, read(t, p), "by hand\n", "")
		h, texts := begin(t, p, "ada")
		says(t, texts, "by hand\n", "")
		finish(t, h, "new\n")
		says(t, read(t, p), "new\n", "")
	})
	t.Run("the state, with a number from elsewhere", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		s.mu.Lock()
		s.objects[key] = stored{text: "copied\n", folded: "0000000000000500/000003", modified: s.now}
		s.mu.Unlock()
		h, texts := begin(t, p, "ada")
		says(t, texts, "copied\n", "")
		must(t, h.Append(t.Context(), []byte("line\n")))
		if n := s3.Fence(h); n <= 500 {
			must(t, h.Renew(t.Context()))
		}
		says(t, read(t, p), "copied\n", "line\n")
		finish(t, h, "new\n")
		says(t, read(t, p), "new\n", "")
	})
	t.Run("the lock deleted while a run sleeps", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		first, _ := begin(t, p, "ada")
		finish(t, first, "old\n")
		sleeper, _ := begin(t, p, "ada")
		must(t, sleeper.Append(t.Context(), []byte("one\n")))
		s.delete(key + ".lock")
		next, texts := begin(t, p, "bo")
		says(t, texts, "old\n", "one\n")
		if s3.Fence(next) <= s3.Fence(sleeper) {
			t.Errorf("number %d follows %d", s3.Fence(next), s3.Fence(sleeper))
		}
		for what, err := range map[string]error{
			"append": sleeper.Append(t.Context(), []byte("late\n")), "replace": sleeper.Replace(t.Context(), []byte("late\n")), "renew": sleeper.Renew(t.Context()),
		} {
			if !errors.As(err, new(*state.LostError)) {
				t.Errorf("%s without the lock: %v", what, err)
			}
		}
		finish(t, next, "new\n")
		says(t, read(t, p), "new\n", "")
	})
	t.Run("an older lock", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		first, _ := begin(t, p, "ada")
		must(t, first.Release(t.Context()))
		old := s.text(key + ".lock")
		second, _ := begin(t, p, "ada")
		must(t, second.Append(t.Context(), []byte("one\n")))
		s.set(key+".lock", old)
		third, texts := begin(t, p, "bo") // its number comes again, and its place is taken
		says(t, texts, "", "one\n")
		if err := second.Append(t.Context(), []byte("late\n")); !errors.As(err, new(*state.LostError)) {
			t.Errorf("a run whose lock was overwritten: %v", err)
		}
		finish(t, third, "new\n")
		says(t, read(t, p), "new\n", "")
	})
	t.Run("a lock that nobody can read", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		s.set(key+".lock", "{")
		_, err := p.Lock(t.Context(), state.LockInfo{})
		tells(t, err, "has a lock that cannot be read", "delete that object")
	})
}

// TestDamage: a journal that lacks a piece, or has another, is noticed.
func TestDamage(t *testing.T) {
	const first, second, third = "acme.state.json.journal/0000000000000001/000001", "acme.state.json.journal/0000000000000001/000002", "acme.state.json.journal/0000000000000001/000003"
	long := strings.Repeat("x", s3.SegmentSize) + "\n"
	for name, harm := range map[string]func(*server){
		"a piece is missing":            func(s *server) { s.delete(second) },
		"the first piece is missing":    func(s *server) { s.delete(first) },
		"a piece stands for another":    func(s *server) { s.set(second, s.text(third)) },
		"a bit of a first line is lost": func(s *server) { s.set(second, strings.Replace(s.text(second), `"seals"`, `"seal3"`, 1)) },
		"the end of a piece is lost":    func(s *server) { s.set(third, strings.SplitAfter(s.text(third), "\n")[0]) },
		"a piece is empty":              func(s *server) { s.set(third, "") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			p := at(t, s.door(t, nil))
			h, _ := begin(t, p, "ada")
			for range 3 {
				must(t, h.Append(t.Context(), []byte(long)))
			}
			harm(s)
			_, err := p.Read(t.Context())
			tells(t, err, "has a damaged journal", "Nothing was changed")
			s.pass(overdue)
			next, err := p.Lock(t.Context(), state.LockInfo{})
			must(t, err)
			_, err = next.Texts(t.Context())
			tells(t, err, "has a damaged journal", "Nothing was changed")
			must(t, next.Release(t.Context()))
		})
	}
	t.Run("any bit", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		h, _ := begin(t, p, "ada")
		must(t, h.Append(t.Context(), []byte("one\n")))
		whole := s.text(first)
		for n := range 8 * len(whole) {
			bad := []byte(whole)
			bad[n/8] ^= 1 << (n % 8)
			s.set(first, string(bad))
			if texts, err := p.Read(t.Context()); err == nil {
				t.Errorf("with bit %d of %q flipped there is %q", n, whole, texts.Journal)
			}
		}
	})
	t.Run("the run itself notices", func(t *testing.T) {
		s := newServer()
		p := at(t, s.door(t, nil))
		h, _ := begin(t, p, "ada")
		must(t, h.Append(t.Context(), []byte("one\n")))
		s.delete(first)
		if err := h.Append(t.Context(), []byte("two\n")); !errors.As(err, new(*state.ChangedError)) {
			t.Errorf("a journal that was deleted: %v", err)
		}
		s.set("acme.state.json", "by hand\n")
		if err := h.Replace(t.Context(), []byte("mine\n")); !errors.As(err, new(*state.ChangedError)) {
			t.Errorf("a state that was replaced: %v", err)
		}
	})
}

// tells holds an error against what it should say.
func tells(t *testing.T, err error, words ...string) {
	t.Helper()
	var e *state.Error
	if !errors.As(err, &e) || e.Where == "" || e.Remedy == "" {
		t.Fatalf("no error that says where, and what to do: %v", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("it does not say %q: %v", w, err)
		}
	}
}
