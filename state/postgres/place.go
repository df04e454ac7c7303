package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/espalier-dev/espalier/state"
)

// place is a state.Place in a database.
type place struct {
	config       *pgconn.Config
	schema, name string
	lease        time.Duration
	quoted       *strings.Replacer // puts the schema into statements
	key          int64             // of the advisory lock
	reached      atomic.Bool       // the server was there: if it is not, that may pass
}

const (
	// dialing is how long a server may take to accept a connection.
	dialing = 10 * time.Second
	// alive is how often a connection on which nothing is sent is probed.
	alive = 15 * time.Second
)

func placeAt(config *pgconn.Config, schema, name string, lease time.Duration) *place {
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = dialing
	}
	config.DialFunc = (&net.Dialer{Timeout: config.ConnectTimeout, KeepAlive: alive}).DialContext
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "espalier"
	}
	sum := sha256.Sum256([]byte("espalier\x00" + schema + "\x00" + name))
	return &place{
		config: config, schema: schema, name: name, lease: lease,
		quoted: strings.NewReplacer("espalier.", quote(schema)+"."),
		key:    int64(binary.BigEndian.Uint64(sum[:])),
	}
}

// quote writes a name as it stands in statements.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// server is where the database is.
func (p *place) server() string {
	if strings.HasPrefix(p.config.Host, "/") {
		return p.config.Host
	}
	return net.JoinHostPort(p.config.Host, strconv.Itoa(int(p.config.Port)))
}

// database is the database's name; one that is not given is the user's.
func (p *place) database() string {
	if p.config.Database == "" {
		return p.config.User
	}
	return p.config.Database
}

// Where implements state.Place. It names what is not as it is by default.
func (p *place) Where() string {
	text := fmt.Sprintf("the PostgreSQL database %q at %s", p.database(), p.server())
	var others []string
	if p.schema != defaultSchema {
		others = append(others, fmt.Sprintf("schema %q", p.schema))
	}
	if p.name != defaultName {
		others = append(others, fmt.Sprintf("name %q", p.name))
	}
	if len(others) > 0 {
		text += " (" + strings.Join(others, ", ") + ")"
	}
	return text
}

// journalSQL joins what of the journal is not in the snapshot s, and counts the parts
// that are missing. Where there is no snapshot the first that is there is the first.
const journalSQL = ` LEFT JOIN LATERAL (
	SELECT string_agg(lines, ''::bytea ORDER BY seq) AS lines, (max(seq) - coalesce(s.covers, min(seq) - 1) - count(*))::text AS missing
	FROM espalier.journal WHERE name = $1 AND seq > coalesce(s.covers, 0)
) j ON true`

const readSQL = `
SELECT s.text, j.lines, j.missing
FROM (SELECT) one LEFT JOIN espalier.snapshots s ON s.name = $1` + journalSQL

// Read implements state.Place. One statement sees the state and the journal as they are
// at one moment.
func (p *place) Read(ctx context.Context) (state.Texts, error) {
	l := p.line()
	defer l.close()
	var texts state.Texts
	err := l.do(ctx, lengthy, func(ctx context.Context, c *conn, _ bool) error {
		there, err := p.check(ctx, c)
		if err != nil || !there {
			return err
		}
		rows, err := c.ask(ctx, readSQL, p.name)
		if err == nil {
			texts = state.Texts{State: rows[0][0], Journal: rows[0][1]}
			err = p.whole(rows[0][2])
		}
		return err
	})
	return texts, err
}

// whole fails for a journal of which parts are missing.
func (p *place) whole(missing []byte) error {
	if missing == nil || string(missing) == "0" {
		return nil
	}
	return &state.Error{
		Where: p.Where(), Problem: "has a damaged journal",
		Err: fmt.Errorf("the table %s.journal lacks %s of the rows with the name %q", quote(p.schema), missing, p.name),
		Remedy: fmt.Sprintf("Nothing was changed. Put them back from a copy of the database; or, to go on without what the unfinished run did, delete the others: DELETE FROM %s.journal WHERE name = '%s'. What it made is then found again by its natural keys",
			quote(p.schema), strings.ReplaceAll(p.name, "'", "''")),
	}
}

const unlockSQL = `
UPDATE espalier.locks SET fence = fence + 1, holder = NULL, backend = NULL, beat = NULL
WHERE name = $1 AND holder->>'id' = $2 RETURNING 'done'`

// Unlock implements state.Place.
func (p *place) Unlock(ctx context.Context, id string) error {
	l := p.line()
	defer l.close()
	return l.do(ctx, brief, func(ctx context.Context, c *conn, again bool) error {
		there, err := p.check(ctx, c)
		if err != nil {
			return err
		}
		if !there {
			return p.unlocked(state.LockInfo{}, id)
		}
		rows, err := c.ask(ctx, unlockSQL, p.name, id)
		if err != nil || len(rows) > 0 {
			return err
		}
		holder, _, err := p.holder(ctx, c)
		if err != nil || again && holder.ID == "" {
			return err // the first attempt may have done it
		}
		return p.unlocked(holder, id)
	})
}

// unlocked says why a lock cannot be removed.
func (p *place) unlocked(holder state.LockInfo, id string) error {
	if holder.ID == "" {
		return &state.Error{Where: p.Where(), Problem: "is not locked", Remedy: "There is nothing to remove"}
	}
	return &state.Error{
		Where:   p.Where(),
		Problem: fmt.Sprintf("has no lock with the id %q; it is locked by %s", id, holder),
		Remedy:  "Make sure that this run has ended, then give its id",
	}
}
