package planner

import "slices"

// try puts away at most so many more and reports whether that is enough. Of each
// circle one must be put away, so it is enough to try those of the shortest.
func (k *knot) try(most int, looks *int) bool {
	circle := k.circle(looks)
	if circle == nil {
		return *looks > 0
	}
	if most == 0 {
		return false
	}
	for _, at := range k.givers(circle) {
		k.away[at] = true
		if k.try(most-1, looks) {
			return true
		}
		k.away[at] = false
		if *looks <= 0 {
			return false
		}
	}
	return false
}

// circle finds a shortest circle; nil if there is none.
func (k *knot) circle(looks *int) []int {
	var best []int
	from := make([]int, len(k.nodes))
	for start := range k.nodes {
		if k.away[start] && !k.waitedFor(start) {
			continue
		}
		if circle := k.back(start, from, looks); circle != nil && (best == nil || len(circle) < len(best)) {
			best = circle
		}
		if *looks <= 0 || len(best) == 2 {
			break
		}
	}
	return best
}

// givers are those in a circle that have only their name to pass on to the next.
func (k *knot) givers(circle []int) []int {
	var out []int
	for i, at := range circle {
		next := circle[(i+1)%len(circle)]
		if slices.Contains(k.after[at], arc{next, true}) && !slices.Contains(k.after[at], arc{next, false}) {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return out
}

// waitedFor reports whether something waits for more of it than its name.
func (k *knot) waitedFor(at int) bool {
	return slices.ContainsFunc(k.after[at], func(a arc) bool { return !a.byName })
}

// back finds a shortest way from a node to itself, by nodes that come later in
// the knot: of each circle it is enough to look from the first.
func (k *knot) back(start int, from []int, looks *int) []int {
	for i := range from {
		from[i] = -1
	}
	queue := []int{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, a := range k.after[at] {
			*looks--
			if a.byName && k.away[at] || a.end < start {
				continue
			}
			if a.end == start {
				circle := []int{at}
				for at != start {
					at = from[at]
					circle = append(circle, at)
				}
				slices.Reverse(circle)
				return circle
			}
			if from[a.end] < 0 {
				from[a.end] = at
				queue = append(queue, a.end)
			}
		}
	}
	return nil
}
