package web_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

func user(key string) schema.Address {
	return schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: key}}
}

func intents(keys ...string) (list []state.Intent) {
	for _, key := range keys {
		list = append(list, state.Intent{Address: user(key), Provider: "acme", Action: "create", Wanted: map[string]cty.Value{"email": cty.StringVal(key + "@example.org")}})
	}
	return list
}

func result(key string) state.Result {
	return state.Result{Address: user(key), Record: &state.Record{Address: user(key), Provider: "acme", ID: "id-" + key}}
}

// run makes what a run with these keys makes.
func run(t *testing.T, b state.Backend, keys ...string) error {
	t.Helper()
	session, err := b.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		return err
	}
	err = session.Announce(t.Context(), slices.Values(intents(keys...)))
	for i := 0; err == nil && i < len(keys); i++ {
		if err = session.Begin(t.Context(), intents(keys[i])[0]); err == nil {
			err = session.Commit(t.Context(), result(keys[i]))
		}
	}
	return errors.Join(err, session.Close(t.Context()))
}

func keys(t *testing.T, b state.Backend) (list []string) {
	t.Helper()
	snapshot, _, err := b.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if snapshot != nil {
		for _, a := range snapshot.Addresses() {
			list = append(list, a.Key.Text)
		}
	}
	return list
}

// Each request of a run is lost once, on its way or with its answer, or is answered
// with a failure that comes before or after what it does: the run ends as if nothing
// had happened, and no version comes twice.
func TestEveryRequestIsLostOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		after  bool
	}{{"cut before", -1, false}, {"cut after", -1, true}, {"500 before", 500, false}, {"500 after", 500, true}, {"422 after", 422, true}, {"429 before", 429, false}} {
		for n := 0; ; n++ {
			s := newServer(t)
			b, err := open(statetest.Types, locking(s))
			if err != nil {
				t.Fatal(err)
			}
			if err := run(t, b, "ada"); err != nil {
				t.Fatal(err)
			}
			count, hit := 0, ""
			fate := func(r *http.Request) int {
				s.mu.Lock()
				defer s.mu.Unlock()
				if count++; count-1 == n && (c.status != 422 || r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/lock")) {
					hit = r.Method + " " + r.URL.Path
					return c.status
				}
				return 0
			}
			if c.after {
				s.disturb(nil, fate)
			} else {
				s.disturb(fate, nil)
			}
			err = run(t, b, "bo")
			s.disturb(nil, nil)
			if n >= count {
				break
			}
			if err != nil {
				t.Errorf("%s, request %d (%s): %v", c.name, n, hit, err)
			}
			if got := keys(t, b); !slices.Equal(got, []string{"ada", "bo"}) {
				t.Errorf("%s, request %d (%s): %v", c.name, n, hit, got)
			}
			if s.lock != nil {
				t.Errorf("%s, request %d (%s): it is still locked", c.name, n, hit)
			}
		}
	}
}

