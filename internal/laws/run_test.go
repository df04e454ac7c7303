package laws

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/internal/cli"
)

// site is a folder with a configuration, and the server it speaks to.
type site struct {
	*server
	rt        *rapid.T
	dir       string
	form      form
	roles     bool
	env       []string
	strange   []string // the lines of the world that are nobody's
	said      []string // everything the program said
	lastWrite []string
	ahead     atomic.Int64 // how far the program's clock is ahead, in nanoseconds
	signals   chan os.Signal
}

// newSite starts a server with strangers on it, for one round of a law.
func newSite(t *testing.T, rt *rapid.T) *site { return newSiteWith(t, rt, map[string]string{}) }

// newSiteWith chooses what the documentation leaves open.
func newSiteWith(t *testing.T, rt *rapid.T, behaviour map[string]string) *site {
	s := &site{rt: rt, signals: make(chan os.Signal, 2), form: rapid.SampledFrom([]form{flat, nested, inJSON, table}).Draw(rt, "form"), roles: rapid.Bool().Draw(rt, "roles")}
	if s.roles {
		behaviour["roles"] = "present"
	}
	dir, err := os.MkdirTemp(t.TempDir(), "site")
	if err != nil {
		t.Fatal(err)
	}
	s.dir = dir
	var stop func()
	s.server, stop = serve(rt, behaviour)
	rt.Cleanup(stop)
	s.env = []string{"MOTIMATE_CLIENT_SECRET=" + s.secret}
	s.strange = s.strangers()
	return s
}

// run runs a command, which must end with that code, and returns what it wrote
// to standard output.
func (s *site) run(code int, args ...string) string {
	s.rt.Helper()
	got, out := s.try(args...)
	if got != code {
		s.rt.Fatalf("espalier %s: exit %d, want %d\n%s\n%s", strings.Join(args, " "), got, code, out, s.said[len(s.said)-1])
	}
	return out
}

// try runs a command and returns its exit code and what it wrote to standard
// output.
func (s *site) try(args ...string) (code int, text string) {
	if args[0] == "destroy" {
		s.door.Want(nil)
	}
	for len(s.signals) > 0 { // what the run before did not live to see
		<-s.signals
	}
	var out bytes.Buffer
	var talk talk
	code = cli.Main(append([]string{"-chdir=" + s.dir}, args...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &talk, Environ: s.env, Width: 80, Now: s.now, Pause: s.pause, Signals: s.signals})
	s.said = append(s.said, out.String(), talk.text.String())
	return code, out.String()
}

// interrupt is what somebody does who waits in vain: once to end the run, and
// once more to end the calls under way.
func (s *site) interrupt() {
	for range cap(s.signals) {
		select {
		case s.signals <- os.Interrupt:
		default:
		}
	}
}

// now is the program's clock.
func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// pause lets time pass on the program's clock alone.
func (s *site) pause(ctx context.Context, d time.Duration) error {
	s.ahead.Add(int64(d))
	return ctx.Err()
}

// talk takes what is said from many goroutines, as the standard error of a
// process does.
type talk struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *talk) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

// have writes the organisation down, to be applied.
func (s *site) have(o *org) {
	write(s.rt, s.dir, s.url, o, s.form)
	s.door.Want(o.things())
}

// apply applies the folder. Afterwards the server is as wanted, strangers are as
// they were, and a plan is empty.
func (s *site) apply(o *org, args ...string) {
	s.rt.Helper()
	s.run(0, append([]string{"apply", "-auto-approve"}, args...)...)
	s.lastWrite = s.written()
	s.is(o)
	if text := s.run(0, "plan", "-detailed-exitcode"); !strings.Contains(text, "o changes") {
		s.rt.Fatalf("an empty plan says\n%s", text)
	}
}

// is holds the server against what is wanted, and all calls against what must
// never be sent.
func (s *site) is(o *org) {
	s.rt.Helper()
	want := append(o.world(s.roles), s.strange...)
	slices.Sort(want)
	diff, breaches := cmp.Diff(want, s.world()), s.door.Breaches()
	if diff != "" || len(breaches) > 0 {
		s.rt.Fatalf("the world (-want +got):\n%s\nwhat was sent:\n%s\n%s", diff, strings.Join(breaches, "\n"), s.door)
	}
}

var planID = regexp.MustCompile(`"plan_id":\s*"([0-9a-f]{64})"`)

