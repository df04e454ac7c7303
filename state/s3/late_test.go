package s3_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
)

// TestLateWrite: a request that a run has given up on may still arrive when the run has
// given its lock back and another has begun. Then it changes nothing.
func TestLateWrite(t *testing.T) {
	full := strings.Repeat("x", s3.SegmentSize-1) + "\n"
	for name, c := range map[string]struct {
		first string
		do    func(*testing.T, state.Appender) error
	}{
		"adds lines":             {"one\n", func(t *testing.T, h state.Appender) error { return h.Append(t.Context(), []byte("late\n")) }},
		"begins another segment": {full, func(t *testing.T, h state.Appender) error { return h.Append(t.Context(), []byte("late\n")) }},
		"replaces the state":     {"one\n", func(t *testing.T, h state.Appender) error { return h.Replace(t.Context(), []byte("late\n")) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			d := s.door(t, nil)
			h, _ := begin(t, at(t, d), "ada")
			must(t, h.Append(t.Context(), []byte(c.first)))
			d.decide(func(n int, _ *http.Request) fate { return []fate{arrives, late, dead, arrives}[min(n, 3)] })
			if err := c.do(t, h); err == nil {
				t.Fatal("what was given up was done")
			}
			must(t, h.Release(t.Context()))
			p := at(t, s.door(t, nil))
			next, texts := begin(t, p, "bo")
			says(t, texts, "", c.first)
			d.deliver()
			says(t, read(t, p), "", c.first)
			must(t, next.Append(t.Context(), []byte("two\n")))
			says(t, read(t, p), "", c.first+"two\n")
			finish(t, next, "new\n")
			says(t, read(t, p), "new\n", "")
		})
	}
}

// TestGivenUp: what a run was not sure of is in the state that it ends with, so it does
// no harm when it arrives after that.
func TestGivenUp(t *testing.T) {
	s := newServer()
	d := s.door(t, nil)
	h, _ := begin(t, at(t, d), "ada")
	must(t, h.Append(t.Context(), []byte(strings.Repeat("x", s3.SegmentSize)+"\n")))
	d.decide(func(n int, _ *http.Request) fate { return []fate{arrives, late, dead, arrives}[min(n, 3)] })
	if err := h.Append(t.Context(), []byte("late\n")); err == nil {
		t.Fatal("what was given up was done")
	}
	if err := h.Append(t.Context(), []byte("later\n")); err == nil {
		t.Fatal("lines were added after some of which nobody knows")
	}
	finish(t, h, "new\n")
	d.deliver()
	p := at(t, s.door(t, nil))
	says(t, read(t, p), "new\n", "")
	next, texts := begin(t, p, "bo")
	says(t, texts, "new\n", "")
	finish(t, next, "newer\n")
	says(t, read(t, p), "newer\n", "")
}

// TestRefusedForGood: what was refused once is refused ever after, and nobody takes the
// same text of another run for its own.
func TestRefusedForGood(t *testing.T) {
	s := newServer()
	p := at(t, s.door(t, nil))
	sleeper, _ := begin(t, p, "ada")
	must(t, sleeper.Replace(t.Context(), []byte("old\n")))
	s.pass(overdue)
	next, _ := begin(t, p, "bo")
	must(t, next.Replace(t.Context(), []byte("new\n")))
	for range 3 {
		if err := sleeper.Append(t.Context(), []byte("late\n")); !errors.As(err, new(*state.LostError)) {
			t.Errorf("lines were added without the lock: %v", err)
		}
	}
	says(t, read(t, p), "new\n", "")

	twin := newServer()
	p = at(t, twin.door(t, nil))
	sleeper, _ = begin(t, p, "ada")
	twin.pass(overdue)
	next, _ = begin(t, p, "bo")
	must(t, next.Replace(t.Context(), []byte("the same\n")))
	if err := sleeper.Replace(t.Context(), []byte("the same\n")); !errors.As(err, new(*state.LostError)) {
		t.Errorf("a state of another run is taken for its own: %v", err)
	}
}
