package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/internal/laws"
	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/state"
)

// TestKills kills the program at requests of an edit, before the server has
// carried them out and after it has, before the answer. The same command again
// ends in the organisation as wanted. ESPALIER_SOAK kills at every request.
func TestKills(t *testing.T) {
	t.Parallel()
	killAtRequests(t, newKillSite)
}

// TestKillsOfTheFirst kills the first apply of all, which nothing was written
// before.
func TestKillsOfTheFirst(t *testing.T) {
	t.Parallel()
	killAtRequests(t, newEmptySite)
}

func killAtRequests(t *testing.T, site func(*testing.T) *killSite) {
	whole := site(t)
	whole.run(0, "apply", "-auto-approve", "-input=false")
	requests := whole.door.Count()
	whole.keep()
	whole.holds()
	cases := map[string]func(*killSite){}
	for n := 1; n <= requests; n++ {
		for _, carried := range []bool{false, true} {
			if soak() || n%10 == 0 && !carried || n%10 == 5 && carried {
				cases[fmt.Sprintf("at request %d of %d, carried out %v", n, requests, carried)] = func(s *killSite) { s.killAt(n, carried) }
			}
		}
	}
	tryAll(t, site, cases)
}

// tryAll kills the program in each of these ways and runs it again. A run that
// has to find out what became of a call waits a while, so several go at a time.
func tryAll(t *testing.T, site func(*testing.T) *killSite, kills map[string]func(*killSite)) {
	turns := make(chan struct{}, 8)
	var abreast sync.WaitGroup
	for name, kill := range kills {
		abreast.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			t.Run(name, func(t *testing.T) {
				s := site(t)
				kill(s)
				s.goOn()
				s.holds()
			})
		})
	}
	abreast.Wait()
}

// TestKilledAgainAndAgain kills every run after a few writes, until one comes to
// its end.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	const enough = 40
	s := newKillSite(t)
	for run := 1; s.killAt(16, run%2 == 0); run++ {
		if run == enough {
			t.Fatalf("%d runs brought no end:\n%s", enough, s.said)
		}
	}
	s.goOn()
	s.holds()
}

// soak reports whether tests may take their time.
func soak() bool { return os.Getenv("ESPALIER_SOAK") != "" }

// killSite is a folder with an organisation that is live, and an edit of it to
// be applied.
type killSite struct {
	t       *testing.T
	dir     string
	door    *laws.Door
	env     []string
	wants   string         // the configuration of testdata/kill that is in the folder
	said    string         // what the last run wrote to standard output and standard error
	out     string         // to standard output alone
	pending []state.Intent // what the last run that was killed left open
	place   place          // where the state is kept
	flags   []string       // of apply, beside the usual ones
}

// newKillSite makes the organisation of testdata/kill/before.org.hcl, and puts
// that of after.org.hcl in its place.
func newKillSite(t *testing.T) *killSite { return newKillSiteIn(t, place{}) }

func newKillSiteIn(t *testing.T, kept place) *killSite {
	t.Helper()
	s := newEmptySiteIn(t, kept)
	s.run(0, "apply", "-auto-approve")
	s.want("after")
	s.door.Calm()
	return s
}

// newEmptySite has the organisation of testdata/kill/before.org.hcl in its folder,
// and nothing live.
func newEmptySite(t *testing.T) *killSite { return newEmptySiteIn(t, place{}) }

func newEmptySiteIn(t *testing.T, kept place) *killSite {
	t.Helper()
	vendor := all.Providers()[0]
	handler, err := vendor.Sandbox(provider.SandboxOptions{Behaviour: map[string]string{"roles": "present"},
		Observe: asDescribed(vendor.Name(), func(err error) { t.Error(err) })})
	if err != nil {
		t.Fatal(err)
	}
	s := &killSite{t: t, dir: t.TempDir(), door: laws.NewDoor(handler), place: kept}
	served, err := sandbox.Serve(sandbox.Loopback, s.door)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = served.Close(context.Background())
		_ = handler.Close()
	})
	request := handler.Token(served.URL)
	name := strings.ToUpper(vendor.Name())
	s.env = []string{"HOME=" + s.dir, "NO_COLOR=1", "GORACE=atexit_sleep_ms=0",
		name + "_BASE_URL=" + served.URL, name + "_CLIENT_ID=" + request.Params.Get("client_id"), name + "_CLIENT_SECRET=" + request.Params.Get("client_secret")}
	s.env = append(s.env, kept.env...)
	token, err := fetchToken(request)
	if err != nil {
		t.Fatal(err)
	}
	s.door.Knows(token)
	s.want("before")
	s.door.Calm()
	return s
}

