package state_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// shortLived is a run that dies at a moment: "before 7" is before its 7th change
// on the disk, "half 7" in the middle of it, if it writes something, and "after 7"
// right after it; at "never 0" it lives, and says what it changes. It says what it
// was told is kept.
func shortLived(path, moment string) {
	var when string
	var at int
	fmt.Sscan(moment, &when, &at)
	n := 0
	var options []state.Option
	if os.Getenv("ESPALIER_TEST_SEALED") != "" {
		options = append(options, state.WithCipher(phrases(&testing.T{}, "six words")))
	}
	backend := state.NewFile(path, statetest.Types, "1.2.3", append(options, state.WithTap(func(c state.Change) (int, error) {
		if !c.Done {
			n++
		}
		if when == "never" && !c.Done {
			fmt.Println("change", c.Op)
		}
		switch {
		case n != at:
		case when == "before" || c.Done:
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			select {}
		case when == "half":
			return len(c.Data) / 2, errors.New("dying")
		}
		return 0, nil
	}))...)
	if err := aShortLife(backend, path); err != nil {
		fmt.Println("error", err)
	}
}

func aShortLife(backend *state.File, path string) error {
	ctx := context.Background()
	f := folder{t: &testing.T{}, path: path}
	s, err := backend.Open(ctx, somebody, 0)
	if err != nil {
		return err
	}
	s.Update(func(s *state.Snapshot) { s.Tenants["acme"] = "acme.example.org" })
	for _, key := range []string{"bo", "cy"} {
		if err := s.Begin(ctx, f.intent(key)); err != nil {
			return err
		}
		fmt.Println("sent", key)
		if err := s.Commit(ctx, f.result(key)); err != nil {
			return err
		}
		fmt.Println("kept", key)
	}
	if err := s.CommitAll(ctx, []state.Result{f.result("dy"), f.result("ey"), {Address: f.result("bo").Address}}); err != nil {
		return err
	}
	fmt.Println("kept dy")
	fmt.Println("kept ey")
	fmt.Println("gone bo")
	if err := s.Begin(ctx, f.intent("fay")); err != nil {
		return err
	}
	fmt.Println("sent fay")
	if err := s.Close(ctx); err != nil {
		return err
	}
	fmt.Println("saved")
	return nil
}

// lives runs shortLived in a process of its own and returns what it said.
func (f folder) lives(moment string) []string {
	f.t.Helper()
	self, err := os.Executable()
	if err != nil {
		f.t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(os.Environ(), "ESPALIER_TEST_VICTIM="+f.path, "ESPALIER_TEST_MOMENT="+moment)
	if len(f.options) > 0 {
		command.Env = append(command.Env, "ESPALIER_TEST_SEALED=yes")
	}
	var says, complains bytes.Buffer
	command.Stdout, command.Stderr = &says, &complains
	err = command.Run()
	if lived := strings.HasPrefix(moment, "never"); lived != (err == nil) || strings.Contains(says.String(), "error") {
		f.t.Fatalf("%s: %v\n%s%s", moment, err, &says, &complains)
	}
	return strings.Split(strings.TrimSpace(says.String()), "\n")
}

// worlds are what a run may begin on.
var worlds = map[string]func(f folder){
	"nothing":                        func(folder) {},
	"a state":                        func(f folder) { f.run("ada") },
	"the torn journal of a dead run": func(f folder) { f.run("ada"); f.dies("al"); f.write(".journal", f.read(".journal")+`{"begin":{"addr`) },
	"a state that is encrypted":      func(f folder) { f.run("ada") },
	"the journal of a dead run, both encrypted": func(f folder) { f.run("ada"); f.dies("al") },
	"a journal that is done": func(f folder) {
		f.dies("ada")
		journal := f.read(".journal")
		f.run("al")
		f.write(".journal", journal)
	},
}

// kill -9 before, in the middle of, and after every single change that a run makes
// on the disk: the next one finds the old or the new, all that was acknowledged,
// and leaves no litter.
func TestKilledAtEveryChange(t *testing.T) {
	for name, world := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := newFolder
			if strings.HasSuffix(name, "encrypted") {
				place = func(t *testing.T) folder { return sealedFolder(t, "six words") }
			}
			f := place(t)
			f.fast = true
			world(f)
			before, files := f.keys(), f.files()
			var ops []string
			for _, line := range f.lives("never 0") {
				if op, is := strings.CutPrefix(line, "change "); is {
					ops = append(ops, op)
				}
			}
			for n, op := range ops {
				moments := []string{"before"} // which is after the one before it
				if strings.HasSuffix(op, "-write") {
					moments = append(moments, "half")
				}
				if n == len(ops)-1 {
					moments = append(moments, "after")
				}
				for _, when := range moments {
					f := place(t)
					f.fast = true
					for suffix, text := range files {
						f.write(suffix, text)
					}
					said := f.lives(fmt.Sprint(when, " ", n+1))
					f.survives(fmt.Sprintf("%s %s (change %d)", when, op, n+1), before, said)
				}
			}
			for _, op := range []string{"journal-open", "journal-write", "journal-sync", "journal-remove", "state-write", "state-replace", "lock-write", "lock-replace", "lock-remove", "folder-sync"} {
				if !slices.Contains(ops, op) {
					t.Errorf("no %s among %q", op, ops)
				}
			}
		})
	}
}

// survives expects that nothing is lost of what a dead run said.
func (f folder) survives(moment, before string, said []string) {
	f.t.Helper()
	keys := strings.Fields(f.keys())
	for _, key := range strings.Fields(before) {
		if key != "none" && !slices.Contains(keys, key) {
			f.t.Errorf("killed %s: %s of an earlier run is gone: %s", moment, key, keys)
		}
	}
	letGo := slices.Contains(keys, "ey") // bo goes with the result that stands behind that of ey
	for _, line := range said {
		word, key, _ := strings.Cut(line, " ")
		has := slices.Contains(keys, key) || key == "bo" && letGo
		switch {
		case word == "kept" && !has,
			word == "sent" && !has && !slices.Contains(keys, "("+key+")"),
			word == "gone" && slices.Contains(keys, key),
			word == "saved" && f.has(".journal"):
			f.t.Errorf("killed %s: it said %q, and now there are %s", moment, line, keys)
		}
	}
	f.run("next")
	after := strings.Fields(f.keys())
	for _, key := range append(keys, "next") {
		if key != "none" && !slices.Contains(after, key) {
			f.t.Errorf("killed %s: the next run did not go on with %s: %s", moment, key, after)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(f.path))
	if err != nil {
		f.t.Fatal(err)
	}
	for _, e := range entries {
		if suffix := strings.TrimPrefix(e.Name(), filepath.Base(f.path)); !slices.Contains([]string{"", ".backup", ".lock"}, suffix) {
			f.t.Errorf("killed %s: the next run left %s", moment, e.Name())
		}
	}
}
