package laws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/moxtra"
)

// The account and another user of the embedded Moxtra server.
const (
	jim  = "UiaduESWsbzFoK9TOldC6zF"
	john = "Utkj3YC5BxRHCCaq9widP67"
)

// profile is what is wanted of the two: the fields of the account, the first name of
// the other, and the picture; empty for what is not described.
type profile struct{ language, timezone, lastName, firstName, picture string }

// moxtraRefusals is the whole list of what does not simply end as wanted, by switch
// and value: what is said in the end.
func moxtraRefusals() map[string]string {
	return map[string]string{
		"others=readonly":       "HTTP 403",
		"others=refused":        "HTTP 403",
		"clear=refused":         "HTTP 400",
		"order=unstable":        "leaves some out",
		"picture=page":          "The picture of a user cannot be compared",
		"list_repeats=yes":      "repeats itself",
		"list_skips=yes":        "leaves some out",
		"token_refused_after=1": "the client is no longer accepted",
	}
}

// profileFaults are plans of faults, of which the story is told under each.
func profileFaults() []string {
	return []string{"none", "POST/picture#1:cut-after", "POST#2:cut-before", "GET#5:503", "GET#3:html", "*3:expire-tokens", "GET#4:429"}
}

// TestMoxtraMatrix: under every value of every switch of Moxtra's embedded server a
// profile and a picture are adopted, edited, found again without the state and let go
// of; each step ends as wanted, or the story ends in a refusal that is in the table.
func TestMoxtraMatrix(t *testing.T) {
	server, err := moxtra.New().Sandbox(provider.SandboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	all := server.Switches()
	known, met := moxtraRefusals(), map[string]bool{}
	for _, s := range all {
		values := s.Values
		if s.Name == "faults" {
			values = profileFaults()
		}
		for i, value := range values {
			if i == 0 && s.Name != "faults" {
				continue // the default, which all others have
			}
			name := s.Name + "=" + value
			met[name] = true
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				chosen := map[string]string{s.Name: value}
				if s.Name == "order" || strings.Contains(s.Name, "list") || s.Name == "index" || s.Name == "last_index" || s.Name == "count" || s.Name == "page_end" {
					chosen["org_users"] = "250" // three pages
				}
				site := newProfileSite(t, chosen)
				if known[name] == "" {
					site.play()
				} else if site.play(known[name]); !site.refused {
					t.Errorf("%q is in the table of refusals, and was not met", known[name])
				}
			})
		}
	}
	for name := range known {
		if !met[name] {
			t.Errorf("%s is in the table of refusals, and is no value of a switch", name)
		}
	}
}

// profileSite is a folder with a configuration, and a Moxtra server.
type profileSite struct {
	t      *testing.T
	dir    string
	chosen map[string]string
	server provider.Sandbox
	url    string
	ahead  atomic.Int64
	said   string
	// refused says that the story has ended in a refusal of the table.
	refused bool
}

func newProfileSite(t *testing.T, chosen map[string]string) *profileSite {
	s := &profileSite{t: t, dir: t.TempDir(), chosen: chosen}
	server, err := moxtra.New().Sandbox(provider.SandboxOptions{Behaviour: maps.Clone(chosen), Now: s.now, Observe: asDescribedBy(t, "moxtra")})
	if err != nil {
		t.Fatal(err)
	}
	served, err := sandbox.Serve(sandbox.Loopback, server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = served.Close(context.Background())
		_ = server.Close()
	})
	s.server, s.url = server, served.URL
	return s
}

func (s *profileSite) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// play tells the story. refusals are what may be said instead of ending well.
func (s *profileSite) play(refusals ...string) {
	s.t.Helper()
	for _, part := range []struct {
		want profile
		lost bool
	}{
		{want: profile{"nb", "Europe/Oslo", "Test", "John", "GIF89a, the first"}},
		{want: profile{"da", "Europe/Oslo", "", "Johnny", "GIF89a, the second, which is longer"}},
		{want: profile{"da", "Europe/Oslo", "", "Johnny", "GIF89a, the second, which is longer"}, lost: true},
	} {
		if part.lost {
			s.forget()
		}
		s.write(part.want)
		if !s.until(refusals, "apply", "-auto-approve") || !s.until(refusals, "plan", "-detailed-exitcode") {
			return
		}
		s.holds(part.want)
	}
	if s.until(refusals, "destroy", "-auto-approve") {
		s.holds(profile{"da", "Europe/Oslo", "", "Johnny", ""})
	}
}

// until runs a command until it ends well; with faults that takes several runs. It
// reports whether the story goes on.
func (s *profileSite) until(refusals []string, command ...string) bool {
	s.t.Helper()
	for run := 1; ; run++ {
		code := s.run(command...)
		switch {
		case code == 0:
			return true
		case slices.ContainsFunc(refusals, func(refusal string) bool { return strings.Contains(s.said, refusal) }):
			s.refused = true
			return false
		case s.chosen["faults"] == "" || run == 10:
			s.t.Fatalf("%v, %v ended with %d: %s", s.chosen, command, code, s.said)
		}
	}
}

