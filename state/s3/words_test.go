package s3_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
)

// TestRefusals: what a server or the environment refuses is said with what to do.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		fate  fate
		words []string
	}{
		"no bucket":     {noBucket, []string{`there is no bucket "org"`, "correct the setting bucket"}},
		"a bad name":    {badName, []string{`"org" is no name for a bucket`, "Correct the setting bucket"}},
		"not allowed":   {refused, []string{"may not read acme.state.json.lock (AccessDenied: as the test wants it)", "s3:PutObject"}},
		"other region":  {moved, []string{`another region than "us-east-1": it is in eu-north-1`, "AWS_REGION"}},
		"no conditions": {unknown, []string{"does not know conditional writes", "If-None-Match"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newServer().door(t, func(_ int, r *http.Request) fate {
				if c.fate == unknown && r.Method != http.MethodPut {
					return arrives
				}
				return c.fate
			})
			_, err := at(t, d).Lock(t.Context(), state.LockInfo{})
			tells(t, err, append(c.words, "the state in s3://org/acme.state.json")...)
		})
	}
	t.Run("no server", func(t *testing.T) {
		d := newServer().door(t, nil)
		p := at(t, d)
		d.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.Read(ctx); err == nil {
			t.Error("it was read")
		}
	})
}

// TestDeafServer: a server that puts objects whatever the condition says is refused
// before anything is written under its lock.
func TestDeafServer(t *testing.T) {
	for _, deaf := range []string{"If-Match", "If-None-Match"} {
		t.Run(deaf, func(t *testing.T) {
			s := newServer()
			s.deaf = deaf
			_, err := at(t, s.door(t, nil)).Lock(t.Context(), state.LockInfo{})
			tells(t, err, "at a server that cannot keep it safely", "although it was told not to")
			if s.text("acme.state.json") != "" {
				t.Error("a state was written")
			}
		})
	}
}

// TestProbedOnce: what a server was found to heed is not asked again.
func TestProbedOnce(t *testing.T) {
	d := newServer().door(t, nil)
	p := at(t, d)
	var counts []int
	for range 3 {
		before := d.count()
		h, _ := begin(t, p, "ada")
		must(t, h.Release(t.Context()))
		counts = append(counts, d.count()-before)
	}
	// Without a lock there is more to look at; then its two probes are left out.
	if counts[0] <= counts[1]+2 || counts[1] != counts[2] {
		t.Errorf("the requests of three runs: %d", counts)
	}
}

// TestEncryption: the server is told to encrypt all that it is given.
func TestEncryption(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]cty.Value
		sse, kms string
	}{
		"not asked for": {nil, "", ""},
		"by the server": {map[string]cty.Value{"encrypt": cty.True}, "AES256", ""},
		"with a key":    {map[string]cty.Value{"kms_key_id": cty.StringVal("key-1")}, "aws:kms", "key-1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			all := settings(map[string]string{"bucket": "org", "key": "acme.state.json", "endpoint": s.door(t, nil).URL})
			for name, v := range c.settings {
				all.Values[name] = v
			}
			p, errs := s3.NewPlace(all)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			h, _ := begin(t, p, "ada")
			must(t, h.Append(t.Context(), []byte("one\n")))
			must(t, h.Replace(t.Context(), []byte("new\n")))
			must(t, h.Append(t.Context(), []byte("two\n")))
			if n := len(s.keys("")); n != 3 {
				t.Errorf("%d objects", n)
			}
			for _, key := range s.keys("") {
				if o := s.objects[key]; o.sse != c.sse || o.kms != c.kms {
					t.Errorf("%s is encrypted with %q %q", key, o.sse, o.kms)
				}
			}
		})
	}
}

