package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

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
	return DecodeSealedJournal(data, types, nil)
}

// DecodeSealedJournal is DecodeJournal for one that is encrypted.
func DecodeSealedJournal(data []byte, types func(string) *schema.Type, c Cipher) (entries int, end int64, err error) {
	j, err := codec{types: types, read: c, write: c}.journal(data)
	if err != nil || j == nil {
		return 0, 0, err
	}
	j.fold(newSnapshot("", j.lineage, j.secret))
	return len(j.entries), j.end, nil
}

// SealedJournal is a journal with a header of its own in which lines are encrypted as
// one.
func SealedJournal(lines []byte, c Cipher) ([]byte, error) {
	h := newHeader(newSnapshot("1", newUUID(), []byte("0123456789abcdef")), codec{write: c})
	header, err := codec{write: c}.appendHeader(nil, h)
	if err != nil {
		return nil, err
	}
	sealed, err := h.key.seal(lines)
	return append(header, sealed...), err
}

// SealedState is the text of a state, of that lineage and serial, in which any text is
// encrypted.
func SealedState(inner []byte, lineage string, serial uint64, c Cipher) ([]byte, error) {
	sealed, err := c.Seal(inner)
	body := fmt.Sprintf("{\n  \"format\": %d,\n  \"lineage\": %q,\n  \"serial\": %d,\n  \"sealed\": %q,\n", Format, lineage, serial, base64.StdEncoding.EncodeToString(sealed))
	return Signed(body), err
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
// given the operation and the path. A write that fails takes half of its bytes, as
// a full disk would.
func Failing(f *File, fail func(op, path string) error) *File {
	failing := *f
	failing.disk = osDisk{tap: func(c Change) (int, error) {
		if c.Done {
			return 0, nil
		}
		_, op, _ := strings.Cut(c.Op, "-")
		return len(c.Data) / 2, fail(op, c.Path)
	}}
	return &failing
}

// ForgetChecks makes the last look at the files of a session one of long ago.
func ForgetChecks(s Session) {
	a := s.(*fileSession).appender
	a.mu.Lock()
	defer a.mu.Unlock()
	a.checked = time.Time{}
}

// Unsynced makes a File that leaves it to the system when to bring what it writes
// to the disk, which is much faster. tap, if it is not nil, is told of the syncs
// all the same.
func Unsynced(f *File, tap Tap) *File {
	fast := *f
	fast.disk = unsyncedDisk{osDisk{tap}}
	return &fast
}

type unsyncedDisk struct{ osDisk }

func (d unsyncedDisk) Replace(path string, data []byte) error {
	next := path + ".next"
	err := d.tap.do(role(path)+"-write", path, data, func(data []byte) error { return os.WriteFile(next, data, 0o600) })
	if err != nil {
		return err
	}
	return d.tap.do(role(path)+"-replace", path, nil, func([]byte) error {
		os.Remove(path) // to replace it would wait for the disk
		return os.Rename(next, path)
	})
}

func (d unsyncedDisk) Create(path string) (appendFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	return unsyncedFile{tappedFile{f, d.tap, path}}, err
}

func (d unsyncedDisk) Append(path string, end int64) (appendFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		err = f.Truncate(end)
	}
	return unsyncedFile{tappedFile{f, d.tap, path}}, err
}

type unsyncedFile struct{ tappedFile }

func (f unsyncedFile) Sync() error {
	return f.tap.do(role(f.path)+"-sync", f.path, nil, func([]byte) error { return nil })
}

// FlushEvery sets how often a state that is written whole is written.
func FlushEvery(r *Remote, d time.Duration) { r.flush = d }

// Waiting counts what has been added to the journal of a session and is not kept yet,
// but for what is being written.
func Waiting(s Session) int {
	b := s.(*remoteSession).batch
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Count(b.waiting, []byte("\n"))
}
