package s3_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// server keeps objects as S3 does: every write is seen at once, and conditions hold.
type server struct {
	mu      sync.Mutex
	objects map[string]stored
	now     time.Time
	deaf    string // the condition that it does not heed
}

type stored struct {
	text     string
	folded   string
	sse, kms string
	modified time.Time
}

func (o stored) etag() string {
	sum := md5.Sum([]byte(o.text))
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func newServer() *server {
	return &server{objects: map[string]stored{}, now: time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)}
}

func (s *server) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// keys are those that begin with prefix, in order.
func (s *server) keys(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys
}

func (s *server) text(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[key].text
}

// set writes an object past all conditions, as a person would.
func (s *server) set(key, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = stored{text: text, modified: s.now}
}

func (s *server) delete(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
}

// What may become of a request.
type fate int

const (
	arrives  fate = iota
	cut           // the connection is gone before it arrives
	lost          // it is done, and the answer is lost
	late          // the connection is gone, and the request arrives when deliver is called
	dead          // whoever sent it is dead: nothing of it arrives any more
	refused       // 403
	unknown       // 501
	broken        // 500
	busy          // 503
	conflict      // 409
	moved         // 301
	noBucket      // 404
	badName       // 400
)

// door is where one process reaches the server; fate decides what becomes of each of
// its requests, nil lets all arrive.
type door struct {
	*httptest.Server
	mu       sync.Mutex
	fate     func(n int, r *http.Request) fate
	requests int
	longest  int // of the bodies that were put
	kept     []func()
}

// deliver has all requests arrive that are late.
func (d *door) deliver() {
	d.mu.Lock()
	kept := d.kept
	d.kept = nil
	d.mu.Unlock()
	for _, arrive := range kept {
		arrive()
	}
}

func (s *server) door(t interface{ Cleanup(func()) }, decide func(n int, r *http.Request) fate) *door {
	d := &door{fate: decide}
	d.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.serve(s, w, r) }))
	d.Config.ErrorLog = log.New(io.Discard, "", 0) // aborted answers are what the test wants
	d.Start()
	t.Cleanup(d.Close)
	return d
}

func (d *door) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.requests
}

// decide changes what becomes of requests from now on.
func (d *door) decide(f func(n int, r *http.Request) fate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fate, d.requests = f, 0
}

func (d *door) serve(s *server, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	d.mu.Lock()
	d.requests++
	d.longest = max(d.longest, len(body))
	n, decide := d.requests, d.fate
	d.mu.Unlock()
	what := arrives
	if decide != nil {
		what = decide(n, r)
	}
	fail := func(status int, code string) { failed(w, status, code) }
	switch what {
	case arrives:
		s.answer(w, r, string(body))
	case cut:
		panic(http.ErrAbortHandler)
	case lost:
		s.answer(httptest.NewRecorder(), r, string(body))
		panic(http.ErrAbortHandler)
	case late:
		d.mu.Lock()
		d.kept = append(d.kept, func() { s.answer(httptest.NewRecorder(), r, string(body)) })
		d.mu.Unlock()
		panic(http.ErrAbortHandler)
	case dead:
		fail(http.StatusBadRequest, "Dead")
	case refused:
		fail(http.StatusForbidden, "AccessDenied")
	case unknown:
		fail(http.StatusNotImplemented, "NotImplemented")
	case broken:
		fail(http.StatusInternalServerError, "InternalError")
	case busy:
		fail(http.StatusServiceUnavailable, "SlowDown")
	case conflict:
		fail(http.StatusConflict, "ConditionalRequestConflict")
	case moved:
		w.Header().Set("X-Amz-Bucket-Region", "eu-north-1")
		fail(http.StatusMovedPermanently, "PermanentRedirect")
	case noBucket:
		fail(http.StatusNotFound, "NoSuchBucket")
	case badName:
		fail(http.StatusBadRequest, "InvalidBucketName")
	}
}

func failed(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>as the test wants it</Message></Error>", code)
}

func (s *server) answer(w http.ResponseWriter, r *http.Request, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Date", s.now.Format(http.TimeFormat))
	key, inside := strings.CutPrefix(r.URL.Path, "/org/")
	switch {
	case r.Method == http.MethodGet && (!inside || key == ""):
		s.list(w, r.URL.Query())
	case r.Method == http.MethodGet:
		s.get(w, key)
	case r.Method == http.MethodPut:
		s.put(w, r, key, body)
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		failed(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

func (s *server) get(w http.ResponseWriter, key string) {
	o, ok := s.objects[key]
	if !ok {
		failed(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("ETag", o.etag())
	w.Header().Set("Last-Modified", o.modified.Format(http.TimeFormat))
	if o.folded != "" {
		w.Header().Set("X-Amz-Meta-Espalier-Folded", o.folded)
	}
	if o.sse != "" {
		w.Header().Set("X-Amz-Server-Side-Encryption", o.sse)
	}
	_, _ = io.WriteString(w, o.text)
}

func (s *server) put(w http.ResponseWriter, r *http.Request, key, body string) {
	o, there := s.objects[key]
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match != "" && s.deaf == "If-Match", none != "" && s.deaf == "If-None-Match":
	case match != "" && !there:
		failed(w, http.StatusNotFound, "NoSuchKey")
		return
	case match != "" && match != o.etag(), none == "*" && there:
		failed(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	o = stored{text: body, modified: s.now, folded: r.Header.Get("X-Amz-Meta-Espalier-Folded"),
		sse: r.Header.Get("X-Amz-Server-Side-Encryption"), kms: r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")}
	s.objects[key] = o
	w.Header().Set("ETag", o.etag())
}

// pageSize is small, so that lists have pages.
const pageSize = 3

func (s *server) list(w http.ResponseWriter, q url.Values) {
	type content struct {
		Key          string
		LastModified string
		ETag         string
		Size         int
	}
	page := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Contents              []content
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
	}{}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if !strings.HasPrefix(key, q.Get("prefix")) || key <= q.Get("continuation-token") {
			continue
		}
		if len(page.Contents) == pageSize {
			page.IsTruncated, page.NextContinuationToken = true, page.Contents[pageSize-1].Key
			break
		}
		o := s.objects[key]
		page.Contents = append(page.Contents, content{Key: key, LastModified: o.modified.Format(time.RFC3339), ETag: o.etag(), Size: len(o.text)})
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(page)
}
