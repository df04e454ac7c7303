package state

import (
	"fmt"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// DefaultPath is where a state is kept that no configuration names.
const DefaultPath = "espalier.state.json"

// FileKind keeps a state in a file of the configuration's folder or elsewhere on this
// machine.
func FileKind() Kind {
	return Kind{
		Name: "file",
		Doc: "A file on this machine, with its journal, its lock and its previous version beside it. The lock is the kernel's: it ends with the process " +
			"that holds it. This is the kind where no state block says another.",
		Settings: []schema.Attribute{{Name: "path", Type: cty.String, Default: DefaultPath, Doc: "The file, relative to the configuration's folder."}},
		Open:     openFile,
	}
}

func openFile(s Settings, types func(string) *schema.Type, writer string, options ...Option) (Backend, []error) {
	path := DefaultPath
	if s.Has("path") {
		path = s.Text("path")
	}
	if path == "" {
		return nil, []error{&SettingError{"path", fmt.Errorf("the path of the state must be the name of a file, such as %q", DefaultPath)}}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	return NewFile(path, types, writer, options...), nil
}
