package sandbox

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// BodyKept is how much of a request's body an Exchange holds at most. What is
// longer is an upload, and is never whole in memory.
const BodyKept = 1 << 20

// body is what is left to read of a request, and how it is closed.
type body struct {
	io.Reader
	io.Closer
}

// keepBody keeps the request's body, or the beginning of a long one. A body that
// is kept whole has been read to its end, and its connection is watched from
// then on; the rest of a long one is read by who carries the request out.
func (x *exchange) keepBody() error {
	var kept bytes.Buffer
	kept.Grow(int(min(max(x.r.ContentLength, 0), BodyKept)) + bytes.MinRead)
	_, err := io.CopyN(&kept, x.r.Body, BodyKept+1)
	x.Partial = err == nil
	if kept.Len() > 0 {
		x.Body = kept.Bytes()[:min(kept.Len(), BodyKept)]
	}
	rest := x.r.Body
	x.r.Body = body{io.MultiReader(bytes.NewReader(kept.Bytes()), rest), rest}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// drain reads the rest of a long body into nothing, so that the connection is
// watched for its end.
func (x *exchange) drain() error {
	if !x.Partial {
		return nil
	}
	_, err := io.Copy(io.Discard, x.r.Body)
	return err
}

// setAside takes the rest of a long body off the connection and into a file, so
// that the request can be carried out when its connection is gone. The function
// it returns removes the file.
func (x *exchange) setAside() (remove func(), err error) {
	if !x.Partial {
		return func() {}, nil
	}
	file, err := os.CreateTemp("", "sandbox-body-*")
	if err != nil {
		return nil, err
	}
	remove = func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
	if _, err = io.Copy(file, x.r.Body); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		remove()
		return nil, err
	}
	x.r.Body = file
	return remove, nil
}
