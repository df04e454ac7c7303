package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/state"
)

// The program that kills itself is told by its environment when: at which change
// to the files of the state, and whether half of what is written at it reaches
// the file. Into a file it writes how many changes there were, if it lives.
const (
	killEnv  = "ESPALIER_TEST_KILL"
	halfEnv  = "ESPALIER_TEST_HALF"
	countEnv = "ESPALIER_TEST_COUNT"
)

// killedMain is the program, killed at a change to the files of the state.
func killedMain() {
	tuneCollector()
	d := &death{half: os.Getenv(halfEnv) != ""}
	d.at, _ = strconv.Atoi(os.Getenv(killEnv))
	streams := cli.OS()
	streams.State = []state.Option{state.WithTap(d.tap)}
	code := observed(streams)
	if name := os.Getenv(countEnv); name != "" {
		if err := os.WriteFile(name, []byte(strconv.Itoa(d.count)), 0o600); err != nil {
			code = cli.ExitError
		}
	}
	os.Exit(code)
}

// death comes at one moment: each change has two, before and after it.
type death struct {
	at   int
	half bool

	mu    sync.Mutex
	count int
}

var errHalf = errors.New("half of it is written")

func (d *death) tap(c state.Change) (int, error) {
	d.mu.Lock() // and kept at the end, so that nothing else is done
	d.count++
	switch {
	case d.count < d.at || d.at == 0:
		d.mu.Unlock()
		return 0, nil
	case d.half && !c.Done && len(c.Data) > 1:
		d.half = false
		d.mu.Unlock()
		return len(c.Data) / 2, errHalf
	}
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		return 0, err
	}
	select {}
}

// TestKillsAtTheRecord kills the program at moments before, in and after its
// changes to the state and its journal. The same command again ends in the
// organisation as wanted. ESPALIER_SOAK kills at each.
func TestKillsAtTheRecord(t *testing.T) {
	t.Parallel()
	whole := newKillSite(t)
	moments := whole.countMoments()
	whole.holds()
	cases := map[string]func(*killSite){}
	for n := 1; n <= moments; n++ {
		for _, half := range []bool{false, true} {
			if last := n > moments-10; soak() || last || n%10 == 0 && !half || n%20 == 5 && half {
				cases[fmt.Sprintf("at moment %d of %d, half of it %v", n, moments, half)] = func(s *killSite) { s.killAtRecord(n, half) }
			}
		}
	}
	tryAll(t, newKillSite, cases)
}

// countMoments applies, and counts the moments at which a run can be killed.
func (s *killSite) countMoments() int {
	s.t.Helper()
	name := filepath.Join(s.dir, "moments")
	s.env = append(s.env, countEnv+"="+name)
	err := s.apply("espalier-killed", func(*os.Process) {})
	s.env = s.env[:len(s.env)-1]
	text, readErr := os.ReadFile(name)
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if err = errors.Join(err, readErr); err != nil || n == 0 {
		s.t.Fatalf("%d moments: %v\n%s", n, err, s.said)
	}
	return n
}

// killAtRecord applies with a program that kills itself. How changes fall
// together is not the same in all runs, so one may come to its end before.
func (s *killSite) killAtRecord(n int, half bool) {
	s.t.Helper()
	had := len(s.env)
	s.env = append(s.env, killEnv+"="+strconv.Itoa(n))
	if half {
		s.env = append(s.env, halfEnv+"=yes")
	}
	err := s.apply("espalier-killed", func(*os.Process) {})
	s.env = s.env[:had]
	if err != nil && !wasKilled(err) {
		s.t.Fatalf("the run was to be killed, and ended with %v\n%s", err, s.said)
	}
	s.door.Calm()
	s.readPending()
}
