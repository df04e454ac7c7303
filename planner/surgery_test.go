package planner

import (
	"fmt"
	"slices"
	"testing"
)

// act is one call of an operation: a unit comes to a spot.
type act struct {
	unit  int
	to    spot
	needs []int // earlier acts
}

func (a act) String() string { return fmt.Sprintf("%d -> %v after %v", a.unit, a.to, a.needs) }

// acts are the calls of an operation with what each waits for.
func acts(f *forest, op *operation) []act {
	var out []act
	at := map[int]int{} // by end of a link
	for i := range f.units {
		u := &f.units[i]
		if u.interim != nil {
			at[f.early(i)] = len(out)
			out = append(out, act{unit: i, to: *u.interim})
		}
		if u.changes() {
			at[i] = len(out)
			out = append(out, act{unit: i, to: u.wanted})
		}
		if u.interim != nil {
			out[at[i]].needs = append(out[at[i]].needs, at[f.early(i)])
		}
	}
	for _, n := range op.needs {
		first, ok := at[n.first]
		then, both := at[n.then]
		if !ok || !both {
			panic(fmt.Sprintf("%v ties what does nothing", n))
		}
		out[then].needs = append(out[then].needs, first)
	}
	return out
}

// wrong says what is wrong with a forest, or nothing.
func wrong(spots []spot) string {
	keys := map[sibling]int{}
	for i, s := range spots {
		if !s.there {
			continue
		}
		if k, ok := s.key(); ok {
			if other, taken := keys[k]; taken {
				return fmt.Sprintf("%d and %d are both %v", other, i, k)
			}
			keys[k] = i
		}
		if s.parent < 0 {
			continue
		}
		if !spots[s.parent].there {
			return fmt.Sprintf("the parent of %d, %d, is not there", i, s.parent)
		}
		if inverted(spots[s.parent], s) {
			return fmt.Sprintf("%d stands no lower than its parent %d", i, s.parent)
		}
		for at, steps := s.parent, 0; at >= 0; at, steps = spots[at].parent, steps+1 {
			if at == i || steps > len(spots) {
				return fmt.Sprintf("%d stands below itself", i)
			}
		}
	}
	return ""
}

func (f *forest) spots(of func(*placing) spot) []spot {
	out := make([]spot, len(f.units))
	for i := range f.units {
		out[i] = of(&f.units[i])
	}
	return out
}

func liveSpot(p *placing) spot   { return p.live }
func wantedSpot(p *placing) spot { return p.wanted }

// everyPrefix holds all prefixes of all orders that the needs allow: what is true
// after some calls depends on which they are, not on their order.
func everyPrefix(f *forest, list []act) string {
	if len(list) > 16 {
		return fmt.Sprintf("%d calls are too many to try every prefix", len(list))
	}
	reached := make([]bool, 1<<len(list))
	reached[0] = true
	needs := make([]int, len(list))
	for i, a := range list {
		for _, n := range a.needs {
			needs[i] |= 1 << n
		}
	}
	spots := f.spots(liveSpot)
	for set := range reached {
		if !reached[set] {
			continue
		}
		for i := range spots {
			spots[i] = f.units[i].live
		}
		for i, a := range list { // the putting away of a unit stands before its last call
			if set&(1<<i) != 0 {
				spots[a.unit] = a.to
			} else if needs[i]&^set == 0 {
				reached[set|1<<i] = true
			}
		}
		if w := wrong(spots); w != "" {
			return fmt.Sprintf("after %b: %s", set, w)
		}
	}
	if !reached[len(reached)-1] {
		return "no order keeps all needs"
	}
	return ""
}

// cheaper reports whether any sequence of at most so many calls whatever, of
// which each puts one unit anywhere, or anywhere that is like what it
// has or will have, is valid all the way.
func cheaper(f *forest, most int, choices []spot, own bool) bool {
	s := &search{f: f, now: f.spots(liveSpot), choices: choices, own: own}
	return s.within(most)
}

type search struct {
	f       *forest
	now     []spot
	choices []spot // where a unit may go besides where it is wanted
	own     bool   // only under parents and at levels that it has or will have
}

func (s *search) within(most int) bool {
	var differ []int
	for i := range s.now {
		if s.now[i] != s.f.units[i].wanted {
			differ = append(differ, i)
		}
	}
	if len(differ) == 0 {
		return true
	}
	if len(differ) > most {
		return false
	}
	for i := range s.now {
		wanted := s.f.units[i].wanted
		if s.step(i, wanted, most) {
			return true
		}
		if len(differ) == most && slices.Contains(differ, i) || len(differ) > most-2 && !slices.Contains(differ, i) {
			continue // a detour costs one call, two for what stands right
		}
		for _, to := range s.choices {
			if live := s.f.units[i].live; s.own && (to.parent != live.parent && to.parent != wanted.parent || to.rank != live.rank && to.rank != wanted.rank) {
				continue
			}
			if to.parent != i && s.step(i, to, most) {
				return true
			}
		}
	}
	return false
}

func (s *search) step(i int, to spot, most int) bool {
	was := s.now[i]
	if was == to || !was.there && !to.there {
		return false
	}
	s.now[i] = to
	ok := wrong(s.now) == "" && s.within(most-1)
	s.now[i] = was
	return ok
}

// choices are all spots of these names and ranks, and temporary names.
func choices(units int, names []string, ranks []int) []spot {
	var out []spot
	for parent := atTop; parent < units; parent++ {
		for _, name := range append(slices.Clone(names), "temporary", "another") {
			for _, rank := range ranks {
				out = append(out, spot{true, parent, name, rank})
			}
		}
	}
	return out
}