func (s *profileSite) run(args ...string) int {
	var out bytes.Buffer
	var talk talk
	var environ []string
	for _, setting := range s.server.Credentials(s.url) {
		environ = append(environ, "MOXTRA_"+strings.ToUpper(setting[0])+"="+setting[1])
	}
	code := cli.Main(append([]string{"-chdir=" + s.dir}, args...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &talk, Environ: environ, Width: 80, Now: s.now,
		Pause: func(ctx context.Context, d time.Duration) error { s.ahead.Add(int64(d)); return ctx.Err() }})
	s.said = strings.Join(strings.Fields(strings.ReplaceAll(out.String()+talk.text.String(), "│", " ")), " ")
	return code
}

// write writes down what is wanted.
func (s *profileSite) write(p profile) {
	s.t.Helper()
	lag := "0s"
	for _, name := range []string{"lists_lag", "singles_lag"} {
		if v := s.chosen[name]; v != "" && v != "0s" {
			lag = "1h"
		}
	}
	text := fmt.Sprintf(`provider "moxtra" {
  org_id   = "PuE0cDUJRkg98FG0FUwJqi4"
  read_lag = %q
}

resource "moxtra_user" "me" {
  user_id   = "me"
  language  = %q
  timezone  = %q
  last_name = %q
}

resource "moxtra_user" "john" {
  user_id    = %q
  first_name = %q
}

resource "moxtra_user_picture" "me" {
  user_id = moxtra_user.me.id
  source  = "picture.gif"
}
`, lag, p.language, p.timezone, p.lastName, john, p.firstName)
	for name, content := range map[string]string{"main.org.hcl": text, "picture.gif": p.picture} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// forget loses the state, when the server's readings are up to date.
func (s *profileSite) forget() {
	s.t.Helper()
	s.settle()
	for _, name := range []string{"espalier.state.json", "espalier.state.json.backup"} {
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil && !os.IsNotExist(err) {
			s.t.Fatal(err)
		}
	}
}

// client speaks to the server as somebody else would.
func (s *profileSite) client() provider.Client {
	s.t.Helper()
	r := s.server.Token(s.url)
	c := &provider.Connection{Provider: "moxtra", BaseURL: s.server.Credentials(s.url)[0][1], Token: r}
	hc, _ := transport.New(transport.Options{Token: &transport.Token{URL: r.URL, Params: r.Params, InQuery: r.InQuery, TryOther: r.TryOther, Timestamp: r.Timestamp,
		Signature: &transport.Signature{Param: r.Signature.Param, Key: r.Signature.Key, Over: r.Signature.Over}}})
	s.t.Cleanup(hc.CloseIdleConnections)
	return moxtra.New().Open(c, hc)
}

// settle lets enough time and requests pass for any reading to be up to date.
func (s *profileSite) settle() {
	s.t.Helper()
	lists, singles := s.chosen["lists_lag"], s.chosen["singles_lag"]
	if lists+singles == "" {
		return
	}
	s.ahead.Add(int64(2 * time.Hour))
	if strings.HasSuffix(lists, "calls") || strings.HasSuffix(singles, "calls") {
		for range 30 {
			_, _ = s.client().Self(context.Background())
		}
	}
}

// holds compares what is live with what was wanted, by other eyes.
func (s *profileSite) holds(p profile) {
	s.t.Helper()
	s.settle()
	read := func(typ, id string) map[string]string {
		for range 10 {
			o, err := s.client().Read(context.Background(), typ, id, nil)
			if err == nil {
				return shownTexts(o.Attrs)
			}
			var refusal *provider.Error
			switch {
			case provider.KindOf(err) == provider.NotFound:
				return nil
			case errors.As(err, &refusal) && refusal.Status == http.StatusForbidden && s.chosen["others"] == "refused":
				return map[string]string{"first_name": p.firstName} // which nobody may look at
			}
			if s.chosen["picture"] == "page" && typ == "moxtra_user_picture" && o.ID == jim {
				return map[string]string{"sha256": digestOf(p.picture)} // which nobody can tell
			}
			if s.chosen["faults"] == "" {
				s.t.Fatal(err)
			}
		}
		s.t.Fatal("no answer in ten tries")
		return nil
	}
	me, other, picture := read("moxtra_user", "me"), read("moxtra_user", john), read("moxtra_user_picture", jim)
	got := []string{me["language"], me["timezone"], me["last_name"], other["first_name"]}
	if want := []string{p.language, p.timezone, p.lastName, p.firstName}; !slices.Equal(got, want) {
		s.t.Errorf("live are %q, wanted %q", got, want)
	}
	switch {
	case p.picture != "" && picture["sha256"] != digestOf(p.picture):
		s.t.Errorf("the live picture is not the one that is wanted")
	case p.picture == "" && picture != nil && s.chosen["no_picture"] != "avatar" && s.chosen["no_picture"] != "empty":
		s.t.Errorf("there is still a picture: %v", picture)
	}
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// shownTexts are the attributes that are texts and not null.
func shownTexts(attrs map[string]cty.Value) map[string]string {
	out := map[string]string{}
	for name, v := range attrs {
		if v.Type() == cty.String && !v.IsNull() {
			out[name] = v.AsString()
		}
	}
	return out
}
