package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/espalier-dev/espalier/state"
)

// format is the version of the tables that this program knows.
const format = 1

const formatSQL = `SELECT max(version)::text FROM espalier.format`

// tablesSQL makes the tables. The lock has a row of its own, so that the row of a snapshot
// changes with the state alone. What of the journal a snapshot covers is over, even where
// it is not deleted yet.
const tablesSQL = `
CREATE TABLE IF NOT EXISTS espalier.locks (
	name text PRIMARY KEY,
	fence bigint NOT NULL,
	holder json,
	backend integer,
	lease interval,
	beat timestamptz
);
CREATE TABLE IF NOT EXISTS espalier.snapshots (
	name text PRIMARY KEY,
	writing text NOT NULL,
	covers bigint NOT NULL,
	text bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS espalier.history (
	name text NOT NULL,
	id bigint GENERATED ALWAYS AS IDENTITY,
	until timestamptz NOT NULL,
	text bytea NOT NULL,
	PRIMARY KEY (name, id)
);
CREATE TABLE IF NOT EXISTS espalier.journal (
	name text NOT NULL,
	seq bigint NOT NULL,
	fence bigint NOT NULL,
	lines bytea NOT NULL,
	PRIMARY KEY (name, seq)
);
CREATE TABLE IF NOT EXISTS espalier.format (version integer PRIMARY KEY);
INSERT INTO espalier.format (version) VALUES (%d) ON CONFLICT DO NOTHING`

// check reports whether the tables are there, and refuses those of a newer program.
func (p *place) check(ctx context.Context, c *conn) (there bool, err error) {
	rows, err := c.ask(ctx, formatSQL)
	if hasCode(err, codeNoTable, codeNoSchema) {
		return false, nil
	}
	if err != nil || rows[0][0] == nil {
		return false, err
	}
	version, err := strconv.Atoi(string(rows[0][0]))
	if err == nil && version > format {
		err = &state.Error{
			Where:   p.Where(),
			Problem: fmt.Sprintf("is kept in tables of format %d, and this program knows format %d", version, format),
			Remedy:  "Nothing was changed. Use the newer version of the program that made them",
		}
	}
	return err == nil, err
}

// prepare makes what is not there of schema and tables.
func (p *place) prepare(ctx context.Context, c *conn) error {
	for {
		there, err := p.check(ctx, c)
		if there || err != nil {
			return err
		}
		err = p.create(ctx, c)
		// Another program may have made one of them at the same time, without our lock.
		if err != nil && !hasCode(err, codeHasSchema, codeHasTable, codeHasObject, codeDuplicate) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// create makes them in one transaction. An advisory lock lets those who do so at the
// same time do it one after the other. A role that finds the schema needs no right to make
// one.
func (p *place) create(ctx context.Context, c *conn) error {
	rows, err := c.ask(ctx, "SELECT 'there' FROM pg_namespace WHERE nspname = $1", p.schema)
	if err != nil {
		return err
	}
	makeSchema := "SELECT"
	if len(rows) == 0 {
		makeSchema = "CREATE SCHEMA IF NOT EXISTS " + quote(p.schema)
	}
	const everyState = 0x657370616c696572 // the letters of the program's name
	script := fmt.Sprintf("SELECT pg_advisory_xact_lock(%d);%s;%s", int64(everyState), makeSchema, p.quoted.Replace(fmt.Sprintf(tablesSQL, format)))
	_, err = c.Exec(ctx, script).ReadAll()
	if len(rows) == 0 && hasCode(err, codeDenied) {
		return &troubleError{err: err, text: fmt.Sprintf("the database %q has no schema %q, and the user %q may not make it. Have it made with: CREATE SCHEMA %s AUTHORIZATION %s; or name one that is there in schema_name",
			p.database(), p.schema, p.config.User, quote(p.schema), quote(p.config.User))}
	}
	return err
}

// hasCode reports whether err is one of the server's with one of these codes.
func hasCode(err error, codes ...string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(codes, pg.Code)
}
