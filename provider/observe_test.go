package provider_test

import (
	"context"
	"errors"
	"testing"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// lists is a client that can only list; a type without objects fails.
type lists struct {
	provider.Client
	objects map[string][]schema.Object
	fail    error
}

func (l lists) List(_ context.Context, typ string) (provider.Listing, error) {
	objects, ok := l.objects[typ]
	if !ok {
		return provider.Listing{}, l.fail
	}
	return provider.Listing{Objects: objects, Calls: 1}, nil
}

func TestObserve(t *testing.T) {
	fail := &provider.Error{Kind: provider.Unavailable, Op: "list c"}
	client := lists{objects: map[string][]schema.Object{"a": {{ID: "1"}}, "b": {}}, fail: fail}
	world, err := provider.Observe(context.Background(), client, []string{"a", "b"})
	if err != nil || len(world) != 2 || len(world["a"].Objects) != 1 || world["b"].Calls != 1 {
		t.Errorf("%v, %v", world, err)
	}
	world, err = provider.Observe(context.Background(), client, []string{"a", "c", "b"})
	if world != nil || !errors.Is(err, fail) {
		t.Errorf("with a failure: %v, %v", world, err)
	}
	if world, err = provider.Observe(context.Background(), client, nil); err != nil || len(world) != 0 {
		t.Errorf("of nothing: %v, %v", world, err)
	}
}

func TestErrorsAreSaidInFull(t *testing.T) {
	cause := errors.New("cut")
	err := error(&provider.Error{Kind: provider.Unanswered, Op: "create user", Status: 502, Vendor: "bad gateway", Err: cause, Remedy: "Run again"})
	if got := err.Error(); got != "create user: HTTP 502: bad gateway: cut. Run again" {
		t.Error(got)
	}
	if !errors.Is(err, cause) || provider.KindOf(err) != provider.Unanswered || provider.KindOf(cause) != provider.Failed {
		t.Error("kind or cause is lost")
	}
}
