package planner

import (
	"testing"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// TestUnansweredAndNoLongerWanted: what an earlier run made without learning of
// it is ours, also when its block is gone.
func TestUnansweredAndNoLongerWanted(t *testing.T) {
	w := newWorld(t)
	w.in.State.Intents = []Intent{{Address: schema.Address{Type: "acme_user", Name: "new"}, Provider: "acme", Action: Create,
		Wanted: w.values("acme_user", attrs{"email": "new@example.org"}), At: now.Add(-time.Minute)}}
	w.stands("acme_user", "9", attrs{"email": "new@example.org"})
	w.stands("acme_user", "8", attrs{"email": "stranger@example.org"})
	w.expect("- acme_user.new")
}

// TestUndecided: whether an object whose creation was never answered may be made
// again depends on what its list shows of our other writes.
func TestUndecided(t *testing.T) {
	person := schema.Address{Type: "acme_user", Name: "new"}
	group := schema.Address{Type: "acme_group", Name: "new"}
	tried := func(w *world, addr schema.Address, ago time.Duration) {
		w.in.State.Intents = []Intent{{Address: addr, Provider: "acme", Action: Create, At: now.Add(-ago)}}
	}
	created := `+ acme_user.new email="new@example.org"`
	wantPerson := func(w *world) { w.want("acme_user.new", attrs{"email": "new@example.org"}) }
	colleague := func(w *world) *Record {
		w.want("acme_user.old", attrs{"email": "old@example.org"})
		return w.own("acme_user.old", "7", attrs{"email": "old@example.org"})
	}
	for _, test := range []struct {
		name      string
		given     func(*world)
		want      []string
		undecided int
	}{
		{name: "a list that shows another write of ours is up to date", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
			colleague(w).Written = now.Add(-time.Minute)
			w.stands("acme_user", "7", attrs{"email": "old@example.org"})
		}, want: []string{`+ acme_user.new email="new@example.org"`}},
		{name: "a list that lacks another write of ours proves nothing", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
			colleague(w).Written = now.Add(-time.Minute)
		}, want: []string{created}, undecided: 1},
		{name: "what an earlier run may have deleted is no sign of a list that is behind", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
			colleague(w).Written = now.Add(-time.Minute)
			w.stands("acme_user", "7", attrs{"email": "old@example.org"})
			w.want("acme_user.gone", attrs{"email": "gone@example.org"})
			gone := w.own("acme_user.gone", "8", attrs{"email": "gone@example.org"})
			gone.Written = now.Add(-time.Minute)
			w.in.State.Intents = append(w.in.State.Intents, Intent{Address: gone.Address, Provider: "acme", Action: Delete, ID: "8", At: now.Add(-time.Minute)})
		}, want: []string{created}},
		{name: "a list that shows an older value proves nothing", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
			rec := colleague(w)
			rec.Attrs["first"], rec.Written = str("Ann"), now.Add(-time.Minute)
			rec.Writes = map[string]Write{"first": ago(time.Minute, str("An"), str("Ann"), str("Ann"))}
			w.stands("acme_user", "7", attrs{"email": "old@example.org", "first": "An"})
		}, want: []string{created}, undecided: 1},
		{name: "without a write to compare with, people wait", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
		}, want: []string{created}, undecided: 1},
		{name: "a write that is much older proves nothing", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
			colleague(w).Written = now.Add(-10 * time.Minute)
			w.stands("acme_user", "7", attrs{"email": "old@example.org"})
		}, want: []string{created}, undecided: 1},
		{name: "the server may still be at work on it", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "New", "kind": "organization"})
			tried(w, group, time.Second)
		}, want: []string{`+ acme_group.new name="New" kind="organization"`}, undecided: 1},
		{name: "what the server said it made is not made again without proof", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "New", "kind": "organization"})
			tried(w, group, time.Minute)
			w.in.State.Intents[0].Accepted = true
		}, want: []string{`+ acme_group.new name="New" kind="organization"`}, undecided: 1},
		{name: "without a write to compare with, groups are made again", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "New", "kind": "organization"})
			tried(w, group, time.Minute)
		}, want: []string{`+ acme_group.new name="New" kind="organization"`}},
		{name: "when the lag has passed, nobody waits", given: func(w *world) {
			wantPerson(w)
			tried(w, person, 2*time.Hour)
		}, want: []string{`+ acme_user.new email="new@example.org"`}},
		{name: "what is found is adopted at once", given: func(w *world) {
			wantPerson(w)
			tried(w, person, time.Minute)
			w.stands("acme_user", "9", attrs{"email": "new@example.org"})
		}, want: []string{`& acme_user.new`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) { p.ReadLag = time.Hour })
			test.given(w)
			p := w.expect(test.want...)
			unsettled := 0
			for i := range p.Steps {
				if p.Steps[i].Unsettled {
					unsettled++
				}
			}
			if unsettled != test.undecided || p.Waits() {
				t.Errorf("%d undecided: %+v", unsettled, p.Findings)
			}
			if test.undecided > 0 && !p.Until.Equal(w.in.State.Intents[0].At.Add(time.Hour)) {
				t.Errorf("until %s", p.Until)
			}
		})
	}
}

// TestTriedIsNoDrift: a value that an unanswered call of ours was to give is not
// somebody else's doing.
func TestTriedIsNoDrift(t *testing.T) {
	for want, drifts := range map[string]int{"Anna": 0, "Eve": 1} {
		w := newWorld(t)
		w.own("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"})
		w.stands("acme_user", "7", attrs{"email": "a@example.org", "first": "Anna"})
		w.want("acme_user.a", attrs{"email": "a@example.org", "first": "Bea"})
		w.in.State.Intents = []Intent{{Address: address(t, "acme_user.a"), Provider: "acme", Action: Update, ID: "7", Wanted: w.values("acme_user", attrs{"first": want}), At: now}}
		if p := w.mustPlan(); len(p.Drift) != drifts {
			t.Errorf("a call to make it %q: drift %+v", want, p.Drift)
		}
	}
}
