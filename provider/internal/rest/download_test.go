package rest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/provider"
)

// TestDownloads takes files, and what comes in their place.
func TestDownloads(t *testing.T) {
	for _, test := range []struct {
		name, kind string
		status     int
		body       string
		want       provider.Kind
		text       string // of the error, or the content
	}{
		{"a file", "image/PNG; x=y", 200, "content", provider.Failed, "content"},
		{"a file of no type", "-", 200, "content", provider.Failed, "content"},
		{"nothing", "image/png", 200, "", provider.NotFound, "the server sent no file"},
		{"no content", "", 204, "", provider.NotFound, "the server sent no file"},
		{"not there", "application/json", 404, `{"message":"no file"}`, provider.NotFound, "no file"},
		{"a no that says yes", "application/json", 200, `{"message":"no file"}`, provider.Refused, "no file (said in an answer with HTTP 200). Ask for it"},
		{"JSON", "application/json", 200, `{"good":true}`, provider.Malformed, "it is no file"},
		{"a page", "text/html", 200, "<title>Log in</title>", provider.Malformed, `a web page titled "Log in", and no file`},
		{"a page that is called an image", "image/png", 200, "<!DOCTYPE html><title>Log in</title>", provider.Malformed, "it is no file"},
		{"a page of no type", "-", 200, "<html><title>Log in</title>", provider.Malformed, "it is no file"},
		{"an image that is called a text", "text/plain", 200, "GIF89a, an image", provider.Failed, "GIF89a, an image"},
		{"an image that is called JSON", "application/json", 200, "\x89PNG\r\n\x1a\n", provider.Failed, "\x89PNG\r\n\x1a\n"},
		{"a teapot", "", 418, "short", provider.Refused, "short"},
		{"nowhere", "", 302, "", provider.Failed, "points elsewhere"},
		{"s3cret", "text/plain", 500, "s3cret words", provider.Unavailable, "(secret) words"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := serve(t, fixed(test.status, test.kind, test.body))
			a.Verdict = func(body []byte) int {
				if strings.Contains(string(body), "no file") {
					return http.StatusGone
				}
				return http.StatusOK
			}
			a.Remedies = map[int]string{http.StatusGone: "Ask for it"}
			var content bytes.Buffer
			file, err := a.Download(ctx, Request{Op: "get a file", Method: http.MethodGet, Path: "/file"}, &content)
			switch {
			case err == nil && (content.String() != test.text || file.Size != int64(content.Len()) || strings.Contains(file.Type, ";")):
				t.Errorf("%+v with %q", file, content.String())
			case err != nil && (provider.KindOf(err) != test.want || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("%v of kind %d, want %d with %q", err, provider.KindOf(err), test.want, test.text)
			}
		})
	}
	if _, err := (&API{}).Download(ctx, Request{Path: "/"}, nil); err == nil || !strings.Contains(err.Error(), "The id is empty") {
		t.Error(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := serve(t, fixed(200, "", "content")).Download(cancelled, Request{Path: "/file"}, nil); err != context.Canceled {
		t.Error(err)
	}
}

// TestFilesThatAreCut downloads one of which half comes.
func TestFilesThatAreCut(t *testing.T) {
	a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
	})
	_, err := a.Download(ctx, Request{Op: "get a file", Method: http.MethodGet, Path: "/file"}, &bytes.Buffer{})
	if provider.KindOf(err) != provider.Unavailable || !strings.Contains(err.Error(), "the connection was cut") {
		t.Error(err)
	}
}

// TestCallsThatThereAreNot asks for what an API has no call for.
func TestCallsThatThereAreNot(t *testing.T) {
	a := &API{Operations: map[string]*Operation{"thing": {Noun: [2]string{"thing", "things"}, Undying: true}}}
	_, createErr := a.Create(ctx, "thing", nil)
	_, updateErr := a.Update(ctx, "thing", "1", provider.Change{})
	for want, err := range map[string]error{
		"create thing. The API has no call that makes things; name one that is there":          createErr,
		"update thing 1. The API has no call that changes things; make a new one in its place": updateErr,
		"delete thing 1. The API has no call that deletes things; let go of it":                a.Delete(ctx, "thing", "1"),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if listing, err := a.List(ctx, "thing"); err != nil || len(listing.Objects) != 0 {
		t.Errorf("%v, %v", listing, err)
	}
}
