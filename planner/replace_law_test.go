package planner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

// wall is a live system and a state that lives on from run to run. A run can be
// killed: from then on nothing that it does has any effect.
type wall struct {
	mu      sync.Mutex
	live    map[string]map[string]map[string]cty.Value // by type and id
	records map[schema.Address]*Record
	intents map[schema.Address]Intent
	made    int
	mine    map[schema.Address]bool // what this run has recorded
	left    int                     // effects until the run dies; below 0 it does not
	deaf    map[int]bool            // the objects, by their number, of whose making no answer comes
	types   map[string]*schema.Type
	wrong   []string
}

var errDead = errors.New("the run is dead")

// dies counts one effect, and reports whether the run is dead by now.
func (l *wall) dies() bool {
	if l.left > 0 {
		l.left--
		return false
	}
	return l.left == 0
}

func (l *wall) Create(_ context.Context, s *Step, sent map[string]cty.Value) (schema.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dies() {
		return schema.Object{}, errDead
	}
	l.made++
	id := fmt.Sprint(l.made)
	attrs := maps.Clone(sent)
	delete(attrs, "source")
	l.live[s.Address.Type][id] = attrs
	l.check("create " + s.Address.String())
	if l.deaf[l.made] {
		return schema.Object{}, &CallError{Verdict: Unanswered, Err: errors.New("cut")}
	}
	return schema.Object{ID: id, Attrs: maps.Clone(attrs)}, nil
}

func (l *wall) Update(_ context.Context, s *Step, _, after map[string]cty.Value) (schema.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dies() {
		return schema.Object{}, errDead
	}
	maps.Copy(l.live[s.Address.Type][s.ID], after)
	l.check("update " + s.Address.String())
	return schema.Object{ID: s.ID, Attrs: maps.Clone(l.live[s.Address.Type][s.ID])}, nil
}

func (l *wall) Delete(_ context.Context, s *Step, id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dies() {
		return errDead
	}
	if l.live[s.Address.Type][id] == nil {
		return &CallError{Verdict: Gone, Err: errors.New("gone")}
	}
	delete(l.live[s.Address.Type], id)
	l.check("delete " + s.Address.String())
	return nil
}

// check holds what is true at any moment: every post has pictures that are there.
func (l *wall) check(after string) {
	for id, post := range l.live["acme_post"] {
		for _, p := range elements(post["pictures"]) {
			if l.live["acme_picture"][p] == nil {
				l.wrong = append(l.wrong, fmt.Sprintf("after %s post %s has picture %s, which is not there", after, id, p))
			}
		}
	}
}

func (l *wall) Below(context.Context, *Step, []string, time.Time) ([]string, error) { return nil, nil }

func (l *wall) Settle(_ context.Context, lookups []Lookup) ([]Answer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 {
		return nil, errDead
	}
	tables := map[string]*Table{}
	for name, objects := range l.objects() {
		tables[name] = NewTable(l.types[name], objects)
	}
	return Settle(Input{Types: l.types, Providers: map[string]Provider{"acme": {}}, Live: map[string]map[string]*Table{"acme": tables}, State: l.state(), Now: now}, lookups), nil
}

// objects are what a list shows.
func (l *wall) objects() map[string][]schema.Object {
	out := map[string][]schema.Object{}
	for typ, objects := range l.live {
		for _, id := range slices.Sorted(maps.Keys(objects)) {
			out[typ] = append(out[typ], schema.Object{ID: id, Attrs: maps.Clone(objects[id])})
		}
	}
	return out
}

func (l *wall) state() State {
	return State{Lineage: "lineage", Serial: 1, Digest: digestOf, Records: maps.Clone(l.records), Intents: slices.SortedFunc(maps.Values(l.intents), func(a, b Intent) int { return a.Address.Compare(b.Address) })}
}

func (l *wall) Begin(_ context.Context, s *Step, wanted map[string]cty.Value) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dies() {
		return errDead
	}
	l.intents[s.Address] = Intent{Address: s.Address, Provider: s.Provider, Action: s.Action, ID: s.ID, Wanted: wanted, At: now.Add(-time.Hour)}
	return nil
}

func (l *wall) Accept(ctx context.Context, s *Step, wanted map[string]cty.Value) error {
	return l.Begin(ctx, s, wanted)
}

func (l *wall) Commit(_ context.Context, s *Step, r Result) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dies() {
		return errDead
	}
	delete(l.intents, s.Address)
	if r.Refused {
		return nil
	}
	attrs := maps.Clone(l.live[s.Address.Type][r.ID])
	maps.Copy(attrs, r.Answer)
	for name, v := range s.Taken {
		attrs[name] = v.Value
	}
	if from := l.records[s.From]; from != nil && (from.ID == r.ID || slices.Contains(s.Deposed, from.ID)) {
		delete(l.records, s.From)
	}
	deposed := s.Deposed
	if l.mine[s.Address] {
		deposed = slices.Clone(l.records[s.Address].Deposed)
		if s.Action == Replace {
			deposed = append(deposed, s.ID)
		}
	}
	deposed = slices.DeleteFunc(slices.Clone(deposed), func(id string) bool { return id == r.ID })
	l.mine[s.Address] = true
	l.records[s.Address] = &Record{Address: s.Address, Provider: s.Provider, ID: r.ID, Attrs: attrs, Deposed: deposed, Needs: s.Dependencies}
	return nil
}

