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
// That the file is the one that was planned is seen to while it is sent.
func (a *app) upload(typ *schema.Type, values map[string]cty.Value) (map[string]cty.Value, error) {
	path, ok, err := a.uploaded(typ, values)
	if !ok || err != nil {
		return values, err
	}
	values = maps.Clone(values)
	values[typ.Upload.Source] = cty.StringVal(path)
	return values, nil
}

// uploaded is the absolute path of the file that an object is made of, if it is made
// of one.
func (a *app) uploaded(typ *schema.Type, values map[string]cty.Value) (path string, ok bool, err error) {
	if typ.Upload == nil {
		return "", false, nil
	}
	source := values[typ.Upload.Source]
	if source == cty.NilVal || source.IsNull() || source.Type() != cty.String {
		return "", false, nil
	}
	path, err = filepath.Abs(a.file(source.AsString()))
	return path, err == nil, err
}

// changedFiles adds to the conflicts the steps whose files have changed since the
// plan was made. That is asked before anything is done or written down, so that a
// plan of which nothing was carried out still holds.
func (a *app) changedFiles(plan *planner.Plan, conflicts map[int]error) map[int]error {
	out := conflicts
	for i := range plan.Steps {
		s := &plan.Steps[i]
		if _, known := conflicts[i]; known || s.Unsettled || s.Action != planner.Create && s.Action != planner.Replace {
			continue // an unsettled one may have been made, so it is looked up first
		}
		if err := a.changedFile(s); err != nil {
			if out == nil {
				out = map[int]error{}
			}
			out[i] = err
		}
	}
	return out
}

// changedFile says that the file of a step is not what it was when the plan was made.
func (a *app) changedFile(s *planner.Step) error {
	typ := a.types(s.Address.Type)
	up := typ.Upload
	if up == nil {
		return nil
	}
	known := map[string]cty.Value{}
	for _, name := range []string{up.Source, up.Digest} {
		if t, sent := s.After[name]; sent && t.IsKnown() {
			known[name] = t.Value
		}
	}
	known = unmarked(known)
	path, ok, err := a.uploaded(typ, known)
	want := known[up.Digest]
	if !ok || want == cty.NilVal {
		return err
	}
	name := strconv.Quote(known[up.Source].AsString())
	if slices.Contains(s.Sensitive, up.Source) {
		name = "the file, whose path is sensitive,"
	}
	digest, err := digestOf(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read any more: %w. Plan again when it can", name, cause(err))
	case !want.RawEquals(cty.StringVal(digest)):
		return fmt.Errorf("%s has changed since the plan was made; plan again", name)
	}
	return nil
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
