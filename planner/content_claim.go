package planner

import (
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// seeker is an instance that has no live object yet.
type seeker struct {
	n       *node
	want    getter
	settled bool // all of its content is known
	says    int  // how much of its content it says
}

func newSeeker(n *node) seeker {
	s := seeker{n: n}
	s.want, s.settled = n.content()
	for _, name := range n.inst.Type.Content {
		if v, ok := s.want(name); ok && !plain(v).IsNull() {
			s.says++
		}
	}
	return s
}

// claimByContent looks for the live objects that instances without one mean, all of
// them together, so that none is given away that another means more exactly: first
// those of ours whose addresses are gone, so that a renamed label makes nothing
// twice, then strangers; and of both the equal ones first.
func (m *Match) claimByContent(nodes []*node) {
	var open []seeker
	for _, n := range nodes {
		n.waiting = false
		m.claimReplacement(n)
		if n.index < 0 {
			open = append(open, newSeeker(n))
		}
	}
	// An instance that leaves something out is content with more objects, so it
	// comes after those that say all.
	slices.SortStableFunc(open, func(a, b seeker) int {
		if a.settled != b.settled {
			if a.settled {
				return -1
			}
			return 1
		}
		return b.says - a.says
	})
	open = m.claimAlike(open, func(s *seeker) []int { return s.n.owned(s.want).equal })
	open = m.claimAlike(open, func(s *seeker) []int { return s.n.owned(s.want).akin })
	open = slices.DeleteFunc(open, func(s seeker) bool { return !s.settled }) // what is still to be made nobody has yet
	open = m.claimAlike(open, func(s *seeker) []int { return s.n.strangers(s.want, nearly).equal })
	open = m.claimAlike(open, func(s *seeker) []int { return s.n.strangers(s.want, nearly).akin })
	open = m.claimAlike(open, m.madeFor)
	for _, s := range open {
		if m.claimTried(s.n) {
			continue
		}
		if found := s.n.strangers(s.want, nearly).untold; len(found) > 0 {
			m.refuseUntold(s.n, found)
			continue
		}
		m.warnSimilar(s)
	}
}

// owned are those of ours that no address wants any more and that are like this.
func (n *node) owned(want getter) *resemblance {
	t := n.table
	return t.resembling(want, nearly, func(i int) bool { return t.owner[i] != nil && t.claim[i] == nil })
}

func (n *node) strangers(want getter, as writing) *resemblance {
	return n.table.resembling(want, as, n.table.isStranger)
}

// claimAlike gives each instance the object that find says, where that is one alone
// and nobody else's who says as much of it. The others are returned, but for those
// about which a person has to decide.
func (m *Match) claimAlike(open []seeker, find func(*seeker) []int) (rest []seeker) {
	for len(open) > 0 {
		tier := 1
		for tier < len(open) && open[tier].settled == open[0].settled && open[tier].says == open[0].says {
			tier++
		}
		found, wanters := make([][]int, tier), map[*schema.Object][]*node{}
		for k := range tier {
			found[k] = find(&open[k])
			for _, i := range found[k] {
				wanters[&open[k].n.table.objects[i]] = append(wanters[&open[k].n.table.objects[i]], open[k].n)
			}
		}
		for k, s := range open[:tier] {
			switch t := s.n.table; {
			case len(found[k]) == 0:
				rest = append(rest, s)
			case len(found[k]) > 1:
				m.several(s.n, found[k])
			case len(wanters[&t.objects[found[k][0]]]) > 1:
				if all := wanters[&t.objects[found[k][0]]]; all[0] == s.n { // said once
					m.severalWant(all, found[k][0])
				}
			default:
				m.take(s.n, found[k][0])
			}
		}
		open = open[tier:]
	}
	return rest
}

// madeFor lists what an earlier run may have made of exactly this, without learning
// of it: however the server has written it, it is ours.
func (m *Match) madeFor(s *seeker) []int {
	i, tried := m.tried(s.n)
	if !tried || contentOf(s.n.inst.Type, attrsGetter(i.Wanted)) != contentOf(s.n.inst.Type, s.want) {
		return nil
	}
	found := s.n.table.madeOf(i.Wanted)
	s.n.ours = len(found) == 1
	return found
}

// claimTried makes ours what an earlier run made for an instance without learning of
// it, where something else is wanted by now.
func (m *Match) claimTried(n *node) bool {
	i, at, tried := m.triedElse(n)
	if !tried {
		return false
	}
	rec := &Record{Address: i.Address, Provider: i.Provider, ID: n.table.objects[at].ID, Attrs: i.Wanted, Written: i.At}
	n.table.owner[at], n.table.claim[at] = rec, n
	n.lost, n.rec, n.gone = n.rec, rec, false
	n.index, n.tried = at, true
	return true
}

// triedElse gives the call of an earlier run that was to make the object of an
// instance, with what else it made.
func (m *Match) triedElse(n *node) (i Intent, at int, tried bool) {
	if len(m.in.State.Intents) == 0 || !knownByContent(n.inst.Type) {
		return Intent{}, 0, false
	}
	m.indexIntents()
	i, tried = m.intents[n.inst.Address]
	if !tried || i.Action != Create || i.Provider != n.inst.Provider || n.rec != nil && !n.gone {
		return Intent{}, 0, false
	}
	at, count := n.table.stranger(i.Wanted)
	return i, at, count == 1 && isOurs(n.table.typ, i.Wanted, n.table.objects[at].Attrs)
}

// take makes a live object that was not found by id the one of an instance. One that
// an earlier run has made of another file is not taken to be of this one, although
// it does not tell that.
func (m *Match) take(n *node, found int) {
	if i, at, tried := m.triedElse(n); tried && at == found && contentOf(n.inst.Type, attrsGetter(i.Wanted)) != contentOf(n.inst.Type, n.known) {
		m.claimTried(n)
		return
	}
	n.index, n.keyed = found, true
	n.table.claim[found] = n
	n.lost, n.rec, n.gone = n.rec, nil, false
	if owner := n.table.owner[found]; owner != nil {
		n.rec = owner
		if owner.Address != n.inst.Address {
			n.from = owner.Address
		}
	}
}
