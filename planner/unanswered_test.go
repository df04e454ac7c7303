package planner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

var errCut = &CallError{Verdict: Unanswered, Err: errors.New("the connection was cut")}

// TestUnansweredSettles: what becomes of calls that are not answered, within the
// run.
func TestUnansweredSettles(t *testing.T) {
	was := func(id string) Answer {
		return Answer{Outcome: Happened, Object: schema.Object{ID: id, Attrs: map[string]cty.Value{}}}
	}
	for _, test := range []struct {
		name          string
		once          map[string]error
		fails         map[string]error
		lists         map[string]Answer
		want          map[string]string // those that are not done
		calls         map[string]int    // how often, where that is not once
		asked         int
		found, resent int
	}{
		{name: "a create that happened is taken over", once: map[string]error{"create acme_group.a": errCut},
			lists: map[string]Answer{"acme_group.a": was("77")}, want: map[string]string{}, asked: 1, found: 1},
		{name: "a create that did not happen is sent again", once: map[string]error{"create acme_group.a": errCut},
			want: map[string]string{}, calls: map[string]int{"create acme_group.a": 2}, asked: 1, resent: 1},
		{name: "all of them share one listing", once: map[string]error{"create acme_group.a": errCut, "create acme_group.b": errCut, "create acme_position.p": errCut},
			lists: map[string]Answer{"acme_group.a": was("77")}, want: map[string]string{},
			calls: map[string]int{"create acme_group.b": 2, "create acme_position.p": 2}, asked: 1, found: 1, resent: 2},
		{name: "one that cannot be told is left, with what needs it", once: map[string]error{"create acme_group.a": errCut},
			lists: map[string]Answer{"acme_group.a": {Outcome: Unclear, Why: "the list is behind", Until: now.Add(time.Hour)}},
			want:  map[string]string{"acme_group.a": "undecided", "acme_user.a": "skipped"}, asked: 1},
		{name: "no third time", fails: map[string]error{"create acme_group.a": errCut},
			want: map[string]string{"acme_group.a": "undecided", "acme_user.a": "skipped"}, calls: map[string]int{"create acme_group.a": 2}, asked: 1, resent: 1},
		{name: "a listing that fails decides nothing", once: map[string]error{"create acme_group.a": errCut}, fails: map[string]error{"settle": errors.New("no")},
			want: map[string]string{"acme_group.a": "undecided", "acme_user.a": "skipped"}, asked: 1},
		{name: "deletions may be repeated", once: map[string]error{"delete acme_group.older": errCut},
			want: map[string]string{}, calls: map[string]int{"delete acme_group.older": 2}, resent: 1},
		{name: "a deletion that happened", once: map[string]error{"delete acme_group.older": errCut}, fails: map[string]error{"delete acme_group.older": &CallError{Verdict: Gone, Err: errors.New("404")}},
			want: map[string]string{}, calls: map[string]int{"delete acme_group.older": 2}, resent: 1},
	} {
		for _, parallelism := range []int{1, 10} {
			t.Run(fmt.Sprint(test.name, " at ", parallelism), func(t *testing.T) {
				p, f := small(t), &fake{once: maps.Clone(test.once), fails: test.fails, lists: test.lists}
				r := applied(t, p, f, parallelism)
				got := statuses(p, r)
				maps.DeleteFunc(got, func(_, status string) bool { return status == "done" })
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("not done (-want +got):\n%s", diff)
				}
				counts := map[string]int{}
				for _, call := range f.calls() {
					if counts[call]++; counts[call] > max(1, test.calls[call]) {
						t.Errorf("%s too often: %v", call, f.log)
					}
				}
				for call, n := range test.calls {
					if counts[call] != n {
						t.Errorf("%s %d times, want %d", call, counts[call], n)
					}
				}
				if f.asked != test.asked || r.Found != test.found || r.Resent != test.resent {
					t.Errorf("asked %d, found %d, resent %d", f.asked, r.Found, r.Resent)
				}
				if slices.Contains(f.log, "settled too soon") {
					t.Error("it was asked while calls were under way")
				}
			})
		}
	}
}

// TestUnansweredUpdates: a change may be repeated.
func TestUnansweredUpdates(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"})
	w.want("acme_user.a", attrs{"email": "a@example.org", "first": "Anna"})
	f := &fake{once: map[string]error{"update acme_user.a": errCut}}
	r := applied(t, w.mustPlan(), f, 1)
	if r.Status[0] != Done || r.Resent != 1 || f.asked != 0 {
		t.Errorf("%s, resent %d, asked %d", r.Status[0], r.Resent, f.asked)
	}
}

