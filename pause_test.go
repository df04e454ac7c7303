//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/internal/laws"
)

// TestPaused stops a process in the middle of an apply for longer than its lease.
// Another run takes over and ends. When the first goes on it changes nothing, neither
// in the state nor at the vendor, and says so.
func TestPaused(t *testing.T) {
	t.Parallel()
	for _, kind := range elsewhere() {
		if kind == "http" {
			continue // its lock lasts until somebody takes it away
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cases := map[string]func(*killSite){}
			for n := 1; n <= 22; n++ {
				if soak() || n == 8 || kind == "postgres" && (n == 1 || n == 20) {
					cases[fmt.Sprintf("at write %d", n)] = func(s *killSite) { s.pauseAt(n) }
				}
			}
			tryAll(t, func(t *testing.T) *killSite {
				p := kept(t, kind)
				p.values["lease"] = "5s" // no shorter than what two runs on a busy machine need
				return newKillSiteIn(t, p)
			}, cases)
		})
	}
}

// pauseAt applies, and stops the process when the server has carried out its n-th
// request that writes. Another run comes and goes before it is woken.
func (s *killSite) pauseAt(n int) {
	s.t.Helper()
	process := make(chan *os.Process, 1)
	overtaken, other := 0, *s
	s.flags = []string{"-parallelism=1"} // so that no other call is between the last look and the wire
	var kept string
	s.door.Plan(laws.Fates{Writes: map[int]laws.Fate{n: {Do: func() {
		p := <-process
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			s.t.Error(err)
		}
		other.place.forced = false // the lease ends by itself
		other.readPending()        // answers that came meanwhile were not taken in
		if err := other.apply("espalier", func(*os.Process) {}); err != nil {
			s.t.Errorf("the run that took over: %v\n%s", err, other.said)
		}
		kept, overtaken = s.text(), len(s.door.Exchanges())
		if err := p.Signal(syscall.SIGCONT); err != nil {
			s.t.Error(err)
		}
	}}}})
	err := s.apply("espalier", func(p *os.Process) { process <- p })
	switch {
	case overtaken == 0:
		s.t.Fatalf("the run made fewer than %d writes:\n%s", n, s.said)
	case err == nil:
		s.t.Errorf("a run that lost its lock ended well:\n%s", s.said)
	case !strings.Contains(strings.Join(strings.Fields(s.said), " "), "the lock is lost"):
		s.t.Errorf("a run that lost its lock does not say so: %v\n%s", err, s.said)
	}
	if diff := cmp.Diff(kept, s.text()); diff != "" {
		s.t.Errorf("the state was changed by a run that had lost its lock:\n%s", diff)
	}
	for _, x := range s.door.Exchanges()[overtaken:] {
		if x.Method != http.MethodGet {
			s.t.Errorf("a run that had lost its lock sent %s %s\n%s", x.Method, x.Path, s.said)
		}
	}
	s.door.Calm()
}

// text is the state that is kept.
func (s *killSite) text() string {
	s.t.Helper()
	backend := s.place.backend(s.t, s.dir, s.env)
	snapshot, _, err := backend.Read(s.t.Context())
	if err != nil {
		s.t.Error(err)
		return ""
	}
	text, err := backend.Encode(snapshot)
	if err != nil {
		s.t.Error(err)
	}
	return string(text)
}
