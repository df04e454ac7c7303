package transport

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	dialTimeout   = 15 * time.Second
	headerTimeout = 60 * time.Second
	// stallTimeout is how long a body may stand still.
	stallTimeout = 60 * time.Second
)

// newBase makes the innermost transport. There is no limit on a whole call but
// its context: an upload may take its time, as long as it moves.
func newBase(parallelism int) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           lateDial((&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext),
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: headerTimeout,
		ExpectContinueTimeout: time.Second,
		MaxIdleConns:          4 * parallelism,
		MaxIdleConnsPerHost:   parallelism + 1, // a token call beside them
		IdleConnTimeout:       90 * time.Second,
	}
}

// sameHost is a redirect policy. Another host must not be handed the token, and
// a write that turns into a read would look as if it had been done.
func sameHost(next *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case len(via) >= 5:
		return fmt.Errorf("the server redirects in circles; check the address in the provider block")
	case next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme:
		return fmt.Errorf("the server redirects to %s://%s, and the token is not sent there; if that is the right address, set it in the provider block", next.URL.Scheme, next.URL.Host)
	case next.Method != first.Method:
		return fmt.Errorf("the server redirects a %s in a way that turns it into a %s; check the address in the provider block", first.Method, next.Method)
	}
	return nil
}
