package state_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// others is what another program does to the files of a state while a run is at
// work: it has "ada" from an earlier run, and has made "bo" itself.
var others = []struct {
	name  string
	spoil func(f folder)
	// says is what the next Begin and Commit say, closes what Close does.
	says, closes string
	// keys is what the next run finds if nobody does anything, "" if it is refused.
	keys string
}{
	{"another version", func(f folder) { f.write("", f.elsewhere(f.read(""), "dy")) },
		"json was replaced or changed", "by version 2 of the same lineage", ""},
	{"another lineage", func(f folder) { f.write("", f.elsewhere("", "dy")) },
		"json was replaced or changed", "by a state of another lineage", ""},
	{"another version by renaming", func(f folder) {
		f.write(".new", f.elsewhere(f.read(""), "dy"))
		os.Rename(f.path+".new", f.path)
	}, "json was replaced or changed", "by version 2 of the same lineage", ""},
	{"something that is no state", func(f folder) { f.write("", "<html>") },
		"json was replaced or changed", "by something that cannot be read as a state", ""},
	{"the state deleted", func(f folder) { os.Remove(f.path) },
		"json was deleted", "written anew", "ada bo ey"},
	{"the journal deleted", func(f folder) { os.Remove(f.path + ".journal") },
		"journal was deleted", "has been saved", "ada bo ey"},
	{"the journal renamed", func(f folder) { os.Rename(f.path+".journal", f.path+".old") },
		"journal was deleted", "has been saved", "ada bo ey"},
	{"the journal copied back", func(f folder) {
		text := f.read(".journal")
		os.Remove(f.path + ".journal")
		f.write(".journal", text)
	}, "journal was replaced", "has been saved", "ada bo ey"},
	{"the journal emptied", func(f folder) { f.write(".journal", "") },
		"journal was cut short", "has been saved", "ada bo ey"},
	{"the journal written to", func(f folder) { f.write(".journal", f.read(".journal")+"hello\n") },
		"journal was written to", "has been saved", "ada bo ey"},
	{"state and journal deleted", func(f folder) { os.Remove(f.path); os.Remove(f.path + ".journal") },
		"json was deleted", "written anew", "ada bo ey"},
	{"the lock deleted", func(f folder) { os.Remove(f.path + ".lock") },
		"lock was deleted", "", "ada bo ey"},
	{"the lock deleted and another run begun", func(f folder) {
		os.Remove(f.path + ".lock")
		f.dies("dy")
	}, "lock was replaced", "another run", "ada bo dy ey"},
	{"the journal and the lock deleted and another run begun", func(f folder) {
		os.Remove(f.path + ".lock")
		os.Remove(f.path + ".journal")
		f.dies("dy")
	}, "lock was replaced", "another run", "ada dy"},
	{"the lock deleted and another run ended", func(f folder) {
		os.Remove(f.path + ".lock")
		f.run("dy")
	}, "json was replaced or changed", "by version 2", "ada bo dy"},
	{"the folder deleted", func(f folder) { os.RemoveAll(filepath.Dir(f.path)) },
		"json was deleted", "written anew", "ada bo ey"},
	{"the folder renamed", func(f folder) { os.Rename(filepath.Dir(f.path), filepath.Dir(f.path)+"2") },
		"json was deleted", "written anew", "ada bo ey"},
	{"the folder a file", func(f folder) {
		os.RemoveAll(filepath.Dir(f.path))
		os.WriteFile(filepath.Dir(f.path), nil, 0o600)
	}, "cannot be looked at", "could not be saved", ""},
}

// elsewhere is a state as it is after a run on it in another place.
func (f folder) elsewhere(text, key string) string {
	f.t.Helper()
	other := newFolder(f.t)
	other.fast = f.fast
	if text != "" {
		other.write("", text)
	}
	other.run(key)
	return other.read("")
}

// Once the record is not the one that a run writes, no further call is made; what
// the run did is kept, and nobody else's work is overwritten.
func TestChangedUnderneath(t *testing.T) {
	for _, c := range others {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			f.path = filepath.Join(filepath.Dir(f.path), "org", "espalier.state.json")
			f.run("ada")
			s := f.open()
			f.step(s, "bo")
			c.spoil(f)
			there, _ := os.ReadFile(f.path)

			state.ForgetChecks(s)
			f.stops(s.Begin(t.Context(), f.intent("cy")), c.says)
			f.stops(s.Begin(t.Context(), f.intent("cy")), c.says)
			f.stops(s.Commit(t.Context(), f.result("ey")), c.says) // it was on its way
			f.goesOn(there, c.keys, f.closes(s.Close(t.Context()), c.closes))
		})
	}
}

// What is done behind a run's back is seen by the very next result, or at the
// latest at the end.
func TestChangedUnderneathIsSeen(t *testing.T) {
	for _, c := range others {
		t.Run(c.name, func(t *testing.T) {
			for _, commits := range []bool{true, false} {
				f := newFolder(t)
				f.fast = true
				f.path = filepath.Join(filepath.Dir(f.path), "org", "espalier.state.json")
				f.run("ada")
				s := f.open()
				f.step(s, "bo")
				c.spoil(f)
				there, _ := os.ReadFile(f.path)
				keys := strings.ReplaceAll(c.keys, " ey", "")
				if commits {
					f.stops(s.Commit(t.Context(), f.result("ey")), c.says)
					keys = c.keys
				}
				f.goesOn(there, keys, f.closes(s.Close(t.Context()), c.closes))
			}
		})
	}
}

