package state_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/state"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	text := cty.StringVal
	for _, c := range []struct {
		name     string
		kind     string
		settings map[string]cty.Value
		where    string
		err      string
	}{
		{"the default", "file", nil, filepath.Join(dir, state.DefaultPath), ""},
		{"a null path", "file", map[string]cty.Value{"path": cty.NullVal(cty.String)}, filepath.Join(dir, state.DefaultPath), ""},
		{"a path", "file", map[string]cty.Value{"path": text("x/y.json")}, filepath.Join(dir, "x/y.json"), ""},
		{"an absolute path", "file", map[string]cty.Value{"path": text("/tmp/y.json")}, "/tmp/y.json", ""},
		{"another kind", "s3", nil, "", `no kind of state "s3"; the kinds are: "file"`},
		{"another setting", "file", map[string]cty.Value{"bucket": text("x")}, "", `no setting "bucket"`},
		{"a list", "file", map[string]cty.Value{"path": cty.ListValEmpty(cty.String)}, "", `"path" of the state is not right`},
		{"an empty path", "file", map[string]cty.Value{"path": text("")}, "", "the name of a file"},
		{"an unknown path", "file", map[string]cty.Value{"path": cty.UnknownVal(cty.String)}, "", "known from the start"},
	} {
		b, errs := state.Open([]state.Kind{state.FileKind()}, c.kind, state.Settings{Values: c.settings, Dir: dir}, nil, "1.2.3")
		err := errors.Join(errs...)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v", c.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case b.Where() != c.where:
			t.Errorf("%s: %s", c.name, b.Where())
		}
	}
}
