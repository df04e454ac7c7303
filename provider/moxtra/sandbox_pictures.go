package moxtra

import (
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxPicture is a picture as it was uploaded.
type sandboxPicture struct {
	Type    string `json:"type"`
	Content []byte `json:"content"`
}

// avatar is the picture of those who have none, where there is one: a GIF of one
// pixel.
func avatar() sandboxPicture {
	return sandboxPicture{"image/gif", []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")}
}

// picture finds the picture of the user that a path names.
func (s *Sandbox) picture(q *asked) (user sandboxUser, found sandboxPicture, err error) {
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		var id int64
		if id, user, err = s.user(q, v, true); err != nil {
			return
		}
		var ok bool
		if found, ok = s.pictures.At(v, id); !ok {
			found, err = s.noPicture()
		}
	})
	return user, found, err
}

// noPicture is what there is in the place of a picture.
func (s *Sandbox) noPicture() (sandboxPicture, error) {
	switch s.chosen["no_picture"] {
	case "avatar":
		return avatar(), nil
	case "empty":
		return sandboxPicture{Type: "image/png", Content: []byte{}}, nil
	case "400":
		return sandboxPicture{}, refuse("there is no picture")
	}
	return sandboxPicture{}, noSuch("picture")
}

func (s *Sandbox) readPicture(q *asked) (reply, error) {
	user, found, err := s.picture(q)
	switch {
	case err != nil || s.chosen.Is("picture", "image"):
		return reply{kind: found.Type, content: found.Content}, err
	case s.chosen.Is("picture", "page"):
		return reply{kind: "text/html", content: []byte("<!DOCTYPE html><title>Sign in</title>")}, nil
	}
	address := &url.URL{Scheme: "http", Host: q.Host, Path: "/pictures/" + user.ID}
	if s.chosen.Is("prefix", "v1") {
		address.Path = sandboxPrefix + address.Path
	}
	if s.chosen.Is("picture", "elsewhere") {
		address.Host = otherHost(q.Host)
	}
	return reply{location: address.String()}, nil
}

// picturePath is where a redirect leads to.
const picturePath = "/pictures/{user}"

// pictureBehind is a picture at the address that a redirect leads to.
func (s *Sandbox) pictureBehind(q *asked) (reply, error) {
	if s.openToAll(q.Request) {
		if givenToken(q.Request) != "" {
			return reply{}, refuse("a token came to a host that is none of its own")
		}
		q.me, _ = s.byID.Find(q.args["user"])
	}
	_, found, err := s.picture(q)
	return reply{kind: found.Type, content: found.Content}, err
}

// openToAll reports whether a request is for another host, which must not see a
// token.
func (s *Sandbox) openToAll(r *http.Request) bool {
	path, _ := s.withoutPrefix(r.URL.EscapedPath())
	_, ok := sandboxRoute{path: picturePath}.match(path)
	return ok && s.chosen.Is("picture", "elsewhere")
}

// otherHost is a loopback host under its other name, which to a client is another
// host.
func otherHost(host string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return "localhost"
	}
	if name == "localhost" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return net.JoinHostPort("localhost", port)
}

func (s *Sandbox) writePicture(q *asked) (answer reply, err error) {
	s.store.Read(func() { _, _, err = s.user(q, sandbox.Now, false) })
	if err != nil {
		return reply{}, err // before anything is uploaded
	}
	picture, err := takeUpload(q.Request)
	if err != nil {
		return reply{}, err
	}
	user, err := s.setPicture(q, func(tx *sandbox.Tx, id int64, u *sandboxUser) error {
		u.PictureURI = fmt.Sprintf("https://www.moxtra.com/user/%d", id)
		if s.chosen.Is("picture_uri", "new") {
			u.PictureURI += fmt.Sprintf("/%d", u.Revision)
		}
		return sandbox.Put(tx, s.pictures, id, picture)
	})
	answer.data = fmt.Appendf(nil, `{"revision":%d,"updated_time":%d}`, user.Revision, user.Updated)
	return answer, err
}

func (s *Sandbox) deletePicture(q *asked) (reply, error) {
	_, err := s.setPicture(q, func(tx *sandbox.Tx, id int64, u *sandboxUser) error {
		if _, ok := s.pictures.Get(id); ok {
			u.PictureURI = ""
			sandbox.Delete(tx, s.pictures, id)
			return nil
		}
		_, err := s.noPicture()
		return err
	})
	return reply{}, err
}

// setPicture changes the picture of a user, and the user with it.
func (s *Sandbox) setPicture(q *asked, set func(*sandbox.Tx, int64, *sandboxUser) error) (user sandboxUser, err error) {
	err = s.store.Write(func(tx *sandbox.Tx) error {
		var id int64
		if id, user, err = s.user(q, sandbox.Now, false); err != nil {
			return err
		}
		s.touch(&user)
		if err := set(tx, id, &user); err != nil {
			return err
		}
		return sandbox.Put(tx, s.users, id, user)
	})
	return user, err
}
