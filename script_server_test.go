package main

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
)

// serversKey is where a story keeps the servers it started, by name.
type serversKey struct{}

// server is an embedded server with a gate before it.
type server struct {
	http.Handler
	url     string
	served  *sandbox.Server // nil while it is gone
	request *provider.TokenRequest
	token   string // fetched when the story first calls

	mu     sync.Mutex
	counts map[string]int // the calls since they were last counted
	gate   *regexp.Regexp // which calls are held, nil for none
	open   chan struct{}  // closed when they are let go
	held   chan struct{}  // gets one for each call that is held
}

// storyHeader marks the calls of the story itself, which are neither counted
// nor held.
const storyHeader = "X-Story"

// numbers are the ids in paths.
var numbers = regexp.MustCompile(`/([0-9]+|U[0-9A-Za-z]{22})\b`)

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(storyHeader) != "" {
		s.Handler.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	s.counts[r.Method+" "+numbers.ReplaceAllString(r.URL.Path, "/*")]++
	gate, open := s.gate, s.open
	s.mu.Unlock()
	if gate != nil && gate.MatchString(r.Method+" "+r.URL.Path) {
		s.held <- struct{}{}
		select {
		case <-open:
		case <-r.Context().Done():
			return
		}
	}
	s.Handler.ServeHTTP(w, r)
}

func serverOf(ts *testscript.TestScript, name string) *server {
	s := ts.Value(serversKey{}).(map[string]*server)[name]
	if s == nil {
		ts.Fatalf("no server %q was started", name)
	}
	return s
}

// startServer NAME VENDOR [SWITCH=VALUE...] serves a vendor's sandbox until the
// story ends. The environment has its address and credentials from then on, as
// VENDOR_BASE_URL and so on, and NAME_URL.
func startServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: server NAME VENDOR [SWITCH=VALUE...]")
	}
	i := slices.IndexFunc(all.Providers(), func(p provider.Provider) bool { return p.Name() == args[1] })
	if i < 0 {
		ts.Fatalf("no vendor %q", args[1])
	}
	s := &server{counts: map[string]int{}, held: make(chan struct{}, 1000)}
	o := provider.SandboxOptions{Behaviour: map[string]string{}}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		o.Behaviour[name] = value
	}
	o.Observe = asDescribed(args[1], ts.Value(breachesKey{}).(*breaches).add)
	handler, err := all.Providers()[i].Sandbox(o)
	ts.Check(err)
	s.Handler = handler
	served, err := sandbox.Serve(sandbox.Loopback, s)
	ts.Check(err)
	ts.Defer(func() {
		s.release()
		s.stop()
		_ = handler.Close()
	})
	s.url, s.served = served.URL, served
	s.request = handler.Token(served.URL)
	ts.Value(serversKey{}).(map[string]*server)[args[0]] = s
	ts.Setenv(args[0]+"_URL", s.url)
	vendor := strings.ToUpper(args[1])
	for _, setting := range handler.Credentials(s.url) {
		ts.Setenv(vendor+"_"+strings.ToUpper(setting[0]), setting[1])
	}
}

// loseServer NAME has a server gone: all connections are cut, and no call reaches
// it any more.
func loseServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gone NAME")
	}
	serverOf(ts, args[0]).stop()
}

func (s *server) stop() {
	if s.served == nil {
		return
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.served.Close(now)
	s.served = nil
}

// returnServer NAME has a lost server back where it was, with what it had.
func returnServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: back NAME")
	}
	s := serverOf(ts, args[0])
	served, err := sandbox.Serve(strings.TrimPrefix(s.url, "http://"), s)
	ts.Check(err)
	s.served = served
}

// holdCalls NAME REGEXP lets no call whose "METHOD PATH" matches through to a
// server before release.
func holdCalls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hold NAME REGEXP")
	}
	s := serverOf(ts, args[0])
	gate, err := regexp.Compile(args[1])
	ts.Check(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate, s.open = gate, make(chan struct{})
}

// awaitHeld NAME waits until a call is held.
func awaitHeld(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: held NAME")
	}
	select {
	case <-serverOf(ts, args[0]).held:
	case <-time.After(time.Minute):
		ts.Fatalf("no call was held")
	}
}

// releaseCalls NAME lets the held calls go, and all later ones through.
func releaseCalls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: release NAME")
	}
	serverOf(ts, args[0]).release()
}

func (s *server) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate != nil {
		close(s.open)
		s.gate = nil
	}
}