// TestEnvironment: credentials, region and address come from where every AWS tool
// takes them, and what is missing is named.
func TestEnvironment(t *testing.T) {
	open := func(t *testing.T, of map[string]string) *s3.Place {
		t.Helper()
		p, errs := s3.NewPlace(settings(of))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		return p
	}
	t.Run("no credentials", func(t *testing.T) {
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		_, err := open(t, map[string]string{"bucket": "org", "key": "k", "region": "eu-north-1"}).Read(t.Context())
		tells(t, err, "no AWS credentials were found", "AWS_ACCESS_KEY_ID")
	})
	t.Run("no region", func(t *testing.T) {
		_, err := open(t, map[string]string{"bucket": "org", "key": "k"}).Read(t.Context())
		tells(t, err, "the region of the bucket", "AWS_REGION")
	})
	t.Run("no such profile", func(t *testing.T) {
		_, err := open(t, map[string]string{"bucket": "org", "key": "k", "profile": "nobody"}).Read(t.Context())
		tells(t, err, "nobody")
	})
	t.Run("address and profile", func(t *testing.T) {
		var asked []string
		seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.URL.Path+" "+r.Header.Get("Authorization"))
			failed(w, http.StatusForbidden, "AccessDenied")
		}))
		defer seen.Close()
		file := filepath.Join(t.TempDir(), "credentials")
		must(t, os.WriteFile(file, []byte("[acme]\naws_access_key_id = of-acme\naws_secret_access_key = hidden\nregion = eu-north-1\n"), 0o600))
		for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": seen.URL, "AWS_SHARED_CREDENTIALS_FILE": file, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""} {
			t.Setenv(name, value)
		}
		_, err := open(t, map[string]string{"bucket": "org", "key": "k", "profile": "acme"}).Read(t.Context())
		tells(t, err, "s3:ListBucket")
		if strings.Contains(err.Error(), "hidden") {
			t.Errorf("it shows a secret: %v", err)
		}
		if len(asked) != 1 || !strings.HasPrefix(asked[0], "/org") || !strings.Contains(asked[0], "Credential=of-acme/") || !strings.Contains(asked[0], "/eu-north-1/") {
			t.Errorf("it was asked %q", asked)
		}
	})
}

// TestSettings: every mistake in the settings is named, before anything is done.
func TestSettings(t *testing.T) {
	kinds := []state.Kind{s3.Kind()}
	for name, c := range map[string]struct {
		settings map[string]cty.Value
		want     []string
	}{
		"right": {map[string]cty.Value{
			"bucket": cty.StringVal("org"), "key": cty.StringVal("a/b.json"), "lease": cty.StringVal("2m"), "use_path_style": cty.False, "endpoint": cty.StringVal("https://minio.example.org:9000"),
		}, nil},
		"none": {nil, []string{
			`a state of kind "s3" needs the setting "bucket"`, `a state of kind "s3" needs the setting "key"`,
		}},
		"all wrong": {map[string]cty.Value{
			"bucket": cty.StringVal("org/team"), "key": cty.StringVal("/a"), "lease": cty.StringVal("soon"), "endpoint": cty.StringVal("https://ada:pw@minio.example.org"),
		}, []string{
			`the setting "bucket" of the state must be the name of a bucket, such as "acme-org", without a path; the path belongs into key`,
			`the setting "key" of the state must be the name of an object, such as "org/espalier.state.json", without a slash at its begin or end`,
			`the setting "lease" of the state must be a duration, such as "60s" or "2m"; it is "soon"`,
			`the setting "endpoint" of the state must not hold a user or a password. Put the credentials into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment`,
		}},
		"odd": {map[string]cty.Value{
			"bucket": cty.StringVal("org"), "key": cty.StringVal("a"), "lease": cty.StringVal("1s"), "endpoint": cty.StringVal("minio"),
		}, []string{
			`the setting "lease" of the state must be whole seconds, and at least 2s; it is 1s`,
			`the setting "endpoint" of the state must be the address of a server, such as "https://minio.example.org:9000"`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, errs := state.Open(kinds, "s3", state.Settings{Values: c.settings}, nil, "1.2.3")
			var got []string
			for _, err := range errs {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("mistakes (-wanted, +got):\n%s", diff)
			}
			if errs == nil && b.Where() != "s3://org/a/b.json" {
				t.Errorf("it is in %s", b.Where())
			}
		})
	}
}