func (l *wall) Forget(_ context.Context, s *Step) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dies() {
		return errDead
	}
	delete(l.intents, s.Address)
	rec := l.records[s.Address]
	switch {
	case rec != nil && s.Replaced:
		kept := *rec
		kept.Deposed = slices.DeleteFunc(slices.Clone(rec.Deposed), func(id string) bool { return id == s.ID })
		l.records[s.Address] = &kept
	case rec != nil && rec.ID == s.ID:
		delete(l.records, s.Address)
	}
	return nil
}

// run plans and applies once.
func (l *wall) run(t *rapid.T, w *world, wants map[string]attrs) *Plan {
	w.in.Instances, w.in.Blocks = nil, map[schema.Address]*schema.Block{}
	for _, addr := range slices.Sorted(maps.Keys(wants)) { // pictures come before posts
		w.want(addr, wants[addr])
	}
	w.in.State, w.live = l.state(), l.objects()
	p, diags := w.plan()
	if diags.HasErrors() {
		t.Fatalf("plan: %s", diags.Error())
	}
	checkShape(w.t, p)
	l.mine = map[schema.Address]bool{}
	o := options(1 + rapid.IntRange(0, 3).Draw(t, "parallelism"))
	o.Types = w.in.Types
	Apply(t.Context(), t.Context(), p, l, l, o)
	for _, f := range p.Findings { // as the end of an apply settles what no step was about
		if l.left < 0 && !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Address == f.Address }) {
			delete(l.intents, f.Address)
		}
	}
	return p
}

// TestReplaceLaw: whatever is edited, and whenever runs are killed, no post ever has a
// picture that is not there, and in the end there is what is wanted, once.
func TestReplaceLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWall(t)
		w.provider(func(p *Provider) { p.ReadLag = 0 })
		l := &wall{types: w.in.Types, deaf: map[int]bool{}, live: map[string]map[string]map[string]cty.Value{"acme_picture": {}, "acme_post": {}}, records: map[schema.Address]*Record{}, intents: map[schema.Address]Intent{}}
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, 20), 0, 5).Draw(rt, "not answered") {
			l.deaf[n] = true
		}
		edition, wants := 0, map[string]attrs{}
		for range rapid.IntRange(1, 6).Draw(rt, "edits") {
			for _, name := range []string{"p", "q"} {
				if addr := "acme_picture." + name; wants[addr] == nil || rapid.Bool().Draw(rt, "edit "+name) {
					edition++
					wants[addr] = picture(name+".png", 3, fmt.Sprint("edition ", edition))
				}
			}
			for _, name := range []string{"x", "y"} {
				delete(wants, "acme_post."+name)
				delete(wants, "acme_post."+name+"2")
				label := name + rapid.SampledFrom([]string{"", "2"}).Draw(rt, "label")
				if rapid.IntRange(0, 4).Draw(rt, "has "+name) > 0 {
					of := rapid.SampledFrom([]string{"p", "q"}).Draw(rt, "picture")
					wants["acme_post."+label] = attrs{"title": name, "body": "b", "pictures": []any{ref("acme_picture." + of)}}
				}
			}
			l.left = rapid.IntRange(0, 20).Draw(rt, "effects until it dies")
			l.run(rt, w, wants)
		}
		l.left = -1
		l.run(rt, w, wants)
		if p := l.run(rt, w, wants); len(p.Steps) > 0 {
			rt.Fatalf("it does not come to rest: %q", lines(p))
		}
		l.holds(rt, w, wants)
	})
}

// holds compares what is live with what is wanted.
func (l *wall) holds(t *rapid.T, w *world, wants map[string]attrs) {
	if len(l.wrong) > 0 {
		t.Fatalf("%q", l.wrong)
	}
	count := map[string]int{}
	for addr, a := range wants {
		at := address(w.t, addr)
		count[at.Type]++
		rec := l.records[at]
		if rec == nil || len(rec.Deposed) > 0 {
			t.Fatalf("%s is recorded as %+v", addr, rec)
		}
		live := l.live[at.Type][rec.ID]
		for _, name := range []string{"digest", "title"} {
			if want, ok := a[name]; ok && !live[name].RawEquals(str(want.(string))) {
				t.Fatalf("%s: %s is %#v and should be %v", addr, name, live[name], want)
			}
		}
	}
	for typ, objects := range l.live {
		if len(objects) != count[typ] {
			t.Fatalf("%d live %s, %d wanted: %v", len(objects), typ, count[typ], slices.Collect(maps.Keys(objects)))
		}
	}
	if len(l.intents) > 0 {
		t.Fatalf("left open: %v", l.intents)
	}
}
