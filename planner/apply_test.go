package planner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

func TestApplyAll(t *testing.T) {
	for _, parallelism := range []int{0, 1, 2, 10} {
		p, f := small(t), &fake{}
		r := applied(t, p, f, parallelism)
		if r.Count(Done) != len(p.Steps) || r.Stopped != nil || !r.Kept() {
			t.Errorf("parallelism %d: %v", parallelism, statuses(p, r))
		}
		calls := f.calls()
		if diff := cmp.Diff([]string{"delete acme_group.older", "delete acme_group.old"}, calls[len(calls)-2:]); diff != "" {
			t.Errorf("parallelism %d: the deletions come last, children first:\n%s", parallelism, diff)
		}
	}
}

// TestApplyResolves: what waited for an id is sent with it.
func TestApplyResolves(t *testing.T) {
	w := newWorld(t)
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.owned("acme_group.se", "5", attrs{"name": "Sweden", "kind": "country", "parent": nil})
	w.want("acme_group.se", attrs{"name": "Sverige", "kind": "country"})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.no"), ref("acme_group.se"), "77"},
		"first": schema.Template{Pending: &schema.Pending{Type: cty.String, Text: []schema.Template{schema.Known(str("of ")), w.template(nil, ref("acme_group.no"))}}}})
	p := w.mustPlan()
	seen := map[string]cty.Value{}
	f := &recording{fake: &fake{}, sent: seen}
	r := Apply(context.Background(), context.Background(), p, f, f, options(3))
	if r.Count(Done) != 3 {
		t.Fatal(statuses(p, r), r.Errors)
	}
	if got := elements(seen["groups"]); !slices.Equal(got, []string{"5", "77", "new acme_group.no"}) {
		t.Errorf("groups %v", got)
	}
	if got, _ := text(seen["first"]); got != "of new acme_group.no" {
		t.Errorf("first %q", got)
	}
	after := r.After(func(schema.Address) (map[string]cty.Value, bool) { return nil, false }, nil)
	if v, ok := after.Look(schema.Ref{Address: address(t, "acme_group.no"), Attr: "id"}); !ok || v.AsString() != "new acme_group.no" {
		t.Errorf("after: %v %v", v, ok)
	}
	if _, ok := after.Look(schema.Ref{Address: address(t, "acme_group.other"), Attr: "id"}); ok {
		t.Error("after: an id of nothing")
	}
}

type recording struct {
	*fake
	sent map[string]cty.Value
}

func (r *recording) Create(ctx context.Context, s *Step, values map[string]cty.Value) (schema.Object, error) {
	if s.Address.Type == "acme_user" {
		maps.Copy(r.sent, values)
	}
	return r.fake.Create(ctx, s, values)
}

func TestApplyFailures(t *testing.T) {
	no := errors.New("the server said no")
	for _, test := range []struct {
		name  string
		fails map[string]error
		want  map[string]string // those that are not done
		kept  bool
		log   []string // entries that must be there
		not   []string // entries that must not
	}{
		{name: "a refusal stops only what depends on it", fails: map[string]error{"create acme_group.a": no},
			want: map[string]string{"acme_group.a": "failed", "acme_user.a": "skipped"}, kept: true,
			log: []string{"refused acme_group.a"}, not: []string{"commit acme_group.a"}},
		{name: "a refusal at the root stops all below", fails: map[string]error{"create acme_group.top": no},
			want: map[string]string{"acme_group.top": "failed", "acme_group.a": "skipped", "acme_group.b": "skipped", "acme_user.a": "skipped", "acme_user.b": "skipped"},
			kept: true, log: []string{"commit acme_position.p", "forget acme_group.old"}},
		{name: "no answer to a create", fails: map[string]error{"create acme_group.a": &CallError{Verdict: Unanswered, Err: no}},
			want: map[string]string{"acme_group.a": "undecided", "acme_user.a": "skipped"}, kept: true,
			log: []string{"begin acme_group.a"}, not: []string{"commit acme_group.a", "refused acme_group.a"}},
		{name: "no answer to a deletion", fails: map[string]error{"delete acme_group.older": &CallError{Verdict: Unanswered, Err: no}},
			want: map[string]string{"acme_group.older": "undecided", "acme_group.old": "skipped"}, kept: true,
			not: []string{"forget acme_group.older", "delete acme_group.old"}},
		{name: "what is to be deleted is gone already", fails: map[string]error{"delete acme_group.older": &CallError{Verdict: Gone, Err: no}},
			want: map[string]string{}, kept: true, log: []string{"forget acme_group.older"}},
		{name: "a deletion is refused", fails: map[string]error{"delete acme_group.older": no},
			want: map[string]string{"acme_group.older": "failed", "acme_group.old": "skipped"}, kept: true, log: []string{"refused acme_group.older"}},
		{name: "found at the look-up of an unknown key", fails: map[string]error{"create acme_user.a": &CallError{Verdict: Changed, Err: no}},
			want: map[string]string{"acme_user.a": "conflict"}, kept: true, log: []string{"refused acme_user.a"}},
	} {
		for _, parallelism := range []int{1, 10} {
			t.Run(fmt.Sprint(test.name, " at ", parallelism), func(t *testing.T) {
				p, f := small(t), &fake{fails: test.fails}
				r := applied(t, p, f, parallelism)
				got := statuses(p, r)
				maps.DeleteFunc(got, func(_, status string) bool { return status == "done" })
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("not done (-want +got):\n%s", diff)
				}
				for _, entry := range test.log {
					if !slices.Contains(f.log, entry) {
						t.Errorf("no %q in %v", entry, f.log)
					}
				}
				for _, entry := range test.not {
					if slices.Contains(f.log, entry) {
						t.Errorf("%q in %v", entry, f.log)
					}
				}
				if r.Kept() != test.kept {
					t.Errorf("kept %v", r.Kept())
				}
			})
		}
	}
}

