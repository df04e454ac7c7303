package state_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/espalier-dev/espalier/state"
)

// Once the record cannot be kept no further call may be made.
func TestFullDisk(t *testing.T) {
	full := fmt.Errorf("write: %w", syscall.ENOSPC)
	for _, op := range []string{"open", "write", "sync"} {
		t.Run(op, func(t *testing.T) {
			f := newFolder(t)
			f.run("ada")
			broken := false
			backend := state.Failing(f.backend(), func(o, path string) error {
				if broken && o == op && strings.HasSuffix(path, ".journal") {
					return full
				}
				return nil
			})
			s, err := backend.Open(t.Context(), somebody, 0)
			if err != nil {
				t.Fatal(err)
			}
			if op != "open" {
				f.step(s, "bo")
			}
			broken = true
			err = s.Begin(t.Context(), f.intent("cy"))
			if op == "sync" { // an intent is brought to the disk with the next result
				if err != nil {
					t.Fatal(err)
				}
				err = s.Commit(t.Context(), f.result("ey"))
			}
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "Make room on the disk") {
				t.Fatalf("got %v", err)
			}
			broken = false // the first failure is final all the same
			if err := s.Begin(t.Context(), f.intent("dy")); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("a later call may be made: %v", err)
			}
			// A call that was on its way ends, and is kept if the state can be saved.
			if err := s.Commit(t.Context(), f.result("ey")); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got %v", err)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.expect(map[string]string{"open": "ada ey", "write": "ada bo ey", "sync": "ada bo ey (cy)"}[op])
		})
	}
}

func TestStateThatCannotBeSaved(t *testing.T) {
	f := newFolder(t)
	f.run("ada")
	before := f.read("")
	backend := state.Failing(f.backend(), func(op, path string) error {
		if op == "replace" && !strings.HasSuffix(path, ".lock.info") {
			return syscall.ENOSPC
		}
		return nil
	})
	s, err := backend.Open(t.Context(), somebody, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.step(s, "bo")
	err = s.Close(t.Context())
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), f.path+".journal") {
		t.Fatalf("got %v", err)
	}
	if f.read("") != before {
		t.Error("the state was touched")
	}
	f.expect("ada bo")
	f.run("cy")
	f.expect("ada bo cy")
}

// A folder that becomes read-only during a run: no further call, one clear error
// at the end, and the next run goes on from the journal.
func TestFolderBecomesReadOnly(t *testing.T) {
	f := newFolder(t)
	f.run("ada")
	before := f.read("")
	readOnly := false
	s, err := state.Failing(f.backend(), func(string, string) error {
		if readOnly {
			return syscall.EROFS
		}
		return nil
	}).Open(t.Context(), somebody, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.step(s, "bo")
	readOnly = true
	for range 2 {
		if err := s.Begin(t.Context(), f.intent("cy")); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "cannot be kept any more") {
			t.Errorf("got %v", err)
		}
	}
	err = s.Close(t.Context())
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), f.path+".journal holds what this run did") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	if f.read("") != before {
		t.Error("the state was touched")
	}
	f.expect("ada bo")
	f.run("cy")
	f.expect("ada bo cy")
}

func TestLockThatCannotBeWritten(t *testing.T) {
	f := newFolder(t)
	backend := state.Failing(f.backend(), func(string, string) error { return syscall.EROFS })
	if _, err := backend.Open(t.Context(), somebody, 0); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "cannot be locked") {
		t.Fatalf("got %v", err)
	}
	f.run("ada")
}
