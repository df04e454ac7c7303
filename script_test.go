package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the stories compare with anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"espalier": observedMain, "espalier-killed": killedMain})
}

// TestScripts runs the stories: each is a folder of files, commands a user
// types, and what they see.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("HOME", e.WorkDir)
			top, err := os.Getwd()
			if err != nil {
				return err
			}
			e.Setenv("EXAMPLES", filepath.Join(top, "examples"))
			// The race detector lets a process that ends wait for a second.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			e.Values[serversKey{}] = map[string]*server{}
			e.Values[keepersKey{}] = map[string]*keeper{}
			e.Values[breachesKey{}] = watchBreaches(e)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"subst":      substitute,
			"rows":       writeRows,
			"cut":        cutShort,
			"lines":      countLines,
			"says":       says,
			"until":      until,
			"eventually": eventually,
			"server":     startServer,
			"keeper":     startKeeper,
			"gone":       loseServer,
			"back":       returnServer,
			"api":        callAPI,
			"live":       listLive,
			"id":         findID,
			"calls":      countCalls,
			"hold":       holdCalls,
			"held":       awaitHeld,
			"release":    releaseCalls,
			"json":       parseJSON,
			"planid":     planID,
		},
	})
}

// exits CODE COMMAND... runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// substitute FILE OLD NEW... changes texts in a file.
func substitute(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args)%2 != 1 {
		ts.Fatalf("usage: subst FILE OLD NEW...")
	}
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	for i := 1; i < len(args); i += 2 {
		from, to := unescaped(args[i]), unescaped(args[i+1])
		if !bytes.Contains(data, []byte(from)) {
			ts.Fatalf("%s has no %q", args[0], from)
		}
		data = bytes.ReplaceAll(data, []byte(from), []byte(to))
	}
	ts.Check(os.WriteFile(name, data, 0o644))
}

// unescaped lets an argument of a story hold line ends.
func unescaped(s string) string { return strings.ReplaceAll(s, `\n`, "\n") }

// writeRows FILE HEADER N PATTERN writes a table of N rows, %d standing for the
// number of the row.
func writeRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: rows FILE HEADER N PATTERN")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b strings.Builder
	b.WriteString(args[1] + "\n")
	for i := 1; i <= n; i++ {
		b.WriteString(strings.ReplaceAll(args[3], "%d", strconv.Itoa(i)) + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}

// cutShort FILE N keeps the first N bytes of a file, as a disk that was full
// does.
func cutShort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE N")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// countLines N TEXT FILE checks how many lines of a file, or of stdout or
// stderr, hold a text.
func countLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: lines N TEXT FILE")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	for line := range strings.Lines(ts.ReadFile(args[2])) {
		if strings.Contains(line, args[1]) {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%d lines of %s hold %q, want %d", got, filepath.Base(args[2]), args[1], want)
	}
}

// says TEXT... checks that the last command wrote each text, to standard output
// or standard error, however it was broken into lines.
func says(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: says TEXT...")
	}
	said := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(ts.ReadFile("stdout")+ts.ReadFile("stderr"))), " ")
	for _, text := range args {
		if strings.Contains(said, text) == neg {
			ts.Fatalf("in one line: %s\nasked for: %s", said, text)
		}
	}
}

// until FILE TEXT waits until a file holds a text.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until FILE TEXT")
	}
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	deadline := time.After(time.Minute)
	for {
		if data, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && bytes.Contains(data, []byte(args[1])) {
			return
		}
		select {
		case <-poll.C:
		case <-deadline:
			ts.Fatalf("%s never held %q", args[0], args[1])
		}
	}
}

// eventually TEXT COMMAND... runs a command again and again until its standard
// output holds a text.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually TEXT COMMAND...")
	}
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	deadline := time.After(time.Minute)
	for {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
		select {
		case <-poll.C:
		case <-deadline:
			ts.Fatalf("%s never said %q", args[1], args[0])
		}
	}
}
