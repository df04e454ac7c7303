package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/state"
)

// example is a copy of one folder under examples, and what was last said there.
type example struct {
	t        *testing.T
	dir      string
	environ  []string // beside the tracing
	out, err string
}

// run types a command in the folder, which must end with that exit code.
func (e *example) run(code int, args ...string) {
	e.t.Helper()
	if got := e.try(args...); got != code {
		e.t.Fatalf("espalier %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, e.out, e.err)
	}
}

// try types a command in the folder and returns its exit code.
func (e *example) try(args ...string) int {
	var out, err bytes.Buffer
	got := cli.Main(append([]string{"-chdir=" + e.dir}, args...), cli.Streams{
		In: strings.NewReader(""), Out: &out, Err: &err, Now: time.Now, Width: 80, Environ: append([]string{"ESPALIER_TRACE=1"}, e.environ...),
	})
	e.out, e.err = out.String(), err.String()
	return got
}

// TestExamples lives through every configuration under examples as its reader would.
func TestExamples(t *testing.T) {
	folders, err := os.ReadDir("examples")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join("examples", folder.Name(), "*.org.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			continue // no configuration but something else to copy
		}
		t.Run(folder.Name(), func(t *testing.T) {
			t.Parallel()
			e := &example{t: t, dir: t.TempDir()}
			copyTree(t, filepath.Join("examples", folder.Name()), e.dir)
			e.run(0, "fmt", "-check", "-recursive")
			e.run(0, "validate")
			e.run(0, "init")
			e.run(0, "plan", "-destroy", "-detailed-exitcode")
			others := e.leftAlone()
			e.run(2, "plan", "-detailed-exitcode")
			e.run(0, "apply", "-auto-approve")
			e.run(0, "plan", "-detailed-exitcode")
			e.run(0, "apply", "-auto-approve")
			if calls := e.writes(); len(calls) > 0 {
				t.Errorf("a second apply sent %s", calls)
			}
			e.run(0, "plan", "-detailed-exitcode", "-refresh=false")
			e.adopt()
			e.destroy(others)
		})
	}
}

// adopt loses the state and finds everything again, without a change.
func (e *example) adopt() {
	e.t.Helper()
	for _, name := range []string{state.DefaultPath, state.DefaultPath + ".backup"} {
		if err := os.Remove(filepath.Join(e.dir, name)); err != nil && !os.IsNotExist(err) {
			e.t.Fatal(err)
		}
	}
	e.run(0, "apply", "-auto-approve")
	if regexp.MustCompile(`[0-9]+ (to )?create`).MatchString(e.out) {
		e.t.Errorf("without its state something is made again:\n%s", e.out)
	}
	e.run(0, "plan", "-detailed-exitcode")
}

// leftAlone is what the last plan says about what is not managed.
func (e *example) leftAlone() string {
	return regexp.MustCompile(`(?m)^Not managed here and left alone: .*`).FindString(e.out)
}

// destroy lets through by hand what a guard refuses, and leaves nothing but those
// others that were there at the beginning.
func (e *example) destroy(others string) {
	e.t.Helper()
	args := []string{"destroy", "-auto-approve"}
	if e.try(args...) == cli.ExitRefused {
		if calls := e.writes(); len(calls) > 0 {
			e.t.Errorf("a refused destroy sent %s", calls)
		}
		for _, allow := range regexp.MustCompile(`-allow \w+=\d+`).FindAllString(e.out, -1) {
			args = append(args, strings.Fields(allow)...)
		}
		e.run(0, args...)
	}
	e.run(0, "state", "list")
	if e.out != "" {
		e.t.Errorf("the state still owns\n%s", e.out)
	}
	e.run(0, "plan", "-destroy", "-detailed-exitcode")
	if left := e.leftAlone(); left != others {
		e.t.Errorf("at the beginning: %s\nin the end: %s", others, left)
	}
	e.run(0, "tree", "-live")
	if strings.TrimSpace(e.out) != "" {
		e.t.Errorf("groups are left:\n%s", e.out)
	}
}

// writes are the calls of the last command that change something.
func (e *example) writes() []string {
	var list []string
	for _, call := range regexp.MustCompile(`(?m)^(POST|PATCH|PUT|DELETE) (\S+)`).FindAllString(e.err, -1) {
		if !strings.Contains(call, "/oauth/") {
			list = append(list, call)
		}
	}
	return list
}

// copyTree copies a folder without what earlier runs left in it.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".espalier":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case strings.HasPrefix(d.Name(), state.DefaultPath):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("copy an example: %w", err)
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