// A run that dies at any of its requests leaves an old or a new state, never half of
// one, and every call that it was about to make is either pending or recorded.
func TestDeathAtEveryRequest(t *testing.T) {
	for n := 0; ; n++ {
		s := newServer(t)
		b, err := open(statetest.Types, locking(s))
		if err != nil {
			t.Fatal(err)
		}
		if err := run(t, b, "ada"); err != nil {
			t.Fatal(err)
		}
		session, err := b.Open(t.Context(), state.LockInfo{ID: "mine"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		count, dead := 0, false
		s.disturb(func(*http.Request) int {
			if count++; count > n {
				dead = true
				return 403 // no try helps
			}
			return 0
		}, nil)
		begun := session.Announce(t.Context(), slices.Values(intents("bo", "cy"))) == nil
		if begun {
			_ = session.Begin(t.Context(), intents("bo")[0])
			_ = session.Commit(t.Context(), result("bo"))
		}
		_ = session.Close(t.Context())
		s.disturb(nil, nil)
		snapshot, pending, err := b.Read(t.Context())
		if err != nil {
			t.Fatalf("death at request %d: %v", n, err)
		}
		recorded := snapshot.Records[user("bo")] != nil
		announced := slices.ContainsFunc(pending, func(i state.Intent) bool { return i.Address == user("bo") })
		if snapshot.Records[user("ada")] == nil || begun && !recorded && !announced {
			t.Errorf("death at request %d: %v, pending %v", n, snapshot.Addresses(), pending)
		}
		if !dead {
			break
		}
		if s.lock != nil {
			if err := b.Unlock(t.Context(), "mine"); err != nil {
				t.Fatal(err)
			}
		}
		if err := run(t, b, "dy"); err != nil {
			t.Errorf("death at request %d: %v", n, err)
		}
	}
}

// What cannot be saved is handed over, so that it can be kept elsewhere and pushed.
func TestUnsaved(t *testing.T) {
	s := newServer(t)
	b, err := open(statetest.Types, locking(s))
	if err != nil {
		t.Fatal(err)
	}
	session, err := b.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(session.Announce(t.Context(), slices.Values(intents("ada"))), session.Begin(t.Context(), intents("ada")[0]), session.Commit(t.Context(), result("ada"))); err != nil {
		t.Fatal(err)
	}
	s.disturb(func(r *http.Request) int {
		if strings.HasSuffix(r.URL.Path, "/lock") {
			return 0
		}
		return 500
	}, nil)
	err = session.Close(t.Context())
	unsaved, ok := errors.AsType[*state.UnsavedError](err)
	if !ok || !strings.Contains(err.Error(), "answered 500") {
		t.Fatalf("%v", err)
	}
	s.disturb(nil, nil)
	next, err := b.Decode(unsaved.State)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Push(t.Context(), state.LockInfo{}, 0, state.PushOver(next, false)); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, b); !slices.Equal(got, []string{"ada"}) {
		t.Error(got)
	}
}

// Messages say what is wrong, where, and what to do, and no secret.
func TestMessages(t *testing.T) {
	answers := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	with := func(pairs ...string) map[string]cty.Value {
		return settings(append([]string{"username", "ci", "password", "s3cret"}, pairs...)...)
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		values  map[string]cty.Value
		says    []string
	}{
		"a page":                   {answers(200, "<html><title>Sign in</title>"), with(), []string{"is no state", "Sign in", "Check the address"}},
		"a state of another":       {answers(200, `{"version": 4, "terraform_version": "1.9.1", "serial": 3}`), with(), []string{"Terraform or OpenTofu (version 1.9.1)", "an address of its own"}},
		"no credentials":           {answers(401, ""), settings(), []string{"wants to know who asks", "TF_HTTP_PASSWORD"}},
		"wrong credentials":        {answers(401, ""), with(), []string{"does not accept the user name and password"}},
		"not allowed":              {answers(403, "no"), with(), []string{"may not lock the state", "Maintainer"}},
		"no lock there":            {answers(405, ""), with(), []string{"does not know the method LOCK (405)", "lock_address", "lock = false"}},
		"a lock that is not":       {answers(404, ""), with("lock_address", "LOCK"), []string{"Check lock_address"}},
		"a server that fails":      {answers(500, "out of memory"), with(), []string{"answered 500", "out of memory"}},
		"a lock without holder":    {answers(409, "<html>"), with(), []string{"is locked by another run"}},
		"a text that is too large": {answers(413, ""), with(), []string{"answered 413. Raise what the server, or a proxy before it, takes"}},
		"another address": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere?token=s3cret", http.StatusTemporaryRedirect)
		}, with(), []string{"sends elsewhere (307, to /elsewhere)"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(c.handler)
			defer s.Close()
			c.values["address"] = cty.StringVal(s.URL + "/org?token=s3cret")
			if _, ok := c.values["lock_address"]; ok {
				c.values["lock_address"] = cty.StringVal(s.URL + "/lock")
			}
			b, err := open(nil, c.values)
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.Open(t.Context(), state.LockInfo{}, 0)
			if strings.Contains(name, "page") || strings.Contains(name, "state of") {
				_, _, err = b.Read(t.Context())
			}
			if err == nil {
				t.Fatal("nothing was said")
			}
			if e, ok := errors.AsType[*state.Error](err); ok && e.Remedy == "" {
				t.Errorf("it does not say what to do: %v", err)
			}
			for _, want := range append(c.says, "the state in "+s.URL+"/org") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		values map[string]cty.Value
		says   string
	}{
		"none":              {nil, `needs the setting "address", or TF_HTTP_ADDRESS in the environment`},
		"no address":        {settings("address", "gitlab"), "is not an address"},
		"userinfo":          {settings("address", "https://ci:s3cret@example.org/x"), "Give them as username and password"},
		"in the clear":      {settings("address", "http://example.org/x", "username", "ci", "password", "s3cret"), "would be sent unencrypted to http://example.org/x"},
		"password alone":    {settings("address", "https://example.org/x", "password", "s3cret"), `"username" of the state is missing`},
		"no certificate":    {settings("address", "https://example.org/x", "client_ca_certificate_pem", "ca.pem"), "holds no certificate in PEM"},
		"a key without one": {settings("address", "https://example.org/x", "client_private_key_pem", "s3cret"), "are not a certificate and its key"},
		"a negative number": {map[string]cty.Value{"address": cty.StringVal("https://example.org/x"), "retry_max": cty.NumberIntVal(-1)}, "must not be negative"},
		"another name":      {settings("addres", "x"), `Did you mean "address"?`},
	} {
		_, err := open(nil, c.values)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server that does no more than the protocol says serves as well.
func TestPlainServer(t *testing.T) {
	s := plain(t)
	b, err := open(statetest.Types, settings("address", s.URL))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run(t, b, "ada"), run(t, b, "bo")); err != nil {
		t.Fatal(err)
	}
	session, err := b.Open(t.Context(), state.LockInfo{ID: "mine", Who: "ada@host"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Unlock(t.Context(), "yours"); err == nil || !strings.Contains(err.Error(), "The one there is belongs to ada@host (") {
		t.Errorf("another's id: %v", err)
	}
	if err := b.Unlock(t.Context(), "mine"); err != nil {
		t.Error(err)
	}
	if err := run(t, b, "cy"); err != nil {
		t.Error(err)
	}
	if err := session.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got := keys(t, b); !slices.Equal(got, []string{"ada", "bo", "cy"}) {
		t.Error(got)
	}
}

// Without a lock a run that was overtaken does not overwrite what the other has done.
func TestWithoutALock(t *testing.T) {
	s := plain(t)
	values := settings("address", s.URL)
	values["lock"] = cty.False
	b, err := open(statetest.Types, values)
	if err != nil {
		t.Fatal(err)
	}
	session, err := b.Open(t.Context(), state.LockInfo{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t, b, "ada"); err != nil {
		t.Fatal(err)
	}
	if err := session.Begin(t.Context(), intents("bo")[0]); err == nil || !strings.Contains(err.Error(), "was replaced by another") {
		t.Errorf("it went on: %v", err)
	}
	if err := session.Close(t.Context()); err == nil {
		t.Error("it has overwritten what another run did")
	}
	if got := keys(t, b); !slices.Equal(got, []string{"ada"}) {
		t.Error(got)
	}
}

// A reader's credentials go nowhere else.
func TestRedirectedReader(t *testing.T) {
	var sent string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sent = r.Header.Get("Authorization") }))
	defer other.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1), http.StatusFound)
	}))
	defer s.Close()
	b, err := open(nil, settings("address", s.URL, "username", "ci", "password", "s3cret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Read(t.Context()); err != nil || sent != "" {
		t.Errorf("%v, %q was sent", err, sent)
	}
}

// A state is sent as what it is, for servers that look.
func TestWhatIsSent(t *testing.T) {
	s := newServer(t)
	var types, sums []string
	s.disturb(func(r *http.Request) int {
		if r.Method == http.MethodPost {
			types, sums = append(types, r.Header.Get("Content-Type")), append(sums, r.Header.Get("Content-MD5"))
		}
		return 0
	}, nil)
	b, err := open(statetest.Types, locking(s))
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t, b, "ada"); err != nil {
		t.Fatal(err)
	}
	if len(types) < 2 || slices.Contains(sums, "") || slices.ContainsFunc(types, func(s string) bool { return s != "application/json" }) {
		t.Errorf("%q %q", types, sums)
	}
	if !bytes.Contains(s.latest(), []byte(`"serial": 2`)) {
		t.Errorf("%s", s.latest())
	}
}
