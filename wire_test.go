package main

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// wire is a gate for a server that does not speak HTTP: it passes bytes on, and takes
// what a client sends in one go for a request.
type wire struct {
	to string // the address of the server

	mu      sync.Mutex
	passed  int
	at      int // the request at which to fall, 0 for none
	carried bool
	do      func()
}

// newPostgresGate puts a gate before a server, and returns how to connect through it.
func newPostgresGate(t *testing.T, conn string) (gate, string) {
	t.Helper()
	u, err := url.Parse(conn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w := &wire{to: u.Host}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.serve(client)
		}
	}()
	u.Host = listener.Addr().String()
	return w, u.String()
}

func (w *wire) fall(n int, carried bool, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed, w.at, w.carried, w.do = 0, n, carried, do
}

func (w *wire) calm() { w.fall(0, false, nil) }

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.passed
}

// serve passes on what one client says and is answered.
func (w *wire) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer server.Close()
	falls := make(chan func(), 1) // set when the answer that comes next is not to be passed on
	go func() {
		defer client.Close()
		w.answer(client, server, falls)
	}()
	request := make([]byte, 1<<20)
	for {
		n, err := client.Read(request)
		if err != nil {
			return
		}
		do, carried := w.enter()
		if do != nil && !carried {
			do()
			return
		}
		if do != nil {
			falls <- do
		}
		if _, err := server.Write(request[:n]); err != nil {
			return
		}
	}
}

// enter counts a request, and returns what is to be done at it.
func (w *wire) enter() (do func(), carried bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed++
	if w.passed != w.at {
		return nil, false
	}
	return w.do, w.carried
}

// answer passes answers on until one is to fall.
func (w *wire) answer(client io.Writer, server io.Reader, falls <-chan func()) {
	text := make([]byte, 1<<20)
	for {
		n, err := server.Read(text)
		if err != nil {
			return
		}
		select {
		case do := <-falls:
			do()
			return
		default:
		}
		if _, err := client.Write(text[:n]); err != nil {
			return
		}
	}
}
