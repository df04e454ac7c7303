package planner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// fake is a live system and a journal in one, which remembers what it was told,
// in order.
type fake struct {
	mu    sync.Mutex
	log   []string
	fails map[string]error // by "call address": what the call ends in
	// answers gives what the server shows of an object, if not what was sent.
	answers map[string]map[string]cty.Value
	// hook is called at each entry of the log, without the lock.
	hook func(entry string)
	// once are errors that come the first time alone.
	once map[string]error
	// lists gives what a listing shows of an object whose create was not answered;
	// asked counts the listings.
	lists map[string]Answer
	asked int
	// stays says that units that were moved away are still listed where they were.
	stays            bool
	running, highest int
	made             int
}

func (f *fake) note(word string, s *Step) (string, error) {
	entry := word + " " + s.Address.String()
	f.mu.Lock()
	f.log = append(f.log, entry)
	err := f.fails[entry]
	if first, ok := f.once[entry]; ok {
		err = first
		delete(f.once, entry)
	}
	hook := f.hook
	f.mu.Unlock()
	if hook != nil {
		hook(entry)
	}
	return entry, err
}

func (f *fake) call(word string, s *Step, values map[string]cty.Value) (schema.Object, error) {
	f.mu.Lock()
	f.running++
	f.highest = max(f.highest, f.running)
	f.mu.Unlock()
	entry, err := f.note(word, s)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	if err != nil {
		return schema.Object{}, err
	}
	id := s.ID
	if word == "create" {
		f.made++
		id = "new " + s.Address.String()
	}
	answer, ok := f.answers[entry]
	if !ok {
		answer = values
	}
	return schema.Object{ID: id, Attrs: answer}, nil
}

func (f *fake) Create(_ context.Context, s *Step, values map[string]cty.Value) (schema.Object, error) {
	return f.call("create", s, values)
}
func (f *fake) Update(_ context.Context, s *Step, _, after map[string]cty.Value) (schema.Object, error) {
	return f.call("update", s, after)
}
func (f *fake) Delete(_ context.Context, s *Step, id string) error {
	_, err := f.call("delete", s, nil)
	return err
}
func (f *fake) Settle(_ context.Context, lookups []Lookup) ([]Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running > 0 {
		f.log = append(f.log, "settled too soon")
	}
	f.asked++
	if err := f.fails["settle"]; err != nil {
		return nil, err
	}
	var out []Answer
	for _, l := range lookups {
		a, ok := f.lists[l.Step.Address.String()]
		if !ok {
			a = Answer{Outcome: NotSo}
		}
		out = append(out, a)
	}
	return out, nil
}
func (f *fake) Below(_ context.Context, s *Step, units []string, _ time.Time) ([]string, error) {
	if _, err := f.note("below", s); err != nil {
		return nil, err
	}
	if f.stays {
		return units, nil
	}
	return nil, nil
}
func (f *fake) Accept(_ context.Context, s *Step, _ map[string]cty.Value) error {
	_, err := f.note("accept", s)
	return err
}
func (f *fake) Begin(_ context.Context, s *Step, _ map[string]cty.Value) error {
	_, err := f.note("begin", s)
	return err
}
func (f *fake) Commit(_ context.Context, s *Step, r Result) error {
	word := "commit"
	if r.Refused {
		word = "refused"
	}
	_, err := f.note(word, s)
	return err
}
func (f *fake) Forget(_ context.Context, s *Step) error {
	_, err := f.note("forget", s)
	return err
}

// calls is the part of the log that went to the live system.
func (f *fake) calls() []string {
	return slices.DeleteFunc(slices.Clone(f.log), func(entry string) bool {
		word, _, _ := strings.Cut(entry, " ")
		return word != "create" && word != "update" && word != "delete"
	})
}

func options(parallelism int) ApplyOptions {
	return ApplyOptions{Types: acmeTypes(), Parallelism: parallelism, Now: func() time.Time { return now }}
}

// applied carries a plan out and holds what is true of every apply.
func applied(t testing.TB, p *Plan, f *fake, parallelism int) *Report {
	return appliedWith(t, context.Background(), p, f, options(parallelism))
}

