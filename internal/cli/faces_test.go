package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
)

// TestPlaceWhole: a file is there whole or as it was before, and nothing is left
// beside it.
func TestPlaceWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "page.html")
	if err := os.WriteFile(name, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := placeWhole(name, func(w io.Writer) error {
		_, _ = io.WriteString(w, strings.Repeat("half ", 1<<16))
		return broken
	})
	if got := content(t, name); !errors.Is(err, broken) || got != "before" {
		t.Errorf("%v, and the file holds %.20q", err, got)
	}
	if err := placeWhole(name, text("after")); err != nil || content(t, name) != "after" {
		t.Errorf("%v, and the file holds %q", err, content(t, name))
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("beside it lies %v, %v", list, err)
	}
}

// TestLinksAreFollowed: where a name leads to something else, that is written to, by
// a whole face and by a stream.
func TestLinksAreFollowed(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("longer than what comes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := placeWhole(link, text("face")); err != nil || content(t, target) != "face" {
		t.Errorf("%v, and the target holds %q", err, content(t, target))
	}
	f, err := openAnew(link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "stream"); err != nil || f.Close() != nil || content(t, target) != "stream" {
		t.Errorf("%v, and the target holds %q", err, content(t, target))
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().IsRegular() {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func content(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestBeat: a stream is told how far a run is every ten seconds, also while no step
// ends.
func TestBeat(t *testing.T) {
	var out bytes.Buffer
	began := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	a := &app{}
	a.streams = append(a.streams, render.NewEvents(&out, func() time.Time { return began }, render.Options{}))
	w := &watcher{a: a, total: 9, began: began, beaten: began}
	step := &planner.Step{}
	w.step(planner.Event{At: began.Add(time.Second), Step: step, Status: planner.Done, Settled: 3, Total: 9})
	for second := range 31 {
		w.beat(began.Add(time.Duration(second) * time.Second))
	}
	w.step(planner.Event{At: began.Add(41 * time.Second), Step: step, Status: planner.Done, Settled: 4, Total: 9})
	var told []string
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, `"type":"apply_progress"`) {
			_, rest, _ := strings.Cut(line, `"@message":"`)
			message, _, _ := strings.Cut(rest, `"`)
			told = append(told, message)
		}
	}
	if got, want := strings.Join(told, "; "), "3 of 9 done; 3 of 9 done; 3 of 9 done; 4 of 9 done"; got != want {
		t.Errorf("told: %s\nwant: %s", got, want)
	}
}
