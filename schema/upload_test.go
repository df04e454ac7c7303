package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

func TestSizesAreRoundedUp(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1 kB", 1001: "1.1 kB", 1100: "1.1 kB", 52_300_000: "52.3 MB",
		40_000_000: "40 MB", 40_000_001: "40.1 MB", 1_999_999_999: "2 GB", 1 << 62: "4611686018.5 GB",
	} {
		if got := sizeText(n); got != want {
			t.Errorf("%d reads %q, want %q", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]int64{1, 1e3, 1e6, 1e9}).Draw(t, "unit")
		limit := unit * rapid.Int64Range(1, 999).Draw(t, "limit")
		over := limit + rapid.Int64Range(1, 1e12).Draw(t, "over")
		if sizeText(over) == sizeText(limit) {
			t.Fatalf("%d and %d both read %q", over, limit, sizeText(limit))
		}
	})
}

// TestOneFileIsReadOnce has many instances of one file.
func TestOneFileIsReadOnce(t *testing.T) {
	s := open(t, `
resource "acme_file" "f" {
  count  = 500
  source = "a.txt"
  note   = count.index
}
output "sums" { value = distinct(acme_file.f[*].sha256) }
-- a.txt --
text
`, ScopeOptions{})
	instances, diags := s.Instances()
	if diags.HasErrors() || len(instances) != 500 {
		t.Fatalf("%d instances\n%s", len(instances), report(diags))
	}
	if n := len(s.uploads.seen); n != 1 {
		t.Errorf("the file was looked at %d times", n)
	}
	outputs, _ := s.Outputs()
	if v := outputs[0].Value; !v.IsKnown() || v.Value.LengthInt() != 1 {
		t.Errorf("the checksums are %#v, want one that is known", v)
	}
}

// TestWhatIsNoPlainFile names what can be opened and not be uploaded. None of it
// may be read: a device never ends, and the large file takes too long.
func TestWhatIsNoPlainFile(t *testing.T) {
	dir := t.TempDir()
	loop, large := filepath.Join(dir, "loop"), filepath.Join(dir, "large.txt")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, []byte(strings.Repeat("text ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 1<<34); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "a\nb.txt")
	if err := os.WriteFile(broken, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		broken:     "has a character in its name that cannot be seen",
		loop:       "cannot be read: ",
		os.DevNull: "is no file with a content of its own",
		large:      "a document of 17.2 GB",
	} {
		diags := evaluated(t, fmt.Sprintf("resource \"acme_file\" \"f\" { source = %s }\n", Quote(path)))
		if got := report(diags); !strings.Contains(got, want) || strings.Count(got, "\n") != 2 {
			t.Errorf("%s:\n%s\nwant one mistake with %q", path, got, want)
		}
	}
}

func evaluated(t *testing.T, text string) hcl.Diagnostics {
	t.Helper()
	_, diags := open(t, text, ScopeOptions{}).Instances()
	return diags
}

// TestMistakesPointAtTheSource looks up where derived attributes are written, so
// that whatever is said of them later stands at the path.
func TestMistakesPointAtTheSource(t *testing.T) {
	s := open(t, "resource \"acme_file\" \"f\" {\n  source = \"a.txt\"\n}\n-- a.txt --\ntext\n", ScopeOptions{})
	instances, _ := s.Instances()
	for _, name := range []string{"name", "size", "sha256", "content_type"} {
		if at := instances[0].Block.RangeOf(name); at.Start.Line != 2 {
			t.Errorf("%s stands in line %d, want 2", name, at.Start.Line)
		}
	}
	if v := instances[0].Values["size"].Value; !v.RawEquals(cty.NumberIntVal(5)) {
		t.Errorf("size is %#v", v)
	}
}
