package planner

import (
	"maps"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// overlay lays what we wrote over what a lagging read shows: an attribute that
// still has the value from before our write, within lag of it, is taken as what
// the answer showed, or as what we sent where the answer did not carry it. The
// new value, and any third one, stands as read. With full, what was never
// confirmed is taken as it is read; else the plan counts it.
func (m *Match) overlay(typ *schema.Type, rec *Record, live map[string]cty.Value, lag time.Duration) map[string]cty.Value {
	out, copied := live, false
	for name, w := range rec.Writes {
		unconfirmed := w.Answer == cty.NilVal
		if m.in.Full && unconfirmed || !w.isStale(typ.Attribute(name), live, m.in.Now, lag) {
			continue
		}
		if unconfirmed {
			m.plan.Unconfirmed++
			m.leave(typ, rec, name, w)
		}
		if !copied {
			out, copied = maps.Clone(live), true
		}
		out[name] = w.after()
	}
	return out
}

// isStale reports whether a reading shows an object as it was before a write of
// ours that an answer has confirmed. One that none has may not have been kept.
func isStale(typ *schema.Type, rec *Record, live map[string]cty.Value, now time.Time, lag time.Duration) bool {
	for name, w := range rec.Writes {
		if w.Answer != cty.NilVal && w.isStale(typ.Attribute(name), live, now, lag) {
			return true
		}
	}
	return false
}

// isStale reports whether a reading shows the attribute as it was before the
// write, less than lag after it.
func (w Write) isStale(attr *schema.Attribute, live map[string]cty.Value, now time.Time, lag time.Duration) bool {
	after := w.after()
	if attr == nil || after == cty.NilVal || w.Before == cty.NilVal {
		return false
	}
	value, carried := live[attr.Name]
	if !carried || equal(attr, value, after) {
		return false
	}
	if now.Sub(w.At) < lag && equal(attr, value, w.Before) {
		return true
	}
	return slices.ContainsFunc(w.Earlier, func(f Former) bool {
		return now.Sub(f.At) < lag && equal(attr, value, f.Value)
	})
}

// believe notes the attributes of an object of which a list shows the value we
// wrote, or a third one: from then on what is listed is believed. Single reads
// end nothing: they may be ahead of the list, which is what the next plan is
// made from.
func (m *Match) believe(typ *schema.Type, rec *Record, live map[string]cty.Value, lag time.Duration) {
	for name, w := range rec.Writes {
		if _, carried := live[name]; !carried || w.Before == cty.NilVal || m.in.Now.Sub(w.At) >= lag || w.isStale(typ.Attribute(name), live, m.in.Now, lag) {
			continue
		}
		if m.believed == nil {
			m.believed = map[schema.Address][]string{}
		}
		m.believed[rec.Address] = append(m.believed[rec.Address], name)
	}
}

// Believed lists, by the address of the record, the attributes that a list
// has shown as we wrote them, or with a third value, within the read lag. What
// was there before is no longer laid over them once that is recorded.
func (m *Match) Believed() map[schema.Address][]string { return m.believed }

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
