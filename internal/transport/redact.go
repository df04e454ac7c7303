package transport

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// redactor takes secrets out of texts.
type redactor struct {
	mu       sync.RWMutex
	secrets  []string
	replacer *strings.Replacer
}

const redacted = "(secret)"

// shortest is how long a secret must be to be taken out: what is shorter is in every
// other word, and guessed in no time.
const shortest = 3

// openParams are parameters of a token call that are no secrets.
var openParams = []string{"grant_type", "client_id", "username", "scope"}

func newRedactor(o Options) *redactor {
	r := &redactor{}
	r.add(o.Secrets...)
	r.add(o.AccessToken)
	if o.Token != nil {
		for name, values := range o.Token.Params {
			if !slices.Contains(openParams, name) {
				r.add(values...)
			}
		}
	}
	return r
}

// add makes r take out these as well, as they are and as a URL writes them.
func (r *redactor) add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
			if len(form) >= shortest && !slices.Contains(r.secrets, form) {
				r.secrets = append(r.secrets, form)
			}
		}
	}
	// The longest first, so that a secret within another leaves no rest.
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(r.secrets))
	for _, s := range r.secrets {
		pairs = append(pairs, s, redacted)
	}
	r.replacer = strings.NewReplacer(pairs...)
}

// scrubbed is an error whose text holds no secret.
type scrubbed struct {
	text string
	err  error
}

func (e *scrubbed) Error() string { return e.text }
func (e *scrubbed) Unwrap() error { return e.err }

// error returns err with a text without secrets.
func (r *redactor) error(err error) error {
	text := err.Error()
	if clean := r.text(text); clean != text {
		return &scrubbed{text: clean, err: err}
	}
	return err
}

// text returns s without secrets.
func (r *redactor) text(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.replacer.Replace(s)
}
