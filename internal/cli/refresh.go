package cli

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

const (
	// mostReread is up to how many objects are read again without a question, where
	// the server says that all of those it was asked about have changed, or lists so
	// much else that it cannot be told.
	mostReread = 200
	// markAge is how old a mark gets before it is moved for its own sake.
	markAge = 24 * time.Hour
)

// refreshed is how what the lists did not carry was read.
type refreshed struct {
	planner.Refresh
	// recalled are the objects that were not read in full, reread those that were read
	// alone.
	recalled, reread map[planner.ObjectID]bool
	// marks are the server times up to which it is known by now what has changed, by
	// provider configuration and type.
	marks map[[2]string]time.Time
	// unasked are recorded attributes, by address, of which nothing was asked.
	unasked map[schema.Address][]string
}

// refreshing reads what the lists do not carry.
type refreshing struct {
	p           *project
	match       *planner.Match
	read        *survey
	snapshot    *state.Snapshot
	mode        string
	keeps       bool // the run keeps what it reads
	parallelism int
	out         refreshed
}

// refresh reads alone the objects whose lists do not carry all that is managed: all
// of them if that is asked for, else those that are new to the state, and those that
// the server says have changed since they were last read.
func (r *refreshing) refresh(ctx context.Context) (*refreshed, error) {
	r.out = refreshed{Refresh: planner.Refresh{Mode: r.mode}, recalled: map[planner.ObjectID]bool{}, reread: map[planner.ObjectID]bool{}, marks: map[[2]string]time.Time{}, unasked: map[schema.Address][]string{}}
	type part struct {
		unread  []planner.ObjectID
		known   []planner.Remembered
		unknown []planner.ObjectID
	}
	var order [][2]string
	parts := map[[2]string]*part{}
	for _, id := range r.match.Unread() {
		key := [2]string{id.Provider, id.Type}
		if parts[key] == nil {
			parts[key] = &part{}
			order = append(order, key)
		}
		parts[key].unread = append(parts[key].unread, id)
	}
	var ids []planner.ObjectID
	for _, key := range order {
		part := parts[key]
		maps.Copy(r.out.unasked, r.match.Unasked(key[0], key[1]))
		part.unknown = part.unread
		if r.mode != planner.RefreshFull {
			part.known, part.unknown = r.match.Remembered(part.unread)
			part.known, part.unknown = withoutDiffering(part.known, part.unknown)
		}
		again, err := r.ask(ctx, planner.Recall{Provider: key[0], Type: key[1], Untold: r.match.Untold(part.unread), Reread: len(part.unknown)}, part.known)
		if err != nil {
			return nil, err
		}
		ids = append(append(ids, part.unknown...), again...)
	}
	if err := r.p.readSingly(ctx, r.match, ids, r.parallelism); err != nil {
		return nil, err
	}
	for _, id := range ids {
		r.out.reread[id] = true
	}
	if r.mode == planner.RefreshNone {
		r.out.Oldest = oldest(r.snapshot)
	}
	return &r.out, nil
}

// oldest is when the object was read or written for which that is longest ago.
func oldest(s *state.Snapshot) time.Time {
	var out time.Time
	if s == nil {
		return out
	}
	for _, rec := range s.Records {
		if at := later(rec.Read, rec.Written); out.IsZero() || at.Before(out) {
			out = at
		}
	}
	return out
}

// isRead reports whether all that is managed of an object was read: by its list, or
// alone. A run that reads no more than a saved plan needs says so of none.
func (r *refreshed) isRead(id planner.ObjectID) bool {
	return r != nil && r.Mode != planner.RefreshNone && !r.recalled[id]
}

// stale are recorded attributes of which nothing was asked.
func (r *refreshed) stale(addr schema.Address) []string {
	if r == nil {
		return nil
	}
	return r.unasked[addr]
}

func (r *refreshed) isReread(rec *state.Record, typ string) bool {
	return r != nil && r.reread[planner.ObjectID{Provider: rec.Provider, Type: typ, ID: rec.ID}]
}

