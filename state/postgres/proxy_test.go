package postgres

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// proxy stands between places and a server, and cuts connections where a test wants
// it.
type proxy struct {
	t      *testing.T
	target string
	listen net.Listener

	// pooled has sessions look as if they were handed around.
	pooled atomic.Bool

	mu    sync.Mutex
	rule  rule
	cuts  int
	conns []net.Conn
}

// rule says which connections are cut: those over which a statement goes that has the
// marker in it, so many times.
type rule struct {
	marker string
	times  int
	// swallow lets the statement through, and cuts when its answer comes.
	swallow bool
}

// behind makes a proxy, and the database as seen through it.
func behind(t *testing.T, d *database) (*proxy, *database) {
	t.Helper()
	target := d.place("", nil).server()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, target: target, listen: listen}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listen.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		listen.Close()
		p.cutAll()
		all.Wait()
	})
	seen := databaseAt(t, d.text)
	seen.text = strings.Replace(d.text, target, listen.Addr().String(), 1)
	return p, seen
}

func (p *proxy) cut(r rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule, p.cuts = r, 0
}

// happened returns how often the rule was followed.
func (p *proxy) happened() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// matches reports whether the rule is for what a client says, and counts it.
func (p *proxy) matches(said []byte) (yes, swallow bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cuts >= p.rule.times || !bytes.Contains(said, []byte(p.rule.marker)) {
		return false, false
	}
	p.cuts++
	return true, p.rule.swallow
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	var both sync.WaitGroup
	var mu sync.Mutex
	doomed := false
	both.Go(func() {
		defer client.Close()
		for buf := make([]byte, 1<<16); ; {
			n, err := server.Read(buf)
			mu.Lock()
			stop := doomed
			mu.Unlock()
			if err != nil || stop {
				server.Close()
				return
			}
			if p.pooled.Load() {
				otherPID(buf[:n])
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	})
	for buf := make([]byte, 1<<16); ; {
		n, err := client.Read(buf)
		if err != nil {
			break
		}
		yes, swallow := p.matches(buf[:n])
		if yes && !swallow {
			break
		}
		if yes {
			mu.Lock()
			doomed = true
			mu.Unlock()
		}
		if _, err := server.Write(buf[:n]); err != nil {
			break
		}
	}
	server.Close()
	both.Wait()
}

// parsed is a connection text taken apart.
func parsed(t *testing.T, text string) *pgconn.Config {
	t.Helper()
	config, err := pgconn.ParseConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// otherPID has a server tell a client another number of its session than the true one,
// as proxies do that share sessions.
func otherPID(said []byte) {
	if n := bytes.Index(said, []byte{'K', 0, 0, 0, 12}); n >= 0 && len(said) >= n+9 {
		said[n+5] ^= 0x40
	}
}
