package sandbox

import (
	"sync"
	"time"
)

// Tokens are the access tokens of one server. They live in memory: another
// process asks for its own.
type Tokens struct {
	mu   sync.Mutex
	now  func() time.Time
	life time.Duration
	ends map[string]time.Time
}

// Issue makes a token and says how long it is good for.
func (t *Tokens) Issue() (token string, life time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for old, end := range t.ends {
		if now.After(end) {
			delete(t.ends, old)
		}
	}
	token = newID()
	t.ends[token] = now.Add(t.life)
	return token, t.life
}

// Good reports whether a token was issued and has not expired.
func (t *Tokens) Good(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	end, ok := t.ends[token]
	return ok && t.now().Before(end)
}

// Expire ends all tokens.
func (t *Tokens) Expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.ends)
}
