package motimate

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestOtherFilesAreNotWritten holds what is uploaded against the checksum that the
// values have.
func TestOtherFilesAreNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	for sum, whole := range map[string]bool{abc: true, strings.Repeat("0", 64): false} {
		body, err := operations(testWire())[typeFile].Create(map[string]cty.Value{"source": cty.StringVal(path), "sha256": cty.StringVal(sum)})
		if err != nil {
			t.Fatal(err)
		}
		content, err := body.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(content)
		if (err == nil) != whole || strings.Contains(string(data), "abc") != whole {
			t.Errorf("%s: %q, %v", sum, data, err)
		}
		content.Close()
	}
}
