package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is what the file backend asks of a file system. Tests put a failing one
// in its place.
type disk interface {
	// Read returns a file's content; nil without an error if there is none.
	Read(path string) ([]byte, error)
	// Replace puts data in the place of a file at once: whoever reads sees the
	// old or the new, also after a power failure. Only the owner may read it.
	Replace(path string, data []byte) error
	// Append opens a file to append after its first end bytes, and cuts off
	// what stands behind them. It makes the file if there is none.
	Append(path string, end int64) (appendFile, error)
	// Remove removes a file; none is no error.
	Remove(path string) error
}

// appendFile is a file open for appending.
type appendFile interface {
	Write(p []byte) (int, error)
	// Sync returns when all that was written is on the disk.
	Sync() error
	Close() error
}

// osDisk is the real file system.
type osDisk struct{}

func (osDisk) Read(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && data == nil {
		data = []byte{}
	}
	return data, err
}

func (osDisk) Replace(path string, data []byte) error {
	if err := replaceFile(path, data); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func (osDisk) Append(path string, end int64) (appendFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	err = f.Truncate(end)
	if err == nil && end == 0 {
		err = syncDir(filepath.Dir(path)) // the name must last as well
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (osDisk) Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
