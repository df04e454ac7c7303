package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// hold is the lock during one run.
type hold struct {
	place *place
	fence int64
	work  *line // its session is what the lock ends with
	beat  *line // renews the lease while the other is busy with something large

	// What is there, as this run knows it; only one writing at a time uses them.
	base    any   // what the row of the snapshot is known by: a text, or nil for no row
	covered int64 // the last part of the journal that the snapshot covers
	last    int64 // the last part of the journal
	unsure  error // why it is not known whether the last Append was kept
}

// Lease implements state.Hold.
func (h *hold) Lease() time.Duration { return h.place.lease }

const renewSQL = `
UPDATE espalier.locks SET beat = clock_timestamp()
WHERE name = $1 AND fence = $2 AND holder IS NOT NULL RETURNING 'done'`

// Renew implements state.Hold. It keeps the session of the lock busy, so that nothing on
// the way cuts it for being idle, and makes it anew where that has happened.
func (h *hold) Renew(ctx context.Context) error {
	l := h.work
	if !l.mu.TryLock() {
		l = h.beat
		l.mu.Lock()
	}
	defer l.mu.Unlock()
	err := l.doing(ctx, brief, func(ctx context.Context, c *conn, _ bool) error {
		rows, err := c.ask(ctx, renewSQL, h.place.name, h.fence)
		if err == nil && len(rows) == 0 {
			err = h.lost(ctx, c)
		}
		return err
	})
	if errors.As(err, new(*state.LostError)) {
		l.hangUp()
	}
	return err
}

const reclaimSQL = `
UPDATE espalier.locks SET beat = clock_timestamp(), backend = CASE WHEN pg_backend_pid() = $3 THEN pg_backend_pid() END
WHERE name = $1 AND fence = $2 AND holder IS NOT NULL
RETURNING CASE WHEN pg_backend_pid() = $3 THEN pg_try_advisory_lock($4) END::text`

// reclaim ties the lock to a session that was made in the place of one that broke.
func (h *hold) reclaim(ctx context.Context, c *conn) error {
	rows, err := c.ask(ctx, reclaimSQL, h.place.name, h.fence, int64(c.PID()), h.place.key)
	if err == nil && len(rows) == 0 {
		err = h.lost(ctx, c)
	}
	return err
}

// lost says who has the lock now; it is asked when this run was refused for not having
// it.
func (h *hold) lost(ctx context.Context, c *conn) error {
	holder, _, err := h.place.holder(ctx, c)
	if err != nil {
		return err
	}
	why := "another run took it over when its lease had run out or its session had ended"
	if holder.ID == "" {
		why = "it was removed, or another run took it over and has ended by now"
	}
	return &state.LostError{Holder: holder, Why: why}
}

const textsSQL = `
SELECT l.fence::text, s.text, s.xmin::text, coalesce(s.covers, 0)::text,
	(SELECT max(seq) FROM espalier.journal WHERE name = $1)::text, j.lines, j.missing
FROM espalier.locks l LEFT JOIN espalier.snapshots s ON s.name = $1` + journalSQL + `
WHERE l.name = $1 AND l.fence = $2`

// Texts implements state.Hold.
func (h *hold) Texts(ctx context.Context) (state.Texts, error) {
	var texts state.Texts
	err := h.work.do(ctx, lengthy, func(ctx context.Context, c *conn, _ bool) error {
		rows, err := c.ask(ctx, textsSQL, h.place.name, h.fence)
		if err == nil && len(rows) == 0 {
			err = h.lost(ctx, c)
		}
		if err != nil {
			return err
		}
		row := rows[0]
		if err := h.place.whole(row[6]); err != nil {
			return err
		}
		texts = state.Texts{State: row[1], Journal: row[5]}
		h.base = nil
		if row[2] != nil {
			h.base = string(row[2])
		}
		if h.covered, err = strconv.ParseInt(string(row[3]), 10, 64); err != nil {
			return err
		}
		h.last = h.covered
		if row[4] != nil {
			var last int64
			last, err = strconv.ParseInt(string(row[4]), 10, 64)
			h.last = max(h.last, last)
		}
		return err
	})
	return texts, err
}

// releaseSQL raises the fence as well, so that nothing that is still on its way
// is written.
const releaseSQL = `
UPDATE espalier.locks SET fence = fence + 1, holder = NULL, backend = NULL, beat = NULL
WHERE name = $1 AND fence = $2
RETURNING CASE WHEN pg_backend_pid() = $3 THEN pg_advisory_unlock($4) END::text`

// Release implements state.Hold.
func (h *hold) Release(ctx context.Context) error {
	err := h.work.do(ctx, brief, func(ctx context.Context, c *conn, _ bool) error {
		_, err := c.ask(ctx, releaseSQL, h.place.name, h.fence, int64(c.PID()), h.place.key)
		return err
	})
	h.end()
	if errors.As(err, new(*state.LostError)) {
		return nil
	}
	return err
}

// end closes the connections of a hold that is over.
func (h *hold) end() {
	h.work.close()
	h.beat.close()
}
