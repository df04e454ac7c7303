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
	read    time.Time // when the live system was read
	// refreshed says of what that was not in full; nil where no more was read than a
	// saved plan needs.
	refreshed *refreshed
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
	if rec, _ := j.recordOf(s); r.Gone && rec != nil {
		// A write is not behind: with this, a list that lacks it is believed.
		gone := *rec
		gone.Written = time.Time{}
		return j.session.Commit(ctx, state.Result{Address: s.Address, Record: &gone, Moved: s.From})
	}
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
	if rec, _ := j.recordOf(s); s.Replaced && rec != nil {
		r.Record = letGoOf(rec, s.ID)
		j.mine.mu.Lock()
		j.mine.records[s.Address] = r.Record
		j.mine.mu.Unlock()
	}
	return j.session.Commit(ctx, r)
}

// letGoOf is a record that no longer has deposed an object.
func letGoOf(rec *state.Record, id string) *state.Record {
	out := *rec
	out.Deposed = slices.DeleteFunc(slices.Clone(rec.Deposed), func(d string) bool { return d == id })
	return &out
}

// record is the object as it is after a call: what was recorded and live before
// it, what was sent, and what the answer showed, the later over the earlier.
func (j journal) record(s *planner.Step, r planner.Result) *state.Record {
	now := j.p.app.Now().UTC()
	rec := &state.Record{Address: s.Address, Provider: s.Provider, ID: r.ID, Needs: s.Dependencies}
	attrs := make(map[string]cty.Value, 1+max(len(r.Sent), len(r.Answer)))
	old, again := j.recordOf(s)
	if old != nil && old.ID == r.ID { // it has what no reading carries, such as roles
		maps.Copy(attrs, old.Attrs)
		rec.Written = old.Written
		rec.Read = old.Read
		for _, name := range j.refreshed.stale(old.Address) {
			delete(attrs, name)
		}
	}
	if j.refreshed.isRead(planner.ObjectID{Provider: s.Provider, Type: s.Address.Type, ID: r.ID}) {
		rec.Read = j.read
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
	rec.Deposed = deposed(old, again, s, r.ID)
	sent, digests := j.split(s, r.Sent)
	maps.Copy(attrs, sent)
	maps.Copy(attrs, r.Answer)
	rec.Attrs, rec.Digests = attrs, digests
	rec.Writes = writes(j.p.app.types(s.Address.Type), old, s, r, sent, now, j.p.readLag(s.Provider))
	take(rec, s, now)
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
			if rec.Writes == nil {
				rec.Writes = map[string]state.Write{}
			}
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

// deposed are the ids of what is still to be deleted when an object has been
// recorded, because it has replaced that.
func deposed(old *state.Record, again bool, s *planner.Step, id string) []string {
	list := s.Deposed
	if again { // an earlier step of the run, or the beginning of this one, has recorded it
		list = old.Deposed
		if s.Action == planner.Replace {
			list = append(slices.Clone(list), s.ID)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(d string) bool { return d == id })
}

// take records of an adopted object what it is taken to have: in the server's form,
// or as it is wanted where the server does not tell it.
func take(rec *state.Record, s *planner.Step, now time.Time) {
	for name, want := range s.Taken {
		live, told := rec.Attrs[name]
		if !told {
			rec.Attrs[name] = want.Value
			continue
		}
		if rec.Writes == nil {
			rec.Writes = map[string]state.Write{}
		}
		rec.Writes[name] = state.Write{Sent: want.Value, Answer: live, At: now}
	}
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
// it, or did not show what could only be changed by replacing it; so for most
// objects that are made the result is nil.
func writes(typ *schema.Type, old *state.Record, s *planner.Step, r planner.Result, sent map[string]cty.Value, now time.Time, lag time.Duration) map[string]state.Write {
	var out map[string]state.Write
	if old != nil && old.ID == r.ID {
		out = maps.Clone(old.Writes)
	}
	for name, v := range sent {
		before, changed := s.Before[name]
		answer, answered := r.Answer[name]
		if attr := typ.Attribute(name); r.ID != s.ID {
			changed = answered && !sameValue(answer, v) || !answered && attr != nil && (attr.Forces || mayGrow(v))
			before = cty.NilVal // that is another object's
		}
		if !changed {
			delete(out, name)
			continue
		}
		if out == nil {
			out = map[string]state.Write{}
		}
		v = planner.Without(v, s.Implied[name])
		out[name] = state.Write{Before: before, Sent: v, Answer: answer, At: now, Earlier: earlier(out[name], now, lag)}
	}
	return out
}

// mayGrow reports whether the server may add to a value by itself: it is a set with
// something in it.
func mayGrow(v cty.Value) bool {
	return v.Type().IsSetType() && !v.IsNull() && v.IsKnown() && v.LengthInt() > 0
}

// sameValue is RawEquals, without its reflection for what most attributes are:
// texts and sets of texts.
func sameValue(a, b cty.Value) bool {
	if a.IsMarked() || b.IsMarked() || !a.IsKnown() || !b.IsKnown() || a.IsNull() || b.IsNull() {
		return a.RawEquals(b)
	}
	switch t, u := a.Type(), b.Type(); {
	case t == cty.String && u == cty.String:
		return a.AsString() == b.AsString()
	case t.IsSetType() && t.ElementType() == cty.String && t.Equals(u):
		return sameTexts(a, b)
	}
	return a.RawEquals(b)
}

// sameTexts compares two sets of texts, whose elements come in order.
func sameTexts(a, b cty.Value) bool {
	if n := a.LengthInt(); n == 0 || n != b.LengthInt() {
		return n == b.LengthInt()
	}
	left, right := a.ElementIterator(), b.ElementIterator()
	for left.Next() {
		if !right.Next() {
			return false
		}
		_, l := left.Element()
		_, r := right.Element()
		if !l.RawEquals(r) {
			return false
		}
	}
	return !right.Next()
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

// split takes sensitive values out and gives their digests instead. Values with
// nothing sensitive among them are returned as they are, to be read only.
func (j journal) split(s *planner.Step, values map[string]cty.Value) (plain map[string]cty.Value, digests map[string]string) {
	typ := j.p.app.types(s.Address.Type)
	plain = values
	for name, v := range values {
		attr := typ.Attribute(name)
		if (attr == nil || !attr.Sensitive) && !schema.IsSensitive(v) {
			continue
		}
		if digests == nil {
			plain, digests = maps.Clone(values), map[string]string{}
		}
		delete(plain, name)
		digests[name] = j.before.Digest(v)
	}
	return plain, digests
}
