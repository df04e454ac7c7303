package s3_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/s3"
)

// world is a model of the state: what it must hold and what it may.
type world struct {
	server *server
	actors []*actor
	reader *s3.Place
	lines  int
	states int
	kept   []string        // was acknowledged, in order
	maybe  map[string]bool // nobody knows whether it was written
	gone   map[string]bool // is known not to have been, and must never be
}

// actor is a process that has the lock, or had it, or wants it.
type actor struct {
	name    string
	door    *door
	place   *s3.Place
	hold    state.Appender // nil for none
	stale   bool           // another has read the state under its lock since
	free    bool           // its lock was removed, though nobody may have taken it yet
	renewed time.Time
	view    []string // what a state of its would hold
}

// GoString keeps the report of a failure short.
func (a *actor) GoString() string { return a.name }

// TestTwoHolders: however two processes come in each other's way, with requests that
// are lost, answered by nothing or late, what was acknowledged is kept once, in order,
// and nothing else appears.
func TestTwoHolders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var closers closers
		defer closers.close()
		w := &world{server: newServer(), maybe: map[string]bool{}, gone: map[string]bool{}}
		w.reader = at(rt, w.server.door(&closers, nil))
		for _, name := range []string{"ada", "bo"} {
			d := w.server.door(&closers, nil)
			w.actors = append(w.actors, &actor{name: name, door: d, place: at(rt, d)})
		}
		some := func(t *rapid.T) *actor { return rapid.SampledFrom(w.actors).Draw(t, "actor") }
		// What comes next is drawn from these, the usual more often.
		does := []func(*rapid.T, *actor){w.lock, w.lock, w.lock, w.append, w.append, w.append, w.replace, w.release, w.renew, w.force}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			switch n := rapid.IntRange(-3, len(does)-1).Draw(rt, "step"); n {
			case -3:
				some(rt).door.deliver()
			case -2:
				w.server.pass(30 * time.Second)
			case -1:
				w.server.pass(overdue)
			default:
				a := some(rt)
				a.door.decide(ills(rt))
				does[n](rt, a)
				a.door.decide(nil)
			}
			w.check(rt)
		}
	})
}

// closers stand in for the test that servers belong to.
type closers []func()

func (c *closers) Cleanup(f func()) { *c = append(*c, f) }

func (c *closers) close() {
	for _, f := range *c {
		f()
	}
}

// ills are what becomes of the next requests.
func ills(t *rapid.T) func(int, *http.Request) fate {
	if rapid.Bool().Draw(t, "well") {
		return nil
	}
	fates := rapid.SliceOfN(rapid.SampledFrom([]fate{arrives, arrives, cut, lost, late, dead, busy}), 1, 6).Draw(t, "fates")
	return func(n int, _ *http.Request) fate {
		if n <= len(fates) {
			return fates[n-1]
		}
		return arrives
	}
}

func (w *world) now() time.Time {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.server.now
}

// valid reports whether an actor certainly has the lock.
func (w *world) valid(a *actor) bool {
	return a.hold != nil && !a.stale && !a.free && w.now().Sub(a.renewed) <= time.Minute
}

func (w *world) other(a *actor) *actor {
	if w.actors[0] == a {
		return w.actors[1]
	}
	return w.actors[0]
}

func (w *world) lock(t *rapid.T, a *actor) {
	if a.hold != nil {
		return
	}
	held := w.valid(w.other(a))
	asked := w.now()
	h, err := a.place.Lock(t.Context(), state.LockInfo{ID: a.name})
	t.Logf("%s locks: %v", a.name, err)
	if err != nil {
		return
	}
	if held {
		t.Fatalf("%s has got the lock of %s", a.name, w.other(a).name)
	}
	w.other(a).free = true
	texts, err := h.Texts(t.Context())
	t.Logf("%s reads: %v", a.name, err)
	if err != nil {
		_ = h.Release(t.Context()) // as a run does that cannot begin
		return
	}
	a.hold, a.stale, a.free, a.renewed = h.(state.Appender), false, false, asked
	w.other(a).stale = true
	a.view = w.holds(t, texts)
	w.settle(a.view)
}

