package s3_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
	"github.com/espalier-dev/espalier/state/statetest"
)

// TestMain keeps the settings of whoever runs the tests out of them.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_CONFIG_FILE": os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "", "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func settings(of map[string]string) state.Settings {
	s := state.Settings{Values: map[string]cty.Value{}}
	for name, text := range of {
		s.Values[name] = cty.StringVal(text)
	}
	return s
}

// place is the state "org/acme" as another process would reach it.
func place(t tb, of map[string]string) *s3.Place {
	t.Helper()
	all := map[string]string{"bucket": "org", "key": "acme.state.json"}
	for name, text := range of {
		all[name] = text
	}
	p, errs := s3.NewPlace(settings(all))
	if len(errs) > 0 {
		t.Fatalf("%v", errs)
	}
	if err := p.Hasten(context.Background()); err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Context() context.Context
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// store is a store of the suite, of one key at a server. Its places share the
// connections of one.
func store(t *testing.T, types func(string) *schema.Type, one *s3.Place, of map[string]string) statetest.Store {
	mortal := &statetest.Mortal{Place: func() state.Place {
		p, errs := s3.NewPlace(settings(of))
		if len(errs) > 0 {
			panic(errs)
		}
		p.Join(one)
		return p
	}}
	s := mortal.Store(types)
	s.Forced, s.Late = true, true
	s.Swap = func(next *state.Snapshot) error {
		p := place(t, of)
		p.Join(one)
		text, err := state.NewRemote(p, types, "1.2.3").Encode(next)
		if err != nil {
			return err
		}
		for {
			_, etag, err := p.Get(t.Context(), of["key"])
			if err != nil {
				return err
			}
			if done, err := p.Put(t.Context(), of["key"], etag, string(text)); done || err != nil {
				return err
			}
		}
	}
	return s
}

// TestStrictServer holds the backend against the contract on a server of the test.
func TestStrictServer(t *testing.T) {
	t.Parallel()
	var keys atomic.Int64
	all := map[string]string{"endpoint": newServer().door(t, nil).URL, "bucket": "org"}
	one := place(t, all)
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		return store(t, types, one, map[string]string{"endpoint": all["endpoint"], "bucket": "org", "key": fmt.Sprintf("acme/%d.json", keys.Add(1))})
	})
}

// TestRealServer does so on one that others use.
func TestRealServer(t *testing.T) {
	endpoint, access, secret, bucket := servertest.S3(t)
	t.Setenv("AWS_ACCESS_KEY_ID", access)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	var keys atomic.Int64
	one := place(t, map[string]string{"endpoint": endpoint, "bucket": bucket})
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		return store(t, types, one, map[string]string{"endpoint": endpoint, "bucket": bucket, "key": fmt.Sprintf("acme/%d.json", keys.Add(1))})
	})
}
