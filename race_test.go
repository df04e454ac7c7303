package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestRaces has many processes apply at once, each to make one thing of its own: they
// go one at a time, and none of them is lost. There are fifty with ESPALIER_SOAK.
func TestRaces(t *testing.T) {
	t.Parallel()
	many := 8
	if soak() {
		many = 50
	}
	for _, kind := range append(elsewhere(), "file") {
		t.Run(kind, func(t *testing.T) {
			s := newEmptySiteIn(t, kept(t, kind))
			s.configure(filepath.Join("testdata", "race", "main.org.hcl"))
			target, err := os.ReadFile(filepath.Join("testdata", "race", "target.txt"))
			if err != nil {
				t.Fatal(err)
			}
			var racing sync.WaitGroup
			for n := 1; n <= many; n++ {
				racing.Go(func() {
					cmd := exec.Command("espalier", "-chdir="+s.dir, "apply", "-auto-approve", "-input=false", "-lock-timeout=10m",
						"-target="+fmt.Sprintf(string(target), n))
					cmd.Env = s.env
					if said, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("run %d: %v\n%s", n, err, said)
					}
				})
			}
			racing.Wait()
			s.run(0, "state", "list")
			if owned := strings.Count(s.out, "\n"); owned != many {
				t.Errorf("%d of %d are on record:\n%s", owned, many, s.out)
			}
			if live := strings.Count(s.live(), "Position "); live != many {
				t.Errorf("%d of %d are live:\n%s", live, many, s.live())
			}
			snapshot, pending, err := s.place.backend(t, s.dir, s.env).Read(t.Context())
			if err != nil || snapshot == nil {
				t.Fatalf("the state cannot be read: %v", err)
			}
			if len(pending) > 0 || snapshot.Serial < uint64(many) {
				t.Errorf("version %d, %d calls open", snapshot.Serial, len(pending))
			}
		})
	}
}
