package faces

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	update = flag.Bool("update", false, "write what the faces show anew")
	// mail is the mail address of a person of the organisations.
	mail = regexp.MustCompile(`[a-z0-9.-]+@[a-z0-9-]+\.[a-z]+`)
)

// TestFaces compares every face of every organisation with what is kept of it.
func TestFaces(t *testing.T) {
	for name, x := range organisations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := settle(t, name)
			all := o.faces(x.code)
			d := parse(t, all["plan.json"])
			for face, got := range all {
				golden(t, filepath.Join("testdata", name, "faces", face), o.settled(got, d))
			}
		})
	}
}

// TestPrivateFaces: where people are shown by address, or only counted, no face names
// one of them.
func TestPrivateFaces(t *testing.T) {
	for name, x := range organisations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := settle(t, name)
			for _, people := range []string{"addresses", "counts"} {
				for face, got := range o.faces(x.code, "-people="+people) {
					if address := mail.FindString(got); address != "" {
						t.Errorf("%s of %s names %s", face, people, address)
					}
				}
			}
		})
	}
}

// golden compares a face with a file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(got), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update rewrites it:\n%s", path, diff)
	}
}
