package laws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/motimate"
)

// bench is a folder with a configuration and a server that behaves in one of the
// ways that the documentation leaves open. What is live is not asked of that
// server, which may not tell: it is read by another one from a copy of its data.
type bench struct {
	t       fataler
	variant variant
	dir     string // holds the configuration, and the server's data in a folder
	url     string
	door    *Door
	server  provider.Sandbox
	ahead   atomic.Int64 // how far the clock of both is ahead, in nanoseconds
	seen    int          // exchanges that sent has returned
	said    string       // by the last command
	want    *org
	allow   []string // what the user lets through
}

// newBench starts a server. The cleanup is the caller's.
func newBench(t fataler, dir string, v variant) (*bench, func()) {
	t.Helper()
	b := &bench{t: t, variant: v, dir: dir}
	server, err := motimate.NewSandbox(provider.SandboxOptions{Dir: b.data(), Behaviour: v.behaviour, Now: b.now, Observe: asDescribed(t)})
	if err != nil {
		t.Fatal(err)
	}
	b.server, b.door = server, NewDoor(server)
	served, err := sandbox.Serve(sandbox.Loopback, b)
	if err != nil {
		t.Fatal(err)
	}
	b.url = served.URL
	return b, func() {
		_ = served.Close(context.Background())
		_ = server.Close()
	}
}

func (b *bench) data() string { return filepath.Join(b.dir, "data") }

// now is the clock of the program and of the server.
func (b *bench) now() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) }

// pass lets time pass for both.
func (b *bench) pass(d time.Duration) { b.ahead.Add(int64(d)) }

// ServeHTTP serves one request, which takes a second of the clock.
func (b *bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.pass(time.Second)
	b.door.ServeHTTP(w, r)
}

// run runs a command and returns its exit code. What it said is kept, in one line.
func (b *bench) run(args ...string) int {
	var out bytes.Buffer
	var talk talk
	code := cli.Main(append([]string{"-chdir=" + b.dir}, args...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &talk,
		Environ: b.environ(), Width: 80, Now: b.now,
		Pause: func(ctx context.Context, d time.Duration) error { b.pass(d); return ctx.Err() }})
	words := strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(out.String() + talk.text.String()))
	b.said = strings.Join(words, " ")
	return code
}

// environ holds the secrets that go with the settings.
func (b *bench) environ() []string {
	env := []string{"MOTIMATE_CLIENT_SECRET=sandbox"}
	if strings.Contains(b.variant.settings, "username") {
		env = append(env, "MOTIMATE_PASSWORD=sandbox")
	}
	return env
}

// sent returns the calls of the program since it was last asked, and those of
// them that wrote and were carried out.
func (b *bench) sent() (calls, writes []string) {
	exchanges := b.door.Exchanges()
	for _, x := range exchanges[b.seen:] {
		call := x.Method + " " + x.Path
		calls = append(calls, call)
		if x.Method != http.MethodGet && x.Path != "/oauth/token" && x.Status > 0 && x.Status < 300 {
			writes = append(writes, call)
		}
	}
	b.seen = len(exchanges)
	return calls, writes
}

// log is all that was ever written to the server's data.
func (b *bench) log() []byte {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.data(), "data.log"))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// open opens a server with another behaviour over a copy of the data as they are
// now, and looks at it through a door of its own.
func (b *bench) open(behaviour map[string]string) (look *Door, done func()) {
	b.t.Helper()
	dir, err := os.MkdirTemp(b.dir, "look")
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.log"), b.log(), 0o600); err != nil {
		b.t.Fatal(err)
	}
	server, err := motimate.NewSandbox(provider.SandboxOptions{Dir: dir, Behaviour: behaviour})
	if err != nil {
		b.t.Fatal(err)
	}
	look = NewDoor(server)
	look.Knows(b.tokenOf(server))
	return look, func() {
		_ = server.Close()
		_ = os.RemoveAll(dir)
	}
}

// world says what is live in lines without ids.
func (b *bench) world() []string {
	b.t.Helper()
	behaviour := map[string]string{"roles": "present", "user_delete": "reserved"}
	if names, ok := b.variant.behaviour["role_names"]; ok {
		behaviour["role_names"] = names
	}
	look, done := b.open(behaviour)
	defer done()
	lines, err := look.World()
	if err != nil {
		b.t.Fatal(err)
	}
	more, err := mediaWorld(look)
	if err != nil {
		b.t.Fatal(err)
	}
	return append(lines, more...)
}

// tokenOf asks a server for a token, in both ways at once, and again where
// something goes wrong.
func (b *bench) tokenOf(server provider.Sandbox) string {
	b.t.Helper()
	params := server.Token("").Params.Encode()
	for range 5 {
		r := httptest.NewRequest(http.MethodPost, "/oauth/token?"+params, strings.NewReader(params))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		if json.Unmarshal(w.Body.Bytes(), &answer) == nil && answer.AccessToken != "" {
			return answer.AccessToken
		}
	}
	b.t.Fatal("the server gives no token")
	return ""
}

