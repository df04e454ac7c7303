package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"github.com/espalier-dev/espalier/state"
)

// What writes holds the row of the lock to its end, so nobody takes the lock over
// meanwhile, and writes nothing unless the lock has the run's own fencing number and the
// row of the snapshot is the one that the run knows: its xmin changes whenever it is
// written. A server that is told to answer before its disk has everything is asked not to.
const heldSQL = `
WITH held AS (
	SELECT CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
	FROM espalier.locks WHERE name = $1 AND fence = $2 AND holder IS NOT NULL FOR UPDATE
)`

// appendSQL adds a part to the journal, if the part before it is there.
const appendSQL = heldSQL + `
INSERT INTO espalier.journal (name, fence, seq, lines)
SELECT $1, $2, $3, $4 FROM held
WHERE $5 IS NOT DISTINCT FROM (SELECT xmin::text FROM espalier.snapshots WHERE name = $1)
	AND ($3 = $6 + 1 OR EXISTS (SELECT FROM espalier.journal WHERE name = $1 AND seq = $3 - 1))
ON CONFLICT DO NOTHING
RETURNING 'done'`

// partSQL looks at one part of the journal.
const partSQL = `SELECT lines FROM espalier.journal WHERE name = $1 AND fence = $2 AND seq = $3`

// Append implements state.Appender.
func (h *hold) Append(ctx context.Context, lines []byte) error {
	if h.unsure != nil {
		return h.unsure // a part that comes late must not stand behind a later one
	}
	seq := h.last + 1
	err := h.work.do(ctx, brief, func(ctx context.Context, c *conn, again bool) error {
		rows, err := c.ask(ctx, appendSQL, h.place.name, h.fence, seq, lines, h.base, h.covered)
		if err != nil || len(rows) > 0 {
			return err
		}
		if again { // an attempt whose answer was lost may have been carried out
			rows, err := c.ask(ctx, partSQL, h.place.name, h.fence, seq)
			if err != nil || len(rows) > 0 && bytes.Equal(rows[0][0], lines) {
				return err
			}
		}
		return h.refused(ctx, c)
	})
	h.last = seq // a Replace covers it in any case
	if err != nil {
		h.unsure = err
	}
	h.endIfLost(err)
	return err
}

// replaceSQL puts a state in place, keeps the former one, and drops what it covers of
// the journal.
const replaceSQL = heldSQL + `, put AS (
	INSERT INTO espalier.snapshots AS s (name, writing, covers, text)
	SELECT $1, $3, $4, $5 FROM held
	WHERE $6 IS NULL OR EXISTS (SELECT FROM espalier.snapshots WHERE name = $1)
	ON CONFLICT (name) DO UPDATE SET writing = excluded.writing, covers = excluded.covers, text = excluded.text
	WHERE s.xmin::text = $6
	RETURNING s.xmin::text AS identity
), kept AS (
	INSERT INTO espalier.history (name, until, text)
	SELECT name, clock_timestamp(), text FROM espalier.snapshots, put WHERE name = $1
), pruned AS (
	DELETE FROM espalier.history USING put WHERE name = $1
	AND id NOT IN (SELECT id FROM espalier.history WHERE name = $1 ORDER BY id DESC LIMIT $7)
), dropped AS (
	DELETE FROM espalier.journal USING put WHERE name = $1 AND seq <= $4
)
SELECT identity FROM put`

// versions is how many former states are kept.
const versions = 10

// writtenSQL looks whether a state is the one of a certain writing.
const writtenSQL = `
SELECT xmin::text FROM espalier.snapshots WHERE name = $1 AND writing = $2 AND sha256(text) = $3`

// Replace implements state.Hold.
func (h *hold) Replace(ctx context.Context, text []byte) error {
	writing := rand.Text()
	err := h.work.do(ctx, lengthy, func(ctx context.Context, c *conn, again bool) error {
		rows, err := c.ask(ctx, replaceSQL, h.place.name, h.fence, writing, h.last, text, h.base, int64(versions-1))
		if err == nil && len(rows) == 0 && again { // as for Append
			sum := sha256.Sum256(text)
			rows, err = c.ask(ctx, writtenSQL, h.place.name, writing, sum[:])
		}
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return h.refused(ctx, c)
		}
		h.base, h.covered, h.unsure = string(rows[0][0]), h.last, nil
		return nil
	})
	h.endIfLost(err)
	return err
}

const nowSQL = `SELECT xmin::text FROM espalier.snapshots WHERE name = $1`

// refused says why nothing was written.
func (h *hold) refused(ctx context.Context, c *conn) error {
	holder, fence, err := h.place.holder(ctx, c)
	if err != nil {
		return err
	}
	if fence != h.fence || holder.ID == "" {
		return h.lost(ctx, c)
	}
	rows, err := c.ask(ctx, nowSQL, h.place.name)
	if err != nil {
		return err
	}
	var now any
	if len(rows) > 0 {
		now = string(rows[0][0])
	}
	switch {
	case now == nil && h.base != nil:
		return &state.ChangedError{What: "was deleted by another program or person"}
	case now != h.base:
		return &state.ChangedError{}
	}
	return &state.ChangedError{What: "has a journal that another program or person has written to or deleted from"}
}

// endIfLost closes the connections of a run that has lost its lock: it may be at work
// for a while.
func (h *hold) endIfLost(err error) {
	if errors.As(err, new(*state.LostError)) {
		h.work.close()
	}
}

const forgetSQL = heldSQL + `, gone AS (
	DELETE FROM espalier.history USING held WHERE name = $1
)
SELECT 'done' FROM held`

// Forget implements state.Forgetter.
func (h *hold) Forget(ctx context.Context) error {
	return h.work.do(ctx, lengthy, func(ctx context.Context, c *conn, _ bool) error {
		rows, err := c.ask(ctx, forgetSQL, h.place.name, h.fence)
		if err == nil && len(rows) == 0 {
			err = h.lost(ctx, c)
		}
		return err
	})
}