// TestApplyUpdates: what can become of a change of something live.
func TestApplyUpdates(t *testing.T) {
	no := errors.New("no")
	for _, test := range []struct {
		name   string
		err    error
		answer map[string]cty.Value
		status Status
		kept   bool
	}{
		{name: "kept", status: Done, kept: true},
		{name: "refused", err: no, status: Failed},
		{name: "no answer", err: &CallError{Verdict: Unanswered, Err: no}, status: Undecided},
		{name: "gone", err: &CallError{Verdict: Gone, Err: no}, status: Conflicted},
		{name: "ignored", answer: map[string]cty.Value{"first": str("Ann")}, status: Failed, kept: true},
		{name: "in another form", answer: map[string]cty.Value{"first": str("ANNA!")}, status: Done, kept: true},
		{name: "not carried", answer: map[string]cty.Value{}, status: Done, kept: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"})
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "Anna"})
			f := &fake{fails: map[string]error{}, answers: map[string]map[string]cty.Value{}}
			if test.err != nil {
				f.fails["update acme_user.a"] = test.err
			}
			if test.answer != nil {
				f.answers["update acme_user.a"] = test.answer
			}
			r := applied(t, w.mustPlan(), f, 1)
			if r.Status[0] != test.status || r.Kept() != test.kept {
				t.Errorf("%s, kept %v: %v", r.Status[0], r.Kept(), r.Errors[0])
			}
		})
	}
}

