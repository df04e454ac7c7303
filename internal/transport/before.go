package transport

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
)

type beforeSendKey struct{}

// BeforeSend has f called each time that a call made with the context is about to
// be sent, when it has waited for all it had to wait for; and once more when the
// connection is there, right before the first byte. If f fails the call is not
// sent, and ends in an UnsentError that wraps its error. f may be called from several
// goroutines. Token calls do not count.
func BeforeSend(ctx context.Context, f func() error) context.Context {
	return context.WithValue(ctx, beforeSendKey{}, f)
}

// beforeSend is what BeforeSend was given for a call, nil for nothing.
func beforeSend(ctx context.Context) func() error {
	if f, ok := ctx.Value(beforeSendKey{}).(func() error); ok && tokenCallOf(ctx) == nil {
		return f
	}
	return nil
}

// guard has f asked right before the first byte of a call is written to its
// connection. The second result is what f has said by then, if it failed.
func guard(req *http.Request, f func() error) (*http.Request, func() error) {
	g := &guarded{ask: f}
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		conn := got.Conn
		if secure, ok := conn.(*tls.Conn); ok {
			conn = secure.NetConn()
		}
		if late, ok := conn.(*lateConn); ok {
			late.before(g.check)
		}
	}}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), trace)), g.failed
}

// guarded is the question of one call, which may be asked on several connections.
type guarded struct {
	ask func() error

	mu  sync.Mutex
	err error // the first failure
}

func (g *guarded) check() error {
	err := g.ask()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
	}
	return g.err
}

func (g *guarded) failed() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// lateConn is a connection that asks, before it writes, what calls want asked that are
// about to be sent on it. Many share one only where the server speaks HTTP/2; that one
// of them may not be sent then ends them all.
type lateConn struct {
	net.Conn

	mu   sync.Mutex
	asks []func() error
}

// lateDial makes such connections.
func lateDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &lateConn{Conn: conn}, nil
	}
}

func (c *lateConn) before(ask func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asks = append(c.asks, ask)
}

func (c *lateConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	asks := c.asks
	c.asks = nil
	c.mu.Unlock()
	for _, ask := range asks {
		if err := ask(); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}
