package moxtra

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// readPicture returns the picture of a user. Its content is not downloaded again
// where the state knows it, and neither its address nor its user has changed since it
// was downloaded, or its user since it was uploaded.
func (c *client) readPicture(ctx context.Context, user string, known map[string]cty.Value) (schema.Object, error) {
	attrs, err := c.aboutPicture(ctx, user, known)
	if err != nil {
		return schema.Object{}, err
	}
	id := textOf(attrs["user_id"])
	if stillHolds(known, attrs) {
		for _, name := range []string{"sha256", "content_type", "revision"} {
			if v, there := known[name]; there {
				attrs[name] = v
			}
		}
		return schema.Object{ID: id, Attrs: attrs}, nil
	}
	if attrs["picture_uri"].IsNull() {
		attrs["user_updated_time"] = cty.NullVal(cty.Number) // which beside no address would mean an upload
	}
	content := sha256.New()
	file, err := c.Download(ctx, rest.Request{
		Op: "read the picture of user " + user, Method: http.MethodGet, Path: rest.Segment(id) + "/picture",
	}, content)
	if saysNone(err, attrs["picture_uri"], known) {
		return schema.Object{}, &provider.Error{Kind: provider.NotFound, Op: "read the picture of user " + user, Err: err}
	}
	if provider.KindOf(err) == provider.Malformed { // there is something, but nobody can say what
		return schema.Object{ID: id, Attrs: map[string]cty.Value{"user_id": attrs["user_id"]}}, err
	}
	if err != nil {
		return schema.Object{}, err
	}
	attrs["sha256"] = cty.StringVal(hex.EncodeToString(content.Sum(nil)))
	if file.Type != "" {
		attrs["content_type"] = cty.StringVal(file.Type)
	}
	return schema.Object{ID: id, Attrs: attrs}, nil
}

// saysNone reports whether an error means that there is no picture. What a picture that
// is not there is answered with is not documented; a 400 is it where the user shows no
// address either, or where nobody knows of a picture: some have the address of one that
// all share.
func saysNone(err error, uri cty.Value, known map[string]cty.Value) bool {
	var e *provider.Error
	return errors.As(err, &e) && e.Status == http.StatusBadRequest && (uri.IsNull() || known["sha256"] == cty.NilVal)
}

// aboutPicture is what a user shows of the picture. The list of the org's users says so
// without a call, if it has been read. Only where it shows another picture than is known
// is the user read, since a list may be behind.
func (c *client) aboutPicture(ctx context.Context, user string, known map[string]cty.Value) (map[string]cty.Value, error) {
	var listed map[string]cty.Value
	if object, there := c.Listed(typeUser, user); there {
		listed = pictureOf(object)
	}
	if listed != nil && (known["sha256"] == cty.NilVal || stillHolds(known, listed)) {
		return listed, nil
	}
	object, err := c.API.Read(ctx, typeUser, user, nil)
	if err != nil {
		return nil, err
	}
	attrs := pictureOf(object)
	if listed != nil { // whose address it is that the next list is held against
		attrs["picture_uri"] = listed["picture_uri"]
	}
	return attrs, nil
}

// pictureOf is what a user shows of the picture; nil if that is not told.
func pictureOf(user schema.Object) map[string]cty.Value {
	uri, told := user.Attrs["picture_uri"]
	time, dated := user.Attrs["updated_time"]
	if !told || !dated {
		return nil
	}
	return map[string]cty.Value{"user_id": cty.StringVal(user.ID), "picture_uri": uri, "user_updated_time": time}
}

// stillHolds reports whether what is known of a picture is of the one that the user
// has now. A time without an address is that of an upload, whose answer does not say
// the address.
func stillHolds(known, now map[string]cty.Value) bool {
	time, there := known["user_updated_time"]
	if !there || time.IsNull() || !time.RawEquals(now["user_updated_time"]) || now["picture_uri"].IsNull() {
		return false
	}
	if uri, there := known["picture_uri"]; there && !uri.IsNull() && !uri.RawEquals(now["picture_uri"]) {
		return false
	}
	sum, there := known["sha256"]
	if !there || sum.IsNull() || sum.IsMarked() || sum.Type() != cty.String {
		return false
	}
	digest, err := hex.DecodeString(sum.AsString())
	return err == nil && len(digest) == sha256.Size
}

// upload writes the form with the picture [user], if it is another picture. The same
// call makes it and changes it.
func upload(_ string, change provider.Change) (*rest.Body, error) {
	if !change.Has("sha256") {
		return nil, nil
	}
	path := textOf(change.After["source"])
	if path == "" {
		return nil, fmt.Errorf("no file is named for the picture")
	}
	mediaType := textOf(change.After["content_type"])
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	return rest.FileBody("file", path, filepath.Base(path), mediaType, textOf(change.After["sha256"]))
}

// readUpload reads the answer to an upload. The address of the picture is for the next
// reading to say; what was known of it is of the picture before. When its user has
// changed again after it, by the time that is answered, so may have the picture.
func readUpload(body []byte, _ bool) (schema.Object, error) {
	data, err := dataOf(body, true)
	if err != nil {
		return schema.Object{}, err
	}
	attrs, err := readFields(data, []field{{name: "revision", shape: shapeNumber}, {name: "updated_time", shape: shapeNumber}})
	if err != nil {
		return schema.Object{}, err
	}
	attrs["picture_uri"], attrs["user_updated_time"] = cty.NullVal(cty.String), cty.NullVal(cty.Number)
	if time, there := attrs["updated_time"]; there {
		attrs["user_updated_time"] = time
		delete(attrs, "updated_time")
	}
	return schema.Object{Attrs: attrs}, nil
}
