package postgres

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/state"
)

func wantLocked(t *testing.T, p *place, id string) {
	t.Helper()
	var locked *state.LockedError
	if _, err := p.Lock(t.Context(), who("nobody")); !errors.As(err, &locked) {
		t.Fatalf("wanted it locked by %q, got: %v", id, err)
	}
	if diff := cmp.Diff(who(id), locked.Holder); diff != "" {
		t.Fatalf("the holder, wanted (-), got (+):\n%s", diff)
	}
}

// wantLost holds a run against having lost its lock to another.
func wantLost(t *testing.T, h *hold, to string) {
	t.Helper()
	for _, c := range []struct {
		call string
		err  error
	}{
		{"Append", h.Append(t.Context(), []byte("late\n"))},
		{"Replace", h.Replace(t.Context(), []byte("late"))},
		{"Renew", h.Renew(t.Context())},
	} {
		var lost *state.LostError
		if !errors.As(c.err, &lost) {
			t.Errorf("%s without the lock: %v", c.call, c.err)
		} else if lost.Holder.ID != to {
			t.Errorf("%s says that the lock belongs to %q, not %q", c.call, lost.Holder.ID, to)
		}
	}
}

func wantTexts(t *testing.T, p *place, text, journal string) {
	t.Helper()
	texts, err := p.Read(t.Context())
	must(t, err)
	if string(texts.State) != text || string(texts.Journal) != journal {
		t.Fatalf("there is the state %q with the journal %q; wanted %q with %q", texts.State, texts.Journal, text, journal)
	}
}

func TestLeaseRunsOut(t *testing.T) {
	d := newDatabase(t)
	name := d.name()
	p := d.place(name, nil)
	first := lock(t, p, "first")
	must(t, first.Append(t.Context(), []byte("one\n")))
	wantLocked(t, p, "first")

	d.runOut(name)
	must(t, first.Renew(t.Context())) // nobody was faster
	wantLocked(t, p, "first")

	d.runOut(name)
	second := lock(t, p, "second")
	wantLost(t, first, "second")
	must(t, second.Append(t.Context(), []byte("two\n")))
	must(t, second.Replace(t.Context(), []byte("whole")))
	must(t, second.Append(t.Context(), []byte("three\n")))
	wantLost(t, first, "second")
	must(t, first.Release(t.Context()))
	wantLocked(t, p, "second")
	must(t, second.Release(t.Context()))
	wantLost(t, second, "")
	wantTexts(t, p, "whole", "three\n")
}

func TestPausedRunSaysWhoHasTheLock(t *testing.T) {
	d := newDatabase(t)
	name := d.name()
	backend := func() state.Backend { return state.NewRemote(d.place(name, nil), nil, "1.2.3") }
	paused, err := backend().Open(t.Context(), who("paused"), 0)
	must(t, err)
	must(t, paused.Begin(t.Context(), intent("ada")))
	d.runOut(name)
	next, err := backend().Open(t.Context(), who("next"), 0)
	must(t, err)
	var e *state.Error
	var lost *state.LostError
	err = paused.Begin(t.Context(), intent("bo"))
	if !errors.As(err, &e) || e.Remedy == "" || !errors.As(err, &lost) || lost.Holder.ID != "next" {
		t.Errorf("a run that has lost its lock: %v", err)
	}
	if paused.Held() == nil {
		t.Error("it may go on")
	}
	if err := paused.Close(t.Context()); err == nil {
		t.Error("it has saved its state")
	}
	must(t, next.Close(t.Context()))
}

func TestDeadSessionFreesTheLock(t *testing.T) {
	d := newDatabase(t)
	p := d.place(d.name(), nil)
	dead := lock(t, p, "dead")
	must(t, dead.Append(t.Context(), []byte("one\n")))
	must(t, d.die(dead))
	next := lock(t, p, "next")
	must(t, next.Replace(t.Context(), []byte("whole")))
	wantTexts(t, p, "whole", "")
}

// A server that fails may forget who took the lock last, as a standby does that has not
// heard of it: then two runs have taken it, and only one of them may write.
func TestForgottenHolder(t *testing.T) {
	d := newDatabase(t)
	name := d.name()
	p := d.place(name, nil)
	must(t, lock(t, p, "nobody").Release(t.Context()))
	before := d.rows(`SELECT fence::text FROM espalier.locks WHERE name = $1`, name)
	forgotten := lock(t, p, "forgotten")
	d.do(`UPDATE espalier.locks SET fence = $2::bigint, holder = NULL WHERE name = $1`, name, string(before[0][0]))
	next := lock(t, p, "next")
	wantLost(t, forgotten, "next")
	must(t, next.Append(t.Context(), []byte("one\n")))
	wantTexts(t, p, "", "one\n")
}

