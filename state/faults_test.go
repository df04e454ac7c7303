package state_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// Whatever fails on the disk, for once or for good, and whether the run then ends
// or is killed: the next one can read what there is, and finds what was
// acknowledged.
func TestFaultLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFolder(t)
		f.fast = true
		known := ledger{}
		for range rapid.IntRange(1, 4).Draw(rt, "runs") {
			var plan faultPlan
			if rapid.IntRange(0, 3).Draw(rt, "faulty") > 0 {
				plan = faultPlan{at: rapid.IntRange(1, 25).Draw(rt, "at"), bytes: rapid.IntRange(0, 400).Draw(rt, "bytes"), forGood: rapid.Bool().Draw(rt, "for good"), late: rapid.Bool().Draw(rt, "late")}
			}
			f.faultyRun(rt, &plan, known)
			snapshot, pending, err := f.backend().Read(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			known.compare(rt, snapshot, pending)
		}
	})
}

// faultPlan makes a change fail.
type faultPlan struct {
	at, bytes int
	forGood   bool
	late      bool // it is done, and fails all the same
	n         int
}

func (p *faultPlan) tap(c state.Change) (int, error) {
	if !c.Done {
		p.n++
	}
	if p.at == 0 || p.n < p.at || p.n > p.at && !p.forGood || c.Done != p.late {
		return 0, nil
	}
	return p.bytes, fmt.Errorf("%s: %w", c.Op, syscall.EIO)
}

// entry is what is known of an address: the ids that it may have, the last one
// acknowledged first, and whether an intent for it may and must be open.
type entry struct {
	ids       []string
	may, must bool
}

type ledger map[string]*entry

func (f folder) faultyRun(rt *rapid.T, plan *faultPlan, known ledger) {
	s, err := state.Unsynced(state.NewFile(f.path, statetest.Types, "1.2.3"), plan.tap).Open(rt.Context(), somebody, 0)
	if err != nil {
		return // nothing was acknowledged
	}
	for n := range rapid.IntRange(0, 8).Draw(rt, "steps") {
		key := rapid.SampledFrom([]string{"ada", "bo", "cy"}).Draw(rt, "key")
		if known[key] == nil {
			known[key] = &entry{ids: []string{""}}
		}
		e := known[key]
		if rapid.Bool().Draw(rt, "begin") {
			err := s.Begin(rt.Context(), f.intent(key))
			e.may, e.must = true, e.must || err == nil
			continue
		}
		r := f.result(key)
		r.Record.ID = fmt.Sprint(plan.n, n)
		e.must = false
		if err := s.Commit(rt.Context(), r); err == nil {
			e.ids, e.may = []string{r.Record.ID}, false
		} else {
			e.ids = append(e.ids, r.Record.ID)
		}
	}
	if rapid.Bool().Draw(rt, "killed") {
		state.Kill(s)
		return
	}
	if s.Close(rt.Context()) == nil {
		for _, e := range known {
			e.ids = e.ids[len(e.ids)-1:] // what was told and not acknowledged is saved as well
		}
	}
}

// compare holds a state against what is known, and then knows what it holds.
func (l ledger) compare(rt *rapid.T, s *state.Snapshot, pending []state.Intent) {
	open := map[string]bool{}
	for _, i := range pending {
		open[i.Address.Name] = true
	}
	for key, e := range l {
		id := ""
		if s != nil {
			if r := s.Records[addr(key)]; r != nil {
				id = r.ID
			}
		}
		if !slices.Contains(e.ids, id) {
			rt.Fatalf("%s is %q, wanted one of %q", key, id, e.ids)
		}
		if open[key] && !e.may || !open[key] && e.must {
			rt.Fatalf("%s: an intent is open: %v, may be: %v, must be: %v", key, open[key], e.may, e.must)
		}
		e.ids, e.may, e.must = []string{id}, open[key], open[key]
	}
}
