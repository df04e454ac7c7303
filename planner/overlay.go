package planner

import (
	"maps"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// overlay lays what we wrote over what a lagging read shows: an attribute that
// still has the value from before our write, within lag of it, is taken as what
// the answer showed, or as what we sent where the answer did not carry it. The
// new value, and any third one, stands as read. With full, what was never
// confirmed is taken as it is read.
func overlay(typ *schema.Type, rec *Record, live map[string]cty.Value, now time.Time, lag time.Duration, full bool) map[string]cty.Value {
	out, copied := live, false
	for name, w := range rec.Writes {
		if full && w.Answer == cty.NilVal || !w.isStale(typ.Attribute(name), live, now, lag) {
			continue
		}
		if !copied {
			out, copied = maps.Clone(live), true
		}
		out[name] = w.after()
	}
	return out
}

// isStale reports whether a reading shows an object as it was before our write.
func isStale(typ *schema.Type, rec *Record, live map[string]cty.Value, now time.Time, lag time.Duration) bool {
	for name, w := range rec.Writes {
		if w.isStale(typ.Attribute(name), live, now, lag) {
			return true
		}
	}
	return false
}

// isStale reports whether a reading shows the attribute as it was before the
// write, less than lag after it.
func (w Write) isStale(attr *schema.Attribute, live map[string]cty.Value, now time.Time, lag time.Duration) bool {
	after := w.after()
	if attr == nil || after == cty.NilVal || w.Before == cty.NilVal || now.Sub(w.At) >= lag {
		return false
	}
	value, carried := live[attr.Name]
	return carried && equal(attr, value, w.Before) && !equal(attr, value, after)
}

// after is the value an attribute has since the write, as far as we know.
func (w Write) after() cty.Value {
	if w.Answer != cty.NilVal {
		return w.Answer
	}
	return w.Sent
}

// writtenWithin reports whether we wrote to the object less than lag ago, so
// that its absence from a list does not mean that it is gone.
func (r *Record) writtenWithin(now time.Time, lag time.Duration) bool {
	return !r.Written.IsZero() && now.Sub(r.Written) < lag
}
