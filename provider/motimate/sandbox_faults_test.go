package motimate

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/providertest"
)

// TestFaults: what the client makes of each way in which an answer can fail,
// and what came of the call.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		fault string
		kind  provider.Kind
		made  bool
	}{
		{"429", provider.Unavailable, false},
		{"500", provider.Unanswered, false},
		{"502-after", provider.Unanswered, true},
		{"422", provider.Refused, false},
		{"cut-before", provider.Unanswered, false},
		{"cut-after", provider.Unanswered, true},
		{"cut-body", provider.Unanswered, true},
		{"broken-json", provider.Unanswered, true},
		{"empty", provider.Unanswered, true},
		{"html", provider.Unanswered, false},
		{"late=0s", provider.Unanswered, true},
		{"expire-tokens", provider.Unauthorized, false},
	} {
		t.Run(test.fault, func(t *testing.T) {
			s, err := NewSandbox(provider.SandboxOptions{Behaviour: map[string]string{"faults": "POST/positions#1:" + test.fault}, Observe: held(t)})
			if err != nil {
				t.Fatal(err)
			}
			c := providertest.Serve(t, New(), s, nil)
			_, err = c.Create(context.Background(), typePosition, texted("name", "Chef"))
			var e *provider.Error
			if !errors.As(err, &e) || e.Kind != test.kind {
				t.Errorf("%v (kind %d), want kind %d", err, provider.KindOf(err), test.kind)
			}
			s.front.Close() // when it has returned, what is late has come
			s.store.Read(func() {
				if made := s.positions.Len() == 1; made != test.made {
					t.Errorf("made: %v, want %v", made, test.made)
				}
			})
		})
	}
}

// TestDeadTokens lets tokens die after two calls, and refuses the second token.
func TestDeadTokens(t *testing.T) {
	for _, test := range []struct {
		value  string
		status int
		says   string
	}{
		{"401", 401, `{"id":"unauthorized","message":"the token is missing, wrong or expired","status":401}`},
		{"403", 403, `{"id":"forbidden","message":"the token is missing, wrong or expired","status":403}`},
		{"403-bare", 403, `{"id":"forbidden","message":"forbidden","status":403}`},
	} {
		r := rawSandbox(t, "token_calls", "2", "expired_token", test.value, "token_refused_after", "1")
		r.tell(story{
			{`GET /public_api/me`, 200, ``},
			{`GET /public_api/nothing`, 404, ``},
			{`GET /public_api/users`, 200, ``},
			{`GET /public_api/me`, test.status, test.says},
			{`POST /oauth/token?grant_type=client_credentials&client_id=sandbox&client_secret=sandbox`, 401, `"error":"invalid_client"`},
		})
	}
}

