package planner

// graph is nodes by number and which of them each leads to.
type graph struct{ to [][]int }

func newGraph(nodes int) *graph { return &graph{to: make([][]int, nodes)} }

func (g *graph) add(from, to int) { g.to[from] = append(g.to[from], to) }

// knots numbers the sets of nodes that lead to each other, and says for each node
// in which it is. A node that leads back to itself only by itself is alone.
func (g *graph) knots() (of []int, count int) {
	n := len(g.to)
	of = make([]int, n)
	t := &tarjan{g: g, of: of, low: make([]int, n), index: make([]int, n)}
	for i := range of {
		of[i] = -1
	}
	for i := range g.to {
		if t.index[i] == 0 {
			t.visit(i)
		}
	}
	return of, t.count
}

// tarjan is the search for knots under way, without recursion, since a chain may
// be as long as the forest is large.
type tarjan struct {
	g          *graph
	of         []int
	index, low []int // from 1; 0 is not visited
	next       int
	open       []int // nodes whose knot is not known yet
	count      int
}

// frame is a node on the way and how many of its edges are done.
type frame struct{ node, edge int }

func (t *tarjan) visit(start int) {
	path := []frame{t.enter(start)}
	for len(path) > 0 {
		at := &path[len(path)-1]
		if at.edge < len(t.g.to[at.node]) {
			next := t.g.to[at.node][at.edge]
			at.edge++
			switch {
			case t.index[next] == 0:
				path = append(path, t.enter(next))
			case t.of[next] < 0:
				t.low[at.node] = min(t.low[at.node], t.index[next])
			}
			continue
		}
		node := at.node
		path = path[:len(path)-1]
		if len(path) > 0 {
			above := path[len(path)-1].node
			t.low[above] = min(t.low[above], t.low[node])
		}
		if t.low[node] == t.index[node] {
			t.close(node)
		}
	}
}

func (t *tarjan) enter(node int) frame {
	t.next++
	t.index[node], t.low[node] = t.next, t.next
	t.open = append(t.open, node)
	return frame{node: node}
}

// close gives the open nodes down to this one their knot.
func (t *tarjan) close(node int) {
	for {
		last := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		t.of[last] = t.count
		if last == node {
			t.count++
			return
		}
	}
}