// settle is when nobody else can write any more: what is there stays, what is not will
// never be.
func (w *world) settle(there []string) {
	w.kept = slices.Clone(there)
	for line := range w.maybe {
		if !slices.Contains(there, line) {
			w.gone[line] = true
		}
	}
	clear(w.maybe)
}

func (w *world) append(t *rapid.T, a *actor) {
	if a.hold == nil {
		return
	}
	w.lines++
	line := fmt.Sprintf("%d%s", w.lines, strings.Repeat("x", rapid.SampledFrom([]int{0, s3.SegmentSize / 2}).Draw(t, "long")))
	err := a.hold.Append(t.Context(), []byte(line+"\n"))
	t.Logf("%s adds %.9s: %v", a.name, line, err)
	switch {
	case err == nil && a.stale:
		t.Fatalf("%s has written without the lock", a.name)
	case err == nil:
		w.kept, a.view = append(w.kept, line), append(a.view, line)
	case a.stale || certain(err):
		w.gone[line] = true
	default:
		w.maybe[line] = true
		a.view = append(a.view, line)
	}
}

// certain reports whether an error says that nothing was written.
func certain(err error) bool {
	return errors.As(err, new(*state.LostError)) || errors.As(err, new(*state.ChangedError))
}

func (w *world) replace(t *rapid.T, a *actor) {
	if a.hold == nil {
		return
	}
	w.states++ // no state comes twice
	err := a.hold.Replace(t.Context(), fmt.Appendf(nil, "state %d\n%s\n", w.states, strings.Join(a.view, "\n")))
	t.Logf("%s replaces: %v", a.name, err)
	switch {
	case err == nil && a.stale:
		t.Fatalf("%s has replaced the state without the lock", a.name)
	case err == nil:
		w.settle(a.view)
	}
}

func (w *world) release(t *rapid.T, a *actor) {
	if a.hold == nil {
		return
	}
	t.Logf("%s gives back: %v", a.name, a.hold.Release(t.Context()))
	a.hold = nil
}

func (w *world) renew(t *rapid.T, a *actor) {
	if a.hold == nil {
		return
	}
	asked := w.now()
	err := a.hold.Renew(t.Context())
	t.Logf("%s renews: %v", a.name, err)
	switch {
	case err == nil && a.stale:
		t.Fatalf("%s has renewed a lock that is not its own", a.name)
	case err == nil:
		a.renewed = asked
	}
}

func (w *world) force(t *rapid.T, a *actor) {
	b := w.other(a)
	if a.hold != nil {
		return
	}
	b.free = true
	err := a.place.Unlock(t.Context(), b.name)
	t.Logf("%s removes the lock of %s: %v", a.name, b.name, err)
	if err == nil {
		b.stale = true
	}
}

// check reads without a lock.
func (w *world) check(t *rapid.T) {
	texts, err := w.reader.Read(t.Context())
	if err != nil {
		t.Fatalf("it cannot be read: %v", err)
	}
	w.holds(t, texts)
}

// holds holds texts against the model, and returns their lines.
func (w *world) holds(t *rapid.T, texts state.Texts) []string {
	_, inState, _ := strings.Cut(string(texts.State), "\n")
	all := strings.Fields(inState + "\n" + string(texts.Journal))
	seen := map[string]bool{}
	kept := w.kept
	for _, line := range all {
		switch {
		case seen[line]:
			t.Fatalf("%.9s is there twice", line)
		case w.gone[line]:
			t.Fatalf("%.9s is there, and was refused", line)
		}
		seen[line] = true
		if len(kept) > 0 && kept[0] == line {
			kept = kept[1:]
		} else if !w.maybe[line] {
			t.Fatalf("%.9s is there out of order, or nobody has written it", line)
		}
	}
	if len(kept) > 0 {
		t.Fatalf("%.9s is lost", kept[0])
	}
	return all
}
