package moxtra

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/espalier-dev/espalier/provider"
)

const partsType = "multipart/form-data; boundary=b"

// uploaded is a call that uploads a picture of the account, for a story.
func uploaded(name, kind, content string) string {
	return `POST /me/picture multipart:` + formPart(fmt.Sprintf(`form-data; name="file"; filename="%s"`, name), kind, content) + lastPart
}

// formPart is one part of a body, and lastPart ends the body.
func formPart(disposition, kind, content string) string {
	head := "--b\r\nContent-Disposition: " + disposition + "\r\n"
	if kind != "" {
		head += "Content-Type: " + kind + "\r\n"
	}
	return head + "\r\n" + content + "\r\n"
}

const lastPart = "--b--\r\n"

// TestPictures holds what the sandbox takes of pictures and what it refuses.
func TestPictures(t *testing.T) {
	const named, picture = `form-data; name="file"; filename="a.png"`, `POST /me/picture multipart:`
	good := formPart(named, "image/png", "abc")
	rawSandbox(t).tell(story{
		{`GET /me/picture`, 404, `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"there is no such picture"}`},
		{`DELETE /me/picture`, 404, `there is no such picture`},
		{uploaded("avatar.jpg", "image/jpg", "\xff\xd8\xff\x00\r\n-b"), 200, `{"code":"RESPONSE_SUCCESS","data":{"revision":1,"updated_time":`},
		{`GET /me/picture`, 200, "\xff\xd8\xff\x00\r\n-b"},
		{`GET /UiaduESWsbzFoK9TOldC6zF/picture`, 200, "\xff\xd8\xff"},
		{`GET /me`, 200, `"picture_uri":"https://www.moxtra.com/user/1"`},
		{`GET /me/orgs/PuE0cDUJRkg98FG0FUwJqi4/users`, 200, `"picture_uri":"https://www.moxtra.com/user/1"`},
		{picture + good + lastPart + "the epilogue", 200, `"revision":2`},
		{picture + "the preamble\r\n" + good + lastPart, 200, `"revision":3`},
		{`GET /me/picture`, 200, "abc"},

		{`POST /me/picture {"file":"a.png"}`, 400, `the body is not multipart/form-data with a boundary`},
		{picture, 400, `file is missing`},
		{picture + lastPart, 400, `file is missing`},
		{picture + good, 400, `the body cannot be read`},
		{picture + good[:len(good)-4], 400, `the body cannot be read`},
		{picture + formPart(named, "image/png", "") + lastPart, 400, `the file is empty`},
		{picture + formPart(`form-data; name="picture"; filename="a.png"`, "image/png", "abc") + lastPart, 400, `there is no field \"picture\"`},
		{picture + formPart(`form-data; name="file"`, "image/png", "abc") + lastPart, 400, `the file has no name`},
		{picture + formPart(named, "text/plain", "abc") + lastPart, 400, `the file is no image`},
		{picture + formPart(named, "", "abc") + lastPart, 400, `the file is no image`},
		{picture + formPart(`attachment; name="file"; filename="a.png"`, "image/png", "abc") + lastPart, 400, `a part is no form-data`},
		{picture + good + good + lastPart, 400, `there is more than one part`},
		{picture + good + lastPart + strings.Repeat("x", 2*uploadFrame), 400, `there is something behind the last part`},
		{`POST /Unobody/picture multipart:` + good + lastPart, 404, `there is no such user`},
		{`GET /Unobody/picture`, 404, `there is no such user`},
		{`GET /me/picture`, 200, "abc"},

		{`DELETE /me/picture []`, 200, bare},
		{`GET /me/picture`, 404, `there is no such picture`},
		{`GET /me`, 200, `"picture_uri":"https://www.moxtra.com/service/themes/images/default/avatar-single-360.png"`},
		{`DELETE /me/picture`, 404, `there is no such picture`},
		{`DELETE /Unobody/picture`, 404, `there is no such user`},
	})
}

// TestPictureTypes: a picture comes back as what it was sent as.
func TestPictureTypes(t *testing.T) {
	r := rawSandbox(t)
	for _, kind := range []string{"image/png", "image/jpg", "image/svg+xml"} {
		r.tell(story{{uploaded("a", kind, "abc"), 200, ``}})
		response := r.open(http.MethodGet, r.server.URL+"/me/picture", "", nil, 0)
		response.Body.Close()
		if got := response.Header.Get("Content-Type"); got != kind || response.ContentLength != 3 {
			t.Errorf("%s came back as %s, %d bytes", kind, got, response.ContentLength)
		}
	}
}

