package cli

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// changesOf is a vendor's client that knows when objects have changed.
type changesOf struct {
	provider.Client
	changed  map[string]time.Time
	unusable string
	pages    int
}

func (c *changesOf) Changed(_ context.Context, _ string, after time.Time, more func([]schema.Object) bool) (provider.Changes, error) {
	if c.unusable != "" {
		return provider.Changes{Unusable: c.unusable}, nil
	}
	var ids []string
	for id, at := range c.changed {
		if at.After(after) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	out := provider.Changes{}
	for page := range slices.Chunk(ids, 50) {
		c.pages++
		var objects []schema.Object
		for _, id := range page {
			objects = append(objects, schema.Object{ID: id})
		}
		out.Objects = append(out.Objects, objects...)
		if !more(objects) {
			return out, nil
		}
	}
	c.pages++
	out.Whole = true
	return out, nil
}

// TestChangesAsked: who is read again, and what is said of the others.
func TestChangesAsked(t *testing.T) {
	const lag = time.Hour
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	person := func(id string, read, written time.Time) planner.Remembered {
		return planner.Remembered{ID: planner.ObjectID{Provider: "acme", Type: "acme_user", ID: id}, Read: read, Written: written, Shown: true}
	}
	people := func(n int, read, written time.Time) (list []planner.Remembered) {
		for i := range n {
			if !written.IsZero() {
				written = written.Add(time.Microsecond) // one after the other
			}
			list = append(list, person(fmt.Sprint("p", i), read, written))
		}
		return list
	}
	changed := func(at time.Time, n int) map[string]time.Time {
		out := map[string]time.Time{}
		for i := range n {
			out[fmt.Sprint("p", i)] = at
		}
		return out
	}
	with := func(m map[string]time.Time, id string, at time.Time) map[string]time.Time {
		m[id] = at
		return m
	}
	for _, test := range []struct {
		name    string
		known   []planner.Remembered
		mark    time.Time
		runs    []time.Time
		ahead   time.Duration // of the server's clock
		keeps   bool
		changed map[string]time.Time
		want    []string
		pages   int
		blind   bool
		say     string
	}{
		{name: "nobody has changed", known: people(1000, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour), pages: 1},
		{name: "one has, since the mark", known: people(3, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour),
			changed: with(none(), "p1", ago(time.Hour)), want: []string{"p1"}, pages: 2},
		{name: "before the mark is known", known: people(3, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour),
			changed: with(none(), "p1", ago(27*time.Hour)), pages: 1},
		{name: "a reading may have been behind", known: people(3, ago(2*time.Hour), time.Time{}),
			changed: with(none(), "p1", ago(2*time.Hour+30*time.Minute)), want: []string{"p1"}, pages: 2},
		{name: "a stranger", known: people(3, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour),
			changed: with(none(), "stranger", ago(time.Hour)), pages: 2},
		{name: "our own writes are no change", known: people(20, ago(time.Minute), ago(time.Minute)),
			changed: changed(ago(time.Minute+time.Millisecond), 20), pages: 3},
		{name: "but what came after them is", known: people(20, ago(time.Minute), ago(time.Minute)),
			changed: with(changed(ago(time.Minute+time.Millisecond), 20), "p7", ago(time.Minute-time.Millisecond)), want: []string{"p7"}, pages: 4},
		{name: "but what came after them is, however many", known: people(20, ago(time.Minute), ago(time.Minute)),
			changed: with(changed(ago(time.Minute-2*time.Millisecond), 20), "p19", ago(time.Minute)), want: ids(19), pages: 4},
		{name: "thousands of our own are not looked through", known: people(5000, ago(time.Minute), ago(time.Minute)), mark: ago(3 * time.Hour),
			changed: changed(ago(time.Minute+time.Millisecond), 5000), pages: 2, blind: true},
		{name: "unless the run keeps what it reads", known: people(5000, ago(time.Minute), ago(time.Minute)), mark: ago(3 * time.Hour), keeps: true,
			changed: changed(ago(time.Minute+time.Millisecond), 5000), pages: 102},
		{name: "a clock that is ahead shows our own again", known: people(5000, ago(time.Minute), ago(time.Minute)),
			changed: with(changed(ago(time.Minute-time.Second), 5000), "p7", ago(time.Second)), want: []string{"p7"}, pages: 7, blind: true},
		{name: "a clock that is a little behind lists our own as well", known: people(20, ago(time.Minute), ago(time.Minute)),
			changed: changed(ago(time.Minute+1500*time.Millisecond), 20), pages: 3},
		{name: "a clock that is wrong by hours", known: people(5000, ago(time.Minute), ago(time.Minute)), ahead: 5 * time.Hour,
			changed: with(changed(now.Add(5*time.Hour-time.Minute-time.Millisecond), 5000), "p7", now.Add(5*time.Hour-time.Second)), want: []string{"p7"}, pages: 3, blind: true},
		{name: "many have changed", known: people(1000, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour), changed: changed(ago(time.Hour), 150), want: ids(150), pages: 4},
		{name: "nearly all have changed", known: people(1000, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour), changed: changed(ago(time.Hour), 900), want: ids(900), pages: 19},
		{name: "all have changed", known: people(1000, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour), changed: changed(ago(time.Hour), 1000), pages: 21,
			say: "it says that all of them have changed since"},
		{name: "what an earlier run wrote has changed while a later one wrote others", runs: []time.Time{ago(2 * time.Hour), ago(10 * time.Minute)},
			known:   []planner.Remembered{person("early", ago(2*time.Hour), ago(2*time.Hour+-time.Minute)), person("other", ago(2*time.Hour), ago(2*time.Hour+-time.Minute)), person("late", ago(9*time.Minute), ago(9*time.Minute))},
			changed: map[string]time.Time{"early": ago(9*time.Minute + time.Second), "other": ago(2*time.Hour + -time.Minute + time.Millisecond), "late": ago(9*time.Minute + time.Millisecond)}, want: []string{"early"}, pages: 5},
		{name: "between two runs, and nothing is kept of thousands", runs: []time.Time{ago(2 * time.Hour), ago(10 * time.Minute)},
			known:   append(people(5000, ago(9*time.Minute), ago(9*time.Minute)), person("early", ago(2*time.Hour), ago(2*time.Hour+-time.Minute))),
			changed: with(changed(ago(9*time.Minute+time.Millisecond), 5000), "early", ago(time.Hour)), want: []string{"early"}, pages: 6, blind: true},
		{name: "a list that lacks what we wrote is of no use", known: people(20, ago(time.Minute), ago(time.Minute)), pages: 1, say: notOurs},
		{name: "and with thousands", known: people(5000, ago(time.Minute), ago(time.Minute)), pages: 1, say: notOurs},
		{name: "strangers without end, and few of ours", known: people(2, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour), changed: strangers(ago(time.Hour), 5000),
			pages: 3, want: ids(2)},
		{name: "strangers without end", known: people(201, ago(48*time.Hour), time.Time{}), mark: ago(26 * time.Hour), changed: strangers(ago(time.Hour), 5000), pages: 3,
			say: "most of the changes it lists are of what is not managed here"},
		{name: "a mark in the future counts for nothing", known: people(3, ago(48*time.Hour), time.Time{}), mark: now.Add(time.Hour),
			changed: with(none(), "p1", ago(47*time.Hour)), want: []string{"p1"}, pages: 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := &changesOf{changed: test.changed}
			q := &changesAsked{client: client, typ: "acme_user", keeps: test.keeps}
			q.since(test.known, test.mark, test.runs, now.Add(test.ahead), now, lag)
			if err := q.ask(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, id := range q.changed {
				got = append(got, id.ID)
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("read again (-want +got):\n%s", diff)
			}
			if client.pages != test.pages || q.unusable != test.say || q.blindFrom.IsZero() == test.blind {
				t.Errorf("%d pages, want %d; %q, want %q; blind from %v", client.pages, test.pages, q.unusable, test.say, q.blindFrom)
			}
		})
	}
}

func none() map[string]time.Time { return map[string]time.Time{} }

func ids(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("p", i))
	}
	return list
}

func strangers(at time.Time, n int) map[string]time.Time {
	out := map[string]time.Time{}
	for i := range n {
		out[fmt.Sprint("s", i)] = at
	}
	return out
}