// Behind a proxy a session that is gone means nothing, so only the lease counts.
func TestSharedSessionsOnlyHaveTheLease(t *testing.T) {
	d := newDatabase(t)
	proxy, seen := behind(t, d)
	proxy.pooled.Store(true)
	name := d.name()
	dead := lock(t, seen.place(name, nil), "dead")
	must(t, dead.Append(t.Context(), []byte("one\n")))
	if rows := d.rows(`SELECT 'there' FROM pg_locks WHERE locktype = 'advisory'`); len(rows) > 0 {
		t.Error("a session that may be another's soon has an advisory lock")
	}
	must(t, dead.Renew(t.Context()))
	proxy.cutAll()
	p := d.place(name, nil)
	wantLocked(t, p, "dead")
	d.runOut(name)
	must(t, lock(t, p, "next").Release(t.Context()))
}

// A run whose connection was cut while it had nothing to write has its lock tied to another
// with the next renewal, and keeps it.
func TestIdleRunKeepsItsLock(t *testing.T) {
	d := newDatabase(t)
	p := d.place(d.name(), nil)
	idle := lock(t, p, "idle")
	pid := idle.work.conn.PID()
	d.rows(`SELECT pg_terminate_backend($1::bigint::int)::text`, int64(pid))
	d.gone(pid)
	must(t, idle.Renew(t.Context()))
	wantLocked(t, p, "idle")
	must(t, idle.Append(t.Context(), []byte("one\n")))
	must(t, d.die(idle))
	must(t, lock(t, p, "next").Release(t.Context()))
}

// The lease is renewed also while something large is on its way.
func TestRenewalsDoNotWait(t *testing.T) {
	d := newDatabase(t)
	h := lock(t, d.place(d.name(), nil), "busy")
	h.work.mu.Lock()
	must(t, h.Renew(t.Context()))
	h.work.mu.Unlock()
	must(t, h.Release(t.Context()))
	if rows := d.rows(`SELECT 'there' FROM pg_locks WHERE locktype = 'advisory'`); len(rows) > 0 {
		t.Error("a lock that was given back is there")
	}
}

func TestUnlockStopsItsHolder(t *testing.T) {
	d := newDatabase(t)
	name := d.name()
	p := d.place(name, nil)
	if err := p.Unlock(t.Context(), "first"); !errors.As(err, new(*state.Error)) {
		t.Errorf("a lock was removed before there was anything: %v", err)
	}
	first := lock(t, p, "first")
	var e *state.Error
	if err := p.Unlock(t.Context(), "other"); !errors.As(err, &e) || e.Remedy == "" {
		t.Errorf("a lock was removed by another's id: %v", err)
	}
	must(t, p.Unlock(t.Context(), "first"))
	wantLost(t, first, "")
	wantTexts(t, p, "", "")
	must(t, lock(t, p, "second").Release(t.Context()))
}

func TestStatesOfOneSchemaAreApart(t *testing.T) {
	d := newDatabase(t)
	one, two := d.place("one", nil), d.place("two", nil)
	first := lock(t, one, "first")
	second := lock(t, two, "second")
	must(t, first.Replace(t.Context(), []byte("one")))
	must(t, second.Append(t.Context(), []byte("line\n")))
	must(t, second.Replace(t.Context(), []byte("two")))
	must(t, first.Append(t.Context(), []byte("of one\n")))
	wantTexts(t, one, "one", "of one\n")
	wantTexts(t, two, "two", "")
}

// Fifty programs that meet an empty database make its tables once.
func TestTablesAreMadeOnce(t *testing.T) {
	text := servertest.Postgres(t)
	d := &database{t: t, text: text}
	var all sync.WaitGroup
	errs := make([]error, 50)
	for n := range errs {
		p := d.place(fmt.Sprint(n), map[string]string{"schema_name": `100% of "all"; it's espalier.`})
		all.Go(func() {
			h, err := p.Lock(t.Context(), who("same"))
			if err == nil {
				_, err = h.Texts(t.Context())
				err = errors.Join(err, h.Release(t.Context()))
			}
			errs[n] = err
		})
	}
	all.Wait()
	must(t, errors.Join(errs...))
}

// Where the database has transactions fail that see what others do at the same time, runs
// try again.
func TestStrictTransactions(t *testing.T) {
	d := newDatabase(t)
	d.rows(`ALTER DATABASE ` + parsed(t, d.text).Database + ` SET default_transaction_isolation = 'serializable'`)
	var all sync.WaitGroup
	errs := make([]error, 20)
	for n := range errs {
		all.Go(func() {
			run, err := state.NewRemote(d.place("", nil), types, "1.2.3").Open(t.Context(), state.LockInfo{}, time.Minute)
			if err != nil {
				errs[n] = err
				return
			}
			step := fmt.Sprintf("p%d", n)
			errs[n] = errors.Join(run.Begin(t.Context(), intent(step)), run.Commit(t.Context(), result(step)), run.Close(t.Context()))
		})
	}
	all.Wait()
	must(t, errors.Join(errs...))
	snapshot, _, err := state.NewRemote(d.place("", nil), types, "1.2.3").Read(t.Context())
	must(t, err)
	if len(snapshot.Records) != len(errs) {
		t.Errorf("of %d runs there is %v", len(errs), snapshot.Records)
	}
}