// TestObserved: a test sees what was asked, decided and given, in order.
func TestObserved(t *testing.T) {
	var seen []provider.Exchange
	r, s := tokenless(t, provider.SandboxOptions{
		Behaviour: map[string]string{"faults": "POST/positions#1:500 POST/positions#2:502-after"},
		Observe:   func(x provider.Exchange) { seen = append(seen, x) },
	})
	r.login(s)
	const chef, call = `{"name":"Chef"}`, `POST /public_api/positions?x=1 {"name":"Chef"}`
	r.tell(story{{call, 500, ``}, {call, 502, ``}, {call, 422, ``}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 4 || seen[0].Path != "/oauth/token" || !strings.Contains(string(seen[0].Answer), "access_token") {
		t.Fatalf("%+v", seen)
	}
	const kind = "application/json; charset=utf-8"
	position := provider.Exchange{Method: "POST", Path: "/public_api/positions", Query: "x=1", Type: "application/json", Body: []byte(chef)}
	want := []provider.Exchange{position, position, position}
	want[0].Number, want[0].Fate = 2, "500"
	want[1].Number, want[1].Fate, want[1].Status = 3, "502-after", 201
	want[1].AnswerType, want[1].Answer = kind, []byte(`{"data":{"id":1,"import_id":null,"name":"Chef"}}`)
	want[2].Number, want[2].Status, want[2].Delivered = 4, 422, true
	want[2].AnswerType, want[2].Answer = kind, []byte(`{"id":"unprocessable_entity","message":"name has already been taken","status":422}`)
	if diff := cmp.Diff(want, seen[1:]); diff != "" {
		t.Error(diff)
	}
}

// TestKilledInAnyWrite cuts the log of a short history everywhere around the end
// of a line, and here and there within: the server that opens what is left shows
// the organisation before or after a write, and never one in between.
func TestKilledInAnyWrite(t *testing.T) {
	dir := t.TempDir()
	r, s := tokenless(t, provider.SandboxOptions{Dir: dir, Behaviour: map[string]string{"group_delete": "cascade"}})
	r.login(s)
	path := filepath.Join(dir, "data.log")
	log := func() []byte {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	worlds := map[int]string{0: "", 1: ""} // by the lines of the log
	worlds[bytes.Count(log(), []byte("\n"))] = s.world()
	for _, call := range []string{
		`POST /public_api/groups {"name":"Acme","kind":"Organization"}`,
		`POST /public_api/groups {"name":"Oslo","kind":"Store","parent_id":1}`,
		`POST /public_api/positions {"name":"Chef"}`,
		uploaded("x.txt", "text/plain", "x"),
		`POST /public_api/posts {"title":"Hello","body":"World","file_ids":[1],"group_ids":[1,2]}`,
		`POST /public_api/posts {"title":"Bye","body":"World","file_ids":[1],"group_ids":[2]}`,
		`POST /public_api/users {"email":"kim@example.org","group_relations":[{"group_id":2}],"position_relations":[{"position_id":1}]}`,
		`POST /public_api/users {"email":"lee@example.org","group_relations":[{"group_id":1},{"group_id":2}],"position_relations":[{"position_id":1}]}`,
		`PATCH /public_api/users/2 {"email":"kim.l@example.org","position_relations":[{"position_id":1,"_delete":true}]}`,
		`DELETE /public_api/positions/1`, // takes it from who holds it
		`DELETE /public_api/files/1`,     // takes it from the posts
		`DELETE /public_api/groups/1`,    // takes the group below, and all members and posts out
	} {
		if status, body := r.do(call); status > 299 {
			t.Fatal(call, body)
		}
		worlds[bytes.Count(log(), []byte("\n"))] = s.world()
	}
	whole := log()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(worlds) != 15 {
		t.Fatalf("%d worlds: each write is one line, and the first two are the head and the account", len(worlds))
	}
	worlds[0], worlds[1] = worlds[2], worlds[2] // the account is furnished anew
	kept := t.TempDir()
	for cut := range len(whole) + 1 {
		if cut%11 != 0 && !bytes.Contains(whole[max(0, cut-2):min(cut+2, len(whole))], []byte("\n")) {
			continue
		}
		if err := os.WriteFile(filepath.Join(kept, "data.log"), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := NewSandbox(provider.SandboxOptions{Dir: kept})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if diff := cmp.Diff(worlds[bytes.Count(whole[:cut], []byte("\n"))], s.world()); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// world is everything that can be read.
func (s *Sandbox) world() string {
	var b strings.Builder
	s.store.Read(func() {
		for id := range int64(9) {
			if g, ok := s.groups.Get(id); ok {
				b.Write(s.data(sandbox.Now, func(d *document) { s.writeGroup(d, id, g, true) }))
			}
			if p, ok := s.positions.Get(id); ok {
				b.Write(s.data(sandbox.Now, func(d *document) { writePosition(d, id, p) }))
			}
			if u, ok := s.users.Get(id); ok {
				b.Write(s.data(sandbox.Now, func(d *document) { s.writeUser(d, id, u) }))
			}
			if f, ok := s.files.Get(id); ok {
				b.Write(s.data(sandbox.Now, func(d *document) { s.writeFile(d, id, f) }))
			}
			if p, ok := s.posts.Get(id); ok {
				b.Write(s.data(sandbox.Now, func(d *document) { s.writePost(d, id, p) }))
			}
		}
	})
	return b.String()
}
