package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// What is planted, and must be seen nowhere.
const (
	plantedText    = "planted & s3cret/+ö"
	plantedWord    = "planted-s3cret"
	plantedPath    = "/planted/s3cret"
	plantedPhone   = "+47 111 22 333"
	plantedToken   = "planted-t0ken"
	plantedRefresh = "planted-r3fresh"
)

// parts are pieces by which anything planted is recognised, also when it is cut
// short or written as an address writes it.
var parts = []string{"planted", "s3cret", "t0ken", "r3fresh", "111 22", "11122", "111+22", "111%2022"}

// plant is how a setting is given something that must not be seen: an expression
// of its own, where a text alone is of no use, and whether the commands can work
// with it.
type plant struct {
	expression string
	value      string
	works      bool
}

// secretResources reads, for a vendor, a person with a sensitive attribute, and another
// object without one, called seller.
func secretResources(t *testing.T, vendor string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "secrets", vendor+".org.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// plants are the settings for which any text will not do. The others get a text
// that the server does not know.
func plants(server string) map[string]plant {
	return map[string]plant{
		"base_url":      {value: server + "/" + plantedWord, works: true},
		"subdomain":     {value: "planted.s3cret"}, // which nothing can be reached at
		"client_id":     {value: plantedText, works: true},
		"client_secret": {value: plantedText, works: true},
		"unique_id":     {value: plantedText, works: true},
		"username":      {value: plantedText, works: true},
		"password":      {value: plantedText, works: true},
		"access_token":  {value: plantedToken, works: true},
		"paths":         {value: plantedPath, expression: `{ users = var.planted }`, works: true},
	}
}

// chance is what any digits may stand in: fractions of seconds, and digests.
var chance = regexp.MustCompile(`(:[0-9]{2})\.[0-9]+|\b[0-9a-f]{32,}\b`)

// TestSecretsAreSeenNowhere plants a secret in each setting of each vendor in turn,
// and another in an attribute. The server repeats all that it is sent when it
// refuses something. None of it may come to light, whatever is done and however it
// ends.
func TestSecretsAreSeenNowhere(t *testing.T) {
	t.Parallel()
	for _, vendor := range all.Providers() {
		for _, attr := range vendor.Settings() {
			if !holdsText(attr.Type) {
				continue
			}
			t.Run(vendor.Name()+" "+attr.Name, func(t *testing.T) {
				t.Parallel()
				s := newLeakSite(t, vendor)
				planted, special := plants(s.url)[attr.Name]
				if !special {
					planted.value = plantedWord
				}
				s.write(attr, planted)
				s.useAll(planted.works)
				s.search(planted.works)
			})
		}
	}
}

func holdsText(t cty.Type) bool {
	return t == cty.String || t.IsCollectionType()
}

// leakSite is a folder with a configuration, a server that tells all that it
// knows, and everything that was shown and written so far.
type leakSite struct {
	t      *testing.T
	vendor provider.Provider
	server provider.Sandbox
	url    string
	dir    string
	env    []string
	// planted is what was planted in a setting.
	planted string

	mu      sync.Mutex
	shown   bytes.Buffer
	written bytes.Buffer // to the files of the state
	token   string       // the server's own
	refuses bool         // it refuses to create and change, and repeats the request
	crash   bool         // the disk fails at the next write of the journal
}

func newLeakSite(t *testing.T, vendor provider.Provider) *leakSite {
	t.Helper()
	s := &leakSite{t: t, vendor: vendor, dir: t.TempDir()}
	server, err := vendor.Sandbox(provider.SandboxOptions{Log: s.see, Observe: asDescribed(vendor.Name(), func(err error) { t.Error(err) })})
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	served := httptest.NewServer(s)
	s.url = served.URL
	t.Cleanup(func() {
		served.Close()
		_ = server.Close()
	})
	return s
}

func (s *leakSite) see(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown.WriteString(text + "\n")
}

// ServeHTTP passes a request on, with what the server knows in the place of what
// was planted.
func (s *leakSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.URL.Path, r.URL.RawPath = strings.TrimPrefix(r.URL.Path, "/"+plantedWord), ""
	if rest, ok := strings.CutPrefix(r.URL.Path, plantedPath); ok {
		r.URL.Path = "/public_api/users" + rest
	}
	r.URL.RawQuery = s.revealed(r.URL.Query()).Encode()
	s.mu.Lock()
	refuses := s.refuses
	if r.Header.Get("Authorization") == "Bearer "+plantedToken {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if form, err := url.ParseQuery(string(body)); err == nil && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		body = []byte(s.revealed(form).Encode())
		r.ContentLength = int64(len(body))
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if refuses && r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/token") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprintf(w, `{"message":%q}`, fmt.Sprintf("%s %s wants %s, %s or %s, and /oauth/token?client_secret=%s", r.Method, r.RequestURI, body,
			s.planted, plantedToken, url.QueryEscape(s.planted)))
		return
	}
	answer := httptest.NewRecorder()
	s.server.ServeHTTP(answer, r)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	text := s.disguise(r, answer.Body.String())
	w.Header().Del("Content-Length")
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, text)
}

