package planner

import (
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// soak is how many times as much as usual random tests do.
func soak() int {
	if n, err := strconv.Atoi(os.Getenv("ESPALIER_SOAK")); err == nil && n > 1 {
		return n
	}
	return 1
}

// grow makes a random valid forest of these units. Without levels ranks are -1.
func grow(r *rand.Rand, units []int, size, levels, names int) []spot {
	out := make([]spot, size)
	taken := map[sibling]bool{}
	placed := []int{}
	for n, i := range units {
		s := spot{there: true, parent: atTop, rank: -1}
		if len(placed) > 0 && r.Intn(8) > 0 {
			s.parent = placed[max(0, len(placed)-1-r.Intn(1+r.Intn(len(placed))))]
		}
		if levels > 0 {
			s.rank = r.Intn(2)
			if s.parent >= 0 {
				s.rank += out[s.parent].rank + 1
			}
			if s.rank >= levels {
				s.parent, s.rank = atTop, r.Intn(levels)
			}
		}
		if s.name = string(rune('a' + r.Intn(names))); taken[sibling{s.parent, s.name}] {
			s.name = fmt.Sprint("n", n)
		}
		taken[sibling{s.parent, s.name}] = true
		out[i] = s
		placed = append(placed, i)
	}
	return out
}

// trade has some units take each other's places, with what stands below them.
func trade(r *rand.Rand, live []spot, some int) []spot {
	to := make([]int, len(live))
	for i := range to {
		to[i] = i
	}
	for range some {
		if i, j := r.Intn(len(to)), r.Intn(len(to)); live[i].there && live[j].there {
			to[i], to[j] = to[j], to[i]
		}
	}
	out := make([]spot, len(live))
	for i, s := range live {
		if s.there && s.parent >= 0 {
			s.parent = to[s.parent]
		}
		out[to[i]] = s
	}
	return out
}

// change makes two random forests of about so many units.
func change(r *rand.Rand, size int) *forest {
	levels, names := []int{0, 3, 6, 12}[r.Intn(4)], 1+r.Intn(5)
	live := grow(r, r.Perm(size)[:size-r.Intn(1+size/4)], size, levels, names)
	switch r.Intn(3) {
	case 0:
		return between(live, grow(r, r.Perm(size)[:size-r.Intn(1+size/4)], size, levels, names))
	case 1:
		return between(live, trade(r, live, 1+r.Intn(1+size/2)))
	}
	return between(live, trade(r, live, 1+r.Intn(3)))
}

// standing is a forest that calls are tried on one by one.
type standing struct {
	now      []spot
	keys     map[sibling]int
	children []map[int]bool
}

func newStanding(spots []spot) *standing {
	s := &standing{now: make([]spot, len(spots)), keys: map[sibling]int{}, children: make([]map[int]bool, len(spots))}
	for i := range s.children {
		s.children[i] = map[int]bool{}
	}
	for i, to := range spots {
		s.put(i, to)
	}
	return s
}

func (s *standing) put(i int, to spot) (clash bool) {
	if k, ok := s.now[i].key(); ok {
		delete(s.keys, k)
	}
	if p := s.now[i].parent; s.now[i].there && p >= 0 {
		delete(s.children[p], i)
	}
	s.now[i] = to
	if k, ok := to.key(); ok {
		_, clash = s.keys[k]
		s.keys[k] = i
	}
	if to.there && to.parent >= 0 {
		s.children[to.parent][i] = true
	}
	return clash
}

// call carries out one and says what is wrong then.
func (s *standing) call(a act) string {
	if s.put(a.unit, a.to) {
		return "its name is taken"
	}
	for child := range s.children[a.unit] {
		if !a.to.there {
			return fmt.Sprintf("%d stands below it", child)
		}
		if inverted(a.to, s.now[child]) {
			return fmt.Sprintf("%d below it stands no lower", child)
		}
	}
	if !a.to.there || a.to.parent < 0 {
		return ""
	}
	if !s.now[a.to.parent].there {
		return "its parent is not there"
	}
	if inverted(s.now[a.to.parent], a.to) {
		return "it stands no lower than its parent"
	}
	for at := a.to.parent; at >= 0; at = s.now[at].parent {
		if at == a.unit {
			return "it stands below itself"
		}
	}
	return ""
}

// inSomeOrder carries out all calls in an order that their needs allow, picked by
// pick from those that are ready.
func inSomeOrder(f *forest, list []act, pick func(ready int) int) string {
	open, needed := make([]int, len(list)), make([][]int, len(list))
	for i, a := range list {
		open[i] = len(a.needs)
		for _, n := range a.needs {
			needed[n] = append(needed[n], i)
		}
	}
	var ready []int
	for i := range list {
		if open[i] == 0 {
			ready = append(ready, i)
		}
	}
	s, done := newStanding(f.spots(liveSpot)), 0
	for len(ready) > 0 {
		at := pick(len(ready))
		i := ready[at]
		ready = slices.Delete(ready, at, at+1)
		if w := s.call(list[i]); w != "" {
			return fmt.Sprintf("after %v: %s", list[i], w)
		}
		done++
		for _, next := range needed[i] {
			if open[next]--; open[next] == 0 {
				ready = append(ready, next)
			}
		}
	}
	if done < len(list) {
		return fmt.Sprintf("%d of %d calls wait for each other", len(list)-done, len(list))
	}
	if !slices.Equal(s.now, f.spots(wantedSpot)) {
		return "it does not end as wanted"
	}
	return ""
}

// holds checks an operation in the order of the units and in random ones.
func holds(f *forest, r *rand.Rand) string {
	op := operate(f)
	if len(op.faults) > 0 || op.stuck != nil {
		return fmt.Sprintf("faults %v, stuck %v", op.faults, op.stuck)
	}
	list := acts(f, op)
	for _, pick := range []func(int) int{func(int) int { return 0 }, func(n int) int { return n - 1 }, r.Intn, r.Intn} {
		if w := inSomeOrder(f, list, pick); w != "" {
			return w
		}
	}
	return ""
}

// TestAnyForestBecomesAnyOther: forests of all sizes, whatever changes.
func TestAnyForestBecomesAnyOther(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewSource(rapid.Int64().Draw(rt, "seed")))
		f := change(r, rapid.IntRange(1, min(10_000, 300*soak())).Draw(rt, "size"))
		if w := holds(f, r); w != "" {
			rt.Fatal(w)
		}
	})
}