// want puts a configuration in the folder.
func (s *killSite) want(name string) {
	s.t.Helper()
	s.wants = name
	s.configure(filepath.Join("testdata", "kill", name+".org.hcl"))
	s.door.Want(wanted(name))
}

// configure puts a file into the folder, with the state block of the site's place.
func (s *killSite) configure(file string) {
	s.t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		text = bytes.Replace(text, []byte("espalier {\n"), []byte("espalier {\n"+s.place.block()), 1)
		err = os.WriteFile(filepath.Join(s.dir, "main.org.hcl"), text, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// run runs a command within this process, which must end with that code.
func (s *killSite) run(code int, args ...string) {
	s.t.Helper()
	var out, talk bytes.Buffer
	got := cli.Main(append([]string{"-chdir=" + s.dir}, args...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &talk, Environ: s.env, Width: 80, Now: time.Now})
	s.out, s.said = out.String(), out.String()+talk.String()
	if got != code {
		s.t.Fatalf("espalier %s: exit %d, want %d\n%s", strings.Join(args, " "), got, code, s.said)
	}
}

// apply runs a program in a process of its own, and passes the process on as soon
// as it has started.
func (s *killSite) apply(program string, started func(*os.Process)) error {
	cmd := exec.Command(program, append([]string{"-chdir=" + s.dir, "apply", "-auto-approve", "-input=false", "-lock-timeout=2m"}, s.flags...)...)
	cmd.Env = s.env
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	started(cmd.Process)
	err := cmd.Wait()
	s.out, s.said = out.String(), out.String()+talk.String()
	return err
}

// killAt applies and kills the process at its n-th request, before or after the
// server has carried it out. It reports whether the run came so far.
func (s *killSite) killAt(n int, carried bool) bool {
	s.t.Helper()
	process, dead := make(chan *os.Process, 1), make(chan struct{})
	kill := func() {
		if err := (<-process).Kill(); err != nil {
			s.t.Error(err)
		}
		<-dead // nothing is answered any more
	}
	s.door.Plan(laws.Fates{Requests: map[int]laws.Fate{n: {Kind: laws.Cut, Carried: carried, Do: kill}}})
	err := s.apply("espalier", func(p *os.Process) { process <- p })
	close(dead)
	reached := s.door.Count() >= n
	switch {
	case !reached && err != nil:
		s.t.Fatalf("a run that nobody killed: %v\n%s", err, s.said)
	case reached && !wasKilled(err):
		s.t.Fatalf("the run was to be killed, and ended with %v\n%s", err, s.said)
	}
	s.door.Calm()
	s.readPending()
	return reached
}

// wasKilled reports whether a process ended because it was killed.
func wasKilled(err error) bool {
	var failed *exec.ExitError
	return errors.As(err, &failed) && (!failed.Exited() || runtime.GOOS == "windows") // where a kill is an exit like others
}

// readPending reads which calls were begun and have no result in the record. The
// program has not taken in the answers to these, if it was given any.
func (s *killSite) readPending() {
	s.t.Helper()
	var err error
	if _, s.pending, err = s.place.backend(s.t, s.dir, s.env).Read(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	if s.place.free != nil {
		s.place.free()
	}
	if s.place.forced {
		s.forceUnlock()
	}
	var open []string
	for _, intent := range s.pending {
		_, noun, _ := strings.Cut(intent.Address.Type, "_")
		open = append(open, "/"+noun+"s/"+intent.ID)
	}
	s.door.Lose(func(x laws.Exchange) bool {
		return x.Method != http.MethodGet && slices.ContainsFunc(open, func(end string) bool { return strings.HasSuffix(x.Path, end) })
	})
}

// forceUnlock removes the lock of a dead run, if there is one, by the id that a run is
// told that finds it.
func (s *killSite) forceUnlock() {
	s.t.Helper()
	backend := s.place.backend(s.t, s.dir, s.env)
	session, err := backend.Open(s.t.Context(), state.LockInfo{Who: "somebody", Command: "test"}, 0)
	locked, ok := errors.AsType[*state.LockedError](err)
	switch {
	case ok:
		err = backend.Unlock(s.t.Context(), locked.Holder.ID)
	case err == nil: // it was killed before it had the lock, or after
		err = session.Close(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// goOn runs the same command again. It says what it found pending.
func (s *killSite) goOn() {
	s.t.Helper()
	if err := s.apply("espalier", func(*os.Process) {}); err != nil {
		s.t.Fatalf("the same command again: %v\n%s", err, s.said)
	}
	if len(s.pending) > 0 && !strings.Contains(s.out, "earlier run") {
		s.t.Errorf("%d calls were left open, and the next run does not say so on standard output:\n%s", len(s.pending), s.out)
	}
}

// holds checks how it ended: all is as wanted, nothing was sent that must not
// be, and nothing is left to do.
func (s *killSite) holds() {
	s.t.Helper()
	said := s.said
	s.run(0, "plan", "-detailed-exitcode")
	before := len(s.door.Exchanges())
	s.run(0, "apply", "-auto-approve")
	for _, x := range s.door.Exchanges()[before:] {
		if x.Method != http.MethodGet && x.Path != "/oauth/token" {
			s.t.Errorf("a second apply sent %s %s", x.Method, x.Path)
		}
	}
	want, err := os.ReadFile(s.golden())
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), s.live()); diff != "" {
		s.t.Errorf("live (-want +got):\n%s\n%s", diff, said)
	}
	if breaches := s.door.Breaches(); len(breaches) > 0 {
		s.t.Errorf("what was sent:\n%s\n%s\n%s", strings.Join(breaches, "\n"), s.door, said)
	}
}

// live says what is live, a line each.
func (s *killSite) live() string {
	s.t.Helper()
	lines, err := s.door.World()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(lines, "\n") + "\n"
}

// golden is the file that says what is wanted in such lines.
func (s *killSite) golden() string { return filepath.Join("testdata", "kill", s.wants+".txt") }

// keep writes what a run that nobody killed has made, with -update.
func (s *killSite) keep() {
	s.t.Helper()
	if !*update {
		return
	}
	if err := os.WriteFile(s.golden(), []byte(s.live()), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// things are what a configuration of testdata/kill wants, each as its label, the
// label it is below, if any, and its name.
func things(typ string, list ...string) []laws.Thing {
	key := "name"
	if typ == "users" {
		key = "employee_number"
	}
	var out []laws.Thing
	for _, one := range list {
		place, name, _ := strings.Cut(one, "=")
		label, above, _ := strings.Cut(place, "<")
		out = append(out, laws.Thing{Type: typ, Label: label, Above: above, Keys: map[string]string{key: name}})
	}
	return out
}

// wanted are the things of a configuration of testdata/kill.
func wanted(name string) []laws.Thing {
	if name == "before" {
		return slices.Concat(
			things("groups", "acme=Acme", "norway<acme=Norway", "east<norway=East", "oslo<east=Oslo", "drammen<east=Drammen", "west<norway=West", "bergen<west=Bergen", "sweden<acme=Sweden", "malmo<sweden=Malmo"),
			things("positions", "barista=Barista", "manager=Manager", "trainee=Trainee", "cook=Cook"),
			things("users", "1=1", "2=2", "3=3", "4=4", "5=5", "6=6", "7=7", "8=8", "9=9", "10=10"))
	}
	return slices.Concat(
		things("groups", "acme=Acme", "norway<acme=Norge", "east<norway=East", "oslo<east=Drammen", "drammen<east=Oslo", "bergen<east=Bergen", "denmark<acme=Denmark", "jutland<denmark=Jutland", "aarhus<jutland=Aarhus", "aalborg<jutland=Aalborg"),
		things("positions", "barista=Head barista", "manager=Manager", "cook=Trainee", "courier=Courier", "driver=Driver"),
		things("users", "1=1", "2=2", "3=3", "4=4", "5=5", "6=6", "8=8", "10=10", "11=11", "12=12", "13=13"))
}
