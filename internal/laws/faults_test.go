package laws

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// mostRuns is how often a command is run again before it must have ended well.
const mostRuns = 6

// TestFaultsEndAsWanted: whatever goes wrong on the way to the server, the same
// command again ends with the organisation as wanted, strangers as they were, an
// empty plan, and nothing sent twice. Each round waits for real, so several go at
// a time.
func TestFaultsEndAsWanted(t *testing.T) {
	setRounds(t, 2)
	var abreast sync.WaitGroup
	for i := range 12 {
		abreast.Go(func() {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				rapid.Check(t, func(rt *rapid.T) { troubled(t, rt) })
			})
		})
	}
	abreast.Wait()
}

// troubled is a round: an organisation is made, and edited, both with trouble.
func troubled(t *testing.T, rt *rapid.T) {
	w := weather{lag: rapid.SampledFrom([]string{"0s", "1h"}).Draw(rt, "read_lag")}
	behaviour := map[string]string{"single_parent": "present"}
	// Where reads may be behind, names that can be had twice are beyond any proof.
	if w.free = w.lag == "0s" && rapid.Bool().Draw(rt, "names are free"); w.free {
		behaviour["sibling_names"], behaviour["position_names"] = "free", "free"
	}
	w.site = newSiteWith(t, rt, behaviour)
	o := draw(rt)
	for range 4 {
		o.addGroup(rt)
		o.addPosition(rt)
		o.addPerson(rt)
	}
	w.converge(rt, o)
	w.converge(rt, o.edit(rt).edit(rt).edit(rt))
}

// TestSoak: an organisation lives through many edits, each with trouble on the way,
// and every one ends like that. It is eight lives, since much of one is waiting;
// where ESPALIER_SOAK is set they have 200 edits in all, each of a few changes.
func TestSoak(t *testing.T) {
	setRounds(t, 1)
	lives, each := 8, 2
	if os.Getenv("ESPALIER_SOAK") != "" {
		each = 25
	}
	var abreast sync.WaitGroup
	for i := range lives {
		abreast.Go(func() {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				rapid.Check(t, func(rt *rapid.T) { lived(t, rt, each) })
			})
		})
	}
	abreast.Wait()
}

// lived is one life.
func lived(t *testing.T, rt *rapid.T, edits int) {
	w := weather{lag: rapid.SampledFrom([]string{"0s", "1h"}).Draw(rt, "read_lag")}
	w.site = newSiteWith(t, rt, map[string]string{"single_parent": "present"})
	o := draw(rt)
	w.converge(rt, o)
	for range edits {
		o = o.edit(rt)
		w.converge(rt, o)
	}
}

// TestLonePersonWaitsForTheLag: with no other write to compare with, a person
// whose create was not answered is not made again before reads can no longer be
// behind.
func TestLonePersonWaitsForTheLag(t *testing.T) {
	law(t, 3, func(rt *rapid.T) {
		s, o := newSite(t, rt), &org{}
		o.addPerson(rt)
		s.have(o)
		s.door.Plan(Fates{Writes: map[int]Fate{1: {Kind: Cut}}})
		s.run(6, "apply", "-auto-approve")
		s.door.Calm()
		s.written()
		for range 2 {
			s.run(6, "apply", "-auto-approve")
			s.ahead.Add(int64(10 * time.Minute))
		}
		if writes := s.written(); len(writes) > 0 {
			rt.Fatalf("it cannot be told yet, and %v was sent", writes)
		}
		s.ahead.Add(int64(time.Hour))
		s.apply(o)
	})
}

// weather is a site that trouble comes to.
type weather struct {
	*site
	lag  string
	free bool     // the server lets names be had twice
	log  []string // what each run ended with
}

// converge writes an organisation down and applies it until that ends well,
// with trouble in the first run or two.
func (w *weather) converge(rt *rapid.T, o *org) {
	w.have(o)
	w.patience(w.lag)
	troubled := rapid.IntRange(1, 2).Draw(rt, "troubled runs")
	w.log = nil
	defer func() {
		if rt.Failed() {
			rt.Log(strings.Join(w.log, "\n"))
		}
	}()
	for run := 1; ; run++ {
		if run <= troubled {
			w.door.Plan(w.drawFates(rt))
		} else {
			w.door.Calm()
		}
		w.written()
		parallelism := rapid.SampledFrom([]string{"1", "10"}).Draw(rt, "parallelism")
		code, out := w.try("apply", "-auto-approve", "-input=false", "-parallelism", parallelism)
		w.log = append(w.log, fmt.Sprintf("run %d of %d with trouble: exit %d\n%s\n%s", run, troubled, code, out, w.said[len(w.said)-1]))
		if code == 0 {
			break
		}
		w.mustBeAllowed(code, run > troubled, out)
		if run == mostRuns {
			rt.Fatalf("%d runs did not do it:\n%s", run, strings.Join(w.log, "\n"))
		}
	}
	w.door.Plan(Fates{})
	w.isDone(rt) // while reads may still be behind
	w.door.Calm()
	w.is(o)
	w.isDone(rt)
	w.is(o)
}

