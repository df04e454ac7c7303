package moxtra

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/providertest"
)

const orgID = "PuE0cDUJRkg98FG0FUwJqi4"

var ctx = context.Background()

// recorded is a sandbox that keeps what it was asked, but for tokens.
type recorded struct {
	*Sandbox
	mu    sync.Mutex
	calls []string
}

func (r *recorded) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !strings.HasSuffix(req.URL.Path, "/oauth/token") {
		r.mu.Lock()
		r.calls = append(r.calls, req.Method+" "+req.URL.RequestURI())
		r.mu.Unlock()
	}
	r.Sandbox.ServeHTTP(w, req)
}

// take returns what was asked since it was called last.
func (r *recorded) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.Join(r.calls, "\n")
	r.calls = nil
	return text
}

// open serves a sandbox with these switches, held against the description, to a
// client whose provider block names the org.
func open(t *testing.T, switches ...string) (provider.Client, *recorded) {
	t.Helper()
	behaviour := map[string]string{}
	for i := 0; i < len(switches); i += 2 {
		behaviour[switches[i]] = switches[i+1]
	}
	server, err := NewSandbox(provider.SandboxOptions{Behaviour: behaviour, Observe: held(t)})
	if err != nil {
		t.Fatal(err)
	}
	r := &recorded{Sandbox: server}
	return providertest.Serve(t, New(), r, map[string]cty.Value{"org_id": cty.StringVal(orgID)}), r
}

// against makes a client of a handler.
func against(t *testing.T, handler http.HandlerFunc) *client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(&provider.Connection{BaseURL: server.URL, Private: &options{org: "P1"}}, server.Client())
}

// TestOrgUsersInPages lists the users of an org under each reading of where a page
// begins.
func TestOrgUsersInPages(t *testing.T) {
	for _, test := range []struct {
		name     string
		switches []string
		calls    int
		want     string // of the error; empty for a listing of all
	}{
		{"as it is by default", []string{"org_users", "1250"}, 13, ""},
		{"full pages alone", []string{"org_users", "1300"}, 13, ""},
		{"the index of what follows, always", []string{"org_users", "1250", "last_index", "past"}, 13, ""},
		{"the index of the last user", []string{"org_users", "1250", "last_index", "last"}, 13, ""},
		{"numbers of pages", []string{"org_users", "1250", "index", "page"}, 13, ""},
		{"numbers of pages that were read", []string{"org_users", "1250", "index", "page", "last_index", "last"}, 13, ""},
		{"numbers of pages, always", []string{"org_users", "1250", "index", "page", "last_index", "past"}, 13, ""},
		{"counted by pages", []string{"org_users", "1250", "count", "page"}, 13, ""},
		{"counted by pages, all of them full", []string{"org_users", "1300", "count", "page"}, 13, ""},
		{"counted by pages, with what follows always", []string{"org_users", "1300", "count", "page", "last_index", "past"}, 14, ""},
		{"counted by pages, and none past the end", []string{"org_users", "1300", "count", "page", "last_index", "past", "page_end", "404"}, 14, ""},
		{"one page", nil, 1, ""},
		{"one full page", []string{"org_users", "100"}, 2, ""},
		{"one page, and what follows always", []string{"last_index", "past", "count", "page"}, 2, ""},
		{"small pages counted by pages", []string{"org_users", "50", "page_size", "7", "count", "page"}, 8, ""},
		{"small pages counted by pages, to the last user", []string{"org_users", "50", "page_size", "7", "count", "page", "last_index", "last"}, 10, ""},
		{"a bare list", []string{"list_key", "array"}, 2, ""},
		{"a bare list with more", []string{"list_key", "array", "org_users", "250"}, 5, ""},
		{"a bare list with more, in pages", []string{"list_key", "array", "org_users", "250", "index", "page"}, 5, ""},
		{"a bare list with more, whose first page comes always", []string{"list_key", "array", "org_users", "250", "list_repeats", "yes"}, 3, "the server repeats itself"},
		{"where the page itself begins", []string{"org_users", "250", "last_index", "own", "count", "absent"}, 5, ""},
		{"the number of the page itself", []string{"org_users", "250", "last_index", "own", "index", "page", "count", "absent"}, 3, "the answers do not say where the next page begins"},
		{"the same page over and over", []string{"org_users", "1250", "list_repeats", "yes"}, 2, "the server repeats itself: it says that there are 1250, and after 100 of them index=100 brings none of the others"},
		{"the same page over and over, counted by pages", []string{"org_users", "1250", "list_repeats", "yes", "count", "page"}, 2, "the server repeats itself: after 100, index=100 brings none but those, and names 200 as the next"},
		{"the same page over and over, not counted", []string{"org_users", "1250", "list_repeats", "yes", "count", "absent", "index", "page"}, 2, "the server repeats itself: after 100, index=2 brings none but those, and names 3 as the next"},
		{"a few over and over, not counted", []string{"list_repeats", "yes", "count", "absent"}, 2, "the server repeats itself: after 5, index=100 brings none but those"},
		{"not counted", []string{"org_users", "1250", "count", "absent"}, 13, ""},
		{"numbers of pages that were read, not counted", []string{"org_users", "1250", "index", "page", "last_index", "last", "count", "absent"}, 14, ""},
		{"holes", []string{"org_users", "1250", "list_skips", "yes"}, 13, "it says that there are 1250, and its pages end after 1237"},
		{"a hole in one page", []string{"list_skips", "yes"}, 2, "it says that there are 5, and its pages end after 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, r := open(t, test.switches...)
			listing, err := c.List(ctx, typeUser)
			if calls := strings.Count(r.take(), "/users"); calls != test.calls {
				t.Errorf("%d calls, want %d", calls, test.calls)
			}
			if test.want != "" {
				if provider.KindOf(err) != provider.Malformed || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "Run again") {
					t.Errorf("%v, want %q", err, test.want)
				}
				return
			}
			all := 5
			for i, name := range test.switches {
				if name == "org_users" {
					all = map[string]int{"50": 50, "100": 100, "250": 250, "1250": 1250, "1300": 1300}[test.switches[i+1]]
				}
			}
			if err != nil || len(listing.Objects) != all || listing.Date.IsZero() || listing.Calls != test.calls {
				t.Errorf("%d users in %d calls at %v: %v", len(listing.Objects), listing.Calls, listing.Date, err)
			}
			if again, err := c.List(ctx, typeUser); err != nil || again.Calls != 0 || len(again.Objects) != all || r.take() != "" {
				t.Errorf("listed again: %d calls, %v", again.Calls, err)
			}
		})
	}
}

