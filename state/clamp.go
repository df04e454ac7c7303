package state

import (
	"maps"
	"slices"
	"time"
)

// skew is how far the clocks of those who write a state may lie apart.
const skew = time.Minute

// Clamp returns s with now in the place of every time that lies more than a
// minute after now: such a time was taken from a clock that was wrong, or that
// has been set back since, and what is counted from it would never end. The
// result is a copy, and says of how many objects, deletions and intents a time
// was changed; with none it is s itself. Marks are the server's times and stay. No intent
// is of a time after now, not by less than a minute either: that is not counted.
func (s *Snapshot) Clamp(now time.Time) (*Snapshot, int) {
	c := clamp{now: now, limit: now.Add(skew)}
	next, count := s, 0
	copied := func() *Snapshot {
		if next == s {
			next = s.Clone()
		}
		count++
		return next
	}
	for addr, r := range s.Records {
		if fixed := c.record(r); fixed != r {
			copied().Records[addr] = fixed
		}
	}
	for owner, at := range s.Deleted {
		if c.ahead(at) {
			copied().Deleted[owner] = now
		}
	}
	for provider, runs := range s.Runs {
		for n := range runs {
			if c.ahead(runs[n]) {
				next := copied()
				next.Runs[provider] = slices.Clone(next.Runs[provider])
				next.Runs[provider][n] = now
			}
		}
	}
	for n := range s.Pending {
		if at := s.Pending[n].At; at.After(now) {
			copied().Pending[n].At = now
			if !c.ahead(at) {
				count-- // calls that are only announced are dated like that
			}
		}
	}
	return next, count
}

// clamp puts now in the place of times after limit.
type clamp struct{ now, limit time.Time }

func (c clamp) ahead(t time.Time) bool { return t.After(c.limit) }

func (c clamp) time(t time.Time) time.Time {
	if c.ahead(t) {
		return c.now
	}
	return t
}

// record returns r itself if none of its times is ahead, else a changed copy.
func (c clamp) record(r *Record) *Record {
	late := c.ahead(r.Read) || c.ahead(r.Written)
	for _, w := range r.Writes {
		late = late || c.write(w)
	}
	if !late {
		return r
	}
	fixed := *r
	fixed.Read, fixed.Written = c.time(r.Read), c.time(r.Written)
	fixed.Writes = maps.Clone(r.Writes)
	for name, w := range fixed.Writes {
		w.At = c.time(w.At)
		w.Earlier = slices.Clone(w.Earlier)
		for n := range w.Earlier {
			w.Earlier[n].At = c.time(w.Earlier[n].At)
		}
		fixed.Writes[name] = w
	}
	return &fixed
}

// write reports whether a time of w is ahead.
func (c clamp) write(w Write) bool {
	return c.ahead(w.At) || slices.ContainsFunc(w.Earlier, func(f Former) bool { return c.ahead(f.At) })
}