// TestRedirects: a picture may lie elsewhere, on the same host or on another one,
// which must not see the token.
func TestRedirects(t *testing.T) {
	for _, test := range []struct {
		prefix, picture string
		with, without   int // the status with the token and without
	}{
		{"both", "redirect", 200, 401},
		{"v1", "redirect", 200, 401},
		{"both", "elsewhere", 400, 200},
		{"v1", "elsewhere", 400, 200},
		{"none", "elsewhere", 400, 200},
	} {
		r := rawSandbox(t, "picture", test.picture, "prefix", test.prefix, "others", "refused")
		if test.prefix == "v1" {
			r.prefix = "/v1"
		}
		r.tell(story{{`GET /me/picture`, 404, ``}, {uploaded("a.png", "image/png", "abc"), 200, ``}})
		response := r.open(http.MethodGet, r.server.URL+r.prefix+"/me/picture", "", nil, 0)
		response.Body.Close()
		location, err := response.Location()
		if err != nil || response.StatusCode != 302 {
			t.Fatal(response.Status, err)
		}
		if same := "http://"+location.Host == r.server.URL; same != (test.picture == "redirect") {
			t.Errorf("%+v leads to %s", test, location)
		}
		path := strings.TrimPrefix(location.Path, r.prefix)
		r.tell(story{{`GET ` + path, test.with, ``}})
		r.token = ""
		r.tell(story{{`GET ` + path, test.without, ``}})
		if test.picture == "elsewhere" {
			r.tell(story{{`GET ` + path, 200, `abc`}, {`GET /pictures/Unobody`, 404, ``}, {`GET /me`, 401, ``}})
		}
	}
	for host, want := range map[string]string{"127.0.0.1:80": "localhost:80", "localhost:80": "127.0.0.1:80", "[::1]:80": "localhost:80", "example.org": "localhost"} {
		if got := otherHost(host); got != want {
			t.Errorf("%s is %s elsewhere, want %s", host, got, want)
		}
	}
}

// spool is a picture of zeros, made as it is read, which says how much was read.
type spool struct {
	io.Reader
	size int64
	read atomic.Int64
}

func newSpool(size int64) *spool {
	whole := formPart(`form-data; name="file"; filename="long.png"`, "image/png", "")
	head, tail := strings.TrimSuffix(whole, "\r\n"), "\r\n"+lastPart
	return &spool{Reader: io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size), strings.NewReader(tail)),
		size: int64(len(head)) + size + int64(len(tail))}
}

func (s *spool) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	s.read.Add(int64(n))
	return n, err
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// TestPictureLimit: what is too large is refused as soon as it is seen.
func TestPictureLimit(t *testing.T) {
	s, err := NewSandbox(provider.SandboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{t: t, server: httptest.NewServer(s)}
	t.Cleanup(r.server.Close)
	r.login(s)
	for _, test := range []struct {
		size      int64
		announced bool
		status    int
		most      int64 // that is read
	}{
		{20e6, true, 200, 21e6},
		{20e6 + 1, true, 413, 21e6},
		{21e6, true, 413, 1e5},
		{21e6, false, 413, 20.5e6},
		{1e12, true, 413, 1e5},
	} {
		body := newSpool(test.size)
		request := httptest.NewRequest(http.MethodPost, "/me/picture", body)
		request.ContentLength = -1
		if test.announced {
			request.ContentLength = body.size
		}
		request.Header.Set("Content-Type", partsType)
		request.Header.Set("Authorization", "Bearer "+r.token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, request)
		if w.Code != test.status || body.read.Load() > test.most {
			t.Errorf("%+v: %d after %d bytes: %s", test, w.Code, body.read.Load(), w.Body)
		}
		if w.Code == 413 && w.Body.String() != `{"code":"RESPONSE_ERROR_INVALID_REQUEST","message":"the picture is too large"}` {
			t.Error(w.Body)
		}
	}
	if status, body := r.do(`GET /me/picture`); status != 200 || len(body) != 20e6 {
		t.Errorf("%d, %d bytes", status, len(body))
	}
}