// TestNothingToList has no org, and pictures, of which there is no list.
func TestNothingToList(t *testing.T) {
	c := newClient(&provider.Connection{}, nil)
	for _, typ := range []string{typeUser, typePicture} {
		listing, err := c.List(ctx, typ)
		changes, changesErr := c.Changed(ctx, typ, listing.Date, nil)
		if err != nil || changesErr != nil || len(listing.Objects) != 0 || listing.Calls != 0 || !changes.None {
			t.Errorf("%s: %v, %v, %v, %v", typ, listing, err, changes, changesErr)
		}
	}
}

// TestIDsOfUsers refuses what cannot be one before any call.
func TestIDsOfUsers(t *testing.T) {
	c, r := open(t)
	for _, id := range []string{"", "U", "Me", "u1", "B1", "jane@example.org", "U/1", "U1 ", "Ué", "U1?x", ".."} {
		_, readErr := c.Read(ctx, typeUser, id, nil)
		_, pictureErr := c.Read(ctx, typePicture, id, nil)
		_, updateErr := c.Update(ctx, typeUser, id, provider.Change{After: texted("language", "en"), Changed: []string{"language"}})
		_, createErr := c.Create(ctx, typePicture, picture(t, id, ""))
		calls := map[string]error{"read": readErr, "picture": pictureErr, "update": updateErr, "create": createErr, "delete": c.Delete(ctx, typePicture, id)}
		if id != "" { // which is refused in its own words
			_, calls["data"] = c.Data(ctx, dataTodos, texted("user_id", id))
		}
		for call, err := range calls {
			var e *provider.Error
			if !errors.As(err, &e) || e.Kind != provider.Refused || len(e.Attrs) != 1 || e.Attrs[0] != "user_id" || !strings.Contains(err.Error(), "is no id of a user. Write me for the account") {
				t.Errorf("%s of %q: %v", call, id, err)
			}
		}
	}
	if got := r.take(); got != "" {
		t.Errorf("it took\n%s", got)
	}
}

// Watched is the provider with every exchange of its sandboxes held against the
// description.
func Watched(t testing.TB) provider.Provider { return description(t).Watch(t, New()) }
