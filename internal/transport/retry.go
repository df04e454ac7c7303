package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

const (
	maxTries = 4
	// firstBackoff doubles with each try.
	firstBackoff = 500 * time.Millisecond
	// maxObeyed is the longest Retry-After of a failing server that is waited for.
	maxObeyed = time.Minute
	// maxBuffered is how much of an answer is read here, to see whether it is whole.
	maxBuffered = 8 << 20
)

// retry repeats calls. All but POST may be sent twice: they say how an object
// shall be, or that it shall be gone. A POST is repeated only when the server
// surely did nothing: it was never sent, or refused for the rate.
type retry struct {
	next   http.RoundTripper
	meter  *Meter
	always bool // every call may be sent twice
}

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	harmless := r.always || req.Method != http.MethodPost
	attempt := own(req)
	so := course{unreachable: true}
	for tries, first := 1, true; ; first = false {
		resp, err := r.next.RoundTrip(attempt)
		if err == nil && harmless {
			resp, err = buffered(resp)
		}
		so.note(ending{resp, err})
		if !first && !so.last.held() {
			r.meter.repeated()
		}
		again, throttled := r.again(req, harmless, resp, err)
		if !again || !throttled && tries >= maxTries {
			return so.end()
		}
		next, bodyErr := replay(req)
		if bodyErr != nil {
			return so.end()
		}
		attempt = next
		if throttled {
			drain(resp)
			continue // the meter holds it back, and bounds these by time
		}
		wait := r.meter.pause(ctx, reason(resp, err), backoff(resp, tries, r.meter.clock.Now()))
		if wait != nil {
			closeBody(attempt)
			so.giveUp(wait)
			return so.end()
		}
		tries++
	}
}

// again decides whether a call is repeated, and whether that is because of the
// rate.
func (r *retry) again(req *http.Request, harmless bool, resp *http.Response, err error) (again, throttled bool) {
	if req.Context().Err() != nil {
		return false, false
	}
	if err != nil {
		return !hopeless(err) && (harmless || asUnsent(err) != nil), false
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		throttled = !r.meter.exhausted()
		return throttled, throttled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return harmless, false
	}
	return false, false
}

// hopeless reports whether the next try would surely end alike.
func hopeless(err error) bool {
	if u := asUnsent(err); u != nil && u.held {
		return true
	}
	var token *TokenError
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &token) || errors.As(err, &certificate) || errors.As(err, &dns) && dns.IsNotFound
}

// reason says why a call waits before its repeat, as OnWait is told.
func reason(resp *http.Response, err error) string {
	if err != nil {
		return "a call whose connection failed is held back"
	}
	return fmt.Sprintf("a call that the server answered with HTTP %d is held back", resp.StatusCode)
}

// backoff returns how long to wait after the given number of tries: twice as
// long each time, and not in step with others.
func backoff(resp *http.Response, tries int, now time.Time) time.Duration {
	d := firstBackoff << (tries - 1)
	d = d/2 + rand.N(d)
	if resp != nil {
		if told, ok := retryAfter(resp.Header, now); ok {
			d = max(d, min(told, maxObeyed))
		}
	}
	return d
}

// own returns a request for the chain below, which may set its fields and those of
// its header, as it may not with req.
func own(req *http.Request) *http.Request {
	next := req.WithContext(req.Context())
	next.Header = maps.Clone(req.Header)
	return next
}

// replay returns req as it was before it was sent. It fails if its body can be
// read only once.
func replay(req *http.Request) (*http.Request, error) {
	next := own(req)
	if req.Body == nil || req.Body == http.NoBody {
		return next, nil
	}
	if req.GetBody == nil {
		return nil, errors.New("the body of the request cannot be sent again")
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	next.Body = body
	return next, nil
}

// buffered reads the body of an answer, so that one that is cut off is seen while
// the call can still be repeated. A very large one is handed on half read.
func buffered(resp *http.Response) (*http.Response, error) {
	var head bytes.Buffer
	if n := resp.ContentLength; n > 0 && n < maxBuffered {
		head.Grow(int(n) + bytes.MinRead)
	}
	_, err := head.ReadFrom(io.LimitReader(resp.Body, maxBuffered))
	if err != nil {
		resp.Body.Close()
		return nil, fmt.Errorf("the answer (HTTP %d) was cut off: %w", resp.StatusCode, err)
	}
	if head.Len() == maxBuffered {
		resp.Body = &joinedBody{Reader: io.MultiReader(&head, resp.Body), Closer: resp.Body}
		return resp, nil
	}
	resp.Body.Close()
	resp.Body = io.NopCloser(&head)
	return resp, nil
}

type joinedBody struct {
	io.Reader
	io.Closer
}

// drain lets the connection of an answer that nobody reads be used again.
func drain(resp *http.Response) {
	if resp != nil {
		_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
		resp.Body.Close()
	}
}
