package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/state"
)

// A state that could not be saved is kept in the configuration's folder, else in that
// for temporary files, and nothing is ever overwritten.
func TestKeepUnsaved(t *testing.T) {
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	gone := filepath.Join(dir, "gone")
	for _, c := range []struct {
		dir, file, says string
	}{
		{dir, filepath.Join(dir, "errored.orgstate"), "espalier state push errored.orgstate"},
		{dir, filepath.Join(dir, "errored.1.orgstate"), "espalier state push errored.1.orgstate"},
		{gone, filepath.Join(temp, "errored.orgstate"), "espalier state push " + filepath.Join(temp, "errored.orgstate")},
	} {
		a := &app{dir: c.dir}
		if said := a.keepUnsaved([]byte(c.file)); !strings.HasSuffix(said, c.says) {
			t.Errorf("%s: %s", c.file, said)
		}
		text, err := os.ReadFile(c.file)
		if err != nil || string(text) != c.file {
			t.Errorf("%s holds %q: %v", c.file, text, err)
		}
		if info, err := os.Stat(c.file); err == nil && info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s can be read by others: %s", c.file, info.Mode())
		}
	}
	t.Setenv("TMPDIR", gone)
	t.Setenv("TMP", gone)
	a := &app{dir: gone}
	if said := a.keepUnsaved([]byte("x")); !strings.Contains(said, "could not be kept in a file either") || !strings.Contains(said, gone) {
		t.Errorf("with nowhere to go: %s", said)
	}
}

// A state that a run could not save is found again where it was put, also in the folder for
// temporary files; what is another's, older, or no state is not.
func TestWarnUnsaved(t *testing.T) {
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	inTemp := filepath.Join(temp, "errored.orgstate")
	for name, text := range map[string]string{
		filepath.Join(dir, "errored.orgstate"):    `{"lineage": "ours", "serial": 7}`,
		filepath.Join(dir, "errored.1.orgstate"):  `{"lineage": "ours", "serial": 3}`,
		filepath.Join(dir, "errored.2.orgstate"):  `{}`,
		inTemp:                                    `{"lineage": "ours", "serial": 8}`,
		filepath.Join(temp, "errored.1.orgstate"): `{"lineage": "theirs", "serial": 9}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []string{dir, temp} {
		var said bytes.Buffer
		a := newApp(Streams{Err: &said, Width: 400})
		a.dir = at
		p := &project{app: a, backend: state.NewFile("s.json", a.types, Version)}
		p.warnUnsaved(&state.Snapshot{Lineage: "ours", Serial: 3})
		want := []string{"errored.orgstate holds version 7", inTemp + " holds version 8", "state push " + inTemp}
		if at == temp {
			want = []string{" errored.orgstate holds version 8", "state push errored.orgstate"}
		}
		for _, text := range want {
			if strings.Count(said.String(), text) != 1 {
				t.Errorf("in %s: not once %q in:\n%s", at, text, said.String())
			}
		}
		if n := strings.Count(said.String(), " holds version "); n != len(want)-1 {
			t.Errorf("in %s: %d warnings:\n%s", at, n, said.String())
		}
	}
}

// On a terminal a lock is removed only after a question, unless that is waived.
func TestForceUnlockAsks(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.org.hcl"), []byte("locals {\n  a = 1\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const asks, done = "Do you really want to remove the lock 17", "has no lock to remove"
	for _, c := range []struct {
		answer   string
		terminal bool
		args     []string
		says     []string
		lacks    string
	}{
		{"no\n", true, nil, []string{asks, "Nothing was changed."}, done},
		{"", true, nil, []string{asks, "Nobody answered", "Give -force"}, done},
		{"yes\n", true, nil, []string{asks, done}, "Nothing was changed"},
		{"", true, []string{"-force"}, []string{done}, asks},
		{"", false, nil, []string{done}, asks},
	} {
		var said bytes.Buffer
		code := Main(append([]string{"-chdir=" + dir, "force-unlock", "17"}, c.args...),
			Streams{In: strings.NewReader(c.answer), InTerminal: c.terminal, Out: &said, Err: &said, Width: 200})
		if code != ExitError {
			t.Errorf("%+v: exit %d", c, code)
		}
		for _, want := range c.says {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%+v: no %q in:\n%s", c, want, said.String())
			}
		}
		if strings.Contains(said.String(), c.lacks) {
			t.Errorf("%+v: there is %q in:\n%s", c, c.lacks, said.String())
		}
	}
}