// mustBeAllowed refuses exit codes that do not say what happened, and any trouble
// that the program makes of its own.
func (w *weather) mustBeAllowed(code int, calm bool, out string) {
	waits := strings.Contains(strings.Join(strings.Fields(out), " "), "it can be told by")
	switch {
	case code == 6 && calm && waits && w.lag != "0s":
		w.ahead.Add(int64(2 * time.Hour)) // what the law waits for
	case calm:
		w.rt.Fatalf("without trouble a run ended with %d:\n%s", code, strings.Join(w.log, "\n"))
	case code == 1 && w.kept():
		w.rt.Fatalf("exit 1 says that nothing was changed:\n%s", strings.Join(w.log, "\n"))
	case code != 1 && code != 6:
		w.rt.Fatalf("exit %d:\n%s", code, strings.Join(w.log, "\n"))
	}
}

// kept reports whether the program knows of a write of the last run that it was
// carried out.
func (w *weather) kept() bool {
	exchanges := w.door.Exchanges()
	for _, x := range exchanges[len(exchanges)-w.door.Count():] {
		if x.Method != http.MethodGet && x.Path != "/oauth/token" && x.Told > 0 && x.Status < 300 {
			return true
		}
	}
	return false
}

// isDone checks that nothing is left to do.
func (w *weather) isDone(rt *rapid.T) {
	w.run(0, "plan", "-detailed-exitcode")
	w.written()
	text := w.run(0, "apply", "-auto-approve")
	if writes := w.written(); len(writes) > 0 {
		rt.Fatalf("a second apply sent %v:\n%s\n%s", writes, text, w.door)
	}
}

// drawFates draws what goes wrong in a run.
func (w *weather) drawFates(rt *rapid.T) Fates {
	fates := Fates{Requests: map[int]Fate{}, Writes: map[int]Fate{}}
	for range 1 + evenly(rt, 4, "fates") {
		of, last := fates.Writes, 16
		if evenly(rt, 4, "of all") == 0 {
			of, last = fates.Requests, 32
		}
		at, fate := 1+evenly(rt, last, "at"), w.drawFate(rt)
		times := 1
		if fate.Kind == Status && evenly(rt, 8, "stubborn") == 0 {
			times = 4 // as often as a call is tried
		}
		for i := range times {
			of[at+i] = fate
		}
		if fate.Kind == Frozen || fate.Kind == FrozenLists { // and the next answer does not come
			of[at+1] = Fate{Kind: Cut, Carried: rapid.Bool().Draw(rt, "carried out")}
		}
	}
	return fates
}

// evenly draws a number below n, each as likely as the others.
func evenly(rt *rapid.T, n int, what string) int {
	drawn := 0
	for range 10 {
		drawn *= 2
		if rapid.Bool().Draw(rt, what) {
			drawn++
		}
	}
	return drawn % n
}

func (w *weather) drawFate(rt *rapid.T) Fate {
	kinds := []Kind{Cut, Cut, Status, Status, HalfBody, BrokenJSON, Empty, Page, Slow, SlowBody, Dies}
	if soak, err := strconv.Atoi(os.Getenv("ESPALIER_SOAK")); err == nil && soak >= 10 {
		// It ends by stopping everything at once. An answer that was on its way to the
		// program then counts as read, so a breach of this kind is for somebody to look at.
		kinds = append(kinds, Hang)
	}
	if w.lag != "0s" { // else the user has said that no read is behind
		kinds = append(kinds, Frozen, FrozenLists)
	}
	if !w.free { // else nobody could tell that it will yet be made
		kinds = append(kinds, Late)
	}
	f := Fate{Kind: kinds[evenly(rt, len(kinds), "kind")]}
	switch f.Kind {
	case Status:
		f.Status = []int{429, 500, 502, 503}[evenly(rt, 4, "status")]
		f.Carried = f.Status != 429 && rapid.Bool().Draw(rt, "carried out")
		f.Header = rateHeaders()[evenly(rt, len(rateHeaders()), "header")]
	case Hang:
		f.Carried, f.Do = rapid.Bool().Draw(rt, "carried out"), w.interrupt
	case Cut, Page:
		f.Carried = rapid.Bool().Draw(rt, "carried out")
	case Dies:
		f.Status = []int{401, 403}[evenly(rt, 2, "status")]
	case Late:
		f.Calls = 1 + evenly(rt, 20, "calls")
	case Frozen, FrozenLists:
		f.Calls = 1 + evenly(rt, 100, "calls")
	}
	return f
}

// rateHeaders are the ways in which a server asks for patience, none among them.
func rateHeaders() []http.Header {
	return []http.Header{
		nil,
		{"Retry-After": {"0"}},
		{"Retry-After": {"1"}},
		{"Retry-After": {"Mon, 02 Jan 2006 15:04:06 GMT"}, "Date": {"Mon, 02 Jan 2006 15:04:05 GMT"}},
		{"Ratelimit": {"limit=1200, remaining=0, reset=0"}},
	}
}
