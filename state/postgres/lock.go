package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/espalier-dev/espalier/state"
)

// lookSQL looks at the lock. It is free if nobody has it, if its lease has run out by
// the server's clock, or if the session of its holder has ended: that is known only of a
// session that ended before the server did.
const lookSQL = `
SELECT fence::text, holder::text, extract(epoch FROM beat)::text, (
	holder IS NULL
	OR beat + lease < clock_timestamp()
	OR backend IS NOT NULL
		AND beat > pg_postmaster_start_time()
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = backend)
		AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND (classid::bigint << 32 | objid::bigint) = $2)
)::text
FROM espalier.locks WHERE name = $1`

// takeSQL takes the lock if it still is as it was when it was looked at. The session is
// noted only if it is the client's own, which a proxy's is not. The fencing number follows the
// clock, so that none is given twice even where a server that failed has forgotten the last.
const takeSQL = `
UPDATE espalier.locks SET fence = greatest(fence + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint), holder = $4::json, lease = $5::interval, beat = clock_timestamp(),
	backend = CASE WHEN pg_backend_pid() = $6 THEN pg_backend_pid() END
WHERE name = $1 AND fence = $2 AND extract(epoch FROM beat)::text IS NOT DISTINCT FROM $3
RETURNING fence::text, CASE WHEN pg_backend_pid() = $6 THEN pg_try_advisory_lock($7) END::text`

// attempts is how often the lock is looked at again because it has changed hands
// meanwhile.
const attempts = 3

// Lock implements state.Place.
func (p *place) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	h := &hold{place: p, work: p.line(), beat: p.line()}
	err := h.work.do(ctx, brief, func(ctx context.Context, c *conn, again bool) error {
		if err := p.prepare(ctx, c); err != nil {
			return err
		}
		var err error
		h.fence, err = p.take(ctx, c, who, again)
		return err
	})
	if err != nil {
		h.work.close()
		return nil, err
	}
	h.work.greet = h.reclaim
	return h, nil
}

// take takes the lock and returns its fencing number. again says that an earlier
// attempt may have taken it already.
func (p *place) take(ctx context.Context, c *conn, who state.LockInfo, again bool) (int64, error) {
	text, err := json.Marshal(who)
	if err != nil {
		return 0, err
	}
	var seen glance
	for range attempts {
		if seen, err = p.look(ctx, c); err != nil {
			return 0, err
		}
		if !seen.free && !(again && seen.holder.ID == who.ID) {
			break
		}
		rows, err := c.ask(ctx, takeSQL, p.name, seen.fence, seen.beat, string(text),
			fmt.Sprintf("%d milliseconds", p.lease.Milliseconds()), int64(c.PID()), p.key)
		if err != nil {
			return 0, err
		}
		if len(rows) > 0 {
			return strconv.ParseInt(string(rows[0][0]), 10, 64)
		}
	}
	return 0, &state.LockedError{Where: p.Where(), Holder: seen.holder}
}

// glance is the lock as it was at one moment.
type glance struct {
	fence  int64
	holder state.LockInfo // zero if nobody has it
	beat   any            // when it was renewed last: a text, or nil
	free   bool
}

// look looks at the lock; its row is made if there is none.
func (p *place) look(ctx context.Context, c *conn) (glance, error) {
	rows, err := c.ask(ctx, lookSQL, p.name, p.key)
	if err == nil && len(rows) == 0 {
		if _, err = c.ask(ctx, "INSERT INTO espalier.locks (name, fence) VALUES ($1, 0) ON CONFLICT DO NOTHING", p.name); err == nil {
			rows, err = c.ask(ctx, lookSQL, p.name, p.key)
		}
	}
	if err != nil || len(rows) == 0 { // its row is being deleted again and again
		return glance{}, err
	}
	row := rows[0]
	g := glance{free: string(row[3]) == "true"}
	if row[2] != nil {
		g.beat = string(row[2])
	}
	if g.fence, err = strconv.ParseInt(string(row[0]), 10, 64); err != nil {
		return g, err
	}
	g.holder, err = p.readHolder(row[1])
	return g, err
}

// holder returns who has the lock, zero for nobody, and the fencing number.
func (p *place) holder(ctx context.Context, c *conn) (state.LockInfo, int64, error) {
	rows, err := c.ask(ctx, "SELECT holder::text, fence::text FROM espalier.locks WHERE name = $1", p.name)
	if err != nil || len(rows) == 0 {
		return state.LockInfo{}, 0, err
	}
	fence, err := strconv.ParseInt(string(rows[0][1]), 10, 64)
	if err != nil {
		return state.LockInfo{}, 0, err
	}
	holder, err := p.readHolder(rows[0][0])
	return holder, fence, err
}

func (p *place) readHolder(text []byte) (state.LockInfo, error) {
	var holder state.LockInfo
	if text == nil {
		return holder, nil
	}
	if err := json.Unmarshal(text, &holder); err != nil {
		return holder, &state.Error{Where: p.Where(), Problem: "has a lock whose holder cannot be read", Err: err,
			Remedy: "Make sure that no run is at work, then delete its row from the table locks"}
	}
	return holder, nil
}
