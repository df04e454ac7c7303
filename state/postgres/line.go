package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/espalier-dev/espalier/state"
)

// line is a way to the server: a connection that is made when it is needed, and made
// anew when it breaks.
type line struct {
	place *place
	greet func(context.Context, *conn) error // runs first on each new connection

	mu   sync.Mutex // held during each call
	conn *conn
}

const (
	// brief bounds one attempt of a call that carries little, so that a network that
	// swallows everything leaves time for another.
	brief = 15 * time.Second
	// lengthy bounds one attempt of a call that carries whole texts.
	lengthy = time.Minute
	// patience is how long is tried what nobody sets a limit to.
	patience = 2 * time.Minute
	// farewell is how long the end of a connection may take.
	farewell = 2 * time.Second

	pauseFirst = 20 * time.Millisecond
	pauseLast  = time.Second
)

func (p *place) line() *line { return &line{place: p} }

// do makes a call, again and again, as long as what goes wrong may pass and ctx lasts.
// limit bounds each attempt. The call is told whether an earlier attempt may have been
// carried out.
func (l *line) do(ctx context.Context, limit time.Duration, call func(ctx context.Context, c *conn, again bool) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.doing(ctx, limit, call)
}

// doing is do; mu is held.
func (l *line) doing(ctx context.Context, limit time.Duration, call func(ctx context.Context, c *conn, again bool) error) error {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	again := false
	for pause := pauseFirst; ; pause = min(2*pause, pauseLast) {
		sent, err := l.attempt(ctx, limit, func(ctx context.Context, c *conn) error { return call(ctx, c, again) })
		if err == nil {
			return nil
		}
		again = again || sent
		if !l.place.passes(err) || state.Pause(ctx, pause/2+rand.N(pause)) != nil {
			return l.place.trouble(ctx, err)
		}
	}
}

// attempt makes a call once; sent tells whether anything of it may have reached the
// server.
func (l *line) attempt(ctx context.Context, limit time.Duration, call func(context.Context, *conn) error) (sent bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := l.ready(ctx); err != nil {
		return false, err
	}
	err = call(ctx, l.conn)
	if err != nil && l.conn.IsClosed() {
		err = &brokenError{err}
	}
	return true, err
}

// ready makes sure that there is a connection.
func (l *line) ready(ctx context.Context) error {
	if l.conn != nil && !l.conn.IsClosed() {
		return nil
	}
	made, err := pgconn.ConnectConfig(ctx, l.place.config)
	if err != nil {
		return err
	}
	l.place.reached.Store(true)
	l.conn = &conn{PgConn: made, place: l.place}
	if l.greet == nil {
		return nil
	}
	if err := l.greet(ctx, l.conn); err != nil {
		if l.conn.IsClosed() {
			return &brokenError{err}
		}
		l.hangUp() // it is greeted again when it is needed
		return err
	}
	return nil
}

// close ends the connection.
func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hangUp()
}

func (l *line) hangUp() {
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = l.conn.Close(ctx) // a connection that cannot say goodbye is gone as well
	l.conn = nil
}

// brokenError is what broke a connection.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return "the connection was cut: " + e.err.Error() }

func (e *brokenError) Unwrap() error { return e.err }

// passes reports whether another attempt may do better.
func (p *place) passes(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passing(pg.Code)
	}
	if errors.As(err, new(*pgconn.ConnectError)) {
		return p.reached.Load() // else its address may well be wrong
	}
	return errors.As(err, new(*brokenError))
}
