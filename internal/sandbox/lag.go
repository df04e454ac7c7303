package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Lag is how far listings are behind: so much time, or so many requests. Its
// zero value is not at all.
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

// pending is a write that listings do not show yet.
type pending struct {
	at   time.Time
	tick int
	show func()
}

// later shows a write in listings when the lag has passed. With a table whose
// listing is the table itself there is nothing to do.
func (s *Store) later(at time.Time, show func()) {
	if s.lag != (Lag{}) {
		s.queue = append(s.queue, pending{at: at, tick: s.tick, show: show})
	}
}

// loaded is later for a write of an earlier process; counted in requests, that
// is long ago.
func (s *Store) loaded(unixMilli int64, show func()) {
	if s.lag.Time == 0 {
		s.later(time.Time{}, show)
		s.advanceAll()
		return
	}
	s.later(time.UnixMilli(unixMilli), show)
}

func (s *Store) advanceAll() {
	for _, p := range s.queue {
		p.show()
	}
	s.queue = nil
}

// advance shows the writes that are old enough.
func (s *Store) advance() {
	now := s.now()
	for len(s.queue) > 0 {
		p := s.queue[0]
		if s.lag.Calls > 0 && s.tick-p.tick < s.lag.Calls || s.lag.Calls == 0 && now.Sub(p.at) < s.lag.Time {
			return
		}
		p.show()
		s.queue = s.queue[1:]
	}
}
