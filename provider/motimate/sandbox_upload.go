package motimate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"
)

// megabyte is the smaller of the two that the documentation can mean.
const megabyte = 1_000_000

// uploadFrame is more than the boundaries and the headers of an upload take.
const uploadFrame = 1 << 16

// uploadLimit is the most that a file of a media type may hold.
func uploadLimit(mediaType string) int64 {
	if strings.HasPrefix(mediaType, "image/") {
		return 40 * megabyte
	}
	return 100 * megabyte
}

// upload reads a file from the one part of a body and keeps none of its content.
// A file that is too large is refused as soon as that is seen, from the length
// that was announced or from what has come.
func (s *Sandbox) upload(r *http.Request) (sandboxFile, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return sandboxFile{}, s.refuse("the body is not multipart/form-data with a boundary")
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	part, err := parts.NextRawPart()
	if errors.Is(err, io.EOF) {
		return sandboxFile{}, s.refuse("file is missing")
	}
	if err != nil {
		return sandboxFile{}, s.torn(err)
	}
	file, err := s.fileHead(part)
	if err != nil {
		return file, err
	}
	limit := uploadLimit(file.Type)
	tooLarge := &denial{http.StatusRequestEntityTooLarge, "the file is too large"}
	if r.ContentLength > limit+uploadFrame {
		return file, tooLarge
	}
	hash := sha256.New()
	file.Size, err = io.Copy(hash, io.LimitReader(part, limit+1))
	switch {
	case err != nil:
		return file, s.torn(err)
	case file.Size > limit:
		return file, tooLarge
	case file.Size == 0:
		return file, s.refuse("the file is empty")
	}
	file.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return file, s.ended(parts, r.Body)
}

// torn refuses a body that ends early or is not what it says it is.
func (s *Sandbox) torn(err error) error {
	return s.refuse("the body cannot be read as multipart/form-data: %v", err)
}

// ended checks that no other part follows, and reads what may stand behind the
// last.
func (s *Sandbox) ended(parts *multipart.Reader, body io.Reader) error {
	_, err := parts.NextRawPart()
	if err == nil {
		return s.refuse("there is more than one part")
	}
	if errors.Is(err, io.EOF) {
		_, err = io.CopyN(io.Discard, body, uploadFrame)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return s.refuse("there is something behind the last part")
	}
	return s.torn(err)
}

// fileHead reads the header of the part: what the file is called, without any
// folders, and of what type it is.
func (s *Sandbox) fileHead(part *multipart.Part) (sandboxFile, error) {
	disposition, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil || disposition != "form-data" {
		return sandboxFile{}, s.refuse("a part is no form-data")
	}
	if name := params["name"]; name != "file" {
		return sandboxFile{}, s.refuse("there is no field %q", name)
	}
	file := sandboxFile{Name: path.Base(params["filename"]), Type: part.Header.Get("Content-Type")}
	if file.Name == "." || file.Name == "/" || !utf8.ValidString(file.Name) {
		return file, s.refuse("the file has no name")
	}
	if _, _, err := mime.ParseMediaType(file.Type); err != nil {
		return file, s.refuse("the file has no content type")
	}
	if s.chosen.Is("file_names", "cleaned") {
		file.Name = strings.ReplaceAll(file.Name, " ", "_")
	}
	return file, nil
}