// TestLargeForest: one of 10,000, in each way of changing.
func TestLargeForest(t *testing.T) {
	for seed := range 6 * soak() {
		r := rand.New(rand.NewSource(int64(seed)))
		if w := holds(change(r, 10_000), r); w != "" {
			t.Fatalf("seed %d: %s", seed, w)
		}
	}
}

func unranked(s spot) spot {
	if s.there {
		s.rank = -1
	}
	return s
}

// TestHalfRankedForests: where some levels are not known, there is a valid way, or
// it is said that there is none; what nobody changes is counted and left alone.
func TestHalfRankedForests(t *testing.T) {
	stuck, all := 0, 0
	for seed := range 3000 * soak() {
		r := rand.New(rand.NewSource(int64(seed)))
		f := change(r, 2+r.Intn(30))
		for i := range f.units {
			u := &f.units[i]
			switch r.Intn(6) {
			case 0:
				u.live, u.wanted = unranked(u.live), unranked(u.wanted)
			case 1:
				u.live = unranked(u.live)
			case 2:
				u.stranger, u.wanted = true, u.live
			}
		}
		if wrong(f.spots(liveSpot)) != "" {
			continue
		}
		all++
		op := operate(f)
		if op.stuck != nil {
			stuck++
			continue
		}
		if len(op.faults) > 0 {
			if wrong(f.spots(wantedSpot)) == "" {
				t.Fatalf("seed %d: faults %v where there is nothing wrong", seed, op.faults)
			}
			continue
		}
		if w := inSomeOrder(f, acts(f, op), r.Intn); w != "" && wrong(f.spots(wantedSpot)) == "" {
			t.Fatalf("seed %d: %s", seed, w)
		}
	}
	if stuck > all/1000 {
		t.Errorf("%d of %d find no way", stuck, all)
	}
}

// TestFewestCallsOfSeveral: of four and five units that trade places and names no
// sequence takes fewer calls, as long as none is put under a parent or at a level
// that is not its own either before or after.
func TestFewestCallsOfSeveral(t *testing.T) {
	longer := 0
	for seed := range 400 * soak() {
		r := rand.New(rand.NewSource(int64(seed)))
		size, names := 4+r.Intn(2), 1+r.Intn(2)
		live := grow(r, r.Perm(size), size, 3, names)
		wanted := grow(r, r.Perm(size), size, 3, names)
		if r.Intn(2) == 0 {
			wanted = trade(r, live, 3)
		}
		f := between(live, wanted)
		calls := acts(f, operate(f))
		if f.longer() == 0 {
			continue
		}
		longer++
		if cheaper(f, len(calls)-1, choices(size, []string{"a", "b"}, []int{0, 1, 2}), true) {
			t.Errorf("seed %d: fewer calls would do:\n%v\n%v\n%v", seed, live, wanted, calls)
		}
	}
	if longer < 100 {
		t.Errorf("only %d were worth a search", longer)
	}
}

func BenchmarkSurgery(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 100_000} {
		r := rand.New(rand.NewSource(1))
		live := grow(r, r.Perm(size), size, 12, 4)
		wanted := trade(r, live, size/10)
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				f := between(live, wanted)
				b.StartTimer()
				if op := operate(f); len(op.faults) > 0 || op.stuck != nil {
					b.Fatal(op.faults, op.stuck)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/group")
		})
	}
}