// revealed puts what the server knows into parameters, in the place of what was
// planted, and signs them anew.
func (s *leakSite) revealed(params url.Values) url.Values {
	for name, known := range s.server.Token("").Params {
		if params.Get(name) == plantedText {
			params.Set(name, known[0])
		}
	}
	if s := s.server.Token("").Signature; s != nil && params.Has(s.Param) {
		sign(s, params)
	}
	if params.Get("username") != "" {
		params.Set("username", "admin@example.org")
		params.Set("password", s.server.Token("").Params.Get("client_secret"))
	}
	return params
}

// disguise gives the client other tokens than the server's own.
func (s *leakSite) disguise(r *http.Request, answer string) string {
	if !strings.HasSuffix(r.URL.Path, "/token") {
		return answer
	}
	_, rest, ok := strings.Cut(answer, `"access_token":"`)
	if !ok {
		return answer
	}
	token, _, _ := strings.Cut(rest, `"`)
	s.mu.Lock()
	s.token = token
	s.mu.Unlock()
	return strings.NewReplacer(token, plantedToken, `"refresh_token":""`, `"refresh_token":"`+plantedRefresh+`"`).Replace(answer)
}

// write writes the configuration.
func (s *leakSite) write(attr schema.Attribute, p plant) {
	s.t.Helper()
	s.planted = p.value
	settings := map[string]string{"read_lag": `"0s"`}
	for _, setting := range s.server.Credentials(s.url) {
		settings[setting[0]] = fmt.Sprintf("%q", setting[1])
	}
	switch attr.Name {
	case "environment":
		delete(settings, "base_url")
	case "subdomain":
		delete(settings, "base_url")
	case "access_token":
		delete(settings, "client_id")
		delete(settings, "client_secret")
		delete(settings, "unique_id")
		if _, err := fetchToken(s.server.Token(s.url)); err != nil { // which the planted one stands for
			s.t.Fatal(err)
		}
	case "username", "password":
		delete(settings, "client_secret")
		settings["username"], settings["password"] = `"kim"`, `"x"`
	}
	settings[attr.Name] = "var.planted"
	if p.expression != "" {
		settings[attr.Name] = p.expression
	}
	var block strings.Builder
	for name, expression := range settings {
		fmt.Fprintf(&block, "  %s = %s\n", name, expression)
	}
	text := fmt.Sprintf(`
variable "planted" {
  type      = string
  sensitive = true
}
variable "phone" {
  type      = string
  sensitive = true
}
variable "name" {
  type    = string
  default = "Ada"
}
provider "%[1]s" {
%[2]s}
%[3]s
output "phone" {
  value     = var.phone
  sensitive = true
}
`, s.vendor.Name(), block.String(), secretResources(s.t, s.vendor.Name()))
	if err := os.WriteFile(filepath.Join(s.dir, "main.org.hcl"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.env = []string{"HOME=" + s.dir, "NO_COLOR=1", "ESPALIER_TRACE=1", "ESPALIER_VAR_planted=" + p.value, "ESPALIER_VAR_phone=" + plantedPhone}
}

// run runs a command and returns its exit code; what it said is seen.
func (s *leakSite) run(args ...string) int {
	var out, talk bytes.Buffer
	code := cli.Main(append([]string{"-chdir=" + s.dir}, args...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &talk, Environ: s.env, Width: 80, Now: time.Now,
		State: []state.Option{state.WithTap(s.tap)}})
	s.see(strings.Join(args, " ") + "\n" + out.String() + talk.String())
	return code
}

var errCrash = errors.New("the disk is gone")

// tap sees what is written, also what is gone in the end.
func (s *leakSite) tap(c state.Change) (int, error) {
	s.see(string(c.Data))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written.Write(c.Data)
	if s.crash && strings.HasPrefix(c.Op, "journal") {
		return 0, errCrash
	}
	return 0, nil
}

// useAll runs every command that speaks to the server or writes anything, in ways
// that work and in ways that do not.
func (s *leakSite) useAll(works bool) {
	s.t.Helper()
	must := func(want int, args ...string) {
		s.t.Helper()
		if code := s.run(args...); works && code != want {
			s.t.Errorf("espalier %s: exit %d, want %d", strings.Join(args, " "), code, want)
		}
	}
	s.run("validate")
	must(0, "init")
	must(0, "whoami")
	s.refuses = true
	must(1, "apply", "-auto-approve")
	s.refuses = false
	s.crash = true
	must(1, "apply", "-auto-approve")
	s.crash = false
	must(0, "apply", "-auto-approve", "-json")
	s.env = append(s.env, "ESPALIER_VAR_name=Adda")
	must(2, "plan", "-detailed-exitcode", "-json")
	s.run("plan", "-out", filepath.Join(s.dir, "edit.plan"))
	s.refuses = true
	must(1, "apply", "-auto-approve", "-json")
	s.refuses = false
	s.env = append(s.env, "ESPALIER_VAR_phone=+47 999")
	must(0, "apply", "-auto-approve")
	s.env = append(s.env, "ESPALIER_VAR_phone="+plantedPhone)
	must(2, "plan", "-detailed-exitcode", "-refresh=full")
	s.env = append(s.env, "ESPALIER_VAR_name=Ida")
	saved := filepath.Join(s.dir, "seller.plan") // which holds settings, and nothing sensitive of its own
	seller := regexp.MustCompile(`"(\w+)" "seller"`).FindStringSubmatch(secretResources(s.t, s.vendor.Name()))[1] + ".seller"
	must(0, "plan", "-target", seller, "-out", saved)
	must(0, "apply", saved)
	must(0, "show")
	must(0, "state", "list")
	must(0, "output", "-json")
	must(0, "graph")
}

// search looks for what was planted in all that was shown and all that is left in
// the folder. Where the commands worked, there must have been something to hide.
func (s *leakSite) search(worked bool) {
	s.t.Helper()
	s.mu.Lock()
	shown := s.shown.String()
	s.mu.Unlock()
	if worked && (!strings.Contains(shown, "(secret)") || !strings.Contains(shown, "(sensitive)")) {
		s.t.Errorf("nothing was hidden in what was shown and written: %s", shown)
	}
	seen := map[string]string{"what was shown and written": shown}
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "main.org.hcl" {
			return err
		}
		text, err := os.ReadFile(path)
		seen[entry.Name()] = string(text)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for where, text := range seen {
		text = strings.ReplaceAll(text, "var.planted", "") // its name is no secret
		text = strings.ReplaceAll(text, `"planted"`, "")
		text = chance.ReplaceAllString(text, "$1")
		for _, part := range parts {
			if i := strings.Index(text, part); i >= 0 {
				s.t.Errorf("%s holds %q: %s", where, part, text[max(0, i-300):min(len(text), i+100)])
				break
			}
		}
	}
}
