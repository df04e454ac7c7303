package motimate

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/espalier-dev/espalier/provider"
)

const uploadType = "multipart/form-data; boundary=b"

// uploaded is a call that uploads a file, for a story.
func uploaded(name, kind, content string) string {
	return `POST /public_api/files multipart:` + part(fmt.Sprintf(`form-data; name="file"; filename="%s"`, name), kind, content) + lastPart
}

// part is one part of a body, and lastPart ends the body.
func part(disposition, kind, content string) string {
	head := "--b\r\nContent-Disposition: " + disposition + "\r\n"
	if kind != "" {
		head += "Content-Type: " + kind + "\r\n"
	}
	return head + "\r\n" + content + "\r\n"
}

const lastPart = "--b--\r\n"

// zeros90MB is the checksum of that many zeros.
const zeros90MB = "f15d9a7c663261b334bd38c916fe113f28854a5c32742c67e865c824ab0ee83b"

// TestFiles holds what the sandbox takes of files and what it refuses.
func TestFiles(t *testing.T) {
	const named, files = `form-data; name="file"; filename="a.png"`, `POST /public_api/files multipart:`
	good := part(named, "image/png", "abc")
	rawSandbox(t).tell(story{
		{`GET /public_api/files`, 200, `{"data":[]}`},
		{files + good + lastPart, 201, `{"data":{"id":1,"name":"a.png","content_type":"image/png","size":3}}`},
		{files + good + lastPart + "the epilogue", 201, `"id":2,"name":"a.png"`},
		{files + "the preamble\r\n" + good + lastPart, 201, `"id":3,"name":"a.png"`},
		{uploaded(`a \"b\" \\ ø.txt`, "text/plain; charset=utf-8", "-b\r"), 201, `"name":"a \"b\" \\ ø.txt","content_type":"text/plain; charset=utf-8","size":3}`},
		{uploaded(`../up/x.txt`, "text/plain", "\r\n"), 201, `"name":"x.txt","content_type":"text/plain","size":2`},
		{files + part(`form-data; name="file"; filename*=UTF-8''%c3%b8.txt`, "text/plain", "x") + lastPart, 201, `"name":"ø.txt"`},

		{`POST /public_api/files {"name":"a.png"}`, 422, `the body is not multipart/form-data with a boundary`},
		{files, 422, `file is missing`},
		{files + lastPart, 422, `file is missing`},
		{files + good, 422, `the body cannot be read`},
		{files + good[:len(good)-4], 422, `the body cannot be read`},
		{files + part(named, "image/png", "") + lastPart, 422, `the file is empty`},
		{files + part(`form-data; name="upload"; filename="a.png"`, "image/png", "abc") + lastPart, 422, `there is no field \"upload\"`},
		{files + part(`form-data; name="file"`, "image/png", "abc") + lastPart, 422, `the file has no name`},
		{files + part(`form-data; name="file"; filename="a/"`, "image/png", "abc") + lastPart, 201, `"name":"a"`},
		{files + part(`form-data; name="file"; filename="/"`, "image/png", "abc") + lastPart, 422, `the file has no name`},
		{files + part("form-data; name=\"file\"; filename=\"\xff.png\"", "image/png", "abc") + lastPart, 422, `the file has no name`},
		{files + part(named, "", "abc") + lastPart, 422, `the file has no content type`},
		{files + part(`attachment; name="file"; filename="a.png"`, "image/png", "abc") + lastPart, 422, `a part is no form-data`},
		{files + good + good + lastPart, 422, `there is more than one part`},
		{files + good + part(`form-data; name="title"`, "", "x") + lastPart, 422, `there is more than one part`},
		{files + good + lastPart + strings.Repeat("x", 2*uploadFrame), 422, `there is something behind the last part`},

		{`GET /public_api/files/1`, 200, `{"data":{"id":1,"name":"a.png","content_type":"image/png","size":3}}`},
		{`GET /public_api/files?page=2&per_page=1`, 200, `{"data":[{"id":2,`},
		{`GET /public_api/files?filter[created_at_gt]=2999-01-01T00:00:00Z`, 200, `{"data":[]}`},
		{`PATCH /public_api/files/1 {"name":"b.png"}`, 404, `there is no PATCH /public_api/files/1`},
		{`GET /public_api/files/99`, 404, `there is no such file`},
		{`DELETE /public_api/files/1`, 204, ``},
		{`DELETE /public_api/files/1`, 404, `there is no such file`},
		{`GET /public_api/files/1`, 404, `there is no such file`},
	})
}

// spool is a body of one file, made as it is read, which says how much was read.
type spool struct {
	io.Reader
	size int64
	read atomic.Int64
}

