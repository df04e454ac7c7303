package seal_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state/seal"
)

func list(texts ...string) cty.Value {
	var out []cty.Value
	for _, s := range texts {
		out = append(out, cty.StringVal(s))
	}
	return cty.TupleVal(out)
}

func TestRead(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	for _, name := range []string{filepath.Join(dir, "key.txt"), filepath.Join(home, "key.txt")} {
		if err := os.WriteFile(name, []byte("in "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ofDir := seal.Key{From: filepath.Join(dir, "key.txt"), Text: "in " + filepath.Join(dir, "key.txt")}
	ofHome := seal.Key{From: filepath.Join(home, "key.txt"), Text: "in " + filepath.Join(home, "key.txt")}
	secret := cty.StringVal("hush").Mark(schema.Sensitive)
	for _, c := range []struct {
		name   string
		values map[string]cty.Value
		env    map[string]string
		want   seal.Config
	}{
		{"nothing", nil, nil, seal.Config{}},
		{"nulls", map[string]cty.Value{"recipients": cty.NullVal(cty.DynamicPseudoType), "passphrase": cty.NullVal(cty.String)}, nil, seal.Config{}},
		{"recipients and a file", map[string]cty.Value{"recipients": list("a", "b"), "identity_file": cty.StringVal("key.txt")}, nil, seal.Config{Recipients: []string{"a", "b"}, Keys: []seal.Key{ofDir}}},
		{"the home folder", map[string]cty.Value{"recipients": list("a"), "identity_file": cty.StringVal("~/key.txt")}, nil, seal.Config{Recipients: []string{"a"}, Keys: []seal.Key{ofHome}}},
		{"a file that is not there", map[string]cty.Value{"recipients": list("a"), "identity_file": cty.StringVal("~/none.txt")}, map[string]string{"ESPALIER_AGE_IDENTITY": "text"},
			seal.Config{Recipients: []string{"a"}, Keys: []seal.Key{{From: "ESPALIER_AGE_IDENTITY", Text: "text"}}, Absent: []string{filepath.Join(home, "none.txt")}}},
		{"all of the environment", nil, map[string]string{"ESPALIER_AGE_IDENTITY": "text", "ESPALIER_AGE_IDENTITY_FILE": ofHome.From, "ESPALIER_AGE_PASSPHRASE": "words"},
			seal.Config{Keys: []seal.Key{{From: "ESPALIER_AGE_IDENTITY", Text: "text"}, ofHome}, Passphrases: []string{"words"}}},
		{"one file twice", map[string]cty.Value{"recipients": list("a"), "identity_file": cty.StringVal("key.txt")}, map[string]string{"ESPALIER_AGE_IDENTITY_FILE": ofDir.From}, seal.Config{Recipients: []string{"a"}, Keys: []seal.Key{ofDir}}},
		{"a new passphrase and the old one", map[string]cty.Value{"passphrase": secret}, map[string]string{"ESPALIER_AGE_PASSPHRASE": "old"}, seal.Config{Passphrases: []string{"hush", "old"}}},
		{"the old passphrase with recipients", map[string]cty.Value{"recipients": list("a")}, map[string]string{"ESPALIER_AGE_PASSPHRASE": "old"}, seal.Config{Recipients: []string{"a"}, Passphrases: []string{"old"}}},
	} {
		env := func(name string) string {
			if name == "HOME" {
				return home
			}
			return c.env[name]
		}
		got, errs := seal.Read(c.values, dir, env)
		if diff := cmp.Diff(c.want, got); diff != "" || len(errs) > 0 {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, errs, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		values map[string]cty.Value
		want   string
	}{
		"nobody":             {map[string]cty.Value{"recipients": cty.EmptyTupleVal}, "recipients is empty, so nobody could read the state"},
		"both":               {map[string]cty.Value{"recipients": list("a"), "passphrase": cty.StringVal("hunter2")}, "recipients and passphrase are both set"},
		"a folder":           {map[string]cty.Value{"recipients": list("a"), "identity_file": cty.StringVal("folder")}, "cannot be read: is a directory. Make it a file that you may read"},
		"an unknown setting": {map[string]cty.Value{"recipient": list("a")}, `there is no setting "recipient". Did you mean "recipients"?`},
		"a strange setting":  {map[string]cty.Value{"x": list("a")}, `there is no setting "x"; there are recipients, identity_file, passphrase`},
		"a text as a list":   {map[string]cty.Value{"recipients": cty.StringVal("a")}, "recipients should be a list of texts"},
		"null in a list":     {map[string]cty.Value{"recipients": cty.TupleVal([]cty.Value{cty.NullVal(cty.String)})}, "recipients should be a list of texts"},
		"a list as a text":   {map[string]cty.Value{"passphrase": list("hunter2")}, "passphrase should be a text"},
	} {
		_, errs := seal.Read(c.values, dir, func(string) string { return "" })
		if said := fmt.Sprint(errors.Join(errs...)); !strings.Contains(said, c.want) || len(errs) != 1 || strings.Contains(said, "hunter2") {
			t.Errorf("%s: %q, want %q", name, said, c.want)
		}
	}
}
