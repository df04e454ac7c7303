package postgres

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// database is a database of the tests, with a connection past all places.
type database struct {
	t     testing.TB
	text  string
	admin *conn
	names atomic.Int64
}

func newDatabase(t testing.TB) *database { return databaseAt(t, servertest.Postgres(t)) }

func databaseAt(t testing.TB, text string) *database {
	d := &database{t: t, text: text}
	d.admin = d.connect()
	return d
}

func (d *database) connect() *conn {
	d.t.Helper()
	p := d.place("", nil)
	made, err := pgconn.ConnectConfig(d.t.Context(), p.config)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { made.Close(context.Background()) })
	return &conn{PgConn: made, place: p}
}

// place makes a place as a configuration would; each name is a state of its own.
func (d *database) place(name string, others map[string]string) *place {
	d.t.Helper()
	values := map[string]cty.Value{"conn_str": cty.StringVal(d.text)}
	if name != "" {
		values["name"] = cty.StringVal(name)
	}
	for key, text := range others {
		values[key] = cty.StringVal(text)
	}
	p, errs := newPlace(state.Settings{Values: values})
	if len(errs) > 0 {
		d.t.Fatal(errs)
	}
	return p
}

// name is one that no other state of the database has.
func (d *database) name() string { return fmt.Sprintf("state %d", d.names.Add(1)) }

// do runs a statement past all locks, and fails unless it reaches something.
func (d *database) do(sql string, args ...any) {
	d.t.Helper()
	if rows := d.rows(sql+" RETURNING 'done'", args...); len(rows) == 0 {
		d.t.Fatalf("%s: nothing is as the test expects", sql)
	}
}

func (d *database) rows(sql string, args ...any) [][][]byte {
	d.t.Helper()
	rows, err := d.admin.ask(context.Background(), sql, args...)
	if err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

// runOut makes the lease of a state run out.
func (d *database) runOut(name string) {
	d.t.Helper()
	d.do(`UPDATE espalier.locks SET beat = beat - lease - interval '1 second' WHERE name = $1`, name)
}

// die ends the connections of a hold as the death of its process would, and returns when
// the server has noticed.
func (d *database) die(of state.Hold) error {
	h := of.(*hold)
	for _, l := range []*line{h.work, h.beat} {
		l.mu.Lock()
		if l.conn != nil {
			l.conn.Conn().Close()
			d.gone(l.conn.PID())
		}
		l.mu.Unlock()
	}
	return nil
}

// gone waits until a session of the server has ended.
func (d *database) gone(pid uint32) {
	d.t.Helper()
	for len(d.rows(`SELECT 'there' FROM pg_stat_activity WHERE pid = $1`, int64(pid))) > 0 {
		if d.t.Context().Err() != nil {
			d.t.Fatal("a session whose connection was closed goes on")
		}
	}
}

// swap puts a text in the place of a state past its lock.
func (d *database) swap(name string, text []byte) error {
	_, err := d.admin.ask(context.Background(), `INSERT INTO espalier.snapshots (name, writing, covers, text) VALUES ($1, 'by hand', 0, $2)
		ON CONFLICT (name) DO UPDATE SET text = excluded.text`, name, text)
	return err
}

func (d *database) store(_ *testing.T, types func(string) *schema.Type) statetest.Store {
	name := d.name()
	mortal := &statetest.Mortal{Place: func() state.Place { return d.place(name, nil) }, Free: d.die}
	s := mortal.Store(types)
	s.Forced = true
	s.Swap = func(next *state.Snapshot) error {
		text, err := state.NewRemote(d.place(name, nil), types, "1.2.3").Encode(next)
		if err != nil {
			return err
		}
		return d.swap(name, text)
	}
	return s
}

func TestBackend(t *testing.T) {
	t.Parallel()
	statetest.Run(t, newDatabase(t).store)
}

// who is a run of the tests with that id.
func who(id string) state.LockInfo {
	return state.LockInfo{ID: id, Who: "ada@host.example", Command: "apply", PID: 4711, Since: time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)}
}

// lock takes the lock of a place and reads what is there.
func lock(t testing.TB, p *place, id string) *hold {
	t.Helper()
	h, err := p.Lock(t.Context(), who(id))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.(*hold).end)
	if _, err := h.Texts(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h.(*hold)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// intent is one of the tests' runs, about the object with that name.
func intent(name string) state.Intent {
	return state.Intent{Address: schema.Address{Type: "acme_user", Name: name}, Provider: "acme", Action: "create", At: who("").Since}
}

// result is what came of it.
func result(name string) state.Result {
	addr := intent(name).Address
	return state.Result{Address: addr, Record: &state.Record{Address: addr, Provider: "acme", ID: name}}
}
