//go:build !windows

package state

import (
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

func replaceFile(tap Tap, path string, data []byte) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	err = tap.do(role(path)+"-write", path, data, func(data []byte) error {
		_, err := f.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	return tap.do(role(path)+"-replace", path, nil, func([]byte) error { return f.CloseAtomicallyReplace() })
}

// syncDir makes the names in a folder last through a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
