package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
)

// uploading is a table whose things are made of the file at a path.
func uploading(path, name string) map[string]*Operation {
	table := thing()
	table["thing"].Create = func(map[string]cty.Value) (*Body, error) { return FileBody("file", path, name, "image/png", "") }
	table["thing"].Update = nil
	return table
}

func fileOf(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// received is what a server makes of an upload.
type received struct {
	name, part, contentType, text string
	parts                         int
}

func receive(t testing.TB, body io.Reader, contentType string) received {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		t.Fatalf("the body is %q: %v", contentType, err)
	}
	var got received
	reader := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if err != nil {
			t.Fatal(err)
		}
		got.name, got.part, got.text = disposition["filename"], part.FormName(), string(data)
		got.contentType = part.Header.Get("Content-Type")
		got.parts++
	}
}

func TestUpload(t *testing.T) {
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("the length is not told beforehand: %d %v", r.ContentLength, r.TransferEncoding)
		}
		got := receive(t, r.Body, r.Header.Get("Content-Type"))
		if want := (received{name: `Så "fin" \.png`, part: "file", contentType: "image/png", text: "content", parts: 1}); got != want {
			t.Errorf("the server got %+v, want %+v", got, want)
		}
		fixed(201, "application/json", `{"data":{"id":7}}`)(w, r)
	})
	api.Operations = uploading(fileOf(t, "content"), `Så "fin" \.png`)
	if object, err := api.Create(context.Background(), "thing", nil); err != nil || object.ID != "7" {
		t.Errorf("%+v, %v", object, err)
	}
	if _, err := api.Update(context.Background(), "thing", "7", provider.Change{}); provider.KindOf(err) != provider.Refused {
		t.Errorf("an object that cannot be changed: %v, want a refusal", err)
	}
}

// TestFileNamesSurvive sends names with whatever a file name can hold.
func TestFileNamesSurvive(t *testing.T) {
	path := fileOf(t, "x")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.OneOf(rapid.SampledFrom([]rune("\"\\%';=& .é中🙂")), rapid.RuneFrom([]rune("abcABC019"))), 1, 20, -1).Draw(t, "name")
		body, err := FileBody("file", path, name, "text/plain", "")
		if err != nil {
			t.Fatal(err)
		}
		content, err := body.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		data, err := io.ReadAll(content)
		if err != nil || int64(len(data)) != body.Size {
			t.Fatalf("%d bytes, want %d: %v", len(data), body.Size, err)
		}
		_, parameters, _ := mime.ParseMediaType(body.ContentType)
		part, err := multipart.NewReader(strings.NewReader(string(data)), parameters["boundary"]).NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := mime.ParseMediaType(part.Header.Get("Content-Disposition")); err != nil || got["filename"] != name {
			t.Fatalf("%q arrives as %q: %v", name, got["filename"], err)
		}
	})
}

// TestUploadIsSentAgain has a transport that needs the body twice, as one does
// that renews a token.
func TestUploadIsSentAgain(t *testing.T) {
	calls := 0
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got := receive(t, r.Body, r.Header.Get("Content-Type"))
		if calls++; got.text != "content" || got.parts != 1 {
			t.Errorf("call %d brought %+v", calls, got)
		}
		fixed(201, "application/json", `{"data":{"id":7}}`)(w, r)
	})
	api.HTTP = &http.Client{Transport: twice{api.HTTP.Transport}}
	api.Operations = uploading(fileOf(t, "content"), "a.png")
	if _, err := api.Create(context.Background(), "thing", nil); err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

type twice struct{ next http.RoundTripper }

func (s twice) RoundTrip(r *http.Request) (*http.Response, error) {
	first, err := s.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	first.Body.Close()
	again := r.Clone(r.Context())
	if again.Body, err = r.GetBody(); err != nil {
		return nil, err
	}
	return s.next.RoundTrip(again)
}

