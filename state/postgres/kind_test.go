package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/state"
)

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		says     []string
	}{
		{map[string]string{"conn_str": "postgres://ada:top secret@db.example.com/orgs"}, []string{"conn_str", "cannot be understood", "postgres://USER@HOST"}},
		{map[string]string{"conn_str": "postgres://ada:topsecret@db.example.com:port/orgs"}, []string{"conn_str"}},
		{map[string]string{"conn_str": "postgres://ada:top:secret/orgs"}, []string{"conn_str"}},
		{map[string]string{"conn_str": "host=db.example.com password=top secret"}, []string{"conn_str", "cannot be understood"}},
		{map[string]string{"conn_str": "host=db.example.com password=topsecret sslmode=maybe"}, []string{"conn_str", "sslmode"}},
		{map[string]string{"conn_str": "postgres://ada:topsecret@db.example.com/orgs?sslmode=verify-full&sslrootcert=/nowhere"}, []string{"conn_str", "/nowhere"}},
		{map[string]string{"schema_name": ""}, []string{"schema_name", `"espalier"`}},
		{map[string]string{"schema_name": strings.Repeat("x", 64)}, []string{"schema_name", "63"}},
		{map[string]string{"schema_name": "pg_orgs"}, []string{`"pg_orgs"`, "another"}},
		{map[string]string{"name": ""}, []string{"name", `"default"`}},
		{map[string]string{"lease": "60"}, []string{`"60"`, "unit", "60s"}},
		{map[string]string{"lease": "1s"}, []string{`"1s"`, "2s"}},
		{map[string]string{"lease": "25h", "name": ""}, []string{"lease", "name"}},
	} {
		t.Run(fmt.Sprint(c.settings), func(t *testing.T) {
			values := map[string]cty.Value{}
			for name, text := range c.settings {
				values[name] = cty.StringVal(text)
			}
			b, errs := state.Open([]state.Kind{Kind()}, "postgres", state.Settings{Values: values}, nil, "1.2.3")
			if len(errs) == 0 {
				t.Fatalf("it was taken: %s", b.Where())
			}
			text := errors.Join(errs...).Error()
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("wanted %q in: %s", want, text)
				}
			}
			if strings.Contains(text, "top") || strings.Contains(text, "secret") {
				t.Errorf("a password is shown: %s", text)
			}
		})
	}
}

func TestWhere(t *testing.T) {
	environ := func(name string) string {
		return map[string]string{"PG_CONN_STR": "postgres://ada:topsecret@db.example.com/orgs"}[name]
	}
	for _, c := range []struct {
		settings map[string]cty.Value
		want     string
	}{
		{nil, `the PostgreSQL database "orgs" at db.example.com:5432`},
		{map[string]cty.Value{"conn_str": cty.StringVal("host=/run/pg user=bo password=topsecret"), "name": cty.StringVal("no")},
			`the PostgreSQL database "bo" at /run/pg (name "no")`},
		{map[string]cty.Value{"conn_str": cty.StringVal("host=::1 port=5433 user=bo password=topsecret"), "schema_name": cty.StringVal("orgs"), "name": cty.StringVal("no")},
			`the PostgreSQL database "bo" at [::1]:5433 (schema "orgs", name "no")`},
	} {
		b, errs := state.Open([]state.Kind{Kind()}, "postgres", state.Settings{Values: c.settings, Environ: environ}, nil, "1.2.3")
		must(t, errors.Join(errs...))
		if b.Where() != c.want {
			t.Errorf("it is %s, not %s", b.Where(), c.want)
		}
	}
}

