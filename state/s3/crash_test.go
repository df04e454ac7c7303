package s3_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
	"github.com/espalier-dev/espalier/state/statetest"
)

var noon = time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)

func user(name string) schema.Address { return schema.Address{Type: "acme_user", Name: name} }

func backend(p *s3.Place) state.Backend { return state.NewRemote(p, statetest.Types, "1.2.3") }

// run makes users, and returns those that were acknowledged and those that were begun.
func run(t tb, p *s3.Place, names ...string) (done, begun []string, err error) {
	t.Helper()
	session, err := backend(p).Open(t.Context(), state.LockInfo{Who: "ada@host.example", Command: "apply"}, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		if err = session.Begin(t.Context(), state.Intent{Address: user(name), Provider: "acme", Action: "create", At: noon}); err != nil {
			break
		}
		begun = append(begun, name)
		if err = session.Commit(t.Context(), state.Result{Address: user(name), Record: &state.Record{Address: user(name), Provider: "acme", ID: name}}); err != nil {
			break
		}
		done = append(done, name)
	}
	return done, begun, errors.Join(err, session.Close(t.Context()))
}

// users are those that the state knows, and those of whom it does not know what became.
func users(t tb, p *s3.Place) (known, pending []string) {
	t.Helper()
	s, intents, err := backend(p).Read(t.Context())
	if err != nil {
		t.Fatalf("it cannot be read: %v", err)
	}
	if s == nil {
		return nil, nil
	}
	for a := range s.Records {
		known = append(known, a.Name)
	}
	for _, i := range intents {
		pending = append(pending, i.Address.Name)
	}
	slices.Sort(known)
	return known, pending
}

func has(t tb, where string, list []string, names ...string) {
	t.Helper()
	for _, name := range names {
		if !slices.Contains(list, name) {
			t.Errorf("%s: %q is not among %q", where, name, list)
		}
	}
}

// dies has a process die at its n-th request, which arrives or not.
func dies(at int, last fate) func(int, *http.Request) fate {
	return func(n int, _ *http.Request) fate {
		switch {
		case n < at:
			return arrives
		case n == at:
			return last
		}
		return dead
	}
}

// TestCrash: a run that dies at any of its requests leaves the old state or the new one,
// with all that was acknowledged, and so does a run that dies while it takes over.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, last := range []fate{dead, lost} {
		for n, ended := 1, false; !ended; n++ {
			t.Run(fmt.Sprintf("at request %d, %d", n, last), func(t *testing.T) {
				s := newServer()
				free := at(t, s.door(t, nil))
				if _, _, err := run(t, free, "old"); err != nil {
					t.Fatal(err)
				}
				mortal := s.door(t, nil)
				victim := at(t, mortal)
				mortal.decide(dies(n, last))
				done, begun, err := run(t, victim, "ada", "bo")
				if err == nil {
					ended = mortal.count() < n
				}
				heir(t, s, n, done, begun)
			})
		}
	}
}

// heir is what comes after a crash: another crash, at some request that changes with
// seed, then a run that ends well.
func heir(t *testing.T, s *server, seed int, done, begun []string) {
	p := at(t, s.door(t, nil))
	known, pending := users(t, p)
	has(t, "after the crash", known, append(done, "old")...)
	has(t, "after the crash, known or pending", append(known, pending...), begun...)
	s.pass(overdue)
	mortal := s.door(t, nil)
	victim := at(t, mortal)
	mortal.decide(dies(1+(seed*7)%19, []fate{dead, lost}[seed%2]))
	more, _, _ := run(t, victim, "cy")
	known, _ = users(t, p)
	has(t, "after the second crash", known, append(append(done, "old"), more...)...)

	s.pass(overdue)
	if _, _, err := run(t, p, "ada", "bo", "cy", "dy"); err != nil {
		t.Fatalf("the next run: %v", err)
	}
	known, pending = users(t, p)
	if want := []string{"ada", "bo", "cy", "dy", "old"}; !slices.Equal(known, want) || len(pending) > 0 {
		t.Errorf("the state knows %q, and not what became of %q; wanted %q", known, pending, want)
	}
	for _, key := range s.keys("acme.state.json.journal/") {
		if _, lines, _ := strings.Cut(s.text(key), "\n"); lines != "" {
			t.Errorf("%s holds lines that are in the state", key)
		}
	}
	s.pass(8 * 24 * time.Hour)
	if _, _, err := run(t, p, "ey"); err != nil {
		t.Fatal(err)
	}
	if left := s.keys(""); !slices.Equal(left, []string{"acme.state.json", "acme.state.json.lock"}) {
		t.Errorf("after a week there is still %q", left)
	}
}

// TestLostAnswers: whatever goes wrong once with any request of a run is mended.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, what := range map[string]fate{"cut before it arrives": cut, "answer lost": lost, "500": broken, "503": busy, "409": conflict} {
		for n, ended := 1, false; !ended; n++ {
			t.Run(fmt.Sprintf("%s, request %d", name, n), func(t *testing.T) {
				s := newServer()
				d := s.door(t, nil)
				p := at(t, d)
				d.decide(func(i int, _ *http.Request) fate {
					if i == n {
						return what
					}
					return arrives
				})
				if _, _, err := run(t, p, "ada", "bo"); err != nil {
					t.Fatalf("the run: %v", err)
				}
				ended = d.count() < n
				d.decide(nil)
				if known, pending := users(t, p); !slices.Equal(known, []string{"ada", "bo"}) || len(pending) > 0 {
					t.Errorf("the state knows %q, and not what became of %q", known, pending)
				}
				if left := s.keys(""); !slices.Equal(left, []string{"acme.state.json", "acme.state.json.lock"}) {
					t.Errorf("there is still %q", left)
				}
			})
		}
	}
}

// TestConstantCost: what a step costs does not grow with the journal.
func TestConstantCost(t *testing.T) {
	s := newServer()
	d := s.door(t, nil)
	h, _ := begin(t, at(t, d), "ada")
	line := []byte(strings.Repeat("x", 999) + "\n")
	for range 300 {
		before := d.count()
		must(t, h.Append(t.Context(), line))
		if n := d.count() - before; n != 1 {
			t.Fatalf("an addition took %d requests", n)
		}
	}
	if d.longest > s3.SegmentSize+len(line) {
		t.Errorf("an addition sent %d bytes", d.longest)
	}
	texts := read(t, at(t, s.door(t, nil)))
	if want := strings.Repeat(string(line), 300); string(texts.Journal) != want {
		t.Errorf("of %d bytes %d are there, or others", len(want), len(texts.Journal))
	}
	must(t, h.Replace(t.Context(), []byte("new\n")))
	must(t, h.Append(t.Context(), []byte("after\n")))
	says(t, read(t, at(t, s.door(t, nil))), "new\n", "after\n")
	must(t, h.Replace(t.Context(), []byte("newer\n")))
	must(t, h.Release(t.Context()))
	if left := s.keys(""); !slices.Equal(left, []string{"acme.state.json", "acme.state.json.lock"}) {
		t.Errorf("there is still %q", left)
	}
}