// find returns the id, as it stands in a body, of the live object whose field has
// a value.
func (b *bench) find(typ, field, value string) json.RawMessage {
	b.t.Helper()
	behaviour := map[string]string{}
	if ids, ok := b.variant.behaviour["ids"]; ok {
		behaviour["ids"] = ids
	}
	look, done := b.open(behaviour)
	defer done()
	for _, item := range look.lookAll("/public_api/" + typ) {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(item, &fields); err != nil {
			b.t.Fatal(err)
		}
		var text string
		if json.Unmarshal(fields[field], &text) == nil && plainKey(field, text) == plainKey(field, value) {
			return fields["id"]
		}
	}
	b.t.Fatalf("none of the %s has %s %q", typ, field, value)
	return nil
}

// meddle changes or deletes a live object as somebody else, who tries again where
// something goes wrong.
func (b *bench) meddle(method, typ string, id json.RawMessage, body string) {
	b.t.Helper()
	path := "/public_api/" + typ + "/" + url.PathEscape(idOf([]byte(`{"id":`+string(id)+`}`)))
	status := 0
	for range 3 {
		if status = b.past(method, path, body); status < 300 || status == http.StatusNotFound {
			return
		}
	}
	b.t.Fatalf("%s %s %s: %d", method, path, body, status)
}

// past sends a request past the door and returns the status.
func (b *bench) past(method, path, body string) int {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.tokenOf(b.server))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w.Code
}

// have writes the organisation down, to be applied.
func (b *bench) have(o *org) {
	b.t.Helper()
	o = o.clone()
	for _, adapt := range b.variant.adapts {
		adapt(o)
	}
	b.want = o
	write(b.t, b.dir, b.url, o, nested)
	b.writeMedia()
	name := filepath.Join(b.dir, "main.org.hcl")
	text, err := os.ReadFile(name)
	if err != nil {
		b.t.Fatal(err)
	}
	with := strings.Replace(string(text), "user_removal =", b.variant.settings+"\n  user_removal =", 1)
	with = strings.Replace(with, "max_missing =", "max_people_affected = \"100%\"\n    max_missing =", 1)
	if names, ok := b.variant.levels(); ok && !b.variant.otherKinds {
		for i, name := range []string{"Organization", "Country", "Region", "Store"} {
			with = strings.Replace(with, fmt.Sprintf("= %q", name), fmt.Sprintf("= %q", names[i]), 1)
		}
	}
	if err := os.WriteFile(name, []byte(with), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// importGroups tells the program which live groups are meant, where it asks.
func (b *bench) importGroups() {
	b.t.Helper()
	asked := b.said
	for _, g := range b.want.groups {
		if !strings.Contains(asked, "'motimate_group."+g.label+"'") {
			continue
		}
		id := idOf([]byte(`{"id":` + string(b.find("groups", "name", g.name)) + `}`))
		if code := b.run("import", "motimate_group."+g.label, id); code != 0 {
			b.t.Fatalf("import of %s: exit %d: %s", g.label, code, b.said)
		}
	}
}

// forget loses the state.
func (b *bench) forget() {
	b.t.Helper()
	found, err := filepath.Glob(filepath.Join(b.dir, "*.state.json*"))
	if err != nil || len(found) == 0 {
		b.t.Fatalf("there is no state to lose: %v", err)
	}
	for _, name := range found {
		if err := os.RemoveAll(name); err != nil {
			b.t.Fatal(err)
		}
	}
}

// is holds what is live against what is wanted.
func (b *bench) is() {
	b.t.Helper()
	if diff := cmp.Diff(append(b.variant.kept(b.want), b.variant.keptMedia(b.want)...), b.world()); diff != "" {
		b.t.Fatalf("the world (-want +got):\n%s\nsaid: %s\nsent:\n%s", diff, b.said, b.door)
	}
}

// adapt has the user write some things otherwise from now on.
func (b *bench) adapt(how func(*org)) {
	b.variant.adapts = append(b.variant.adapts, how)
	b.have(b.want)
}

// kept is what a server of this kind makes of a wanted organisation.
func (v variant) kept(o *org) []string {
	o = o.clone()
	for i := range o.people {
		p := &o.people[i]
		if v.behaviour["emails"] == "lowercased" {
			p.email = strings.ToLower(p.email)
		}
		if v.behaviour["phones"] == "stripped" {
			p.phone = plainKey("phone_number", p.phone)
		}
		if v.behaviour["parent_memberships"] == "added" {
			p.groups = o.withAbove(slices.Concat(p.groups, p.leads))
		}
	}
	lines := o.world(true)
	if member, lead, ok := strings.Cut(v.behaviour["role_names"], ","); ok {
		for i := range lines {
			lines[i] = strings.NewReplacer(":member", ":"+member, ":admin", ":"+lead).Replace(lines[i])
		}
	}
	return lines
}
