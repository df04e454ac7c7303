package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/espalier-dev/espalier/state"
)

// Codes of the server's errors, as its manual lists them.
const (
	codeReadOnly     = "25006"
	codeTooLong      = "25P04"
	codeBadUser      = "28000"
	codeBadPassword  = "28P01"
	codeNoDatabase   = "3D000"
	codeNoSchema     = "3F000"
	codeSerializing  = "40001"
	codeDeadlock     = "40P01"
	codeDenied       = "42501"
	codeUnknown      = "42704"
	codeNoTable      = "42P01"
	codeHasSchema    = "42P06"
	codeHasTable     = "42P07"
	codeHasObject    = "42710"
	codeDuplicate    = "23505"
	codeConnections  = "53300"
	codeLockTimeout  = "55P03"
	codeCanceled     = "57014"
	codeShutdown     = "57P01"
	codeCrash        = "57P02"
	codeNotYet       = "57P03"
	codeIdle         = "57P05"
	classConnections = "08"
)

// passing reports whether an error with this code may be gone the next time.
func passing(code string) bool {
	switch code {
	case codeSerializing, codeDeadlock, codeConnections, // others are at work
		codeLockTimeout, codeCanceled, codeTooLong, // it took longer than the server was told to wait
		codeShutdown, codeCrash, codeNotYet, codeIdle: // the session was ended
		return true
	}
	return strings.HasPrefix(code, classConnections)
}

// trouble says in words what is wrong and what to do. No secret is in it: of the
// settings of the connection it shows host, database and user.
func (p *place) trouble(ctx context.Context, err error) error {
	switch {
	case errors.As(err, new(*state.LostError)), errors.As(err, new(*state.ChangedError)),
		errors.As(err, new(*state.LockedError)), errors.As(err, new(*state.Error)), errors.As(err, new(*troubleError)):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return p.refusal(pg, errors.As(err, new(*pgconn.ConnectError)))
	}
	text := fmt.Sprintf("there is no connection to the server at %s: %s", p.servers(), cause(err))
	if !p.reached.Load() {
		text += ". Check that it runs, and host and port in conn_str, in PG_CONN_STR, or in PGHOST and PGPORT"
	}
	return &troubleError{text: text, err: err}
}

// refusal is trouble that the server tells of, be it that it lets nobody in.
func (p *place) refusal(pg *pgconn.PgError, atTheDoor bool) error {
	var text string
	schema, user := quote(p.schema), quote(p.config.User)
	switch pg.Code {
	case codeBadPassword, codeBadUser:
		text = fmt.Sprintf("the server at %s does not let the user %q in: %s. Check user and password in conn_str, in PG_CONN_STR, in PGUSER and PGPASSWORD, or in ~/.pgpass", p.servers(), p.config.User, pg.Message)
	case codeNoDatabase:
		text = fmt.Sprintf("the server at %s has no database %q. Make it with \"createdb %s\", or name another in conn_str", p.servers(), p.database(), p.database())
	case codeDenied:
		grant := fmt.Sprintf("GRANT USAGE, CREATE ON SCHEMA %s TO %s; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO %s. Or, while it has no tables, let this user own it: ALTER SCHEMA %s OWNER TO %s",
			schema, user, schema, user, schema, user)
		if atTheDoor {
			grant = fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s", quote(p.database()), user)
		}
		text = fmt.Sprintf("the user %q lacks a right: %s. Have it granted: %s", p.config.User, pg.Message, grant)
	case codeReadOnly:
		text = fmt.Sprintf("the server at %s takes no changes now: %s. If it is a standby, name the primary in conn_str, or all of them with target_session_attrs=read-write", p.servers(), pg.Message)
	case codeNoTable, codeNoSchema:
		text = fmt.Sprintf("a part of the schema %q is gone: %s. Put it back from a copy of the database", p.schema, pg.Message)
	case codeUnknown:
		text = fmt.Sprintf("the server at %s does not know something that it is asked for: %s. Check the names in conn_str, in PG_CONN_STR or in PGOPTIONS", p.servers(), pg.Message)
	default:
		text = fmt.Sprintf("the server says: %s (SQLSTATE %s)", pg.Message, pg.Code)
	}
	return &troubleError{text: text, err: pg}
}

// troubleError has words of its own for an error.
type troubleError struct {
	text string
	err  error
}

func (e *troubleError) Error() string { return e.text }

func (e *troubleError) Unwrap() error { return e.err }

// servers are all that a connection may be made to.
func (p *place) servers() string {
	list := []string{p.server()}
	for _, other := range p.config.Fallbacks {
		if !strings.HasPrefix(other.Host, "/") {
			list = append(list, net.JoinHostPort(other.Host, fmt.Sprint(other.Port)))
		} else {
			list = append(list, other.Host)
		}
	}
	return strings.Join(slices.Compact(list), ", ") // each is tried with TLS and without
}

// cause is what is at the bottom of an error of the network.
func cause(err error) string {
	if pgconn.Timeout(err) {
		return "it did not answer in time"
	}
	for {
		switch e := err.(type) {
		case *net.DNSError:
			return e.Err
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }: // one for each attempt
			var texts []string
			for _, part := range e.Unwrap() {
				texts = append(texts, cause(part))
			}
			slices.Sort(texts)
			return strings.Join(slices.Compact(texts), "; ")
		default:
			return strings.ReplaceAll(err.Error(), "\n", "; ")
		}
	}
}
