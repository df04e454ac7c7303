package cli

import (
	"context"
	"slices"
	"time"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

const (
	// mostOurs is up to how many objects that we wrote are looked for in the list of
	// changes by a run that keeps nothing of what it reads.
	mostOurs = 100
	// mostInVain is how many pages of changes such a run reads that bring nothing to
	// look at, since they are of objects that are not managed.
	mostInVain = 3
	// sameClock is up to what difference two clocks count as the same: the server's is
	// told in full seconds.
	sameClock = 2 * time.Second
	// mostEchoes is up to how many objects may be our own last writes in a list of what
	// has changed since them; they are read again like those of others.
	mostEchoes = 50
	// mostPages is how many pages of what has changed since our own writes are read by
	// a run that keeps nothing.
	mostPages = 4
	// mostRuns is how many of our own runs such a run tells apart.
	mostRuns = 3
	// afterOurs is how long after our last write a change is surely not ours.
	afterOurs = 3 * time.Second
)

// notOurs is what is said of a list of changes that lacks what we wrote, although
// the server shows it.
const notOurs = "asked for what has changed, it does not list what this configuration has written"

// changesAsked asks a server which of some objects have changed since they were last
// read or written.
type changesAsked struct {
	client provider.Client
	typ    string
	keeps  bool
	ids    map[string]planner.ObjectID
	ours   map[string]bool // those that we wrote after the time that is asked about
	shown  map[string]bool // of these, those that the server surely has as we wrote them
	runs   []ourRun        // who of them was written by which run, oldest first
	from   time.Time       // by the server's clock
	asked  time.Time       // when all of this is asked, by the server's clock

	changed               []planner.ObjectID
	unusable              string
	none                  bool // the vendor has no list of changes
	blindFrom, blindUntil time.Time
}

// ourRun is what one of our runs wrote, by the server's clock.
type ourRun struct {
	wrote map[string]time.Time
	last  time.Time
}

// since works out from when on changes have to be looked for. Everything up to the
// mark is known of all objects; of those read later, up to the reading less the
// time by which it may have been behind; and of those we wrote, up to then, since
// the answer to a write is not behind. began are the beginnings of our runs.
func (q *changesAsked) since(known []planner.Remembered, mark time.Time, began []time.Time, date, at time.Time, lag time.Duration) {
	q.ids, q.ours, q.shown = make(map[string]planner.ObjectID, len(known)), map[string]bool{}, map[string]bool{}
	ahead := date.Sub(at) // of the server's clock
	if ahead.Abs() < sameClock {
		ahead = 0
	}
	if mark.After(date) {
		mark = time.Time{} // by a clock that was wrong
	}
	q.asked = date
	if n := len(began); n > mostRuns && !q.keeps {
		began = began[n-mostRuns:]
	}
	runs := make([]ourRun, len(began)+1)
	for _, k := range known {
		q.ids[k.ID.ID] = k.ID
		upTo := mark
		if !k.Read.IsZero() {
			upTo = later(upTo, k.Read.Add(ahead-lag))
		}
		if wrote := k.Written.Add(ahead); !k.Written.IsZero() && wrote.After(upTo) {
			upTo, q.ours[k.ID.ID], q.shown[k.ID.ID] = wrote.Add(-sameClock), true, k.Shown
			n, _ := slices.BinarySearchFunc(began, k.Written, func(t, w time.Time) int { return cmpAfter(t, w) })
			runs[n].add(k.ID.ID, wrote)
		}
		if q.from.IsZero() || upTo.Before(q.from) {
			q.from = upTo
		}
	}
	q.runs = slices.DeleteFunc(runs, func(r ourRun) bool { return len(r.wrote) == 0 })
}

// cmpAfter sorts a run that began at t before a write at w unless it began after it.
func cmpAfter(t, w time.Time) int {
	if t.After(w) {
		return 1
	}
	return -1
}

func (r *ourRun) add(id string, at time.Time) {
	if r.wrote == nil {
		r.wrote = map[string]time.Time{}
	}
	r.wrote[id], r.last = at, later(r.last, at)
}

// ask reads the list of changes. Where it would be full of our own, and the run keeps
// nothing of what it reads, only what has changed since our own writes is asked for.
func (q *changesAsked) ask(ctx context.Context) error {
	found, listed := map[string]bool{}, map[string]bool{}
	skip := len(q.ours) > mostOurs && !q.keeps
	if skip {
		if err := q.probeOurs(ctx); err != nil || q.none || q.unusable != "" {
			return err
		}
	} else if over, err := q.sinceMark(ctx, found, listed); err != nil || over || q.unusable != "" {
		return err
	}
	for i := range q.runs {
		r := &q.runs[i]
		if !skip && !r.any(listed) {
			continue
		}
		if err := q.sinceRun(ctx, r, found); err != nil || q.none || q.unusable != "" {
			return err
		}
	}
	if skip {
		q.blind(q.from, q.runs[len(q.runs)-1].last)
	}
	if len(found) > mostReread && len(found) == len(q.ids) {
		q.unusable = "it says that all of them have changed since"
		return nil
	}
	for id := range found {
		q.changed = append(q.changed, q.ids[id])
	}
	return nil
}

// blind notes a time of which the changes of others are not looked for.
func (q *changesAsked) blind(from, until time.Time) {
	if q.blindFrom.IsZero() || from.Before(q.blindFrom) {
		q.blindFrom = from
	}
	q.blindUntil = later(q.blindUntil, until)
}

// any reports whether something that the run wrote is among these.
func (r *ourRun) any(ids map[string]bool) bool {
	for id := range r.wrote {
		if ids[id] {
			return true
		}
	}
	return false
}

// sinceMark reads what has changed since the time up to which all is known: of
// others into found, of ours into listed. It reports whether nothing more is to be
// asked.
func (q *changesAsked) sinceMark(ctx context.Context, found, listed map[string]bool) (over bool, err error) {
	vain := 0
	all, err := q.client.Changed(ctx, q.typ, q.from, func(page []schema.Object) bool {
		fresh := 0
		for _, o := range page {
			if _, asked := q.ids[o.ID]; asked && !q.ours[o.ID] {
				found[o.ID] = true
				fresh++
			}
		}
		if 2*fresh < len(page) {
			vain++
		}
		return q.keeps || vain < mostInVain
	})
	if err != nil || all.None || all.Unusable != "" {
		q.unusable, q.none = all.Unusable, all.None
		return true, err
	}
	for _, o := range all.Objects {
		if q.ours[o.ID] {
			listed[o.ID] = true
		}
	}
	switch {
	case all.Whole:
		for id, shown := range q.shown {
			if shown && !listed[id] {
				q.unusable = notOurs
				return true, nil
			}
		}
		return false, nil
	case len(q.ids) <= mostReread:
		for _, id := range q.ids { // that takes fewer calls than the rest of the list
			q.changed = append(q.changed, id)
		}
		return true, nil
	}
	q.unusable = "most of the changes it lists are of what is not managed here"
	return true, nil
}

// probeOurs makes sure that our own last write is among what the server lists as
// changed, where it surely has it.
func (q *changesAsked) probeOurs(ctx context.Context) error {
	r := &q.runs[len(q.runs)-1]
	last := ""
	for id, at := range r.wrote {
		if at.Equal(r.last) {
			last = id
		}
	}
	if !q.shown[last] {
		return nil
	}
	said, err := q.client.Changed(ctx, q.typ, r.last.Add(-sameClock-time.Second), func([]schema.Object) bool { return false })
	if err == nil && !said.None && said.Unusable == "" && len(said.Objects) == 0 {
		said.Unusable = notOurs
	}
	q.unusable, q.none = said.Unusable, said.None
	return err
}

// sinceRun adds what has changed since the last write of one of our runs. Where the
// clocks differ that may be that write itself, too, and those shortly before it;
// where these are many, it is asked for what came a little later.
func (q *changesAsked) sinceRun(ctx context.Context, r *ourRun, found map[string]bool) error {
	echoes := map[string]bool{}
	for _, pause := range []time.Duration{0, afterOurs} {
		pages := 0
		since, err := q.client.Changed(ctx, q.typ, r.last.Add(pause), func([]schema.Object) bool {
			pages++
			return q.keeps || pages < mostPages
		})
		if err != nil || since.None || since.Unusable != "" {
			q.unusable, q.none = since.Unusable, since.None
			return err
		}
		if pause == 0 {
			echoes = r.echoes(since)
		}
		for _, o := range since.Objects {
			_, wrote := r.wrote[o.ID]
			if _, asked := q.ids[o.ID]; asked && (wrote || !q.ours[o.ID]) && (pause > 0 || !echoes[o.ID]) {
				found[o.ID] = true
			}
		}
		switch {
		case len(echoes) > 0 && pause == 0: // others may be among them
			q.blind(r.last, r.last.Add(afterOurs))
			continue
		case !since.Whole: // or on further pages
			q.blind(r.last, q.asked)
		}
		return nil
	}
	return nil
}

// echoes are those of the objects that look like our own last writes: the very last
// of these, the one before, and so on without a gap. A few are none to speak of.
func (r *ourRun) echoes(since provider.Changes) map[string]bool {
	listed, out := make(map[string]bool, len(since.Objects)), map[string]bool{}
	for _, o := range since.Objects {
		listed[o.ID] = true
	}
	ids := make([]string, 0, len(r.wrote))
	for id := range r.wrote {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return r.wrote[b].Compare(r.wrote[a]) })
	for _, id := range ids {
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
