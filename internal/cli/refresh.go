package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

const (
	// mostOurs is up to how many objects that we wrote are looked for in the list of
	// changes by a run that keeps nothing of what it reads.
	mostOurs = 100
	// mostInVain is how many pages of changes such a run reads that bring nothing to
	// look at, since they are of objects that are not managed.
	mostInVain = 3
	// mostReread is up to how many objects are read again without a question, where
	// the server says that most of those it was asked about have changed, or lists so
	// much else that it cannot be told.
	mostReread = 200
	// sameClock is up to what difference two clocks count as the same: the server's is
	// told in full seconds.
	sameClock = 2 * time.Second
	// mostEchoes is up to how many objects may be our own last writes in a list of what
	// has changed since them; they are read again like those of others.
	mostEchoes = 50
	// afterOurs is how long after our last write a change is surely not ours.
	afterOurs = 3 * time.Second
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
	r.out = refreshed{Refresh: planner.Refresh{Mode: r.mode}, recalled: map[planner.ObjectID]bool{}, reread: map[planner.ObjectID]bool{}, marks: map[[2]string]time.Time{}}
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
		part.unknown = part.unread
		if r.mode != planner.RefreshFull {
			part.known, part.unknown = r.match.Remembered(part.unread)
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

func (r *refreshed) isRecalled(rec *state.Record, typ string) bool {
	return r != nil && r.recalled[planner.ObjectID{Provider: rec.Provider, Type: typ, ID: rec.ID}]
}

func (r *refreshed) isReread(rec *state.Record, typ string) bool {
	return r != nil && r.reread[planner.ObjectID{Provider: rec.Provider, Type: typ, ID: rec.ID}]
}

// moved are the marks to be kept. Where the state does not change otherwise a mark
// that is not old stays, so that a run that changes nothing leaves the state as it is.
func (r *refreshed) moved(s *state.Snapshot, changes bool) map[[2]string]time.Time {
	if r == nil {
		return nil
	}
	out := map[[2]string]time.Time{}
	for key, at := range r.marks {
		if had := s.Mark(key[0], key[1]); at.After(had) && (changes || at.Sub(had) > markAge) {
			out[key] = at
		}
	}
	return out
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
	q.since(known, r.snapshot.Mark(key, typ), date, at, c.conn.ReadLag)
	var again []planner.ObjectID
	if len(known) > 0 && r.mode != planner.RefreshNone {
		if err := q.ask(ctx); err != nil {
			return nil, r.p.explain(c, err)
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

// changesAsked asks a server which of some objects have changed since they were last
// read or written.
type changesAsked struct {
	client provider.Client
	typ    string
	keeps  bool
	ids    map[string]planner.ObjectID
	ours   map[string]time.Time // when we wrote those that we did write after the time that is asked about
	from   time.Time            // by the server's clock
	wrote  time.Time            // our last write, by the server's clock

	changed               []planner.ObjectID
	unusable              string
	blindFrom, blindUntil time.Time
}

// since works out from when on changes have to be looked for. Everything up to the
// mark is known of all objects; of those read later, up to the reading less the
// time by which it may have been behind; and of those we wrote, up to then, since
// the answer to a write is not behind.
func (q *changesAsked) since(known []planner.Remembered, mark, date, at time.Time, lag time.Duration) {
	q.ids, q.ours = make(map[string]planner.ObjectID, len(known)), map[string]time.Time{}
	ahead := date.Sub(at) // of the server's clock
	if ahead.Abs() < sameClock {
		ahead = 0
	}
	if mark.After(date) {
		mark = time.Time{} // by a clock that was wrong
	}
	for _, k := range known {
		q.ids[k.ID.ID] = k.ID
		upTo := mark
		if !k.Read.IsZero() {
			upTo = later(upTo, k.Read.Add(ahead-lag))
		}
		if wrote := k.Written.Add(ahead); !k.Written.IsZero() && wrote.After(upTo) {
			upTo, q.ours[k.ID.ID], q.wrote = wrote.Add(-time.Second), wrote, later(q.wrote, wrote)
		}
		if q.from.IsZero() || upTo.Before(q.from) {
			q.from = upTo
		}
	}
}

// ask reads the list of changes. Where it would be full of our own, and the run keeps
// nothing of what it reads, only what has changed since our last write is asked for.
func (q *changesAsked) ask(ctx context.Context) error {
	found := map[string]bool{}
	own, vain := false, 0
	theirs := func(page []schema.Object) bool {
		fresh := 0
		for _, o := range page {
			_, asked := q.ids[o.ID]
			_, wrote := q.ours[o.ID]
			own = own || wrote
			if asked && !wrote {
				found[o.ID] = true
				fresh++
			}
		}
		if 2*fresh < len(page) {
			vain++
		}
		return q.keeps || vain < mostInVain
	}
	skip := len(q.ours) > mostOurs && !q.keeps
	if !skip {
		all, err := q.client.Changed(ctx, q.typ, q.from, theirs)
		switch {
		case err != nil || all.Unusable != "":
			q.unusable = all.Unusable
			return err
		case !all.Whole && len(q.ids) <= mostReread:
			for id := range q.ids { // that takes fewer calls than the rest of the list
				q.changed = append(q.changed, q.ids[id])
			}
			return nil
		case !all.Whole:
			q.unusable = "most of the changes it lists are of what is not managed here"
			return nil
		}
	}
	if own || skip {
		if err := q.sinceOurs(ctx, found); err != nil || q.unusable != "" {
			return err
		}
		if skip {
			q.blindFrom, q.blindUntil = q.from, q.wrote
		}
	}
	if n := len(found); n > mostReread && 2*n > len(q.ids) {
		q.unusable = fmt.Sprintf("it says that %d of them have changed since", n)
		return nil
	}
	for id := range found {
		q.changed = append(q.changed, q.ids[id])
	}
	return nil
}

// sinceOurs adds what has changed since our last write. Where the clocks differ that
// may be that write itself, too, and those shortly before it; where these are many, it
// is asked for what came a little later.
func (q *changesAsked) sinceOurs(ctx context.Context, found map[string]bool) error {
	echoes, pages := map[string]bool{}, 0
	enough := func(page []schema.Object) bool {
		pages++
		return pages > 1 && q.mostlyOurs(page)
	}
	for _, pause := range []time.Duration{0, afterOurs} {
		since, err := q.client.Changed(ctx, q.typ, q.wrote.Add(pause), func(page []schema.Object) bool { return q.keeps || pause > 0 || !enough(page) })
		if err != nil || since.Unusable != "" {
			q.unusable = since.Unusable
			return err
		}
		if pause == 0 {
			echoes = q.echoes(since)
		}
		for _, o := range since.Objects {
			if _, asked := q.ids[o.ID]; asked && (pause > 0 || !echoes[o.ID]) {
				found[o.ID] = true
			}
		}
		if len(echoes) == 0 {
			return nil
		}
	}
	return nil
}

// echoes are those of the objects that look like our own last writes: the very last
// of these, the one before, and so on without a gap. A few are none to speak of. Of
// a list that was left all of ours may be.
func (q *changesAsked) echoes(since provider.Changes) map[string]bool {
	listed, out := make(map[string]bool, len(since.Objects)), map[string]bool{}
	for _, o := range since.Objects {
		listed[o.ID] = true
	}
	for _, id := range slices.SortedFunc(maps.Keys(q.ours), func(a, b string) int { return q.ours[b].Compare(q.ours[a]) }) {
		if listed[id] {
			out[id] = true
		} else if since.Whole {
			break
		}
	}
	if len(out) <= mostEchoes {
		return nil
	}
	return out
}

func (q *changesAsked) mostlyOurs(page []schema.Object) bool {
	n := 0
	for _, o := range page {
		if _, ours := q.ours[o.ID]; ours {
			n++
		}
	}
	return 2*n > len(page)
}
