package laws

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/motimate"
)

// fataler is a test, or a round of a law.
type fataler interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
}

// server is a sandbox behind a door. It asks for a secret made up for it, and
// remembers what went through.
type server struct {
	t       fataler
	url     string
	door    *Door
	secret  string
	handler provider.Sandbox
	token   string // ours, to look at the server as somebody else
	lags    bool   // whether its lists are behind, or lack memberships

	seen int // exchanges that written has returned

	mu     sync.Mutex
	tokens []string // those the program was given
}

// serve starts a server. The cleanup is the caller's: rapid makes many in a test.
func serve(t fataler, behaviour map[string]string) (*server, func()) {
	t.Helper()
	handler, err := motimate.NewSandbox(provider.SandboxOptions{Behaviour: behaviour, Observe: asDescribed(t)})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, handler: handler, lags: behaviour["lists_lag"] != "" || behaviour["list_memberships"] == "absent", secret: "secret-" + rand.Text()}
	s.door = NewDoor(s)
	served, err := sandbox.Serve(sandbox.Loopback, s.door)
	if err != nil {
		t.Fatal(err)
	}
	s.url = served.URL
	s.token = s.ask()
	s.door.Knows(s.token)
	s.tokens = nil
	return s, func() {
		_ = served.Close(context.Background())
		_ = handler.Close()
	}
}

// ServeHTTP passes a request on.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth/token" {
		s.serveToken(w, r)
		return
	}
	s.handler.ServeHTTP(w, r)
}

func (s *server) serveToken(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_secret") == s.secret {
		q.Set("client_secret", "sandbox")
		r.URL.RawQuery = q.Encode()
	}
	answer := &answer{header: w.Header()}
	s.handler.ServeHTTP(answer, r)
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(answer.body.Bytes(), &got) == nil && got.AccessToken != "" {
		s.mu.Lock()
		s.tokens = append(s.tokens, got.AccessToken)
		s.mu.Unlock()
	}
	if answer.status != 0 {
		w.WriteHeader(answer.status)
	}
	_, _ = w.Write(answer.body.Bytes())
}

// answer keeps an answer back.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (s *server) ask() string {
	q := url.Values{"grant_type": {"client_credentials"}, "client_id": {"sandbox"}, "client_secret": {s.secret}}
	resp, err := http.Post(s.url+"/oauth/token?"+q.Encode(), "", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		s.t.Fatal(err)
	}
	return got.AccessToken
}

// call speaks to the server as somebody else, and must be answered well.
func (s *server) call(method, path string, body, into any) {
	s.t.Helper()
	if status := s.try(method, path, body, into); status > 299 {
		s.t.Fatalf("%s %s: %d", method, path, status)
	}
}

// try makes a call and returns its status.
func (s *server) try(method, path string, body, into any) int {
	s.t.Helper()
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if into != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return resp.StatusCode
}

// written returns the calls that wrote since it was last asked.
func (s *server) written() []string {
	var out []string
	exchanges := s.door.Exchanges()
	for _, x := range exchanges[s.seen:] {
		if !x.Foreign && x.Method != http.MethodGet && x.Path != "/oauth/token" {
			out = append(out, x.Method+" "+x.Path)
		}
	}
	s.seen = len(exchanges)
	return out
}

// list reads all things of one kind. Where lists lag behind, each is read alone.
func list[T any](s *server, path string) []T {
	var all []T
	if s.lags {
		return each[T](s, path)
	}
	for page := 1; ; page++ {
		var got struct {
			Data []T `json:"data"`
		}
		s.call(http.MethodGet, fmt.Sprintf("%s?page=%d&per_page=50", path, page), nil, &got)
		all = append(all, got.Data...)
		if len(got.Data) < 50 {
			return all
		}
	}
}

// each reads things one by one, for as long as ids go on.
func each[T any](s *server, path string) []T {
	var all []T
	for id, missing := 1, 0; missing < 50; id++ {
		var got struct {
			Data T `json:"data"`
		}
		if s.try(http.MethodGet, fmt.Sprintf("%s/%d", path, id), nil, &got) == http.StatusNotFound {
			missing++
			continue
		}
		missing = 0
		all = append(all, got.Data)
	}
	return all
}

// world says what is live in lines without ids, strangers included.
func (s *server) world() []string {
	s.t.Helper()
	world, err := worldOf(list[liveUser](s, "/public_api/users"), list[liveGroup](s, "/public_api/groups"), list[livePosition](s, "/public_api/positions"))
	if err != nil {
		s.t.Fatal(err)
	}
	return world
}

// world says what is wanted in the same lines. With roles, who leads is in them.
func (o *org) world(roles bool) []string {
	path := func(label string) string {
		var names []string
		for label != "" {
			g := o.group(label)
			names = append([]string{quote(g.name)}, names...)
			label = g.parent
		}
		return strings.Join(names, "/")
	}
	var out []string
	for _, g := range o.groups {
		out = append(out, "group "+path(g.label)+" "+g.kind)
	}
	held := map[string]string{}
	for _, p := range o.positions {
		held[p.label] = quote(p.name)
		out = append(out, "position "+quote(p.name))
	}
	for _, p := range o.people {
		var in, positions []string
		for _, label := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(p.groups, p.leads)))) {
			role := ""
			if roles {
				if role = ":member"; slices.Contains(p.leads, label) {
					role = ":admin"
				}
			}
			in = append(in, path(label)+role)
		}
		for _, label := range p.positions {
			positions = append(positions, held[label])
		}
		out = append(out, personLine(p.number, p.email, p.phone, p.first, p.last, in, positions))
	}
	slices.Sort(out)
	return out
}

// strangers makes things that are nobody's, and returns the lines that say them.
func (s *server) strangers() []string {
	before := s.world()
	var group, child, position struct {
		Data struct {
			ID int `json:"id"`
		} `json:"data"`
	}
	type object = map[string]any
	s.call(http.MethodPost, "/public_api/groups", object{"name": "Strangers", "kind": "Country"}, &group)
	s.call(http.MethodPost, "/public_api/groups", object{"name": "Below strangers", "kind": "Store", "parent_id": group.Data.ID}, &child)
	s.call(http.MethodPost, "/public_api/positions", object{"name": "Strange"}, &position)
	for i := range 3 {
		s.call(http.MethodPost, "/public_api/users", object{"email": fmt.Sprintf("stranger%d@example.net", i), "first_name": "Eve",
			"group_relations": []object{{"group_id": child.Data.ID, "role": "admin"}}, "position_relations": []object{{"position_id": position.Data.ID}}}, nil)
	}
	return slices.DeleteFunc(s.world(), func(line string) bool { return slices.Contains(before, line) })
}
