package state_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

func TestBadFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(f folder)
		wants []string
	}{
		{"empty", func(f folder) { f.write("", "") }, []string{"is empty", ".backup"}},
		{"cut short", func(f folder) { f.write("", f.read("")[:50]) }, []string{"cut short", ".backup"}},
		{"newer", func(f folder) { f.write("", strings.Replace(f.read(""), `"format": 1`, `"format": 9`, 1)) }, []string{"newer version"}},
		{"a folder", func(f folder) {
			os.Remove(f.path)
			if err := os.Mkdir(f.path, 0o700); err != nil {
				f.t.Fatal(err)
			}
		}, []string{"cannot be read"}},
		{"a journal damaged in the middle", func(f folder) {
			f.dies("bo", "cy")
			f.write(".journal", strings.Replace(f.read(".journal"), "bo@", "b0@", 1))
		}, []string{"damaged journal", "line 3 is damaged", "natural key"}},
		{"a journal with a damaged header", func(f folder) {
			f.dies("bo")
			f.write(".journal", strings.Replace(f.read(".journal"), "serial", "sirial", 1))
		}, []string{"line 1 is damaged"}},
		{"a journal of a state that is gone", func(f folder) { f.dies("bo"); os.Remove(f.path) }, []string{"is missing", "unfinished run", "version 1"}},
		{"a journal of a later version", func(f folder) {
			first := f.read("")
			f.run("bo")
			f.dies("cy")
			f.write("", first)
		}, []string{"is version 1", "version 2 of lineage"}},
		{"a journal of an earlier version", func(f folder) {
			other := newFolder(f.t)
			other.write("", f.read(""))
			other.run("bo")
			f.dies("cy")
			f.write("", other.read(""))
		}, []string{"is version 2", "version 1 of lineage"}},
		{"a journal of another state", func(f folder) {
			other := newFolder(f.t)
			other.run("bo")
			f.dies("cy")
			f.write("", other.read(""))
		}, []string{"another lineage", "delete the journal"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			f.run("ada")
			c.spoil(f)
			f.refuses(c.wants...)
		})
	}
}

// Wherever a dying run cuts its journal, what was acknowledged before is there.
func TestTornJournal(t *testing.T) {
	for _, fresh := range []bool{true, false} {
		f := newFolder(t)
		f.fast = true
		if !fresh {
			f.run("ada")
		}
		f.dies("bo", "cy")
		whole := f.read(".journal")
		last := ""
		for n := range len(whole) + 1 {
			os.Remove(f.path + ".journal") // to write over it would wait for the disk
			f.write(".journal", whole[:n])
			got := f.keys()
			last = got
			if got != strings.TrimSpace(map[bool]string{true: "", false: "ada"}[fresh]+" "+f.tail(whole[:n])) && !(fresh && got == "none" && f.tail(whole[:n]) == "") {
				t.Fatalf("cut at byte %d: %q", n, got)
			}
			// A run that goes on from it writes behind what is whole. Within a line
			// all cuts are alike.
			if n%16 != 0 && n != len(whole) && whole[n] != '\n' && (n == 0 || whole[n-1] != '\n') {
				continue
			}
			f.dies("dy")
			if again := f.keys(); !strings.Contains(again, "dy") {
				t.Fatalf("cut at byte %d, then gone on: %q", n, again)
			}
			if fresh {
				os.Remove(f.path)
			}
		}
		f.write(".journal", whole+strings.Repeat("\x00", 4096))
		f.expect(last)
	}
}

// tail says what the whole lines of a journal hold.
func (f folder) tail(text string) string {
	held, open := "", ""
	for line := range strings.Lines(text) {
		name := "bo"
		if strings.Contains(line, "acme_user.cy") {
			name = "cy"
		}
		switch {
		case !strings.HasSuffix(line, "\n"):
		case strings.HasPrefix(line, `{"begin"`):
			open = "(" + name + ")"
		case strings.HasPrefix(line, `{"commit"`):
			held, open = strings.TrimSpace(held+" "+name), ""
		}
	}
	return strings.TrimSpace(held + " " + open)
}

// A run that dies between the last two steps of its end has ended.
func TestJournalThatIsDone(t *testing.T) {
	f := newFolder(t)
	f.dies("ada")
	journal := f.read(".journal")
	f.run("bo")
	f.write(".journal", journal)
	f.expect("ada bo")
	f.run("cy")
	f.expect("ada bo cy")
	if f.has(".journal") {
		t.Error("the journal is still there")
	}
}

func FuzzJournal(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "s.json")
	s, err := state.NewFile(path, statetest.Types, "1").Open(context.Background(), somebody, 0)
	if err != nil {
		f.Fatal(err)
	}
	x := folder{t: &testing.T{}, path: path}
	s.Update(func(s *state.Snapshot) { s.Tenants["acme"] = "acme.example.org" })
	accepted := x.intent("cy")
	accepted.Accepted = true
	if err := errors.Join(s.Begin(context.Background(), x.intent("ada")), s.Begin(context.Background(), accepted), s.Commit(context.Background(), x.result("ada")),
		s.Commit(context.Background(), state.Result{Address: address(f, "acme_user.bo"), Failed: true})); err != nil {
		f.Fatal(err)
	}
	state.Kill(s)
	seed, err := os.ReadFile(path + ".journal")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add(seed[:len(seed)-3])
	f.Add([]byte(`{"begin":{}}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, state.Resealed(data)} {
			entries, end, err := state.DecodeJournal(text, statetest.Types)
			if err != nil {
				continue
			}
			if end > int64(len(text)) {
				t.Fatalf("%d bytes of %d are whole", end, len(text))
			}
			// What is whole reads the same alone.
			again, sameEnd, err := state.DecodeJournal(text[:end], statetest.Types)
			if err != nil || again != entries || sameEnd != end {
				t.Fatalf("%d entries to %d, then %d to %d, %v", entries, end, again, sameEnd, err)
			}
		}
	})
}