func appliedWith(t testing.TB, ctx context.Context, p *Plan, f *fake, o ApplyOptions) *Report {
	t.Helper()
	var events []Event
	o.OnEvent = func(e Event) { events = append(events, e) }
	r := Apply(ctx, context.WithoutCancel(ctx), p, f, f, o)
	checkReport(t, p, f, r, events, o.Parallelism)
	return r
}

func checkReport(t testing.TB, p *Plan, f *fake, r *Report, events []Event, parallelism int) {
	t.Helper()
	providers := map[string]bool{}
	for i := range p.Steps {
		providers[p.Steps[i].Provider] = true
	}
	if most := max(1, parallelism) * max(1, len(providers)); f.highest > most {
		t.Errorf("%d calls at once, at most %d", f.highest, most)
	}
	ended := map[int]int{}
	for _, e := range events {
		if e.Status != Running && e.Status != Pending {
			ended[e.Index]++
		}
		if e.Settled > e.Total {
			t.Errorf("%d of %d", e.Settled, e.Total)
		}
	}
	for i, status := range r.Status {
		switch {
		case status == Waiting || status == Running || status == Pending:
			t.Errorf("%s ends as %s", p.Steps[i].Address, status)
		case status == Left && ended[i] != 0 || status != Left && ended[i] != 1:
			t.Errorf("%s (%s) was told to end %d times", p.Steps[i].Address, status, ended[i])
		case (status == Done || status == Left) != (r.Errors[i] == nil):
			t.Errorf("%s is %s with the error %v", p.Steps[i].Address, status, r.Errors[i])
		}
		for _, need := range p.Steps[i].Needs {
			var kept *NotKeptError
			if status == Done && r.Status[need] != Done && !(errors.As(r.Errors[need], &kept) && kept.Final) {
				t.Errorf("%s is done although %s is %s", p.Steps[i].Address, p.Steps[need].Address, r.Status[need])
			}
		}
	}
	checkLog(t, p, f)
}

// checkLog: begin comes before each call, and what a step needs is committed
// before it begins.
func checkLog(t testing.TB, p *Plan, f *fake) {
	t.Helper()
	began, kept := map[string]int{}, map[string]bool{}
	for _, entry := range f.log {
		word, addr, _ := strings.Cut(entry, " ")
		switch word {
		case "begin":
			began[addr]++
		case "create", "update":
			if began[addr] == 0 {
				t.Errorf("%s without an intent", entry)
			}
		case "commit", "forget":
			kept[addr] = true
		}
		if word != "begin" && word != "commit" && word != "forget" {
			continue
		}
		for _, s := range p.Steps {
			if s.Address.String() != addr {
				continue
			}
			for _, need := range s.Needs {
				if n := p.Steps[need].Address.String(); n != addr && !kept[n] {
					t.Errorf("%s before %s is kept", entry, n)
				}
			}
			break
		}
	}
}

func statuses(p *Plan, r *Report) map[string]string {
	out := map[string]string{}
	for i := range p.Steps {
		out[p.Steps[i].Address.String()] = r.Status[i].String()
	}
	return out
}

// small is a plan of a group, two groups below it, a person in each, a position,
// and two deletions.
func small(t testing.TB) *Plan {
	w := newWorld(t)
	w.want("acme_group.top", attrs{"name": "Top", "kind": "organization"})
	w.want("acme_group.a", attrs{"name": "A", "parent": ref("acme_group.top")})
	w.want("acme_group.b", attrs{"name": "B", "parent": ref("acme_group.top")})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.a")}})
	w.want("acme_user.b", attrs{"email": "b@example.org", "groups": []any{ref("acme_group.b")}})
	w.want("acme_position.p", attrs{"name": "P"})
	w.owned("acme_group.old", "1", attrs{"name": "Old", "kind": "country", "parent": nil})
	w.owned("acme_group.older", "2", attrs{"name": "Older", "kind": "region", "parent": "1"})
	return w.mustPlan()
}
