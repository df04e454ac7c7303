package state

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// disk is what the file backend asks of a file system.
type disk interface {
	// Read returns a file's content, and which file that is; nil without an
	// error if there is none.
	Read(path string) ([]byte, fs.FileInfo, error)
	// Stat returns which file has that name now; nil without an error if none.
	Stat(path string) (fs.FileInfo, error)
	// Folder makes a folder, and those above it, where they are missing.
	Folder(path string) error
	// Replace puts data in the place of a file at once: whoever reads sees the
	// old or the new, also after a power failure. Only the owner may read it.
	Replace(path string, data []byte) error
	// Create makes a file to append to. It fails with fs.ErrExist if there is one.
	Create(path string) (appendFile, error)
	// Append opens a file to append after its first end bytes, and cuts off what
	// stands behind them. It fails with errChanged if there is none so long.
	Append(path string, end int64) (appendFile, error)
	// Remove removes a file; none is no error.
	Remove(path string) error
	// Sweep removes what a killed Replace of any of these files, all of one
	// folder, left behind.
	Sweep(paths ...string) error
}

// appendFile is a file open for appending.
type appendFile interface {
	Write(p []byte) (int, error)
	// Sync returns when all that was written is on the disk.
	Sync() error
	// Stat says which file it is.
	Stat() (fs.FileInfo, error)
	Close() error
}

// errChanged says that a file is not the one it was.
var errChanged = errors.New("the file was changed")

// osDisk is the real file system. tap may be nil.
type osDisk struct{ tap Tap }

func (osDisk) Read(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.Open(path)
	if absent(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	data := make([]byte, 0, info.Size()+512) // room to see the end without growing
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, info, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

func (osDisk) Stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if absent(err) {
		return nil, nil
	}
	return info, err
}

// absent reports whether an error says that there is no such file.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func (d osDisk) Folder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	return d.tap.do("folder-make", path, nil, func([]byte) error { return os.MkdirAll(path, 0o755) })
}

func (d osDisk) Replace(path string, data []byte) error {
	if err := replaceFile(d.tap, path, data); err != nil {
		return err
	}
	return d.syncFolder(path)
}

// syncFolder makes the names in a file's folder last through a power failure.
func (d osDisk) syncFolder(path string) error {
	dir := filepath.Dir(path)
	return d.tap.do("folder-sync", dir, nil, func([]byte) error { return syncDir(dir) })
}

func (d osDisk) Create(path string) (appendFile, error) {
	var f *os.File
	err := d.tap.do(role(path)+"-open", path, nil, func([]byte) (err error) {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
		return err
	})
	if err == nil {
		err = d.syncFolder(path) // the name must last as well
	}
	if err != nil {
		if f != nil {
			f.Close()
			os.Remove(path) // nothing is in it
		}
		return nil, err
	}
	return d.tapped(f, path), nil
}

func (d osDisk) Append(path string, end int64) (appendFile, error) {
	var f *os.File
	err := d.tap.do(role(path)+"-open", path, nil, func([]byte) (err error) {
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600); absent(err) {
			return errChanged
		} else if err != nil {
			return err
		}
		info, err := f.Stat()
		if err == nil && info.Size() < end {
			return errChanged
		}
		if err == nil {
			err = f.Truncate(end)
		}
		return err
	})
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	return d.tapped(f, path), nil
}

func (d osDisk) tapped(f *os.File, path string) appendFile {
	if d.tap == nil {
		return f
	}
	return tappedFile{f, d.tap, path}
}

func (d osDisk) Remove(path string) error { return d.remove(role(path)+"-remove", path) }

func (d osDisk) remove(op, path string) error {
	return d.tap.do(op, path, nil, func([]byte) error {
		if err := os.Remove(path); !absent(err) {
			return err
		}
		return nil
	})
}

func (d osDisk) Sweep(paths ...string) error {
	dir := filepath.Dir(paths[0])
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		for _, path := range paths {
			number, left := strings.CutPrefix(f.Name(), temporary(filepath.Base(path)))
			if left && number != "" && strings.Trim(number, "0123456789") == "" {
				err = errors.Join(err, d.remove("leftover-remove", filepath.Join(dir, f.Name())))
			}
		}
	}
	return err
}

// temporary is how the names begin under which new contents of a file are
// written; a number follows.
func temporary(base string) string { return "." + base }

// tappedFile tells a tap what is done to a file.
type tappedFile struct {
	*os.File
	tap  Tap
	path string
}

func (f tappedFile) Write(p []byte) (n int, err error) {
	err = f.tap.do(role(f.path)+"-write", f.path, p, func(p []byte) (err error) {
		n, err = f.File.Write(p)
		return err
	})
	return n, err
}

func (f tappedFile) Sync() error {
	return f.tap.do(role(f.path)+"-sync", f.path, nil, func([]byte) error { return f.File.Sync() })
}