// movedMarks are the marks to be kept: not those of types of which a step was not
// done, since what was read of its object is not kept. Where the state does not change
// otherwise a mark that is not old stays, so that a run that changes nothing leaves
// the state as it is.
func movedMarks(marks map[[2]string]time.Time, s *state.Snapshot, plan *planner.Plan, report *planner.Report, changes bool) map[[2]string]time.Time {
	out := map[[2]string]time.Time{}
	for key, at := range marks {
		if had := s.Mark(key[0], key[1]); at.After(had) && (changes || at.Sub(had) > markAge) {
			out[key] = at
		}
	}
	for i := range plan.Steps {
		if step := &plan.Steps[i]; i >= len(report.Status) || report.Status[i] != planner.Done {
			delete(out, [2]string{step.Provider, step.Address.Type})
		}
	}
	return out
}

// vouched are the marks that a saved plan may carry: those of types of which its
// steps put right all that has changed, and nothing recorded goes stale.
func (m *planned) vouched() map[[2]string]time.Time {
	out := map[[2]string]time.Time{}
	if m.refreshed == nil || len(m.plan.Targets) > 0 {
		return out
	}
	maps.Copy(out, m.refreshed.marks)
	stepped := map[schema.Address]bool{}
	for i := range m.plan.Steps {
		stepped[m.plan.Steps[i].Address] = true
	}
	drop := func(addr schema.Address) {
		for key := range out {
			if key[1] == addr.Type {
				delete(out, key)
			}
		}
	}
	for _, d := range m.plan.Drift {
		if !stepped[d.Address] {
			drop(d.Address)
		}
	}
	for addr := range m.refreshed.unasked {
		drop(addr)
	}
	return out
}

// withoutDiffering has those read alone of which the list shows a change, unless
// they are very many.
func withoutDiffering(known []planner.Remembered, unknown []planner.ObjectID) ([]planner.Remembered, []planner.ObjectID) {
	var same []planner.Remembered
	read := slices.Clone(unknown)
	for _, k := range known {
		if k.Differs {
			read = append(read, k.ID)
		} else {
			same = append(same, k)
		}
	}
	if len(known)-len(same) > mostReread {
		return known, unknown
	}
	return same, read
}

// ask finds out which of the objects that are known have changed since, and takes
// the others as the state has them. What becomes of them goes with what is said.
func (r *refreshing) ask(ctx context.Context, said planner.Recall, known []planner.Remembered) ([]planner.ObjectID, error) {
	key, typ := said.Provider, said.Type
	c := r.p.providers[key]
	q := &changesAsked{client: c.client, typ: typ, keeps: r.keeps}
	date, at := r.read.dates[key][typ], r.read.at
	if date.IsZero() {
		date = at
	}
	q.since(known, r.snapshot.Mark(key, typ), r.snapshot.RunsOf(key), date, at, c.conn.ReadLag)
	var again []planner.ObjectID
	if len(known) > 0 && r.mode != planner.RefreshNone {
		if err := q.ask(ctx); err != nil {
			return nil, r.p.explain(c, err)
		}
		if q.none { // then each may have changed
			q.changed = slices.Collect(maps.Values(q.ids))
		}
		again, said.Unusable, said.BlindFrom, said.BlindUntil = q.changed, q.unusable, q.blindFrom, q.blindUntil
	}
	if said.Unusable == "" && said.BlindFrom.IsZero() && r.mode != planner.RefreshNone {
		r.out.marks[[2]string{key, typ}] = date.Add(-c.conn.ReadLag)
	}
	asked := make(map[planner.ObjectID]bool, len(again))
	for _, id := range again {
		asked[id] = true
	}
	var recalled []planner.ObjectID
	for _, k := range known {
		if asked[k.ID] {
			continue
		}
		recalled = append(recalled, k.ID)
		r.out.recalled[k.ID] = true
		if at := later(k.Read, k.Written); said.Oldest.IsZero() || at.Before(said.Oldest) {
			said.Oldest = at
		}
	}
	r.match.Recall(recalled)
	said.Objects, said.Reread = len(recalled), said.Reread+len(again)
	r.out.Recalls = append(r.out.Recalls, said)
	return again, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
