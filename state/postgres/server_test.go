package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// types are the resource types of the tests.
func types(name string) *schema.Type {
	return map[string]*schema.Type{"acme_user": (&schema.Type{Name: "acme_user", Provider: "acme"}).Index()}[name]
}

func TestServerStops(t *testing.T) {
	t.Parallel()
	server := servertest.NewPostgres(t)
	t.Run("and is started again", func(t *testing.T) { startedAgain(t, server) })
	t.Run("and is gone for good", func(t *testing.T) { goneForGood(t, server) })
}

// A server that is started again in the middle of a run loses nothing of what it has
// acknowledged, even where it is told not to wait for its disk; the run goes on, and
// nobody takes its lock for that.
func startedAgain(t *testing.T, server *servertest.PostgresServer) {
	d := databaseAt(t, server.Database(t))
	d.rows(`ALTER SYSTEM SET wal_writer_delay = '10s'`)
	d.rows(`ALTER SYSTEM SET synchronous_commit = 'off'`)
	d.rows(`SELECT pg_reload_conf()::text`)
	p := d.place("", nil)
	run, err := state.NewRemote(p, types, "1.2.3").Open(t.Context(), who("run"), 0)
	must(t, err)
	must(t, run.Begin(t.Context(), intent("ada")))
	must(t, run.Commit(t.Context(), result("ada")))
	server.Stop(t)
	var step sync.WaitGroup
	step.Go(func() { err = run.Begin(t.Context(), intent("bo")) })
	server.Start(t)
	step.Wait()
	must(t, err)
	wantLocked(t, d.place("", nil), "run")
	must(t, run.Commit(t.Context(), result("bo")))
	server.Stop(t)
	server.Start(t)
	wantLocked(t, d.place("", nil), "run") // its session ended with the server, which proves nothing
	must(t, run.Close(t.Context()))
	server.Stop(t)
	server.Start(t)
	snapshot, pending, err := state.NewRemote(d.place("", nil), types, "1.2.3").Read(t.Context())
	must(t, err)
	if len(snapshot.Records) != 2 || len(pending) != 0 {
		t.Fatalf("of the run there is %v, and open %v", snapshot.Records, pending)
	}
}

// hasty is a place whose runs do not try for long.
type hasty struct{ state.Place }

type hastyHold struct{ *hold }

func (p hasty) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	h, err := p.Place.Lock(ctx, who)
	if err != nil {
		return nil, err
	}
	return hastyHold{h.(*hold)}, nil
}

func (h hastyHold) Append(ctx context.Context, lines []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	return h.hold.Append(ctx, lines)
}

func (h hastyHold) Replace(ctx context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	return h.hold.Replace(ctx, text)
}

func (h hastyHold) Release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	return h.hold.Release(ctx)
}

// What a run did when its server went for good is handed over, to be kept elsewhere.
func goneForGood(t *testing.T, server *servertest.PostgresServer) {
	d := databaseAt(t, server.Database(t))
	backend := state.NewRemote(hasty{d.place("", nil)}, types, "1.2.3")
	run, err := backend.Open(t.Context(), who("run"), 0)
	must(t, err)
	must(t, run.Begin(t.Context(), intent("ada")))
	server.Stop(t)
	var e *state.Error
	if err := run.Commit(t.Context(), result("ada")); !errors.As(err, &e) || e.Remedy == "" || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("a result that was not kept: %v", err)
	}
	if err := run.Begin(t.Context(), intent("bo")); err == nil {
		t.Error("another call may be made")
	}
	var unsaved *state.UnsavedError
	if err := run.Close(t.Context()); !errors.As(err, &unsaved) {
		t.Fatalf("the end of the run: %v", err)
	}
	snapshot, err := backend.Decode(unsaved.State)
	must(t, err)
	if len(snapshot.Records) != 1 {
		t.Errorf("what was not saved holds %v", snapshot.Records)
	}
	server.Start(t)
	must(t, d.place("", nil).Unlock(t.Context(), "run"))
	if err := backend.Push(t.Context(), who("push"), 0, state.PushOver(snapshot, false)); err != nil {
		t.Errorf("what was not saved cannot be pushed: %v", err)
	}
}

// A network that swallows everything does not keep a run for longer than it is given.
func TestSilentNetwork(t *testing.T) {
	listen, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	must(t, err)
	defer listen.Close()
	d := &database{t: t, text: "postgres://ada:topsecret@" + listen.Addr().String() + "/orgs?sslmode=disable"}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = d.place("", nil).Lock(ctx, who("run"))
	if err == nil || !strings.Contains(err.Error(), "did not answer in time") {
		t.Errorf("a server that says nothing: %v", err)
	}
}
