package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestEachFault sends one request under each fault and looks at it from all
// sides: what the client gets, whether the handler carried it out, what an
// observer is told, and the line of the log.
func TestEachFault(t *testing.T) {
	const whole = `{"data":1}`
	for _, test := range []struct {
		fault, client string
		status        int // 0 for not carried out
		line          string
		delivered     bool
	}{
		{"2:500", "201 " + whole, 201, "1 POST /x 201", true},
		{"1:503", "503 this fault was asked for", 0, "1 POST /x 503 (fault 503)", false},
		{"1:429", "429 this fault was asked for", 0, "1 POST /x 429 (fault 429)", false},
		{"1:502-after", "502 this fault was asked for", 201, "1 POST /x 502 (fault 502-after)", false},
		{"1:cut-before", "cut", 0, "1 POST /x 0 (fault cut-before)", false},
		{"1:cut-after", "cut", 201, "1 POST /x 201 (fault cut-after)", false},
		{"1:cut-body", `201 {"dat cut`, 201, "1 POST /x 201 (fault cut-body)", false},
		{"1:broken-json", `201 {"dat`, 201, "1 POST /x 201 (fault broken-json)", false},
		{"1:empty", "201", 201, "1 POST /x 201 (fault empty)", false},
		{"1:html", "200 <!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>", 0, "1 POST /x 200 (fault html)", false},
		{"1:slow=1ms", "201 " + whole, 201, "1 POST /x 201 (fault slow)", true},
		{"1:slow=0s 1:503", "503 this fault was asked for", 0, "1 POST /x 503 (fault slow+503)", false},
	} {
		t.Run(test.fault, func(t *testing.T) {
			b := newFront(t, nil, "faults", test.fault)
			if got := post(t.Context(), b.listen()+"/x?secret=1", "ask"); got != test.client {
				t.Errorf("the client got %q, want %q", got, test.client)
			}
			b.Close()
			want := Exchange{Number: 1, Method: "POST", Path: "/x", Query: "secret=1", Body: []byte("ask"),
				Status: test.status, Delivered: test.delivered}
			if test.status != 0 {
				want.Answer = []byte(whole)
			}
			_, want.Fate, _ = strings.Cut(strings.TrimSuffix(test.line, ")"), "(fault ")
			if diff := cmp.Diff(want, <-b.seen); diff != "" {
				t.Error(diff)
			}
			if line := <-b.lines; line != test.line {
				t.Errorf("the log says %q, want %q", line, test.line)
			}
			if carried := len(b.carried) == 1; carried != (test.status != 0) {
				t.Errorf("carried out: %v", carried)
			}
		})
	}
}

func TestTokensExpireByFault(t *testing.T) {
	b := newFront(t, nil, "faults", "1:expire-tokens")
	token, _, _ := b.Tokens.Issue()
	if b.serve(); b.Tokens.Use(token) {
		t.Error("the token is still good")
	}
}

// TestHanging: a client that gets no answer goes away, and then the request is over.
func TestHanging(t *testing.T) {
	for fault, status := range map[string]int{"hang": 0, "hang-after": 201} {
		b := newFront(t, nil, "faults", "1:"+fault)
		come := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			close(come)
			b.ServeHTTP(w, r)
		}))
		ctx, cancel := context.WithCancel(t.Context())
		client := make(chan string, 1)
		go func() { client <- post(ctx, server.URL, "ask") }()
		<-come
		if fault == "hang-after" {
			<-b.carried
		}
		cancel()
		if got := <-client; got != "cancelled" {
			t.Errorf("%s: the client got %q", fault, got)
		}
		if x := <-b.seen; x.Status != status || x.Delivered || x.Fate != fault {
			t.Errorf("%s: %+v", fault, x)
		}
		if len(b.carried) != 0 {
			t.Errorf("%s: carried out", fault)
		}
		server.Close()
	}
}

// TestCloseEndsWhatHangs: nobody who stops a server has to wait for it.
func TestCloseEndsWhatHangs(t *testing.T) {
	b := newFront(t, nil, "faults", "1:hang-after")
	client := make(chan string, 1)
	url := b.listen()
	go func() { client <- post(context.Background(), url, "ask") }()
	<-b.carried
	b.Close()
	if got := <-client; got != "cut" {
		t.Errorf("the client got %q", got)
	}
	if w := b.serve(); w.Code != 503 || b.Requests() != 1 {
		t.Errorf("a closed server answers %d", w.Code)
	}
}