func newSpool(kind string, size int64) *spool {
	whole := part(`form-data; name="file"; filename="long"`, kind, "")
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

// TestFileLimits: what is too large is refused as soon as it is seen.
func TestFileLimits(t *testing.T) {
	s, err := NewSandbox(provider.SandboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{t: t, server: httptest.NewServer(s)}
	t.Cleanup(r.server.Close)
	r.login(s)
	for _, test := range []struct {
		kind      string
		size      int64
		announced bool
		status    int
		most      int64 // that is read
	}{
		{"image/png", 40e6, true, 201, 41e6},
		{"image/png", 40e6 + 1, true, 413, 41e6},
		{"image/png", 41e6, true, 413, 1e5},
		{"application/pdf", 41e6, false, 201, 42e6},
		{"video/mp4", 101e6, true, 413, 1e5},
		{"video/mp4", 1e12, true, 413, 1e5},
	} {
		body := newSpool(test.kind, test.size)
		request := httptest.NewRequest(http.MethodPost, "/public_api/files", body)
		request.ContentLength = -1
		if test.announced {
			request.ContentLength = body.size
		}
		request.Header.Set("Content-Type", uploadType)
		request.Header.Set("Authorization", "Bearer "+r.token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, request)
		if w.Code != test.status || body.read.Load() > test.most {
			t.Errorf("%+v: %d after %d bytes: %s", test, w.Code, body.read.Load(), w.Body)
		}
		if w.Code == 413 && w.Body.String() != `{"id":"request_entity_too_large","message":"the file is too large","status":413}` {
			t.Error(w.Body)
		}
	}
	r.tell(story{{`GET /public_api/files`, 200, `"size":41000000`}})
	// And over a connection, to a client that is not done with sending.
	body := newSpool("image/png", 90e6)
	if status, answer := r.send(http.MethodPost, "/public_api/files", uploadType, body, -1); status != 413 || body.read.Load() > 50e6 {
		t.Errorf("%d %s after %d bytes", status, answer, body.read.Load())
	}
}

// TestUploadsTakeNoMemory uploads a large file while somebody looks on and while
// it is carried out late.
func TestUploadsTakeNoMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for fault, status := range map[string]int{"none": 201, "POST/files#1:late=0s": 0} {
		var seen []provider.Exchange
		r, s := tokenless(t, provider.SandboxOptions{Behaviour: map[string]string{"faults": fault, "file_checksum": "present"},
			Observe: func(x provider.Exchange) { seen = append(seen, x) }})
		r.login(s)
		body := newSpool("video/mp4", 90e6)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := r.try(body)
		s.front.Close()
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 10e6 {
			t.Errorf("%s: %d bytes were allocated", fault, grown)
		}
		x := seen[len(seen)-1]
		if got != status || x.Status != 201 || !x.Partial || len(x.Body) != 1<<20 || !strings.Contains(string(x.Answer),
			`"size":90000000,"sha256":"`+zeros90MB) {
			t.Errorf("%s: %d, %d %s, %d bytes shown, partial: %v", fault, got, x.Status, x.Answer, len(x.Body), x.Partial)
		}
	}
}

// try uploads a body and returns the status, 0 where no answer comes.
func (r *raw) try(body *spool) int {
	request, err := http.NewRequest(http.MethodPost, r.server.URL+"/public_api/files", body)
	if err != nil {
		r.t.Fatal(err)
	}
	request.ContentLength = body.size
	request.Header.Set("Authorization", "Bearer "+r.token)
	request.Header.Set("Content-Type", uploadType)
	response, err := r.server.Client().Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

// TestOldStore opens a store from before there were posts and files.
func TestOldStore(t *testing.T) {
	dir := t.TempDir()
	const log = `{"sandbox":1,"store":"0123","next":{"groups":5,"positions":3,"users":7}}
{"at":1,"rows":[{"t":"users","i":1,"v":{"e":"admin@example.org","r":"organization_admin","c":1,"u":1}}]}
{"at":2,"rows":[{"t":"groups","i":1,"v":{"n":"Acme","l":1,"c":2,"u":2}}]}
`
	if err := os.WriteFile(filepath.Join(dir, "data.log"), []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, steps := range []story{
		{{`GET /public_api/groups`, 200, `"name":"Acme"`}, {`GET /public_api/posts`, 200, `{"data":[]}`},
			{uploaded("a.png", "image/png", "abc"), 201, `"id":1`}, {helloIn("[1]", "[1]"), 201, `"id":1`},
			{oslo, 201, `"id":5`}, {`DELETE /public_api/posts/1`, 204, ``}, {`DELETE /public_api/groups/5`, 204, ``}},
		{{helloIn("[1]", "[1]"), 201, `"id":2`}, {`GET /public_api/files/1`, 200, `"size":3`}},
	} {
		r, s := tokenless(t, provider.SandboxOptions{Dir: dir})
		if s.StoreID() != "0123" {
			t.Error(s.StoreID())
		}
		r.login(s)
		r.tell(steps)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
