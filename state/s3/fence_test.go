package s3_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
)

// same holds what is there against what was; the texts may be long.
func same(t *testing.T, otherwise string, was, is state.Texts) {
	t.Helper()
	if string(was.State) != string(is.State) || string(was.Journal) != string(is.Journal) {
		t.Errorf("%s (-before, +after):\n%s", otherwise, cmp.Diff(was, is))
	}
}

// overdue is longer than the lease of the tests, by all clocks.
const overdue = time.Minute + 3*time.Second

// at opens a place of the strict server, as another process would.
func at(t tb, d *door) *s3.Place { return place(t, map[string]string{"endpoint": d.URL}) }

// begin takes the lock and reads what there is, as a run does.
func begin(t *testing.T, p *s3.Place, id string) (state.Appender, state.Texts) {
	t.Helper()
	h, err := p.Lock(t.Context(), state.LockInfo{ID: id, Who: id + "@host.example", Command: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := h.Texts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h.(state.Appender), texts
}

func read(t *testing.T, p *s3.Place) state.Texts {
	t.Helper()
	texts, err := p.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func says(t *testing.T, got state.Texts, state, journal string) {
	t.Helper()
	if string(got.State) != state || string(got.Journal) != journal {
		t.Fatalf("got state %q and journal %q; wanted %q and %q", got.State, got.Journal, state, journal)
	}
}

// TestPaused: a run that sleeps past its lease, at any point, writes nothing when it
// wakes up, whatever the next one has done by then. Late is a request that was sent
// before and arrives after.
func TestPaused(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", s3.SegmentSize-1) + "\n"
	operations := map[string]struct {
		first string // what it has added before
		do    func(*testing.T, state.Appender) error
	}{
		"adds lines":             {"one\n", func(t *testing.T, h state.Appender) error { return h.Append(t.Context(), []byte("late\n")) }},
		"adds its first lines":   {"", func(t *testing.T, h state.Appender) error { return h.Append(t.Context(), []byte("late\n")) }},
		"begins another segment": {full, func(t *testing.T, h state.Appender) error { return h.Append(t.Context(), []byte("late\n")) }},
		"replaces the state":     {"one\n", func(t *testing.T, h state.Appender) error { return h.Replace(t.Context(), []byte("late\n")) }},
		"renews":                 {"one\n", func(t *testing.T, h state.Appender) error { return h.Renew(t.Context()) }},
		"gives back":             {"one\n", func(t *testing.T, h state.Appender) error { return h.Release(t.Context()) }},
	}
	for name, o := range operations {
		for _, other := range []string{"is at work", "has changed nothing", "has ended", "and a third have ended", "has forced it"} {
			for _, before := range []string{"", "old\n"} {
				for _, late := range []bool{false, true} {
					t.Run(name+", the next "+other+", state "+before+when(late), func(t *testing.T) {
						s := newServer()
						if before != "" {
							s.set("acme.state.json", before)
						}
						paused(t, s, o.first, o.do, other, before, late)
					})
				}
			}
		}
	}
}

func when(late bool) string {
	if late {
		return ", late"
	}
	return ""
}

func paused(t *testing.T, s *server, first string, do func(*testing.T, state.Appender) error, other, before string, late bool) {
	mine, theirs := s.door(t, nil), s.door(t, nil)
	sleeper, _ := begin(t, at(t, mine), "sleeper")
	if first != "" {
		must(t, sleeper.Append(t.Context(), []byte(first)))
	}
	woken, ended := make(chan struct{}), make(chan error, 1)
	if late {
		sent := make(chan struct{})
		mine.decide(func(n int, r *http.Request) fate {
			if n == 1 {
				close(sent)
				<-woken
			}
			return arrives
		})
		go func() { ended <- do(t, sleeper) }()
		<-sent
	}
	p := at(t, theirs)
	if other == "has forced it" {
		must(t, p.Unlock(t.Context(), "sleeper"))
	} else {
		s.pass(overdue)
	}
	next, texts := begin(t, p, "next")
	says(t, texts, before, first)
	switch other {
	case "is at work":
		must(t, next.Append(t.Context(), []byte("two\n")))
	case "has ended", "and a third have ended":
		must(t, next.Append(t.Context(), []byte("two\n")))
		must(t, next.Replace(t.Context(), []byte("new\n")))
		must(t, next.Release(t.Context()))
	default:
		must(t, next.Release(t.Context()))
	}
	if other == "and a third have ended" {
		third, _ := begin(t, p, "third")
		must(t, third.Replace(t.Context(), []byte("newer\n")))
		must(t, third.Release(t.Context()))
	}
	is := read(t, p)
	close(woken)
	if !late {
		ended <- do(t, sleeper)
	}
	if err := <-ended; !errors.As(err, new(*state.LostError)) && err != nil || err == nil && !t.Failed() && !strings.Contains(t.Name(), "gives_back") {
		t.Errorf("a run without its lock was told: %v", err)
	}
	same(t, "a run without its lock has written", is, read(t, p))
	if other == "is at work" {
		must(t, next.Append(t.Context(), []byte("three\n")))
		must(t, next.Renew(t.Context()))
		says(t, read(t, p), before, first+"two\nthree\n")
		must(t, next.Replace(t.Context(), []byte("new\n")))
		must(t, next.Release(t.Context()))
		is = state.Texts{State: []byte("new\n")}
	}
	last, texts := begin(t, p, "last")
	same(t, "the run after finds something else", is, texts)
	must(t, last.Append(t.Context(), []byte("four\n")))
	must(t, last.Replace(t.Context(), []byte("last\n")))
	must(t, last.Release(t.Context()))
	says(t, read(t, p), "last\n", "")
}