// TestAcceptedIsNoted: that the server said well is in the journal before
// anything else is decided.
func TestAcceptedIsNoted(t *testing.T) {
	p := small(t)
	f := &fake{once: map[string]error{"create acme_group.a": &CallError{Verdict: Unanswered, Accepted: true, Err: errors.New("empty")}},
		lists: map[string]Answer{"acme_group.a": {Outcome: Unclear, Why: "it is behind"}}}
	applied(t, p, f, 1)
	if !slices.Contains(f.log, "accept acme_group.a") {
		t.Errorf("log %v", f.log)
	}
}

// TestUnsettledWaitsForTheOthers: what an earlier run may have made is looked up
// when all else is done, and not at all where nothing was written that could
// show whether the list is up to date.
func TestUnsettledWaitsForTheOthers(t *testing.T) {
	given := func(others bool) *Plan {
		w := newWorld(t)
		w.provider(func(p *Provider) { p.ReadLag = time.Hour })
		w.want("acme_user.new", attrs{"email": "new@example.org"})
		w.in.State.Intents = []Intent{{Address: address(t, "acme_user.new"), Provider: "acme", Action: Create, At: now.Add(-time.Minute)}}
		if others {
			w.want("acme_user.other", attrs{"email": "other@example.org"})
		}
		return w.mustPlan()
	}
	f := &fake{}
	if r := applied(t, given(true), f, 10); r.Count(Done) != 2 || f.asked != 1 {
		t.Errorf("%v, asked %d", r.Status, f.asked)
	}
	if calls := f.calls(); calls[0] != "create acme_user.other" {
		t.Errorf("calls %v", calls)
	}
	f = &fake{}
	p := given(false)
	r := applied(t, p, f, 10)
	if r.Status[0] != Undecided || f.asked != 0 || len(f.calls()) > 0 || !r.Until.Equal(p.Until) {
		t.Errorf("%v, asked %d, until %s", r.Status, f.asked, r.Until)
	}
}

// TestTroubleStopsTheRun: many calls in a row that go wrong through no fault of
// theirs end the run; single ones do not.
func TestTroubleStopsTheRun(t *testing.T) {
	for _, test := range []struct {
		name    string
		verdict Verdict
		wrong   func(n int) bool
		stops   bool
		calls   int
	}{
		{"a server in trouble", Unanswered, func(int) bool { return true }, true, 10},
		{"an account without rights", Denied, func(int) bool { return true }, true, 10},
		{"now and then", Denied, func(n int) bool { return n%3 == 0 }, false, 30},
		{"refusals are about their steps", Refused, func(int) bool { return true }, false, 30},
		{"none can be sent", Unsent, func(n int) bool { return n >= 3 }, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, f := newWorld(t), &fake{fails: map[string]error{}}
			for i := range 30 {
				name := fmt.Sprintf("acme_position.p[%d]", i)
				w.want(name, attrs{"name": fmt.Sprint("P", i)})
				if test.wrong(i) {
					f.fails["create "+name] = &CallError{Verdict: test.verdict, Err: errors.New("trouble")}
				}
			}
			p := w.mustPlan()
			r := applied(t, p, f, 1)
			if (r.Stopped != nil) != test.stops || test.calls > 0 && len(f.calls()) != test.calls {
				t.Errorf("stopped %v after %d calls", r.Stopped, len(f.calls()))
			}
			// Of several workers one may be ahead of another, so which come first varies.
			if test.verdict == Unsent && (r.Count(Failed) > 0 || r.Count(Left) < 27 || r.Count(Left)+r.Count(Done) != 30 || len(f.calls()) != r.Count(Done)+1) {
				t.Errorf("what was not sent is left: %v", statuses(p, r))
			}
			if test.verdict == Unanswered && r.Count(Undecided) != 10 {
				t.Errorf("what was sent is undecided: %v", statuses(p, r))
			}
		})
	}
}

// TestStopBeforeTheLookUp: an interrupted run does not look anything up; what was
// sent is undecided, what an earlier run sent is left.
func TestStopBeforeTheLookUp(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	p, f := small(t), &fake{once: map[string]error{"create acme_group.top": errCut}}
	stopped := make(chan struct{})
	context.AfterFunc(ctx, func() { close(stopped) })
	f.hook = func(entry string) {
		if entry == "create acme_group.top" {
			cancel(errors.New("interrupted"))
			<-stopped
		}
	}
	r := Apply(ctx, context.Background(), p, f, f, options(1))
	if got := statuses(p, r)["acme_group.top"]; got != "undecided" && f.asked == 0 {
		t.Errorf("%s, asked %d", got, f.asked)
	}
}

