package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Loopback is the address of a free port that this machine alone can reach.
const Loopback = "127.0.0.1:0"

// Server is a handler being served.
type Server struct {
	// URL is where it is reached, without a final slash.
	URL    string
	server *http.Server
	done   chan error
}

// Serve serves a handler at an address, such as Loopback, until Close.
func Serve(address string, handler http.Handler) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve the sandbox: %w. Choose another address, or a free port with %s", err, Loopback)
	}
	s := &Server{
		URL: "http://" + listener.Addr().String(),
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second,
			ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)},
		done: make(chan error, 1),
	}
	go func() { s.done <- s.server.Serve(listener) }()
	return s, nil
}

// Close lets running requests finish for as long as ctx allows, then ends them.
func (s *Server) Close(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = s.server.Close()
	}
	<-s.done
	return err
}
