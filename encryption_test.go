package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/schema"
)

// The key of somebody who may read the state, and its public part.
const (
	readersKey = "AGE-SECRET-KEY-138RYSPTWAW8HQ2T97JLC5V45Q9EDTDKMYA7K77LL8ZGR63NTLYRSXEPXNC"
	reader     = "age1mk5zw94kq9l9p6v3qzpj8yw9vpt2n283anl0cc2h2ex8fnw9kffslfkwu6"
)

// TestNobodyIsNamedInFiles does with an encryption block what TestSecretsAreSeenNowhere
// does: nothing that is written at any time, and no file that is left, tells of a person, of
// an object, or of anything secret.
func TestNobodyIsNamedInFiles(t *testing.T) {
	t.Parallel()
	for _, vendor := range all.Providers() {
		t.Run(vendor.Name(), func(t *testing.T) {
			t.Parallel()
			s := newLeakSite(t, vendor)
			s.write(schema.Attribute{Name: "client_id"}, plants(s.url)["client_id"])
			s.encrypt("recipients = [%q]", reader)
			s.env = append(s.env, "ESPALIER_AGE_IDENTITY="+readersKey)
			s.useAll(true)
			s.crash = true
			s.env = append(s.env, "ESPALIER_VAR_name=Eda")
			if code := s.run("apply", "-auto-approve"); code == 0 {
				t.Error("the disk failed, and the apply did not")
			}
			s.crash = false
			if code := s.run("state", "rekey"); code != 0 {
				t.Errorf("state rekey: exit %d", code)
			}
			if code := s.run("plan", "-out", filepath.Join(s.dir, "last.plan")); code != 0 {
				t.Errorf("plan -out: exit %d", code)
			}
			s.searchFiles()
		})
	}
}

// encrypt writes an encryption block.
func (s *leakSite) encrypt(format string, args ...any) {
	s.t.Helper()
	text := "espalier {\n  encryption {\n    " + fmt.Sprintf(format, args...) + "\n  }\n}\n"
	if err := os.WriteFile(filepath.Join(s.dir, "encryption.org.hcl"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// searchFiles looks for what would tell something in all that was written to the files
// of the state, and in all files that are left. It is only looked for what chance does not
// write in base64.
func (s *leakSite) searchFiles() {
	s.t.Helper()
	seen := map[string]string{"what was written to the state and its journal": s.written.String()}
	sealed := 0
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".org.hcl") {
			return err
		}
		text, err := os.ReadFile(path)
		seen[entry.Name()] = string(text)
		if strings.Contains(string(text), `"sealed":`) {
			sealed++
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if sealed < 4 || s.written.Len() < 10_000 {
		s.t.Errorf("only %d files are encrypted, and %d bytes were written: %q", sealed, s.written.Len(), seen)
	}
	for where, text := range seen {
		for _, telling := range []string{"@example.org", "'s seller", "first_name", `"ada"`, `"create"`, "provider", "_user", "planted-", "planted &", "t0ken", "111 22"} {
			if i := strings.Index(text, telling); i >= 0 {
				s.t.Errorf("%s tells %q: %s", where, telling, text[max(0, i-300):min(len(text), i+100)])
			}
		}
	}
}
