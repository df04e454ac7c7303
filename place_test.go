package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/laws"
	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	stateall "github.com/espalier-dev/espalier/state/all"
)

// place is where a test keeps a state; the zero one is the file that needs no state
// block.
type place struct {
	kind   string
	values map[string]string
	env    []string
	// free does what a person does for the lock of a run that is dead; nil where it
	// frees itself.
	free func()
	// forced is set where the lock of a dead run would free itself, and a person does it
	// sooner, with force-unlock.
	forced bool
	// gate is before the server that keeps the state, nil for a file.
	gate gate
}

// gate lets requests to a server through, and counts them.
type gate interface {
	// fall calls do at the n-th request from now on, before or after the server has
	// carried it out, and cuts the connection then.
	fall(n int, carried bool, do func())
	// calm lets everything through, and counts anew.
	calm()
	count() int
}

// doorGate is a gate for what speaks HTTP.
type doorGate struct{ door *laws.Door }

func (g doorGate) fall(n int, carried bool, do func()) {
	g.door.Plan(laws.Fates{Requests: map[int]laws.Fate{n: {Kind: laws.Cut, Carried: carried, Do: do}}})
}

func (g doorGate) calm()      { g.door.Calm() }
func (g doorGate) count() int { return g.door.Count() }

// block is the state block that leads there.
func (p place) block() string {
	if p.kind == "" {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  state %q {\n", p.kind)
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		fmt.Fprintf(&b, "    %s = %q\n", name, p.values[name])
	}
	b.WriteString("  }\n")
	return b.String()
}

// backend is the state, as somebody else looks at it.
func (p place) backend(t *testing.T, dir string, env []string) state.Backend {
	t.Helper()
	kind, values := "file", map[string]cty.Value{}
	if p.kind != "" {
		kind = p.kind
	}
	for name, text := range p.values {
		values[name] = cty.StringVal(text)
	}
	environ := func(name string) string {
		for _, set := range env {
			if key, value, _ := strings.Cut(set, "="); key == name {
				return value
			}
		}
		return ""
	}
	library := all.Library()
	types := func(name string) *schema.Type { return library.Resources[name] }
	backend, errs := state.Open(stateall.Kinds(), kind, state.Settings{Values: values, Dir: dir, Environ: environ}, types, "")
	for _, err := range errs {
		t.Error(err)
	}
	if len(errs) > 0 {
		t.FailNow()
	}
	return backend
}

// kept makes a fresh place of a kind, on a server of its own or of the test's. It skips
// the test where that server is not there.
func kept(t *testing.T, kind string) place {
	t.Helper()
	switch kind {
	case "http":
		k := newKeeper()
		door := laws.NewDoor(k)
		return place{kind: kind, values: map[string]string{"address": serveHTTP(t, door), "retry_max": "1", "retry_wait_min": "0"}, free: k.free, gate: doorGate{door}}
	case "postgres":
		gate, conn := newPostgresGate(t, servertest.Postgres(t))
		return place{kind: kind, values: map[string]string{"lease": "60s"}, env: []string{"PG_CONN_STR=" + conn}, gate: gate}
	case "s3":
		endpoint, accessKey, secretKey, bucket := servertest.S3(t)
		to, err := url.Parse(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		// The name that was asked for stays, since it is part of what is signed.
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }}
		door := laws.NewDoor(proxy)
		env := []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_EC2_METADATA_DISABLED=true"}
		for _, set := range env { // credentials are looked for in the process's own environment
			name, value, _ := strings.Cut(set, "=")
			if err := os.Setenv(name, value); err != nil {
				t.Fatal(err)
			}
		}
		return place{kind: kind, gate: doorGate{door},
			values: map[string]string{"bucket": bucket, "key": "organisation.orgstate", "region": "us-east-1", "endpoint": serveHTTP(t, door), "lease": "60s"},
			forced: true,
			env:    env}
	}
	return place{}
}

func serveHTTP(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
