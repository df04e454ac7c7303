package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// frontBench is a Front before a handler that remembers what it carried out.
type frontBench struct {
	*Front
	t       testing.TB
	carried chan string   // gets the body of each request that is carried out
	seen    chan Exchange // gets each request that is over
	lines   chan string   // gets each line of the log
}

// newFront makes a Front with these switches. adapt may change its options.
func newFront(t testing.TB, adapt func(*FrontOptions), pairs ...string) *frontBench {
	t.Helper()
	given := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		given[pairs[i]] = pairs[i+1]
	}
	chosen, err := Choose(FrontSwitches(), given)
	if err != nil {
		t.Fatal(err)
	}
	b := &frontBench{t: t, carried: make(chan string, 100), seen: make(chan Exchange, 100), lines: make(chan string, 100)}
	o := FrontOptions{Chosen: chosen, Store: mustZoo(t, StoreOptions{}).Store,
		Log:     func(line string) { b.lines <- line },
		Observe: func(x Exchange) { b.seen <- x },
		Refuse:  func(w http.ResponseWriter, status int, message string) { http.Error(w, message, status) }}
	if adapt != nil {
		adapt(&o)
	}
	if b.Front, err = NewFront(o); err != nil {
		t.Fatal(err)
	}
	b.Handle(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"data":1}`)
		b.carried <- string(body)
	}))
	return b
}

// at sets the clock of a Front.
func at(clock *time.Time) func(*FrontOptions) {
	return func(o *FrontOptions) { o.Now = func() time.Time { return *clock } }
}

// listen serves the Front on loopback until the test ends.
func (b *frontBench) listen() (url string) {
	server := httptest.NewServer(b)
	b.t.Cleanup(func() {
		b.Close()
		server.Close()
	})
	return server.URL
}

// post sends a POST on a connection of its own and says in words what came back.
func post(ctx context.Context, url, body string) string {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	response, err := client.Do(request)
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case err != nil:
		return "cut"
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	said := strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", strings.TrimSpace(string(text))))
	if err != nil {
		said += " cut"
	}
	return said
}

// serve serves one request without a connection.
func (b *frontBench) serve() *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	return w
}

func TestSwitchesAreChecked(t *testing.T) {
	for name, bad := range map[string]string{
		"faults": "17", "budget": "10", "too_many": "x", "delay": "-1s", "token_life": "x", "lists_lag": "5 minutes", "singles_lag": "0 calls", "lag_jitter": "x",
		"budget_header": "x", "token_calls": "-1", "token_refused_after": "1.5", "order": "x", "none": "x",
	} {
		if _, err := Choose(FrontSwitches(), map[string]string{name: bad}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s = %s: %v", name, bad, err)
		}
	}
	for _, s := range FrontSwitches() {
		for _, value := range s.Values {
			if _, err := Choose(FrontSwitches(), map[string]string{s.Name: value}); err != nil {
				t.Errorf("its own value: %v", err)
			}
		}
		if s.Meaning == "" {
			t.Errorf("%s says nothing of what it means", s.Name)
		}
	}
}

func TestServe(t *testing.T) {
	server, err := Serve(Loopback, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(server.URL)
	if err != nil || response.StatusCode != 404 {
		t.Fatal(response, err)
	}
	response.Body.Close()
	if _, err := Serve(strings.TrimPrefix(server.URL, "http://"), nil); err == nil || !strings.Contains(err.Error(), "Choose another address") {
		t.Errorf("an address in use: %v", err)
	}
	if err := server.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(server.URL); err == nil {
		t.Error("it still answers")
	}
}

func TestPageNumbers(t *testing.T) {
	for _, test := range []struct {
		page, size   string
		number, each int
		ok           bool
	}{
		{"", "", 1, 50, true}, {"3", "7", 3, 7, true}, {"0", "", 0, 0, false}, {"x", "", 0, 0, false},
		{"", "0", 0, 0, false}, {"", "-1", 0, 0, false}, {"99999999999", "", 0, 0, false},
	} {
		number, each, ok := ParsePage(test.page, test.size, 50)
		if number != test.number || each != test.each || ok != test.ok {
			t.Errorf("%q %q: %d %d %v", test.page, test.size, number, each, ok)
		}
	}
}
