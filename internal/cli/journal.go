package cli

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// journal writes what an apply does into the state's session.
type journal struct {
	p       *project
	session state.Session
	before  *state.Snapshot // as it was when the apply began; only read
	live    map[string]map[string]*planner.Table
	mine    *committed
}

// committed are the records that this run has made, for the later of two steps
// of one object.
type committed struct {
	mu      sync.Mutex
	records map[schema.Address]*state.Record
}

func (j journal) Begin(ctx context.Context, s *planner.Step, wanted map[string]cty.Value) error {
	return j.session.Begin(ctx, j.intent(s, wanted))
}

func (j journal) Accept(ctx context.Context, s *planner.Step, wanted map[string]cty.Value) error {
	i := j.intent(s, wanted)
	i.Accepted = true
	return j.session.Begin(ctx, i)
}

func (j journal) intent(s *planner.Step, wanted map[string]cty.Value) state.Intent {
	plain, _ := j.split(s, wanted)
	return state.Intent{Address: s.Address, Provider: s.Provider, Action: s.Action.String(), ID: s.ID, Wanted: plain, At: j.p.app.Now().UTC()}
}

func (j journal) Commit(ctx context.Context, s *planner.Step, r planner.Result) error {
	if r.Refused {
		return j.session.Commit(ctx, state.Result{Address: s.Address, Failed: true})
	}
	rec := j.record(s, r)
	j.mine.mu.Lock()
	j.mine.records[s.Address] = rec
	j.mine.mu.Unlock()
	return j.session.Commit(ctx, state.Result{Address: s.Address, Record: rec, Moved: s.From})
}

func (j journal) Forget(ctx context.Context, s *planner.Step) error {
	r := state.Result{Address: s.Address, ID: s.ID, Provider: s.Provider}
	if s.Action == planner.Delete {
		r.Deleted = j.p.app.Now().UTC()
	}
	return j.session.Commit(ctx, r)
}

// record is the object as it is after a call: what was recorded and live before
// it, what was sent, and what the answer showed, the later over the earlier.
func (j journal) record(s *planner.Step, r planner.Result) *state.Record {
	now := j.p.app.Now().UTC()
	rec := &state.Record{Address: s.Address, Provider: s.Provider, ID: r.ID, Needs: s.Dependencies, Read: now}
	attrs := map[string]cty.Value{}
	old, again := j.recordOf(s)
	if old != nil && old.ID == r.ID { // it has what no reading carries, such as roles
		maps.Copy(attrs, old.Attrs)
		rec.Written = old.Written
	}
	switch {
	case len(r.Sent) > 0:
		rec.Written = now
	case s.Made.After(rec.Written):
		rec.Written = s.Made
	}
	if s.Action != planner.Replace && !again { // what was read is older than what this run did
		if o, ok := j.live[s.Provider][s.Address.Type].Find(r.ID); ok {
			maps.Copy(attrs, o.Attrs)
		}
	}
	sent, digests := j.split(s, r.Sent)
	maps.Copy(attrs, sent)
	maps.Copy(attrs, r.Answer)
	rec.Attrs, rec.Digests = attrs, digests
	rec.Writes = writes(old, s, r, sent, now, j.p.readLag(s.Provider))
	if again { // what was there before is what the earlier step has made
		for name, w := range rec.Writes {
			if was, ok := old.Attrs[name]; ok && w.At.Equal(now) && w.Before != cty.NilVal {
				w.Before = was
				rec.Writes[name] = w
			}
		}
	}
	for name, implied := range s.Implied {
		// What was found is the server's form of what is wanted, sent or not.
		if _, wrote := rec.Writes[name]; !wrote && attrs[name] != cty.NilVal {
			rec.Writes[name] = state.Write{Sent: planner.Without(attrs[name], implied), Answer: attrs[name], At: now}
		}
	}
	if old != nil && old.ID == r.ID {
		for name, digest := range old.Digests {
			if _, shown := sent[name]; !shown && rec.Digests[name] == "" {
				hide(rec, name, digest)
			}
		}
	}
	for _, name := range s.Sensitive {
		hide(rec, name, j.before.Digest(attrs[name]))
	}
	return rec
}

// hide takes an attribute out of a record and leaves its digest, unless the
// record has one already.
func hide(rec *state.Record, name, digest string) {
	delete(rec.Attrs, name)
	delete(rec.Writes, name)
	if rec.Digests == nil {
		rec.Digests = map[string]string{}
	}
	if rec.Digests[name] == "" {
		rec.Digests[name] = digest
	}
}

// writes keeps, for each attribute sent, what was there before, what was sent
// and what the answer showed; what an earlier run wrote to others stays. What an
// object was made with needs no keeping unless the answer showed another form of
// it.
func writes(old *state.Record, s *planner.Step, r planner.Result, sent map[string]cty.Value, now time.Time, lag time.Duration) map[string]state.Write {
	out := map[string]state.Write{}
	if old != nil && old.ID == r.ID {
		maps.Copy(out, old.Writes)
	}
	for name, v := range sent {
		before, changed := s.Before[name]
		answer, answered := r.Answer[name]
		if r.ID == s.ID && !changed || r.ID != s.ID && (!answered || answer.RawEquals(v)) {
			delete(out, name)
			continue
		}
		v = planner.Without(v, s.Implied[name])
		out[name] = state.Write{Before: before, Sent: v, Answer: answer, At: now, Earlier: earlier(out[name], now, lag)}
	}
	return out
}

// earlier are the values from before a write and those before it that a lagging
// read may still show.
func earlier(w state.Write, now time.Time, lag time.Duration) []state.Former {
	var out []state.Former
	for _, f := range append(slices.Clone(w.Earlier), state.Former{Value: w.Before, At: w.At}) {
		if f.Value != cty.NilVal && now.Sub(f.At) < lag {
			out = append(out, f)
		}
	}
	return out
}

// recordOf is what the state had of the step's object, or what an earlier step
// of this run has made of it.
func (j journal) recordOf(s *planner.Step) (rec *state.Record, again bool) {
	j.mine.mu.Lock()
	rec = j.mine.records[s.Address]
	j.mine.mu.Unlock()
	if rec != nil {
		return rec, true
	}
	if !s.From.IsZero() {
		return j.before.Records[s.From], false
	}
	return j.before.Records[s.Address], false
}

// split takes sensitive values out and gives their digests instead.
func (j journal) split(s *planner.Step, values map[string]cty.Value) (plain map[string]cty.Value, digests map[string]string) {
	typ := j.p.app.types(s.Address.Type)
	plain = make(map[string]cty.Value, len(values))
	for name, v := range values {
		attr := typ.Attribute(name)
		if attr != nil && attr.Sensitive || schema.IsSensitive(v) {
			if digests == nil {
				digests = map[string]string{}
			}
			digests[name] = j.before.Digest(v)
			continue
		}
		plain[name] = v
	}
	return plain, digests
}
