package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// keeper is a server that keeps one state, as those do that speak the protocol of
// Terraform's http backend. It is strict: what is written must come from the holder of
// the lock, and no version is taken twice.
type keeper struct {
	mu     sync.Mutex
	text   []byte
	holder []byte         // what the holder of the lock wrote, nil while it is free
	fails  map[string]int // by method: the status that is answered instead
	writes int
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if status := k.fails[r.Method]; status != 0 {
		http.Error(w, "trouble", status)
		return
	}
	status, answer := k.serve(r, body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

func (k *keeper) serve(r *http.Request, body []byte) (status int, answer []byte) {
	switch methodOf(r) {
	case http.MethodGet:
		if k.text == nil {
			return http.StatusNotFound, nil
		}
		return http.StatusOK, k.text
	case "LOCK":
		if k.holder != nil {
			return http.StatusLocked, k.holder
		}
		k.holder = body
	case "UNLOCK":
		if lockID(body) != lockID(k.holder) {
			return http.StatusConflict, k.holder
		}
		k.holder = nil
	case http.MethodPost:
		switch {
		case k.holder == nil || r.URL.Query().Get("ID") != lockID(k.holder):
			return http.StatusConflict, k.holder
		case k.text != nil && serialOf(body) <= serialOf(k.text) && !bytes.Equal(body, k.text):
			return http.StatusUnprocessableEntity, []byte(`"this version is there already"`)
		}
		k.text = body
		k.writes++
	default:
		return http.StatusMethodNotAllowed, nil
	}
	return http.StatusOK, nil
}

// methodOf is the method as the protocol has it by itself. Where the lock has an address
// of its own, as at GitLab's, it is taken there by POST and given back by DELETE.
func methodOf(r *http.Request) string {
	if ofLock := map[string]string{http.MethodPost: "LOCK", http.MethodDelete: "UNLOCK"}[r.Method]; ofLock != "" && path.Base(r.URL.Path) == "lock" {
		return ofLock
	}
	return r.Method
}

// free is what a person does for the lock of a run that is dead.
func (k *keeper) free() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.holder = nil
}

// fail has every request of a method answered with a status; 0 ends that.
func (k *keeper) fail(method string, status int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fails[method] = status
}

func lockID(text []byte) string {
	var lock struct{ ID string }
	_ = json.Unmarshal(text, &lock) // what is none has no id
	return lock.ID
}

func serialOf(text []byte) uint64 {
	var state struct{ Serial uint64 }
	_ = json.Unmarshal(text, &state)
	return state.Serial
}

func newKeeper() *keeper { return &keeper{fails: map[string]int{}} }

// TestKeeper holds the keeper itself to what the kinds of state rely on.
func TestKeeper(t *testing.T) {
	k := newKeeper()
	for n, c := range []struct {
		method, query, body string
		status              int
	}{
		{"GET", "", "", 404},
		{"POST", "?ID=a", `{"serial":1}`, 409},
		{"LOCK", "", `{"ID":"a"}`, 200},
		{"LOCK", "", `{"ID":"b"}`, 423},
		{"POST", "?ID=b", `{"serial":1}`, 409},
		{"POST", "?ID=a", `{"serial":1}`, 200},
		{"POST", "?ID=a", `{"serial":1,"x":1}`, 422},
		{"UNLOCK", "", `{"ID":"b"}`, 409},
		{"UNLOCK", "", `{"ID":"a"}`, 200},
		{"GET", "", "", 200},
		{"DELETE", "", "", 405},
	} {
		answer := httptest.NewRecorder()
		k.ServeHTTP(answer, httptest.NewRequest(c.method, "/"+c.query, bytes.NewBufferString(c.body)))
		if answer.Code != c.status {
			t.Errorf("%d. %s: %d, want %d", n+1, c.method, answer.Code, c.status)
		}
	}
}

// keepersKey is where a story keeps its keepers, by name.
type keepersKey struct{}

// startKeeper NAME serves a state until the story ends; TF_HTTP_ADDRESS and NAME_URL
// lead there. With "fails METHOD STATUS" it answers a method with that status from then
// on, 0 ending that; "holder VAR" sets a variable to the id of the lock.
func startKeeper(ts *testscript.TestScript, neg bool, args []string) {
	keepers := ts.Value(keepersKey{}).(map[string]*keeper)
	switch {
	case neg || len(args) == 0:
	case len(args) == 1:
		k := newKeeper()
		keepers[args[0]] = k
		server := httptest.NewServer(k)
		ts.Defer(server.Close)
		ts.Setenv("TF_HTTP_ADDRESS", server.URL)
		ts.Setenv(args[0]+"_URL", server.URL)
		return
	case keepers[args[0]] == nil:
		ts.Fatalf("no keeper %q was started", args[0])
	case len(args) == 4 && args[1] == "fails":
		status, err := strconv.Atoi(args[3])
		ts.Check(err)
		keepers[args[0]].fail(args[2], status)
		return
	case len(args) == 3 && args[1] == "holder":
		k := keepers[args[0]]
		k.mu.Lock()
		defer k.mu.Unlock()
		ts.Setenv(args[2], lockID(k.holder))
		return
	case len(args) == 2 && args[1] == "writes":
		k := keepers[args[0]]
		k.mu.Lock()
		defer k.mu.Unlock()
		fmt.Fprintln(ts.Stdout(), k.writes)
		k.writes = 0
		return
	}
	ts.Fatalf("usage: keeper NAME [fails METHOD STATUS | holder VAR | writes]")
}
