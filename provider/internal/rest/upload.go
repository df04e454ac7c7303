package rest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"mime/multipart"
	"os"

	"github.com/espalier-dev/espalier/provider"
)

// FileBody is a multipart form with one part, in which the file at path is sent
// under a name and with a media type. The file is read while it is sent, and anew
// each time that the body is sent again; it must then be as long as it is now. Where
// digest, a SHA-256 in lower-case hexadecimal, is not empty, it must also have that:
// the end of the form is not sent after another content.
func FileBody(part, path, name, mediaType, digest string) (*Body, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a file")
	}
	if err != nil {
		return nil, &contentError{err}
	}
	boundary := rand.Text()
	head := []byte("--" + boundary + "\r\nContent-Disposition: " + multipart.FileContentDisposition(part, name) +
		"\r\nContent-Type: " + mediaType + "\r\n\r\n")
	tail := []byte("\r\n--" + boundary + "--\r\n")
	return &Body{
		ContentType: "multipart/form-data; boundary=" + boundary,
		Size:        int64(len(head)) + info.Size() + int64(len(tail)),
		Open: func() (io.ReadCloser, error) {
			file, err := openContent(path, info.Size(), digest)
			if err != nil {
				return nil, err
			}
			return &form{io.MultiReader(bytes.NewReader(head), file, bytes.NewReader(tail)), file.file}, nil
		},
	}, nil
}

// form is a form with a file in it, closed with the file.
type form struct {
	io.Reader
	io.Closer
}

// content is a file being sent: what is read of it has the length and the digest that
// were promised, or ends in an error.
type content struct {
	file       *os.File
	size, read int64
	digest     string // empty for any
	hash       hash.Hash
}

func openContent(path string, size int64, digest string) (*content, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &contentError{err}
	}
	info, err := file.Stat()
	if err == nil && info.Size() != size {
		err = changed(size, info.Size())
	}
	if err != nil {
		file.Close()
		return nil, &contentError{err}
	}
	return &content{file: file, size: size, digest: digest, hash: sha256.New()}, nil
}

// Read reads on. The last bytes and the end are told only of a file that is what it
// should be, so that the form around another is never completed.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	c.read += int64(n)
	c.hash.Write(p[:n])
	ended := errors.Is(err, io.EOF)
	switch {
	case c.read > c.size, ended && c.read < c.size:
		now := c.read
		if info, statErr := c.file.Stat(); statErr == nil && !ended {
			now = info.Size()
		}
		return 0, &contentError{changed(c.size, now)}
	case err != nil && !ended:
		return n, &contentError{err}
	case c.read == c.size && c.digest != "" && c.digest != hex.EncodeToString(c.hash.Sum(nil)):
		return 0, &contentError{errOther}
	}
	return n, err
}

var errOther = errors.New("it has changed since the plan was made")

func changed(before, now int64) error {
	return fmt.Errorf("it has changed: it was %d bytes long, and is %d", before, now)
}

// contentError says that a file could not be sent as a whole. The server was told
// how much would come, so it takes nothing less for the file. The path is left out,
// for it may be a secret.
type contentError struct{ err error }

func (e *contentError) Unwrap() error { return e.err }

func (e *contentError) Error() string {
	reason := e.err
	if outer := (*fs.PathError)(nil); errors.As(e.err, &outer) {
		reason = outer.Err
	}
	return fmt.Sprintf("the file cannot be sent: %v", reason)
}

// unmade is for a call that could not even be begun.
func (a *API) unmade(req Request, err error) error {
	var own *contentError
	if errors.As(err, &own) {
		return unsendable(req.Op, own)
	}
	return &provider.Error{Kind: provider.Failed, Op: req.Op, Err: a.clean(err), Remedy: "Check the address in the provider block"}
}

// unsendable says what to do about a file that cannot be sent, and leaves other
// errors as they are.
func unsendable(op string, err error) error {
	var own *contentError
	if !errors.As(err, &own) {
		return err
	}
	return &provider.Error{Kind: provider.Failed, Op: op, Err: own,
		Remedy: "Nothing was made of it; check the file, and plan again"}
}
