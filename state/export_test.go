package state

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/espalier-dev/espalier/schema"
)

// Kill ends a session as the death of its process would.
func Kill(s Session) {
	fs := s.(*fileSession)
	fs.running.Lock()
	defer fs.running.Unlock()
	fs.closed = true
	fs.appender.close()
	fs.lock.flock.Unlock()
}

// Signed gives a text the checksum that Decode wants.
func Signed(body string) []byte {
	sum := sha256.Sum256([]byte(body))
	return fmt.Appendf(nil, "%s%s%x%s", body, sumPrefix, sum, sumSuffix)
}

// Unsigned takes the checksum off, if there is one.
func Unsigned(data []byte) []byte {
	if n := bytes.LastIndex(data, []byte(sumPrefix)); n >= 0 {
		return data[:n]
	}
	return data
}

// DecodeJournal reads a journal and returns how many entries it has, and how
// much of it is whole.
func DecodeJournal(data []byte, types func(string) *schema.Type) (entries int, end int64, err error) {
	j, err := decodeJournal(data, types)
	if err != nil || j == nil {
		return 0, 0, err
	}
	j.fold(newSnapshot("", j.lineage, j.secret))
	return len(j.entries), j.end, nil
}

// Resealed gives every line of a journal the checksum it should have.
func Resealed(data []byte) []byte {
	var out []byte
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\n")
		if n := bytes.LastIndex(line, []byte(`,"crc":"`)); n >= 0 {
			line = line[:n]
		}
		start := len(out)
		out = seal(append(out, line...), start)
	}
	return out
}

// Failing makes a File whose writing operations fail once fail says so; it is
// given the operation and the path.
func Failing(f *File, fail func(op, path string) error) *File {
	failing := *f
	failing.disk = failingDisk{osDisk{}, fail}
	return &failing
}

type failingDisk struct {
	disk
	fail func(op, path string) error
}

func (d failingDisk) Replace(path string, data []byte) error {
	if err := d.fail("replace", path); err != nil {
		return err
	}
	return d.disk.Replace(path, data)
}

func (d failingDisk) Append(path string, end int64) (appendFile, error) {
	if err := d.fail("open", path); err != nil {
		return nil, err
	}
	f, err := d.disk.Append(path, end)
	return failingFile{f, path, d.fail}, err
}

type failingFile struct {
	appendFile
	path string
	fail func(op, path string) error
}

func (f failingFile) Write(p []byte) (int, error) {
	if err := f.fail("write", f.path); err != nil {
		n, _ := f.appendFile.Write(p[:len(p)/2]) // a full disk takes what it can
		return n, err
	}
	return f.appendFile.Write(p)
}

func (f failingFile) Sync() error {
	if err := f.fail("sync", f.path); err != nil {
		return err
	}
	return f.appendFile.Sync()
}
