package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// View is the state of the rows that a read is given.
type View uint8

// The views.
const (
	Now     View = iota // the rows as they are
	Lists               // as lists show them
	Singles             // as a read of one object shows it
	views
)

// Lag is how far a view is behind: so much time, or so many requests. Its zero
// value is not at all.
type Lag struct {
	Time  time.Duration
	Calls int
}

// ParseLag reads "0", a duration such as "30m", or a number of requests such
// as "25 calls".
func ParseLag(text string) (Lag, error) {
	if count, ok := strings.CutSuffix(text, " calls"); ok {
		if n, err := strconv.Atoi(count); err == nil && n > 0 {
			return Lag{Calls: n}, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return Lag{Time: d}, nil
	}
	return Lag{}, fmt.Errorf(`write 0, a duration such as 30m, or a number of requests such as "25 calls"`)
}

// behind is one view with the writes that it does not show yet, oldest first.
type behind struct {
	lag   Lag
	queue []pending
	reads int
}

// pending is a write that a view does not show yet.
type pending struct {
	at   time.Time
	tick int
	show func(View)
}

// later shows a write in each view when its lag has passed. A view without a
// lag is the rows themselves, and there is nothing to do.
func (s *Store) later(at time.Time, show func(View)) {
	for v := range s.behind {
		if b := &s.behind[v]; b.lag != (Lag{}) {
			b.queue = append(b.queue, pending{at: at, tick: s.tick, show: show})
		}
	}
}

// loaded is later for a write of an earlier process; counted in requests, that
// is long ago.
func (s *Store) loaded(unixMilli int64, show func(View)) {
	s.later(time.UnixMilli(unixMilli), show)
	for v := range s.behind {
		if s.behind[v].lag.Calls > 0 {
			s.showAll(View(v))
		}
	}
}

// showAll brings a view up to now.
func (s *Store) showAll(v View) {
	b := &s.behind[v]
	for _, p := range b.queue {
		p.show(v)
	}
	b.queue = nil
}

// advance shows the writes that are old enough for a view.
func (s *Store) advance(v View) {
	b := &s.behind[v]
	now := s.now()
	for len(b.queue) > 0 {
		p := b.queue[0]
		if b.lag.Calls > 0 && s.tick-p.tick < b.lag.Calls || b.lag.Calls == 0 && now.Sub(p.at) < b.lag.Time {
			return
		}
		p.show(v)
		b.queue = b.queue[1:]
	}
}

// waiting is the number of writes that some view does not show yet.
func (s *Store) waiting() (n int) {
	for v := range s.behind {
		s.advance(View(v))
		n += len(s.behind[v].queue)
	}
	return n
}

// ReadAs is Read for a request that a view answers. f is told where to look: in
// that view, or in Now where the view is not behind. With replicas, reads of one
// view are served in turn by a replica that is fresh and by one that is behind.
func (s *Store) ReadAs(v View, f func(v View)) {
	v = s.replica(v)
	s.mu.RLock()
	defer s.mu.RUnlock()
	f(v)
}

func (s *Store) replica(v View) View {
	b := &s.behind[v]
	if b.lag == (Lag{}) {
		return Now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(v)
	b.reads++
	if s.replicas && b.reads%2 == 1 {
		return Now
	}
	return v
}