// TestSettle: what one listing shows of creates that were not answered.
func TestSettle(t *testing.T) {
	for _, test := range []struct {
		name     string
		typ      string
		values   attrs
		ago      time.Duration
		accepted bool
		given    func(*world)
		want     Outcome
		id       string
		why      string
	}{
		{name: "it is there", typ: "acme_user", values: attrs{"email": "new@example.org"}, ago: time.Minute,
			given: func(w *world) { w.stands("acme_user", "9", attrs{"email": "NEW@example.org"}) }, want: Happened, id: "9"},
		{name: "another has its later key", typ: "acme_user", values: attrs{"number": "1", "email": "new@example.org"}, ago: time.Minute,
			given: func(w *world) { w.stands("acme_user", "9", attrs{"number": "2", "email": "new@example.org"}) }, want: Unclear, why: "no other write"},
		{name: "a top group is there", typ: "acme_group", values: attrs{"name": "New"}, ago: time.Minute,
			given: func(w *world) { w.stands("acme_group", "9", attrs{"name": "New", "parent": nil}) }, want: Happened, id: "9"},
		{name: "a group of its name is somewhere", typ: "acme_group", values: attrs{"name": "New", "parent": "3"}, ago: time.Minute,
			given: func(w *world) { w.stands("acme_group", "9", attrs{"name": "New"}) }, want: Happened, id: "9"},
		{name: "two of its name are somewhere", typ: "acme_group", values: attrs{"name": "New", "parent": "3"}, ago: time.Minute, accepted: true,
			given: func(w *world) {
				w.stands("acme_group", "9", attrs{"name": "New"})
				w.stands("acme_group", "8", attrs{"name": "New"})
			}, want: Unclear, why: "2 live groups have its keys"},
		{name: "one of ours has its key", typ: "acme_group", values: attrs{"name": "New", "parent": nil}, ago: time.Minute,
			given: func(w *world) { w.owned("acme_group.old", "9", attrs{"name": "New", "parent": nil}) }, want: NotSo},
		{name: "the list shows what was written with it", typ: "acme_user", values: attrs{"email": "new@example.org"}, ago: time.Minute,
			given: func(w *world) {
				w.owned("acme_user.other", "7", attrs{"email": "other@example.org"}).Written = now.Add(-time.Minute)
			}, want: NotSo},
		{name: "the list is behind", typ: "acme_group", values: attrs{"name": "New", "parent": nil}, ago: time.Minute,
			given: func(w *world) {
				w.own("acme_group.other", "7", attrs{"name": "Other", "parent": nil}).Written = now.Add(-time.Minute)
			}, want: Unclear, why: "it is behind"},
		{name: "the server said well", typ: "acme_group", values: attrs{"name": "New", "parent": nil}, ago: time.Minute, accepted: true, want: Unclear, why: "no other write"},
		{name: "after the lag", typ: "acme_user", values: attrs{"email": "new@example.org"}, ago: 2 * time.Hour, want: NotSo},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) { p.ReadLag = time.Hour })
			if test.given != nil {
				test.given(w)
			}
			w.in.Live = w.tables()
			s := &Step{Address: schema.Address{Type: test.typ, Name: "new"}, Provider: "acme", Action: Create}
			got := Settle(w.in, []Lookup{{Step: s, Values: w.values(test.typ, test.values), At: now.Add(-test.ago), Accepted: test.accepted}})[0]
			if got.Outcome != test.want || got.Object.ID != test.id || !strings.Contains(got.Why, test.why) {
				t.Errorf("%s %q: %s", got.Outcome, got.Object.ID, got.Why)
			}
		})
	}
}

// TestReady: a server gets time to end what it may still be at work on, but no
// more than there is use in.
func TestReady(t *testing.T) {
	for lag, want := range map[time.Duration]time.Duration{0: 0, time.Second: 0, time.Hour: 3 * time.Second} {
		in := Input{Now: now, Providers: map[string]Provider{"acme": {ReadLag: lag}}}
		if got := Ready(in, []Lookup{{Step: &Step{Provider: "acme"}, At: now.Add(-2 * time.Second)}}); max(got, 0) != want {
			t.Errorf("with a lag of %s it waits %s", lag, got)
		}
	}
}
