package sandbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type frontBench struct {
	front *Front
	calls atomic.Int64
	mu    sync.Mutex
	lines map[string]bool
}

func (b *frontBench) log(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines[line] = true
}

func newFront(t *testing.T, now func() time.Time, pairs ...string) *frontBench {
	t.Helper()
	given := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		given[pairs[i]] = pairs[i+1]
	}
	chosen, err := Choose(FrontSwitches(), given)
	if err != nil {
		t.Fatal(err)
	}
	b := &frontBench{lines: map[string]bool{}}
	b.front, err = NewFront(FrontOptions{Chosen: chosen, Store: mustZoo(t, StoreOptions{}).Store, Now: now,
		Log:    b.log,
		Refuse: func(w http.ResponseWriter, status int, message string) { http.Error(w, message, status) }})
	if err != nil {
		t.Fatal(err)
	}
	b.front.Handle(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b.calls.Add(1)
		fmt.Fprint(w, `{"data":1}`)
	}))
	return b
}

// TestFaultsByNumber lets requests go wrong and looks at what the client gets,
// whether the call was carried out, and what the log says.
func TestFaultsByNumber(t *testing.T) {
	b := newFront(t, nil, "faults", "2:503 3:cut-before 4:cut-after 5:cut-body 6:broken-json 7:html 8:slow=1ms *9:429 10:expire-tokens")
	var serving sync.WaitGroup
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		b.front.ServeHTTP(w, r)
	}))
	defer server.Close()
	token, _ := b.front.Tokens.Issue()
	var got []string
	for n := 1; n <= 10; n++ {
		before := b.calls.Load()
		// A connection of its own for each, as net/http repeats a GET on an old one.
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(server.URL + "/x?secret=1")
		text := "cut"
		if err == nil {
			body, bodyErr := io.ReadAll(response.Body)
			response.Body.Close()
			text = fmt.Sprint(response.StatusCode, " ", strings.TrimSpace(string(body)))
			if bodyErr != nil {
				text += " cut"
			}
		}
		if strings.Contains(text, "<html>") {
			text = "200 html"
		}
		got = append(got, fmt.Sprintf("%d %s %d", n, text, b.calls.Load()-before))
	}
	want := []string{`1 200 {"data":1} 1`, "2 503 this fault was asked for 0", "3 cut 0", "4 cut 1", `5 200 {"dat cut 1`,
		`6 200 {"dat 1`, "7 200 html 0", `8 200 {"data":1} 1`, "9 429 this fault was asked for 0", `10 200 {"data":1} 1`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if b.front.Tokens.Good(token) {
		t.Error("the token is still good")
	}
	serving.Wait() // one whose connection was cut may still be writing its line
	for _, line := range []string{"1 GET /x 200", "2 GET /x 503 (fault 503)", "4 GET /x 200 (fault cut-after)"} {
		if !b.lines[line] || len(b.lines) != 10 {
			t.Errorf("%q is missing in %v", line, b.lines)
		}
	}
}

func TestBudget(t *testing.T) {
	for choice, headers := range map[string][2]bool{"ratelimit": {true, false}, "both": {true, true}, "neither": {false, false}} {
		clock := time.Unix(1000, 0)
		b := newFront(t, func() time.Time { return clock }, "budget", "2/10s", "too_many", choice)
		serve := func() *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			b.front.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			return w
		}
		first := serve()
		clock = clock.Add(3500 * time.Millisecond)
		second, third := serve(), serve()
		if first.Header().Get("RateLimit") != "limit=2, remaining=1, reset=10" || second.Header().Get("RateLimit") != "limit=2, remaining=0, reset=7" {
			t.Errorf("%q, %q", first.Header(), second.Header())
		}
		if third.Code != 429 || (third.Header().Get("RateLimit") != "") != headers[0] || (third.Header().Get("Retry-After") == "7") != headers[1] {
			t.Errorf("%s: %d %q", choice, third.Code, third.Header())
		}
		clock = clock.Add(7 * time.Second)
		if again := serve(); again.Code != 200 {
			t.Errorf("in the next window: %d", again.Code)
		}
	}
}

func TestTokensExpire(t *testing.T) {
	clock := time.Unix(1000, 0)
	tokens := newFront(t, func() time.Time { return clock }, "token_life", "1m").front.Tokens
	token, life := tokens.Issue()
	if life != time.Minute || !tokens.Good(token) || tokens.Good("made up") {
		t.Error("a token is not what was issued")
	}
	clock = clock.Add(time.Minute)
	if tokens.Good(token) {
		t.Error("the token has not expired")
	}
}

func TestSwitchesAreChecked(t *testing.T) {
	for name, bad := range map[string]string{
		"faults": "17", "budget": "10", "too_many": "x", "delay": "-1s", "token_life": "x", "lists_lag": "5 minutes", "order": "x", "none": "x",
	} {
		if _, err := Choose(FrontSwitches(), map[string]string{name: bad}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s = %s: %v", name, bad, err)
		}
	}
	for _, plan := range []string{"0:500", "x:500", "1:200", "1:600", "1:slow=x", "1:", "1:melt"} {
		if checkFaults(plan) == nil {
			t.Errorf("the plan %q is taken", plan)
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

// FuzzFaults reads any plan, without a panic.
func FuzzFaults(f *testing.F) {
	f.Add("17:429 *20:500 25:slow=2s none")
	f.Fuzz(func(t *testing.T, plan string) {
		faults, err := parseFaults(plan)
		if err == nil {
			_ = at(faults, 20)
		}
	})
}
