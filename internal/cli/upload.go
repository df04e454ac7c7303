package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// upload gives the values of a create as the vendor's client takes them: with the
// absolute path of the file, relative paths being those of the configuration folder.
// A file that has changed since the plan was made is not sent.
func (a *app) upload(typ *schema.Type, s *planner.Step, values map[string]cty.Value) (map[string]cty.Value, error) {
	up := typ.Upload
	if up == nil {
		return values, nil
	}
	source, ok := values[up.Source]
	if !ok || source.IsNull() || source.Type() != cty.String {
		return values, nil
	}
	path, err := filepath.Abs(a.file(source.AsString()))
	if err != nil {
		return nil, err
	}
	name := strconv.Quote(source.AsString())
	if slices.Contains(s.Sensitive, up.Source) {
		name = "the file, whose path is sensitive,"
	}
	if want, known := values[up.Digest]; known {
		digest, err := digestOf(path)
		if err != nil {
			return nil, changedFile(fmt.Errorf("%s cannot be read any more: %w. Put it back, or plan again", name, cause(err)))
		}
		if !want.RawEquals(cty.StringVal(digest)) {
			return nil, changedFile(fmt.Errorf("%s has changed since the plan was made; plan again", name))
		}
	}
	values = maps.Clone(values)
	values[up.Source] = cty.StringVal(path)
	return values, nil
}

func changedFile(err error) error {
	return &planner.CallError{Verdict: planner.Changed, Err: err}
}

// digestOf is the SHA-256 of a file, in hexadecimal.
func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
