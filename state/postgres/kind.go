package postgres

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// What settings are by default, and their limits.
const (
	defaultSchema = "espalier"
	defaultName   = "default"
	defaultLease  = "60s"

	leastLease = 2 * time.Second
	mostLease  = time.Hour
	longest    = 63  // bytes of a schema's name, by PostgreSQL's rule
	longName   = 200 // bytes of a state's name, which is part of keys
)

// Kind keeps a state in a PostgreSQL database.
func Kind() state.Kind {
	return state.Kind{
		Name: "postgres",
		Doc: "A PostgreSQL database. The state, its journal, its lock and its ten former versions are in tables of a schema, which is made if it is not there. " +
			"The lock of a run that is killed is free at once, and that of one which cannot be reached any more after its lease.",
		Settings: []schema.Attribute{
			{Name: "conn_str", Type: cty.String, Sensitive: true, Env: "PG_CONN_STR",
				Doc: "How to connect, as a URL or in words, such as postgres://espalier@db.example.com/orgs. What it leaves out is taken from PGHOST, PGUSER, PGPASSWORD and the other usual variables, and from ~/.pgpass."},
			{Name: "schema_name", Type: cty.String, Default: defaultSchema,
				Doc: "The schema of the tables. A role that may not make it can use one that is there."},
			{Name: "name", Type: cty.String, Default: defaultName,
				Doc: "The name of this state, so that a schema can keep several."},
			{Name: "lease", Type: cty.String, Default: defaultLease,
				Doc: "How long the lock outlives a run that cannot be reached any more, such as 60s: a number and a unit, from 2s to 1h. A run renews it all the time."},
		},
		Open: open,
	}
}

func open(s state.Settings, types func(string) *schema.Type, writer string, options ...state.Option) (state.Backend, []error) {
	p, errs := newPlace(s)
	if len(errs) > 0 {
		return nil, errs
	}
	return state.NewRemote(p, types, writer, options...), nil
}

// newPlace reads the settings; it returns every mistake in them.
func newPlace(s state.Settings) (*place, []error) {
	var errs []error
	fail := func(setting, format string, args ...any) {
		errs = append(errs, &state.SettingError{Name: setting, Err: fmt.Errorf(format, args...)})
	}
	text := func(name, otherwise string) string {
		if s.Has(name) {
			return s.Text(name)
		}
		return otherwise
	}
	schemaName, name := text("schema_name", defaultSchema), text("name", defaultName)
	switch {
	case schemaName == "" || len(schemaName) > longest || strings.ContainsRune(schemaName, 0):
		fail("schema_name", "the schema_name of the state must be the name of a schema, of 1 to %d bytes, such as %q", longest, defaultSchema)
	case strings.HasPrefix(schemaName, "pg_"):
		fail("schema_name", "the schema_name of the state is %q, but PostgreSQL keeps names that begin with pg_ for itself; choose another, such as %q", schemaName, defaultSchema)
	}
	if name == "" || len(name) > longName || strings.ContainsRune(name, 0) {
		fail("name", "the name of the state must be a text of 1 to %d bytes, such as %q", longName, defaultName)
	}
	lease, err := time.ParseDuration(text("lease", defaultLease))
	if err != nil || lease < leastLease || lease > mostLease {
		fail("lease", "the lease of the state is %q; it must be a number and a unit from 2s to 1h, such as %q", text("lease", defaultLease), defaultLease)
	}
	config, err := pgconn.ParseConfig(s.Text("conn_str"))
	if err != nil {
		fail("conn_str", "%w", unparsed(err))
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return placeAt(config, schemaName, name, lease), nil
}

// unparsed says what is wrong with the settings of a connection, without showing any:
// a text that cannot be taken apart may have its password anywhere.
func unparsed(err error) error {
	what := err.Error()
	if n := strings.LastIndex(what, "`: "); n >= 0 {
		what = what[n+len("`: "):]
	}
	if strings.HasPrefix(what, "failed to parse as") {
		return errors.New("the conn_str of the state cannot be understood. It must be a URL such as postgres://USER@HOST:5432/DATABASE, in which special characters " +
			"of a password are written as %40 and the like, or words such as host=HOST dbname=DATABASE user=USER")
	}
	return fmt.Errorf("the conn_str of the state, or a variable such as PGHOST that stands in for a part of it, is not right: %s", what)
}