// TestApplyAdoptions: what is adopted or readdressed as it is costs a line in
// the journal and no call.
func TestApplyAdoptions(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_user.old", "7", attrs{"email": "a@example.org"})
	w.want("acme_user.new", attrs{"email": "a@example.org"})
	w.stands("acme_user", "8", attrs{"email": "b@example.org"})
	w.want("acme_user.b", attrs{"email": "b@example.org"})
	w.own("acme_user.gone", "9", attrs{"email": "c@example.org"})
	f := &fake{}
	r := applied(t, w.mustPlan(), f, 1)
	if r.Count(Done) != 3 || len(f.calls()) > 0 {
		t.Errorf("%v", f.log)
	}
	slices.Sort(f.log)
	if diff := cmp.Diff([]string{"commit acme_user.b", "commit acme_user.new", "forget acme_user.gone"}, f.log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// TestApplyReplaces: the new one is made and kept before the old one goes.
func TestApplyReplaces(t *testing.T) {
	given := func() *Plan {
		w := newWorld(t)
		w.owned("acme_file.a", "1", attrs{"source": "a"})
		w.want("acme_file.a", attrs{"source": "b"})
		return w.mustPlan()
	}
	f := &fake{}
	applied(t, given(), f, 1)
	want := []string{"begin acme_file.a", "create acme_file.a", "commit acme_file.a", "begin acme_file.a", "delete acme_file.a", "forget acme_file.a"}
	if diff := cmp.Diff(want, f.log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	f = &fake{fails: map[string]error{"create acme_file.a": errors.New("no")}}
	if r := applied(t, given(), f, 1); r.Status[0] != Failed || r.Status[1] != Skipped || slices.Contains(f.log, "delete acme_file.a") {
		t.Errorf("the old one must stay: %v", f.log)
	}
	f = &fake{fails: map[string]error{"delete acme_file.a": errors.New("no")}}
	if r := applied(t, given(), f, 1); r.Status[0] != Done || r.Status[1] != Failed || !r.Kept() {
		t.Errorf("the new one is kept, and the old one is left: %v", r.Status)
	}
}

// TestApplyReplacesNothingHalf: a replacement whose turn does not come, because the
// run stops, leaves the old one alone.
func TestApplyReplacesNothingHalf(t *testing.T) {
	w := newWorld(t)
	fatal := &CallError{Verdict: Fatal, Err: errors.New("the token is no good")}
	f := &fake{fails: map[string]error{}}
	for _, name := range []string{"a", "b", "c"} {
		w.owned("acme_file."+name, name, attrs{"source": "old"})
		w.want("acme_file."+name, attrs{"source": "new"})
		f.fails["create acme_file."+name] = fatal
	}
	p := w.mustPlan()
	r := applied(t, p, f, 1)
	if r.Count(Failed) != 1 || r.Count(Skipped) != 1 || r.Count(Left) != 4 || len(f.calls()) != 1 {
		t.Errorf("%v, calls %v", statuses(p, r), f.calls())
	}
}

// TestApplyConflicts: a step that is no longer as planned is not tried, and what
// depends on it neither.
func TestApplyConflicts(t *testing.T) {
	p, f := small(t), &fake{}
	o := options(10)
	o.Conflicts = map[int]error{}
	for i := range p.Steps {
		if p.Steps[i].Address == address(t, "acme_group.a") {
			o.Conflicts[i] = errors.New("changed meanwhile")
		}
	}
	got := statuses(p, appliedWith(t, context.Background(), p, f, o))
	maps.DeleteFunc(got, func(_, status string) bool { return status == "done" })
	if diff := cmp.Diff(map[string]string{"acme_group.a": "conflict", "acme_user.a": "skipped"}, got); diff != "" {
		t.Errorf("not done (-want +got):\n%s", diff)
	}
	if slices.Contains(f.log, "begin acme_group.a") {
		t.Errorf("log %v", f.log)
	}
}

// TestApplyStops: after a stop what is under way ends and is kept; the rest is
// left.
func TestApplyStops(t *testing.T) {
	for _, parallelism := range []int{1, 10} {
		ctx, cancel := context.WithCancelCause(context.Background())
		why := errors.New("interrupted")
		p, f := small(t), &fake{}
		stopped := make(chan struct{})
		o := options(parallelism)
		f.hook = func(entry string) {
			if entry == "create acme_group.top" {
				cancel(why)
				<-stopped
			}
		}
		context.AfterFunc(ctx, func() { close(stopped) })
		r := appliedWith(t, ctx, p, f, o)
		if r.Stopped != nil && !errors.Is(r.Stopped, why) {
			t.Errorf("stopped because of %v", r.Stopped)
		}
		got := statuses(p, r)
		if got["acme_group.top"] != "done" || !slices.Contains(f.log, "commit acme_group.top") {
			t.Errorf("parallelism %d: what was under way is not kept: %v", parallelism, got)
		}
	}
}

// TestApplyStoppedBefore: a run that was stopped before it began tries nothing.
func TestApplyStoppedBefore(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("interrupted")
	p, f := small(t), &fake{}
	first := true
	f.hook = func(string) {
		if first {
			first = false
			cancel(why)
		}
	}
	r := appliedWith(t, ctx, p, f, options(1))
	if r.Count(Left)+r.Count(Done) != len(p.Steps) {
		t.Errorf("%v", statuses(p, r))
	}
}

// TestApplyFatal: an error after which no call makes sense stops the run.
func TestApplyFatal(t *testing.T) {
	p, f := small(t), &fake{fails: map[string]error{"create acme_group.top": &CallError{Verdict: Fatal, Err: errors.New("the token is no good")}}}
	r := applied(t, p, f, 1)
	// A call that needs nothing of it may have gone before.
	calls := slices.DeleteFunc(f.calls(), func(call string) bool { return call == "create acme_position.p" })
	if got := statuses(p, r); got["acme_group.top"] != "failed" || r.Stopped == nil || r.Count(Left) == 0 || len(calls) != 1 {
		t.Errorf("%v, stopped %v, calls %v", got, r.Stopped, f.calls())
	}
}

// TestApplyFatalForOne: what ends the work of one provider configuration is no
// matter of another.
func TestApplyFatalForOne(t *testing.T) {
	w, f := newWorld(t), &fake{fails: map[string]error{}}
	w.in.Providers["other"] = w.in.Providers["acme"]
	for i := range 12 {
		name := fmt.Sprintf("acme_position.p[%d]", i)
		inst := w.want(name, attrs{"name": fmt.Sprint("P", i)})
		if i%2 == 0 {
			inst.Provider = "other"
			f.fails["create "+name] = &CallError{Verdict: Fatal, Err: errors.New("the token is no good")}
		}
	}
	p := w.mustPlan()
	r := applied(t, p, f, 1)
	if r.Count(Done) != 6 || r.Count(Failed) != 1 || r.Count(Left) != 5 || r.Stopped == nil {
		t.Errorf("%v, stopped %v", statuses(p, r), r.Stopped)
	}
}

// TestApplyJournalFails: without a record no further call is made.
func TestApplyJournalFails(t *testing.T) {
	full := errors.New("no space left on device")
	for _, test := range []struct {
		entry string
		err   error
		calls []string
		done  bool
	}{
		{"begin acme_group.top", full, []string{}, false},
		{"commit acme_group.top", full, []string{"create acme_group.top"}, true},
		{"create acme_group.top", &CallError{Verdict: Unkept, Err: full}, []string{"create acme_group.top"}, false}, // not sent, and nothing after it
	} {
		p, f := small(t), &fake{fails: map[string]error{test.entry: test.err}}
		r := applied(t, p, f, 1)
		if r.Status[0] != Failed || !errors.Is(r.Stopped, full) || r.Count(Left) == 0 || !strings.Contains(r.Errors[0].Error(), "the record cannot be kept") {
			t.Errorf("%s: %v, stopped %v", test.entry, statuses(p, r), r.Stopped)
		}
		if e, ok := errors.AsType[*RecordError](r.Errors[0]); !ok || e.Done != test.done || test.done && !r.Kept() {
			t.Errorf("%s: %#v, kept %v; done should be %v", test.entry, r.Errors[0], r.Kept(), test.done)
		}
		// A call that needs nothing of it may be under way at the time.
		calls := slices.DeleteFunc(f.calls(), func(call string) bool { return call == "create acme_position.p" })
		if diff := cmp.Diff(test.calls, calls); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", test.entry, diff)
		}
	}
}

// TestApplyEndsAlike: parallelism changes the order, and nothing else.
func TestApplyEndsAlike(t *testing.T) {
	w := rich(t)
	p := w.mustPlan()
	one, ten := &fake{}, &fake{}
	a, b := applied(t, p, one, 1), applied(t, p, ten, 10)
	if diff := cmp.Diff(a.Status, b.Status); diff != "" {
		t.Errorf("status (-one +ten):\n%s", diff)
	}
	slices.Sort(one.log)
	slices.Sort(ten.log)
	if diff := cmp.Diff(one.log, ten.log); diff != "" {
		t.Errorf("log (-one +ten):\n%s", diff)
	}
}

// TestApplyParallel: what is free runs at once, as far as the number allows.
func TestApplyParallel(t *testing.T) {
	w := newWorld(t)
	for i := range 6 {
		w.want(fmt.Sprintf("acme_position.p[%d]", i), attrs{"name": fmt.Sprint("P", i)})
	}
	p := w.mustPlan()
	var gate sync.WaitGroup
	gate.Add(3)
	var once [6]sync.Once
	f := &fake{}
	f.hook = func(entry string) {
		if !strings.HasPrefix(entry, "create") {
			return
		}
		for i := range 3 {
			if strings.HasSuffix(entry, fmt.Sprintf("[%d]", i)) {
				once[i].Do(gate.Done)
				gate.Wait() // ends only if three are under way together
			}
		}
	}
	applied(t, p, f, 3)
	if f.highest != 3 {
		t.Errorf("%d at once, want 3", f.highest)
	}
}