// TestChangedFileIsNotSent changes a file at every moment from the look at it to
// the middle of its being sent. The server never has a whole form.
func TestChangedFileIsNotSent(t *testing.T) {
	const length = 1 << 20
	write := func(path string, size int) {
		if err := os.WriteFile(path, []byte(strings.Repeat("x", size)), 0o600); err != nil {
			t.Error(err)
		}
	}
	for _, test := range []struct {
		name           string
		before, during func(path string)
		want           string
	}{
		{"gone before", func(path string) { os.Remove(path) }, nil, "no such file or directory"},
		{"longer before", func(path string) { write(path, length+5) }, nil, "it was 1048576 bytes long, and is 1048581"},
		{"shorter while sent", nil, func(path string) { write(path, length/2) }, "it was 1048576 bytes long, and is 524288"},
		{"longer while sent", nil, func(path string) { write(path, length+5) }, "it was 1048576 bytes long, and is 1048581"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			write(path, length)
			whole := make(chan bool, 1)
			api := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, err := io.Copy(io.Discard, r.Body)
				whole <- err == nil
			})
			api.Operations = uploading(path, "a.png")
			made := api.Operations["thing"].Create
			api.Operations["thing"].Create = func(values map[string]cty.Value) (*Body, error) {
				body, err := made(values)
				if err == nil && test.before != nil {
					test.before(path)
				}
				open := body.Open
				body.Open = func() (io.ReadCloser, error) {
					content, err := open()
					return &meddled{content, func() {
						if test.during != nil {
							test.during(path)
						}
					}}, err
				}
				return body, err
			}
			_, err := api.Create(context.Background(), "thing", nil)
			if provider.KindOf(err) != provider.Failed || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), path) {
				t.Errorf("%v\nwant a failure with %q and without the path", err, test.want)
			}
			if test.during != nil && <-whole {
				t.Error("the server got a whole body")
			}
		})
	}
}

// meddled is a body with which something happens once it has begun to be read.
type meddled struct {
	io.ReadCloser
	meddle func()
}

func (m *meddled) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if n > 0 && m.meddle != nil {
		m.meddle()
		m.meddle = nil
	}
	return n, err
}

// TestOtherContentIsNotSent uploads a file that is as long as it was and has another
// content, at once or the second time that it is sent.
func TestOtherContentIsNotSent(t *testing.T) {
	sum := sha256.Sum256([]byte("content"))
	digest, whole := hex.EncodeToString(sum[:]), 0
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			whole++
		}
		fixed(201, "application/json", `{"data":{"id":7}}`)(w, r)
	})
	path := fileOf(t, "content")
	table := uploading(path, "a.png")
	table["thing"].Create = func(map[string]cty.Value) (*Body, error) {
		return FileBody("file", path, "a.png", "image/png", digest)
	}
	api.Operations = table
	if _, err := api.Create(context.Background(), "thing", nil); err != nil || whole != 1 {
		t.Fatalf("%d bodies, %v", whole, err)
	}
	edit := func() {
		if err := os.WriteFile(path, []byte("another"), 0o600); err != nil {
			t.Error(err)
		}
	}
	straight := api.HTTP.Transport
	api.HTTP = &http.Client{Transport: twice{between{straight, edit}}}
	for _, before := range []int{1, 2} { // the first time it is edited between the two
		_, err := api.Create(context.Background(), "thing", nil)
		const want = "create thing: the file cannot be sent: it has changed since the plan was made. Nothing was made of it; check the file, and plan again"
		if provider.KindOf(err) != provider.Failed || err == nil || err.Error() != want || whole != 2 {
			t.Errorf("run %d: %d whole bodies, %v\nwant %s", before, whole, err, want)
		}
	}
}

// between does something after each call.
type between struct {
	next http.RoundTripper
	do   func()
}

func (b between) RoundTrip(r *http.Request) (*http.Response, error) {
	defer b.do()
	return b.next.RoundTrip(r)
}

func TestTooLargeForTheServer(t *testing.T) {
	api := serve(t, fixed(http.StatusRequestEntityTooLarge, "application/json", `{"id":"too_large","message":"File is too large"}`))
	api.Operations = uploading(fileOf(t, strings.Repeat("x", 8<<20)), "a.png")
	_, err := api.Create(context.Background(), "thing", nil)
	want := "create thing: HTTP 413: File is too large (too_large). What was sent is larger than the server, or a proxy before it, takes"
	if provider.KindOf(err) != provider.Refused || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// TestUploadIsStreamed sends 90 MB, most of them a hole in the file.
func TestUploadIsStreamed(t *testing.T) {
	const size = 90_000_000
	path := fileOf(t, "x")
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	var got int64
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.Copy(io.Discard, r.Body)
		fixed(201, "application/json", `{"data":{"id":7}}`)(w, r)
	})
	api.Operations = uploading(path, "a.png")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := api.Create(context.Background(), "thing", nil)
	runtime.ReadMemStats(&after)
	if err != nil || got < size {
		t.Fatalf("%d bytes arrived: %v", got, err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("%d bytes of memory were taken", grown)
	}
}
