package state_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// Who reads while runs come and go sees the old or the new, never a half.
func TestReadDuringRuns(t *testing.T) {
	f := newFolder(t)
	f.run("a0")
	var runs sync.WaitGroup
	runs.Go(func() {
		for n := range 30 {
			f.run(fmt.Sprintf("a%d", n+1))
		}
	})
	seen := 0
	for seen < 31 {
		s, _, err := f.backend().Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Records) < seen {
			t.Fatalf("%d objects after %d", len(s.Records), seen)
		}
		seen = len(s.Records)
	}
	runs.Wait()
}

// TestMain plays the run that is killed, when it is asked to.
func TestMain(m *testing.M) {
	if path := os.Getenv("ESPALIER_TEST_VICTIM"); path != "" {
		if moment := os.Getenv("ESPALIER_TEST_MOMENT"); moment != "" {
			shortLived(path, moment)
		} else {
			victim(path)
		}
		return
	}
	os.Exit(m.Run())
}

// victim makes objects until it is killed.
func victim(path string) {
	s, err := state.NewFile(path, statetest.Types, "1.2.3").Open(context.Background(), somebody, 0)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	for n := 0; ; n++ {
		f := folder{t: &testing.T{}, path: path}
		key := fmt.Sprintf("k%d", n)
		if err := s.Begin(context.Background(), f.intent(key)); err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("sent", key)
		if err := s.Commit(context.Background(), f.result(key)); err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("kept", key)
	}
}

// kill -9 at any moment: what was acknowledged is kept, what was sent is open,
// and the lock is free.
func TestKilledProcess(t *testing.T) {
	f := newFolder(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(os.Environ(), "ESPALIER_TEST_VICTIM="+f.path)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	sent, kept := map[string]bool{}, map[string]bool{}
	for lines.Scan() {
		word, key, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "sent":
			sent[key] = true
		case "kept":
			kept[key] = true
		default:
			t.Fatal(lines.Text())
		}
		if word == "kept" && len(kept) == 20 { // once: what is read later was written before the end
			if _, err := f.backend().Open(t.Context(), somebody, 0); !errors.As(err, new(*state.LockedError)) {
				t.Errorf("the lock of a living process: %v", err)
			}
			command.Process.Kill()
		}
	}
	command.Wait()
	s := f.open()
	pending := map[string]bool{}
	for _, i := range s.Pending() {
		pending[i.Address.Name] = true
	}
	if len(pending) > 1 {
		t.Errorf("open intents: %v", pending)
	}
	records := s.Snapshot().Records
	for key := range kept {
		if records[address(t, "acme_user."+key)] == nil {
			t.Errorf("%s was kept and is gone", key)
		}
	}
	for key := range sent {
		if records[address(t, "acme_user."+key)] == nil && !pending[key] {
			t.Errorf("%s was sent and nobody knows", key)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
