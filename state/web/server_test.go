package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server keeps states as GitLab documents it for its managed state: versions are
// numbered by the serial in the text and never come twice, a locked state is written
// by the holder of the lock alone.
type server struct {
	*httptest.Server

	mu       sync.Mutex
	versions [][]byte
	serials  map[int64]bool
	lock     []byte // what was posted, nil while there is no lock

	// What makes it another server.
	silent bool // conflicts are answered without saying who holds the lock
	// before and after are called around what a request does; a status other than 0 is
	// the answer in its place, -1 cuts the connection.
	before, after func(r *http.Request) int
}

func newServer(t testing.TB) *server {
	s := &server{serials: map[int64]bool{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	before, after := s.before, s.after
	s.mu.Unlock()
	if replaced(w, r, before) {
		return
	}
	status, answer := s.handle(r, body)
	if replaced(w, r, after) {
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

func replaced(w http.ResponseWriter, r *http.Request, by func(*http.Request) int) bool {
	if by == nil {
		return false
	}
	switch status := by(r); status {
	case 0:
		return false
	case -1:
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(status)
		return true
	}
}

func (s *server) handle(r *http.Request, body []byte) (int, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch locking := strings.HasSuffix(r.URL.Path, "/lock"); {
	case locking && r.Method == http.MethodPost:
		if s.lock != nil {
			return s.conflict()
		}
		s.lock = body
		return 200, nil
	case locking && r.Method == http.MethodDelete:
		if s.lock != nil && id(s.lock) != id(body) && id(s.lock) != r.URL.Query().Get("ID") {
			return s.conflict()
		}
		s.lock = nil
		return 200, nil
	case locking:
		return 405, nil
	case r.Method == http.MethodGet && len(s.versions) == 0:
		return 404, nil
	case r.Method == http.MethodGet:
		return 200, s.versions[len(s.versions)-1]
	case r.Method == http.MethodPost:
		return s.post(r, body)
	}
	return 405, nil
}

func (s *server) post(r *http.Request, body []byte) (int, []byte) {
	var text struct{ Serial *int64 }
	if s.lock != nil && id(s.lock) != r.URL.Query().Get("ID") {
		return s.conflict()
	}
	if json.Unmarshal(body, &text) != nil || text.Serial == nil {
		return 400, []byte("serial is missing")
	}
	if s.serials[*text.Serial] {
		return 422, nil
	}
	s.serials[*text.Serial] = true
	s.versions = append(s.versions, body)
	return 200, nil
}

func (s *server) conflict() (int, []byte) {
	if s.silent {
		return 409, nil
	}
	return 423, s.lock
}

func id(lock []byte) string {
	var n struct{ ID string }
	_ = json.Unmarshal(lock, &n)
	return n.ID
}

// put puts a text in place past everything.
func (s *server) put(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions = append(s.versions, text)
}

// latest is the text that is there, nil for none.
func (s *server) latest() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.versions) == 0 {
		return nil
	}
	return s.versions[len(s.versions)-1]
}

func (s *server) disturb(before, after func(r *http.Request) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.after = before, after
}

// plain keeps a state as the documentation of Terraform's http backend says, and no
// more: with LOCK and UNLOCK at the state's own address, any serial, any id.
func plain(t testing.TB) *httptest.Server {
	var mu sync.Mutex
	var text, lock []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		switch r.Method {
		case "LOCK":
			if lock != nil {
				w.WriteHeader(423)
				_, _ = w.Write(lock)
				return
			}
			lock = body
		case "UNLOCK":
			lock = nil
		case http.MethodGet:
			_, _ = w.Write(text) // nothing, with 200, while there is none
		case http.MethodPost:
			text = body
		}
	}))
	t.Cleanup(s.Close)
	return s
}
