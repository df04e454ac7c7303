package sandbox

import (
	"sync"
	"time"
)

// Tokens are the access tokens of one server. They live in memory: another
// process asks for its own.
type Tokens struct {
	mu    sync.Mutex
	now   func() time.Time
	life  time.Duration
	calls int // that a token is good for; 0 for any number
	most  int // tokens that are given; 0 for any number
	given int
	live  map[string]*token
}

// token is what one token is still good for.
type token struct {
	ends  time.Time
	calls int // made with it
}

// newTokens reads the switches of tokens.
func newTokens(chosen Behaviour, now func() time.Time) (*Tokens, error) {
	life, err := time.ParseDuration(chosen["token_life"])
	if err != nil {
		return nil, err
	}
	calls, err := parseCount(chosen["token_calls"])
	if err != nil {
		return nil, err
	}
	most, err := parseCount(chosen["token_refused_after"])
	return &Tokens{now: now, life: life, calls: calls, most: most, live: map[string]*token{}}, err
}

// Issue makes a token and says how long it is good for. ok is false when no
// further token is given.
func (t *Tokens) Issue() (text string, life time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.most > 0 && t.given == t.most {
		return "", 0, false
	}
	t.given++
	now := t.now()
	for old, one := range t.live {
		if now.After(one.ends) {
			delete(t.live, old)
		}
	}
	text = newID()
	t.live[text] = &token{ends: now.Add(t.life)}
	return text, t.life, true
}

// Use spends one call of a token, and reports whether it was good: it was issued,
// and neither its time nor its calls were over.
func (t *Tokens) Use(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.live[text]
	if !ok || !t.now().Before(one.ends) {
		return false
	}
	one.calls++
	return t.calls == 0 || one.calls <= t.calls
}

// Expire ends all tokens.
func (t *Tokens) Expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.live)
}
