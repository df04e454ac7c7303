package planner

// greedily unties a large knot: it carries out what can be, and whenever nothing
// can, follows what is waited for until a circle closes, and there puts away the
// first of those that have only a name to pass on before somebody can go on. It
// returns a circle in which nobody has.
func (k *knot) greedily() (stuck []int) {
	g := &untying{knot: k, done: make([]bool, len(k.nodes)), open: make([]int, len(k.nodes)), place: make([]int, len(k.nodes))}
	for at := range k.nodes {
		g.open[at] = len(k.needs[at])
	}
	for first := range k.nodes {
		for !g.done[first] {
			if len(g.path) == 0 {
				g.push(first)
			}
			if circle := g.follow(); circle != nil {
				return circle
			}
		}
	}
	return nil
}

// untying is a knot on its way.
type untying struct {
	*knot
	done  []bool
	open  []int // by node: needs that are not met
	path  []int // nodes, each of which waits for the next
	place []int // by node: where it is in the path, from 1
}

func (u *untying) push(at int) {
	u.path = append(u.path, at)
	u.place[at] = len(u.path)
}

// follow walks to what the end of the path waits for, and puts one away where
// that closes a circle.
func (u *untying) follow() (stuck []int) {
	next := u.waitsFor(u.path[len(u.path)-1])
	if u.place[next] == 0 {
		u.push(next)
		return nil
	}
	start := u.place[next] - 1
	circle := u.path[start:]
	giver := u.giver(circle)
	if giver < 0 {
		for _, at := range circle {
			stuck = append(stuck, u.nodes[at])
		}
		return stuck
	}
	u.release(giver)
	u.shorten(start)
	return nil
}

// shorten takes back the path to a length, and further while its end is done.
func (u *untying) shorten(length int) {
	for len(u.path) > length || len(u.path) > 0 && u.done[u.path[len(u.path)-1]] {
		u.place[u.path[len(u.path)-1]] = 0
		u.path = u.path[:len(u.path)-1]
	}
}

// waitsFor is a node that another one waits for, names coming last.
func (u *untying) waitsFor(at int) int {
	byName := -1
	for _, n := range u.needs[at] {
		switch {
		case u.done[n.end] || n.byName && u.away[n.end]:
		case !n.byName:
			return n.end
		case byName < 0:
			byName = n.end
		}
	}
	return byName
}

// giver is the first in a circle that passes its name to the one before it; -1 if
// none does.
func (u *untying) giver(circle []int) int {
	found := -1
	for i, at := range circle {
		before := circle[(i+len(circle)-1)%len(circle)]
		hard := false
		soft := false
		for _, n := range u.needs[before] {
			hard = hard || n.end == at && !n.byName
			soft = soft || n.end == at && n.byName
		}
		if soft && !hard && (found < 0 || at < found) {
			found = at
		}
	}
	return found
}

// release puts one away and carries out what can be then.
func (u *untying) release(giver int) {
	u.away[giver] = true
	var ready []int
	met := func(at int) {
		if u.open[at]--; u.open[at] == 0 {
			ready = append(ready, at)
		}
	}
	for _, a := range u.after[giver] {
		if a.byName {
			met(a.end)
		}
	}
	for len(ready) > 0 {
		at := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		u.done[at] = true
		for _, a := range u.after[at] {
			if !a.byName || !u.away[at] {
				met(a.end)
			}
		}
	}
}
