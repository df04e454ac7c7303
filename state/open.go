package state

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// DefaultPath is where a state is kept that no configuration names.
const DefaultPath = "espalier.state.json"

// Open returns the backend that a configuration asks for: kind is the label of
// its state block ("file" where there is none), settings are the block's
// attributes, dir is the configuration's folder, to which paths are relative;
// types, writer and options are as for NewFile. It touches nothing.
func Open(kind string, settings map[string]cty.Value, dir string, types func(typeName string) *schema.Type, writer string, options ...Option) (Backend, error) {
	if kind != "file" {
		return nil, fmt.Errorf("there is no kind of state %q; the kinds are: \"file\"", kind)
	}
	path, err := fileSettings(settings)
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return NewFile(path, types, writer, options...), nil
}

func fileSettings(settings map[string]cty.Value) (path string, err error) {
	var unknown []string
	for name := range settings {
		if name != "path" {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return "", fmt.Errorf("a state of kind \"file\" has no setting %s; its one setting is \"path\"", quoteList(unknown))
	}
	v, set := settings["path"]
	if !set || v == cty.NilVal {
		return DefaultPath, nil
	}
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown():
		return "", fmt.Errorf("the path of the state must be known from the start; it cannot depend on a resource")
	case v.IsNull():
		return DefaultPath, nil
	case v.Type() != cty.String || v.AsString() == "":
		return "", fmt.Errorf("the path of the state must be the name of a file, such as %q", DefaultPath)
	}
	return v.AsString(), nil
}
