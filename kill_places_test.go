package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/espalier-dev/espalier/internal/cli"
)

// elsewhere are the kinds of state that are not files.
func elsewhere() []string { return []string{"http", "postgres", "s3"} }

// TestKillsElsewhere kills the program at requests to the vendor while its state is
// kept elsewhere.
func TestKillsElsewhere(t *testing.T) {
	t.Parallel()
	for _, kind := range elsewhere() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			killAtRequests(t, func(t *testing.T) *killSite { return newKillSiteIn(t, kept(t, kind)) })
		})
	}
}

// TestKillsAtThePlace kills the program at requests to the server that keeps its state,
// before that has carried them out and after, before the answer. The state is the old
// or the new one, never half, and the same command again ends in the organisation as wanted.
func TestKillsAtThePlace(t *testing.T) {
	t.Parallel()
	for _, kind := range elsewhere() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			site := func(t *testing.T) *killSite { return newKillSiteIn(t, kept(t, kind)) }
			whole := site(t)
			whole.place.gate.calm()
			whole.run(0, "apply", "-auto-approve", "-input=false")
			requests := whole.place.gate.count()
			whole.holds()
			cases := map[string]func(*killSite){}
			for n := 1; n <= requests; n++ {
				for _, carried := range []bool{false, true} {
					if requests < 20 || soak() || n%10 == 0 && !carried || n%10 == 5 && carried {
						cases[fmt.Sprintf("at request %d of %d, carried out %v", n, requests, carried)] = func(s *killSite) { s.killAtPlace(n, carried) }
					}
				}
			}
			tryAll(t, site, cases)
		})
	}
}

// killAtPlace applies and kills the process at its n-th request to the server that
// keeps the state. How much goes together in one request is not the same in all runs,
// and a farewell is not answered, so a run may come to its end before.
func (s *killSite) killAtPlace(n int, carried bool) {
	s.t.Helper()
	process, dead := make(chan *os.Process, 1), make(chan struct{})
	var fell atomic.Bool
	kill := func() {
		fell.Store(true)
		if err := (<-process).Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			s.t.Error(err)
		}
		<-dead
	}
	s.place.gate.fall(n, carried, kill)
	err := s.apply("espalier", func(p *os.Process) { process <- p })
	close(dead)
	switch {
	case !fell.Load() && err != nil:
		s.t.Fatalf("a run that nobody killed: %v\n%s", err, s.said)
	case fell.Load() && err != nil && !wasKilled(err):
		s.t.Fatalf("the run was to be killed, and ended with %v\n%s", err, s.said)
	}
	s.place.gate.calm()
	s.door.Calm()
	s.readPending()
}

// TestCutsAtThePlace cuts the connection to the server that keeps the state, in the
// middle of an apply, before a request is carried out and after, before the answer. The
// run gets over it, or says that it cannot; then the same command again ends right.
func TestCutsAtThePlace(t *testing.T) {
	t.Parallel()
	for _, kind := range elsewhere() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cases := map[string]func(*killSite){}
			for n := 1; n <= 32; n++ {
				for _, carried := range []bool{false, true} {
					if soak() || n == 4 || n == 11 && carried || n == 18 && !carried {
						cases[fmt.Sprintf("at request %d, carried out %v", n, carried)] = func(s *killSite) { s.cutAtPlace(n, carried) }
					}
				}
			}
			tryAll(t, func(t *testing.T) *killSite { return newKillSiteIn(t, kept(t, kind)) }, cases)
		})
	}
}

// cutAtPlace applies and cuts the connection at the n-th request.
func (s *killSite) cutAtPlace(n int, carried bool) {
	s.t.Helper()
	s.place.gate.fall(n, carried, func() {})
	err := s.apply("espalier", func(*os.Process) {})
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || !slices.Contains([]int{cli.ExitError, cli.ExitPartial}, failed.ExitCode()) || !strings.Contains(s.said, "Error")) {
		s.t.Errorf("it ended with %v\n%s", err, s.said)
	}
	if err != nil {
		s.t.Logf("ended with %v:\n%s", err, s.said)
	}
	s.place.gate.calm()
	s.door.Calm()
	s.readPending()
}