// TestLate: the client is sent away at once, and the request is carried out when
// its time has come, even though nobody listens, or never if the server ends.
func TestLate(t *testing.T) {
	for _, ends := range []bool{false, true} {
		timer, asked := make(chan time.Time), make(chan time.Duration, 1)
		b := newFront(t, func(o *FrontOptions) {
			o.After = func(d time.Duration) <-chan time.Time { asked <- d; return timer }
		}, "faults", "POST#1:late=7s")
		if got := post(t.Context(), b.listen(), "ask"); got != "cut" {
			t.Errorf("the client got %q", got)
		}
		if d := <-asked; d != 7*time.Second || len(b.carried) != 0 || len(b.seen) != 0 {
			t.Errorf("after %v: %d carried out, %d over", d, len(b.carried), len(b.seen))
		}
		status := 0
		if ends {
			b.Close()
		} else {
			timer <- time.Time{}
			status = 201
			if body := <-b.carried; body != "ask" {
				t.Errorf("%q was carried out", body)
			}
		}
		if x := <-b.seen; x.Status != status || x.Fate != "late" || x.Delivered || len(b.carried) != 0 {
			t.Errorf("%+v", x)
		}
	}
}

// TestPlaces tells which of some requests a fault meets.
func TestPlaces(t *testing.T) {
	requests := []string{"POST /oauth/token", "GET /api/users", "POST /api/users", "PATCH /api/users/7", "POST /api/groups",
		"POST /api/users", "GET /api/users_old/1", "PATCH /api/users/8", "DELETE /api/groups/9", "POST /api/users"}
	for plan, want := range map[string][]int{
		"none":                           nil,
		"3:500":                          {3},
		"*4:500":                         {4, 8},
		"POST#1:500":                     {1},
		"*POST#2:500":                    {3, 6},
		"POST/users#2:500":               {6},
		"*POST/users#1:500":              {3, 6, 10},
		"/users#4:500":                   {6},
		"*/groups#1:500":                 {5, 9},
		"PATCH/users#2:500":              {8},
		"PATCH/users/8#1:500":            {8},
		"POST/oauth#1:500 DELETE#1:500":  {1, 9},
		"PUT#1:500":                      nil,
		"1:500 POST#1:cut-after\n2:slow": {1, 1, 2},
	} {
		s, err := newSchedule(plan)
		if err != nil {
			t.Error(err)
			continue
		}
		var got []int
		for _, request := range requests {
			method, path, _ := strings.Cut(request, " ")
			number, hit := s.next(httptest.NewRequest(method, path, nil))
			got = append(got, slices.Repeat([]int{number}, len(hit))...)
		}
		if diff := cmp.Diff(want, got); diff != "" || s.requests() != len(requests) {
			t.Errorf("%s: %s", plan, diff)
		}
	}
}

// TestFaultsThatCannotBe holds that a plan with a mistake is refused, in words
// that help.
func TestFaultsThatCannotBe(t *testing.T) {
	const place, which, kind = "before the colon stands the number", "before the # stands a method", "after the colon stands a status"
	for plan, says := range map[string]string{
		"17":             `"17" is not a fault: write at which request, a colon and what goes wrong`,
		"0:500":          place,
		"x:500":          place,
		"*:500":          place,
		"POST:500":       place,
		"POST#x:500":     place,
		"#3:500":         which,
		"PSOT#3:500":     which,
		"post#3:500":     which,
		"POST/#3:500":    which,
		"/#3:500":        which,
		"1:200":          kind,
		"1:600":          kind,
		"1:200-after":    kind,
		"1:500=2s":       kind,
		"1:":             kind,
		"1:melt":         kind,
		"1:hang=2s":      kind,
		"1:slow=x":       "write a duration such as slow=2s",
		"1:late=-1s":     "write a duration such as late=2s",
		"1:500 2:melt 3": `"2:melt" is not a fault`,
	} {
		if err := checkFaults(plan); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", plan, err)
		}
	}
	for name := range faultKinds() {
		if err := checkFaults("1:" + name); err != nil {
			t.Error(err)
		}
		if !strings.Contains(faultsMeaning, name) {
			t.Errorf("the switch does not say what %s is", name)
		}
	}
}

// FuzzFaults reads any plan, without a panic.
func FuzzFaults(f *testing.F) {
	f.Add("17:429 *20:500 25:slow=2s none")
	f.Add("*POST/users#3:502-after PATCH#1:late=1s /users/7#2:hang-after")
	f.Fuzz(func(t *testing.T, plan string) {
		if s, err := newSchedule(plan); err == nil {
			s.next(httptest.NewRequest("POST", "/users/7", nil))
		}
	})
}
