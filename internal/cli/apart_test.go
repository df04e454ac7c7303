package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestOneFile: two names are of one file if they lead there, whether it is there yet or
// not, and by whichever links.
func TestOneFile(t *testing.T) {
	dir := t.TempDir()
	a := &app{dir: dir}
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.Mkdir(in("folder"), 0o755), os.WriteFile(in("file"), nil, 0o600), os.Link(in("file"), in("hard")),
		os.Symlink("file", in("soft")), os.Symlink("soft", in("softer")), os.Symlink("folder/new", in("dangling")),
		os.Symlink(in("folder"), in("way")), os.Symlink("round", in("about")), os.Symlink("about", in("round")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		x, y string
		same bool
	}{
		{"file", "./folder/../file", true}, {"file", in("file"), true}, {"file", "soft", true}, {"softer", "soft", true},
		{"hard", "softer", true}, {"new", in("new"), true}, {"way/new", "folder/new", true}, {"dangling", "way/new", true},
		{"way/deep/new", "folder/deep/new", true}, {"round", "round", true},
		{"file", "new", false}, {"file", "folder/file", false}, {"dangling", "new", false}, {"round", "file", false},
	} {
		if got := a.oneFile(c.x, c.y); got != c.same {
			t.Errorf("%s and %s are one file: %t, want %t", c.x, c.y, got, c.same)
		}
	}
	if runtime.GOOS != "windows" && a.oneFile(os.DevNull, in("file")) {
		t.Error("a device is taken for a file")
	}
}
