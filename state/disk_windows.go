package state

import (
	"os"
	"path/filepath"
)

func replaceFile(tap Tap, path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary(filepath.Base(path))+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // none is left once it was renamed
	err = tap.do(role(path)+"-write", path, data, func(data []byte) error {
		_, err := f.Write(data)
		return err
	})
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return tap.do(role(path)+"-replace", path, nil, func([]byte) error { return os.Rename(f.Name(), path) })
}

// syncDir does nothing: Windows cannot sync a folder, and keeps names itself.
func syncDir(string) error { return nil }