func (f folder) stops(err error, says string) {
	f.t.Helper()
	var e *state.Error
	if !errors.As(err, &e) || !strings.Contains(e.Error(), says) || !strings.Contains(e.Error(), "No further call is made") || e.Where != f.path {
		f.t.Errorf("wanted %q, got %v", says, err)
	}
}

// closes expects an error of Close that says so, and returns it in words.
func (f folder) closes(err error, says string) string {
	f.t.Helper()
	if says == "" && err == nil {
		return ""
	}
	if !errors.As(err, new(*state.Error)) || says == "" || !strings.Contains(err.Error(), says) {
		f.t.Fatalf("wanted %q, got %v", says, err)
	}
	return err.Error()
}

// goesOn expects that the next run goes on with those objects, or is told how; and
// that a state of somebody else's, there, is as it was until then.
func (f folder) goesOn(there []byte, keys, said string) {
	f.t.Helper()
	if f.has(".errored") {
		if f.read("") != string(there) {
			f.t.Error("a state of somebody else's was overwritten")
		}
		f.chooses(said)
		if keys == "" {
			_, _, err := f.backend().Read(f.t.Context())
			f.chooses(fmt.Sprint(err))
		}
	}
	if keys == "" {
		f.refuses()
		return
	}
	f.expect(keys)
	f.run("next")
	f.expect(keys + " next")
}

var (
	choice  = regexp.MustCompile(`To go on from it: (.*?)(?:\. To go on without it: (.*); .*)?$`)
	command = regexp.MustCompile(`^(mv "(.*)" "(.*)"|rm "([^"]*)"(?: "([^"]*)")?)$`)
)

// chooses does what a message says may be done, one and then the other: either
// way the next run goes on, and with what this one made if that was chosen.
func (f folder) chooses(said string) {
	f.t.Helper()
	ways := choice.FindStringSubmatch(said)
	if ways == nil {
		f.t.Fatalf("no way on in %q", said)
	}
	for n, way := range ways[1:] {
		if way == "" {
			continue
		}
		kept := f.files()
		for _, c := range strings.Split(way, " && ") {
			f.obeys(c)
		}
		f.run("next")
		if keys := f.keys(); !strings.Contains(keys, "next") || n == 0 && !strings.HasPrefix(keys, "ada bo ") {
			f.t.Errorf("after %s: %s", way, keys)
		}
		for _, suffix := range suffixes {
			os.Remove(f.path + suffix)
			if text, was := kept[suffix]; was {
				f.write(suffix, text)
			}
		}
	}
}

func (f folder) obeys(text string) {
	f.t.Helper()
	c := command.FindStringSubmatch(text)
	if c == nil {
		f.t.Fatalf("%q is no command", text)
	}
	if c[2] != "" {
		if err := os.Rename(c[2], c[3]); err != nil {
			f.t.Error(err)
		}
		return
	}
	for _, path := range c[4:] {
		if path != "" {
			if err := os.Remove(path); err != nil {
				f.t.Error(err)
			}
		}
	}
}

// What leaves the content as it was is no harm.
func TestTouchedUnderneath(t *testing.T) {
	for name, touch := range map[string]func(f folder){
		"another time": func(f folder) { os.Chtimes(f.path, time.Unix(1, 0), time.Unix(1, 0)) },
		"copied back": func(f folder) {
			text := f.read("")
			os.Remove(f.path)
			f.write("", text)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.run("ada")
			s := f.open()
			f.step(s, "bo")
			for _, key := range []string{"cy", "dy"} {
				touch(f)
				state.ForgetChecks(s)
				f.step(s, key)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.expect("ada bo cy dy")
		})
	}
}

// Before its first call, too, a run sees whether the record is still the one that
// it opened.
func TestChangedBeforeTheFirstCall(t *testing.T) {
	for _, c := range []struct {
		name   string
		unsafe func(f folder) // what the run finds when it begins
		spoil  func(f folder)
		says   string
	}{
		{"a state in a new place", func(folder) {}, func(f folder) { f.write("", f.elsewhere("", "dy")) }, "json was put in place"},
		{"a journal in a new place", func(folder) {}, func(f folder) { f.write(".journal", "hello\n") }, "journal was put in place"},
		{"the folder of a new state deleted", func(folder) {}, func(f folder) { os.RemoveAll(filepath.Dir(f.path)) }, "lock was deleted"},
		{"the journal of a killed run deleted", func(f folder) { f.dies("ada") }, func(f folder) { os.Remove(f.path + ".journal") }, "journal was deleted"},
		{"the journal of a killed run cut short", func(f folder) { f.dies("ada") }, func(f folder) {
			if err := os.Truncate(f.path+".journal", 9); err != nil {
				f.t.Fatal(err)
			}
		}, "journal was replaced or changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			c.unsafe(f)
			s := f.open()
			c.spoil(f)
			f.stops(s.Begin(t.Context(), f.intent("bo")), c.says)
			f.stops(s.Begin(t.Context(), f.intent("bo")), c.says)
			f.stops(s.Commit(t.Context(), f.result("bo")), c.says)
			if err := s.Close(t.Context()); err != nil && !strings.Contains(err.Error(), "Nothing is lost") && !f.has(".errored") {
				t.Error(err)
			}
			if !f.has(".errored") && !strings.Contains(f.keys(), "bo") {
				t.Errorf("what was told is gone: %s", f.keys())
			}
			f.run("next")
		})
	}
}
