package transport

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// noConnection says that a server could not be reached at all.
type noConnection struct {
	host string
	err  error
}

// lost returns err as a noConnection if that is what it means, else nil.
func lost(host string, err error) *noConnection {
	var dns *net.DNSError
	var op *net.OpError
	if errors.As(err, &dns) || errors.As(err, &op) && (op.Op == "dial" || op.Op == viaProxy) {
		return &noConnection{host: host, err: err}
	}
	return nil
}

// viaProxy is the operation that net/http names when it does not reach a proxy.
const viaProxy = "proxyconnect"

func (e *noConnection) Unwrap() error { return e.err }

func (e *noConnection) Error() string {
	what := e.host
	advice := "the address in the provider block and the network"
	if op := (*net.OpError)(nil); errors.As(e.err, &op) && op.Op == viaProxy {
		what = "the proxy on the way to " + e.host
		advice = "HTTPS_PROXY and NO_PROXY in the environment, and the network"
	}
	return fmt.Sprintf("%s cannot be reached: %s. Check %s, then run again", what, e.reason(), advice)
}

func (e *noConnection) reason() string {
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.As(e.err, &dns) && dns.IsNotFound:
		return "no server of this name is known"
	case errors.As(e.err, &dns):
		return "its name could not be looked up (" + dns.Err + ")"
	case errors.Is(e.err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(e.err, syscall.ENETUNREACH), errors.Is(e.err, syscall.EHOSTUNREACH):
		return "there is no way to it (no route)"
	case errors.As(e.err, &network) && network.Timeout():
		return fmt.Sprintf("nothing answered there within %s", dialTimeout)
	}
	return e.err.Error()
}