// id makes a plan and returns its id.
func (s *site) id() string {
	s.rt.Helper()
	s.run(0, "plan", "-out", "id.plan")
	text := s.run(0, "show", "-json", "id.plan")
	found := planID.FindStringSubmatch(text)
	if found == nil {
		s.rt.Fatal("show does not say the id of the plan:\n" + text)
	}
	return found[1]
}

// forget loses the state.
func (s *site) forget() {
	s.rt.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "*.state.json*"))
	if err != nil || len(found) == 0 {
		s.rt.Fatalf("there is no state to lose: %v", err)
	}
	for _, name := range found {
		if err := os.RemoveAll(name); err != nil {
			s.rt.Fatal(err)
		}
	}
}

// secretFree fails if a text holds one of the secrets.
func (s *site) secretFree(secrets ...string) {
	s.rt.Helper()
	s.mu.Lock()
	secrets = append(append(secrets, s.secret), s.tokens...)
	s.mu.Unlock()
	texts := map[string]string{}
	for i, text := range s.said {
		texts[fmt.Sprint("output ", i)] = text
	}
	err := filepath.WalkDir(s.dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".hcl") {
			return err
		}
		data, err := os.ReadFile(name)
		texts[filepath.Base(name)] = string(data)
		return err
	})
	if err != nil {
		s.rt.Fatal(err)
	}
	for name, text := range texts {
		for i, secret := range secrets {
			if at := strings.Index(text, secret); at >= 0 {
				s.rt.Errorf("%s holds secret %d: %s", name, i, strings.ReplaceAll(text[max(0, at-120):min(len(text), at+40)], secret, "SECRET"))
			}
		}
	}
}

// vandalize changes and deletes some of what is ours, as somebody else.
func (s *site) vandalize(rt *rapid.T) {
	for _, u := range list[liveUser](s.server, "/public_api/users") {
		if u.OrgRole == "organization_admin" || strings.HasSuffix(u.Email, "@example.net") {
			continue
		}
		path := fmt.Sprintf("/public_api/users/%d", u.ID)
		switch rapid.IntRange(0, 4).Draw(rt, "deed") {
		case 0:
			s.call("DELETE", path, nil, nil)
		case 1:
			s.call("PATCH", path, map[string]any{"first_name": "Vandal"}, nil)
		case 2:
			relations := []map[string]any{}
			for _, g := range u.Groups {
				relations = append(relations, map[string]any{"group_id": g.ID, "_delete": true})
			}
			s.call("PATCH", path, map[string]any{"group_relations": relations}, nil)
		}
	}
	for _, p := range list[livePosition](s.server, "/public_api/positions") {
		if p.Name != "Strange" && rapid.IntRange(0, 2).Draw(rt, "position deed") == 0 {
			s.call("DELETE", fmt.Sprintf("/public_api/positions/%d", p.ID), nil, nil)
		}
	}
	for _, g := range list[liveGroup](s.server, "/public_api/groups") {
		if !strings.Contains(g.Name, "trangers") && rapid.IntRange(0, 2).Draw(rt, "group deed") == 0 {
			s.call("PATCH", fmt.Sprintf("/public_api/groups/%d", g.ID), map[string]any{"name": fmt.Sprint("Vandal ", g.ID)}, nil)
		}
	}
}

// patience sets how long a read may be behind.
func (s *site) patience(lag string) {
	s.amend("main.org.hcl", "user_removal =", fmt.Sprintf("read_lag = %q\n  user_removal =", lag))
}

// hide makes the last person's last name a secret, and an output of it.
func (s *site) hide(o *org) {
	p := &o.people[len(o.people)-1]
	s.form = flat
	p.last = "ThePlaceOfTheSecret"
	s.have(o)
	s.amend("org.org.hcl", `"ThePlaceOfTheSecret"`, "var.secret")
	s.amend("main.org.hcl", "espalier {", "variable \"secret\" {\n  sensitive = true\n}\noutput \"secret\" {\n  value     = var.secret\n  sensitive = true\n}\nespalier {")
}

// amend changes a text in a file of the folder.
func (s *site) amend(name, old, now string) {
	s.rt.Helper()
	path := filepath.Join(s.dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		s.rt.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		s.rt.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), old, now)), 0o600); err != nil {
		s.rt.Fatal(err)
	}
}