// forests are all valid ones of so many units with these names and ranks; a name
// each where own is set.
func forests(units int, names []string, ranks []int, own bool) [][]spot {
	var out [][]spot
	now := make([]spot, units)
	var put func(i int)
	put = func(i int) {
		if i == units {
			if wrong(now) == "" {
				out = append(out, slices.Clone(now))
			}
			return
		}
		now[i] = spot{}
		put(i + 1)
		for parent := atTop; parent < units; parent++ {
			for n, name := range names {
				for _, rank := range ranks {
					if parent != i && (!own || n == i) {
						now[i] = spot{true, parent, name, rank}
						put(i + 1)
					}
				}
			}
		}
		now[i] = spot{}
	}
	put(0)
	return out
}

// first reports whether a forest is the first of all that are like it but for the
// order of its units and what its names are.
func first(spots []spot) bool {
	mine := []int{}
	for _, s := range spots {
		if s.there {
			mine = append(mine, 1, s.parent, int(s.name[0]-'a')+1, s.rank)
		} else {
			mine = append(mine, 0, 0, 0, 0)
		}
	}
	for _, order := range orders(len(spots)) {
		if slices.Compare(encode(spots, order), mine) < 0 {
			return false
		}
	}
	return true
}

// encode writes a forest down with its units in another order, and names by number.
func encode(spots []spot, order []int) []int {
	place, names := make([]int, len(order)), map[string]int{}
	for at, i := range order {
		place[i] = at
	}
	var out []int
	for _, i := range order {
		s := spots[i]
		if !s.there {
			out = append(out, 0, 0, 0, 0)
			continue
		}
		if names[s.name] == 0 {
			names[s.name] = len(names) + 1
		}
		parent := atTop
		if s.parent >= 0 {
			parent = place[s.parent]
		}
		out = append(out, 1, parent, names[s.name], s.rank)
	}
	return out
}

// orders are all orders of so many.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, rest := range orders(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return out
}

// between makes the forest of a change.
func between(live, wanted []spot) *forest {
	f := &forest{}
	for i := range live {
		f.units = append(f.units, placing{id: fmt.Sprint(i), live: live[i], wanted: wanted[i]})
	}
	return f
}

// exhaust holds the operations between all pairs of forests against the search.
func exhaust(t *testing.T, list [][]spot, names []string, ranks []int) {
	t.Helper()
	extra := map[int]int{}
	anywhere := choices(len(list[0]), names, ranks)
	for _, live := range list {
		if !first(live) {
			continue
		}
		for _, wanted := range list {
			f := between(live, wanted)
			op := operate(f)
			if len(op.faults) > 0 || op.stuck != nil {
				t.Fatalf("%v\n%v: faults %v, stuck %v", live, wanted, op.faults, op.stuck)
			}
			calls := acts(f, op)
			if w := everyPrefix(f, calls); w != "" {
				t.Fatalf("%v\n%v: %s\n%v", live, wanted, w, calls)
			}
			more := len(calls)
			for i := range f.units {
				if f.units[i].changes() {
					more--
				}
			}
			extra[more]++
			if more > 0 && cheaper(f, len(calls)-1, anywhere, false) {
				t.Fatalf("%v\n%v: %d calls, and fewer would do:\n%v", live, wanted, len(calls), calls)
			}
		}
	}
	t.Logf("pairs by calls beyond one for each change: %v", extra)
}

func TestEverySmallForest(t *testing.T) {
	none, levels := []int{-1}, []int{0, 1, 2}
	for _, test := range []struct {
		name  string
		units int
		names []string
		ranks []int
		own   bool // each unit has the name of its own
	}{
		{"names, parents and levels of two", 2, []string{"a", "b", "c"}, levels, false},
		{"names, parents and levels of three", 3, []string{"a", "b", "c"}, levels, false},
		{"names and parents of three", 3, []string{"a", "b", "c"}, none, false},
		{"parents of four", 4, []string{"a", "b", "c", "d"}, none, true},
		{"parents and levels of three", 3, []string{"a", "b", "c"}, levels, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := forests(test.units, test.names, test.ranks, test.own)
			t.Logf("%d forests", len(list))
			exhaust(t, list, test.names, test.ranks)
		})
	}
}

// TestNoWay: what waits for each other for reasons that names do not help is said.
func TestNoWay(t *testing.T) {
	at := func(name string) spot { return spot{true, atTop, name, -1} }
	f := between([]spot{at("a"), at("b"), at("c")}, []spot{at("x"), at("y"), at("a")})
	f.links = []link{{0, 1}, {1, 3}, {3, 0}}
	f.outside = 1
	if op := operate(f); !slices.Equal(op.stuck, []int{0, 3, 1}) {
		t.Errorf("stuck %v", op.stuck)
	}
	f.links = f.links[:2]
	if op := operate(f); op.stuck != nil || f.longer() > 0 {
		t.Errorf("stuck %v, %d go a longer way", op.stuck, f.longer())
	}
}

// TestLargeKnot: a rotation of more names than all ways are tried for takes one
// call more, and two that hang together two.
func TestLargeKnot(t *testing.T) {
	const size = 300
	live, wanted := make([]spot, size), make([]spot, size)
	for i := range size {
		live[i] = spot{true, atTop, "n" + string(rune('A'+i)), 0}
	}
	for i := range size / 2 {
		wanted[i] = live[(i+1)%(size/2)]
		wanted[size/2+i] = live[size/2+(i+1)%(size/2)]
	}
	f := between(live, wanted)
	f.links = []link{{0, size - 1}, {size - 2, 1}}
	op := operate(f)
	if op.stuck != nil || f.longer() != 2 {
		t.Errorf("stuck %v, %d go a longer way", op.stuck, f.longer())
	}
	if w := inSomeOrder(f, acts(f, op), func(int) int { return 0 }); w != "" {
		t.Error(w)
	}
}
