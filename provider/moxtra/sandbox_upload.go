package moxtra

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// uploadLimit is the most that a picture may hold. The vendor's limit is not known.
const uploadLimit = 20_000_000

// uploadFrame is more than the boundaries and the headers of an upload take.
const uploadFrame = 1 << 16

// takeUpload reads a picture from the one part of a body. One that is too large is
// refused as soon as that is seen, from the length that was announced or from what
// has come.
func takeUpload(r *http.Request) (sandboxPicture, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return sandboxPicture{}, refuse("the body is not multipart/form-data with a boundary")
	}
	tooLarge := &denial{http.StatusRequestEntityTooLarge, "the picture is too large"}
	if r.ContentLength > uploadLimit+uploadFrame {
		return sandboxPicture{}, tooLarge
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	part, err := parts.NextRawPart()
	if errors.Is(err, io.EOF) {
		return sandboxPicture{}, refuse("file is missing")
	}
	if err != nil {
		return sandboxPicture{}, torn(err)
	}
	picture, err := pictureHead(part)
	if err != nil {
		return picture, err
	}
	var content bytes.Buffer
	size, err := io.Copy(&content, io.LimitReader(part, uploadLimit+1))
	switch {
	case err != nil:
		return picture, torn(err)
	case size > uploadLimit:
		return picture, tooLarge
	case size == 0:
		return picture, refuse("the file is empty")
	}
	picture.Content = content.Bytes()
	return picture, ended(parts, r.Body)
}

// torn refuses a body that ends early or is not what it says it is.
func torn(err error) error {
	return refuse("the body cannot be read as multipart/form-data: %v", err)
}

// ended checks that no other part follows, and reads what may stand behind the
// last.
func ended(parts *multipart.Reader, body io.Reader) error {
	_, err := parts.NextRawPart()
	if err == nil {
		return refuse("there is more than one part")
	}
	if errors.Is(err, io.EOF) {
		_, err = io.CopyN(io.Discard, body, uploadFrame)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return refuse("there is something behind the last part")
	}
	return torn(err)
}

// pictureHead reads the header of the part, which has to be an image with a file
// name.
func pictureHead(part *multipart.Part) (sandboxPicture, error) {
	disposition, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil || disposition != "form-data" {
		return sandboxPicture{}, refuse("a part is no form-data")
	}
	if name := params["name"]; name != "file" {
		return sandboxPicture{}, refuse("there is no field %q", name)
	}
	if params["filename"] == "" {
		return sandboxPicture{}, refuse("the file has no name")
	}
	kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "image/") {
		return sandboxPicture{}, refuse("the file is no image")
	}
	return sandboxPicture{Type: kind}, nil
}