// What a server refuses is told at once, in words that say what to do.
func TestRefusals(t *testing.T) {
	d := newDatabase(t)
	config := parsed(t, d.text)
	if len(d.rows(`SELECT 'there' FROM pg_roles WHERE rolname = $1`, servertest.Clerk)) == 0 {
		d.rows(`CREATE ROLE ` + servertest.Clerk + ` LOGIN PASSWORD 'right'`)
	}
	address := fmt.Sprintf("127.0.0.1:%d", config.Port)
	for _, c := range []struct {
		what, text string
		says       []string
	}{
		{"a wrong password", "postgres://clerk:topsecret@" + address + "/" + config.Database, []string{address, `"clerk"`, "password", "PGPASSWORD"}},
		{"no password", "postgres://clerk@" + address + "/" + config.Database, []string{address, `"clerk"`, "password"}},
		{"a user that is not there", "postgres://nobody:topsecret@" + address + "/" + config.Database, []string{`"nobody"`, "conn_str"}},
		{"a database that is not there", "postgres://postgres:topsecret@" + address + "/elsewhere", []string{`"elsewhere"`, "createdb elsewhere"}},
		{"a port where nothing listens", "postgres://postgres:topsecret@127.0.0.1:1/orgs", []string{"at 127.0.0.1:1: connection refused. Check"}},
		{"servers that are not there", "postgres://postgres:topsecret@127.0.0.1:1,127.0.0.1:2/orgs", []string{"at 127.0.0.1:1, 127.0.0.1:2: connection refused. Check"}},
		{"a server without TLS", "postgres://postgres:topsecret@" + address + "/" + config.Database + "?sslmode=require", []string{address + ": server refused TLS connection"}},
		{"an unknown parameter", "postgres://postgres:topsecret@" + address + "/" + config.Database + "?colour=blue", []string{"colour", "Check the names in conn_str"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := (&database{t: t, text: c.text}).place("", nil)
			_, read := p.Read(context.Background())
			_, locked := p.Lock(context.Background(), who("run"))
			for _, err := range []error{read, locked, p.Unlock(context.Background(), "run")} {
				if err == nil {
					t.Fatal("it was let in")
				}
				for _, want := range c.says {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("wanted %q in: %v", want, err)
					}
				}
				if strings.Contains(err.Error(), "topsecret") || strings.Contains(err.Error(), "\n") {
					t.Errorf("this is shown: %v", err)
				}
			}
		})
	}
}

// A role that may make nothing can use what is there, and is told what it lacks.
func TestRights(t *testing.T) {
	d := newDatabase(t)
	guest := "guest_" + parsed(t, d.text).Database
	d.rows(`CREATE ROLE ` + guest + ` LOGIN`)
	p := (&database{t: t, text: strings.Replace(d.text, "postgres@", guest+"@", 1)}).place("", nil)
	wantTexts(t, p, "", "") // reading makes nothing
	_, err := p.Lock(t.Context(), who("run"))
	if err == nil || !strings.Contains(err.Error(), `has no schema "espalier", and the user "`+guest+`" may not make it. Have it made with: CREATE SCHEMA "espalier" AUTHORIZATION "`+guest+`"; or name one`) {
		t.Errorf("a role that may make no schema: %v", err)
	}
	must(t, lock(t, d.place("", nil), "owner").Release(t.Context()))
	_, err = p.Lock(t.Context(), who("run"))
	if err == nil || !strings.Contains(err.Error(), "lacks a right: permission denied for schema espalier. Have it granted: GRANT USAGE, CREATE ON SCHEMA") || strings.Contains(err.Error(), "CREATE SCHEMA") {
		t.Errorf("a role that may not use the schema: %v", err)
	}
	d.rows(`GRANT USAGE ON SCHEMA espalier TO ` + guest)
	d.rows(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA espalier TO ` + guest)
	owner := lock(t, d.place("", nil), "owner")
	wantLocked(t, p, "owner") // another role's session is seen to live, and to end
	must(t, d.die(owner))
	h := lock(t, p, "run")
	must(t, h.Append(t.Context(), []byte("one\n")))
	must(t, h.Replace(t.Context(), []byte("whole")))
	must(t, h.Replace(t.Context(), []byte("whole again")))
	must(t, h.Release(t.Context()))

	base := parsed(t, d.text).Database
	d.rows(`REVOKE CONNECT ON DATABASE ` + base + ` FROM PUBLIC`)
	if _, err := p.Read(t.Context()); err == nil || !strings.Contains(err.Error(), `GRANT CONNECT ON DATABASE "`+base+`" TO "`+guest+`"`) {
		t.Errorf("a role that may not connect: %v", err)
	}
	d.rows(`GRANT CONNECT ON DATABASE ` + base + ` TO PUBLIC`)

	d.rows(`CREATE SCHEMA empty AUTHORIZATION ` + guest)
	p = (&database{t: t, text: strings.Replace(d.text, "postgres@", guest+"@", 1)}).place("", map[string]string{"schema_name": "empty"})
	must(t, lock(t, p, "run").Release(t.Context()))
}

func TestNewerFormat(t *testing.T) {
	d := newDatabase(t)
	p := d.place("", nil)
	must(t, lock(t, p, "run").Release(t.Context()))
	d.do(`INSERT INTO espalier.format (version) VALUES (7)`)
	_, read := p.Read(t.Context())
	_, locked := p.Lock(t.Context(), who("run"))
	for _, err := range []error{read, locked, p.Unlock(t.Context(), "run")} {
		if err == nil || !strings.Contains(err.Error(), "format 7") {
			t.Errorf("tables of a newer program: %v", err)
		}
	}
}
