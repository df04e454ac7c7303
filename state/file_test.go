package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

var somebody = state.LockInfo{ID: "lock-1", Who: "ada@host.example", Command: "apply", PID: 4711, Since: time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)}

// folder is a state file in a folder of its own.
type folder struct {
	t    *testing.T
	path string
	fast bool // nothing is synced
	// options are those of its backends.
	options []state.Option
}

func newFolder(t *testing.T) folder {
	return folder{t: t, path: filepath.Join(t.TempDir(), "espalier.state.json")}
}

func (f folder) backend() *state.File {
	backend := state.NewFile(f.path, statetest.Types, "1.2.3", f.options...)
	if f.fast {
		return state.Unsynced(backend, nil)
	}
	return backend
}

func (f folder) open() state.Session {
	f.t.Helper()
	s, err := f.backend().Open(f.t.Context(), somebody, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// run is a whole run that makes objects by these keys.
func (f folder) run(keys ...string) {
	f.t.Helper()
	s := f.open()
	for _, key := range keys {
		f.step(s, key)
	}
	if err := s.Close(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// dies is a run that is killed after making objects by these keys.
func (f folder) dies(keys ...string) {
	f.t.Helper()
	s := f.open()
	for _, key := range keys {
		f.step(s, key)
	}
	state.Kill(s)
}

func (f folder) step(s state.Session, key string) {
	f.t.Helper()
	if err := errors.Join(s.Begin(f.t.Context(), f.intent(key)), s.Commit(f.t.Context(), f.result(key))); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) intent(key string) state.Intent {
	return state.Intent{Address: address(f.t, "acme_user."+key), Provider: "acme", Action: "create", At: somebody.Since}
}

func (f folder) result(key string) state.Result {
	a := address(f.t, "acme_user."+key)
	return state.Result{Address: a, Record: &state.Record{Address: a, Provider: "acme", ID: key, Attrs: map[string]cty.Value{"email": cty.StringVal(key + "@example.org")}}}
}

// keys are the names of the objects in the state, with those that are pending in
// parentheses.
func (f folder) keys() string {
	f.t.Helper()
	s, pending, err := f.backend().Read(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	if s == nil {
		return "none"
	}
	var names []string
	for _, a := range s.Addresses() {
		names = append(names, a.Name)
	}
	for _, i := range pending {
		names = append(names, "("+i.Address.Name+")")
	}
	return strings.Join(names, " ")
}

func (f folder) expect(want string) {
	f.t.Helper()
	if got := f.keys(); got != want {
		f.t.Errorf("the state holds %q, wanted %q", got, want)
	}
}

func (f folder) read(suffix string) string {
	f.t.Helper()
	text, err := os.ReadFile(f.path + suffix)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

func (f folder) write(suffix, text string) {
	f.t.Helper()
	if err := os.WriteFile(f.path+suffix, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) has(suffix string) bool {
	_, err := os.Stat(f.path + suffix)
	return err == nil
}

var suffixes = []string{"", ".journal", ".backup", ".errored"}

// files are the files of the state, by what stands behind its name.
func (f folder) files() map[string]string {
	all := map[string]string{}
	for _, suffix := range suffixes {
		if text, err := os.ReadFile(f.path + suffix); err == nil {
			all[suffix] = string(text)
		}
	}
	return all
}

// refuses expects that neither Read nor Open works, says why, and touches nothing.
func (f folder) refuses(wants ...string) {
	f.t.Helper()
	before := f.files()
	_, _, readErr := f.backend().Read(f.t.Context())
	_, openErr := f.backend().Open(f.t.Context(), somebody, 0)
	for _, err := range []error{readErr, openErr} {
		if err == nil {
			f.t.Error("it was not refused")
			continue
		}
		for _, want := range append(wants, f.path) {
			if !strings.Contains(err.Error(), want) {
				f.t.Errorf("%q does not say %q", err, want)
			}
		}
	}
	if diff := cmp.Diff(before, f.files()); diff != "" {
		f.t.Errorf("something was touched:\n%s", diff)
	}
	if f.has(".lock.info") {
		f.t.Error("the lock is still there")
	}
}

func TestFilesOfARun(t *testing.T) {
	f := newFolder(t)
	f.run("ada")
	first := f.read("")
	if f.has(".backup") || f.has(".journal") || f.has(".lock.info") {
		t.Error("something is left of a first run")
	}
	f.run("bo")
	if f.read(".backup") != first {
		t.Error("the previous version was not kept")
	}
	for _, suffix := range []string{"", ".backup"} {
		info, err := os.Stat(f.path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%q: %v, %v", suffix, info.Mode(), err)
		}
	}
	s := f.open()
	f.step(s, "cy")
	if info, err := os.Stat(f.path + ".journal"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("journal: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.expect("ada bo cy")
	if entries, err := filepath.Glob(filepath.Join(filepath.Dir(f.path), "*")); err != nil || len(entries) != 3 {
		t.Errorf("left behind: %q", entries)
	}
}

func TestSymbolicLink(t *testing.T) {
	f := newFolder(t)
	f.run("ada")
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(f.path, link); err != nil {
		t.Fatal(err)
	}
	folder{t: t, path: link}.run("bo")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	f.expect("ada bo")
}
