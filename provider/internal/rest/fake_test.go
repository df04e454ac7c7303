package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// answer is a response being written.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) response(r *http.Request) *http.Response {
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.body), Request: r}
}

// FuzzText reads any JSON as a text and as an id, without a panic.
func FuzzText(f *testing.F) {
	for _, seed := range []string{`"a"`, `17`, `null`, `true`, `-0`, `1e400`, `"\u00e9\ud83d"`, `{}`, `[`, `""`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var text Text
		if json.Unmarshal(data, &text) != nil {
			return
		}
		if !text.Present {
			t.Error("read, and yet absent")
		}
		_, _ = text.ID()
		_ = text.Cty()
	})
}

// FuzzVendorMessage looks for words in any body.
func FuzzVendorMessage(f *testing.F) {
	f.Add("application/json", []byte(`{"errors":[{"message":["x"]}]}`))
	f.Add("text/html", []byte("<TITLE>İ</TITLE>"))
	f.Add("text/plain", []byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		if message := vendorMessage(&Answer{Type: kind, Body: body}); len([]rune(message)) > maxMessage+100 {
			t.Errorf("%d runes", len([]rune(message)))
		}
	})
}
