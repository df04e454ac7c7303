package transport

import (
	"net/http"
	"net/url"
	"time"
)

// Options say how calls are sent. The zero value sends them without a token.
type Options struct {
	// Base sends the requests; nil makes an http.Transport.
	Base http.RoundTripper
	// Parallelism is how many calls may be made at once; it sizes the pool of
	// connections, and does not limit anything. 0 means 10.
	Parallelism int
	// Token says how to get a token. AccessToken is one that was given and cannot
	// be renewed. At most one is set.
	Token       *Token
	AccessToken string
	// Secrets must appear in no trace and no error, nor may the tokens.
	Secrets []string
	// Allowance is how many calls may be sent in all, token calls and repeated ones
	// included. It may be shared with other clients. Nil sets no limit.
	Allowance *Allowance
	// OnWait is told when calls are held back: why, in words that go on from "waiting:"
	// and may be followed by "until", and until when as far as is known. It may be called from many goroutines
	// and must return soon. Nil is allowed, here and for Trace.
	OnWait func(reason string, until time.Time)
	// Trace gets a line for each request that was sent.
	Trace func(line string)
	// UserAgent names the program to the server.
	UserAgent string

	clock clock // nil for the real one; tests have their own
}

// Token is a token call as data.
type Token struct {
	URL string
	// Params are the parameters of the call, secrets included.
	Params url.Values
	// InQuery sends them in the query of the URL, otherwise they are a form body.
	InQuery bool
	// TryOther sends them the other way when the first is refused for a reason
	// other than the credentials.
	TryOther bool
	// Timestamp names the parameter that takes the time of the call, in milliseconds
	// since 1970; empty for none.
	Timestamp string
	// Signature is worked out when all other parameters are known; nil for none.
	Signature *Signature
	// Settings are the names that people know the credentials by, for messages.
	Settings []string
}

// Signature is a parameter of a token call: the HMAC-SHA256 of the values of other
// parameters, joined, in base64url without padding.
type Signature struct {
	Param string   // the parameter that takes it
	Key   string   // the parameter whose value is the key
	Over  []string // the parameters whose values are signed, in order
}

// New returns a client that sends as o says, and the meter of its calls. Errors of
// the client are those of net/http; among what they wrap are ErrCallBudget,
// *TokenError, and for a call of which surely nothing was sent *UnsentError.
func New(o Options) (*http.Client, *Meter) {
	if o.Parallelism <= 0 {
		o.Parallelism = 10
	}
	if o.Base == nil {
		o.Base = newBase(o.Parallelism)
	}
	if o.clock == nil {
		o.clock = realClock{}
	}
	secrets := newRedactor(o)
	meter := newMeter(o)

	var chain http.RoundTripper = &wire{next: o.Base, userAgent: o.UserAgent, trace: o.Trace, secrets: secrets}
	gate := &budget{next: chain, meter: meter}
	chain = gate
	if o.Token != nil || o.AccessToken != "" {
		calls := &retry{next: gate, meter: meter, always: true}
		chain = &auth{gate: gate, meter: meter, source: newSource(o, meter, calls, secrets)}
	}
	chain = &retry{next: chain, meter: meter}
	return &http.Client{
		Transport:     &closer{RoundTripper: chain, base: o.Base},
		CheckRedirect: sameHost,
	}, meter
}

// closer lets http.Client.CloseIdleConnections reach the base.
type closer struct {
	http.RoundTripper
	base http.RoundTripper
}

func (c *closer) CloseIdleConnections() {
	if b, ok := c.base.(interface{ CloseIdleConnections() }); ok {
		b.CloseIdleConnections()
	}
}
