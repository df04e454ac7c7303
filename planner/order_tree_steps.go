package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Why a unit takes a step before its own.
const (
	forName = "a temporary name, so that names can change places"
	forTree = "in two calls, so that the tree is whole all the way"
)

// relax lets nothing wait for the steps of live units that does not wait for a
// value of theirs: a unit that is there can be referred to whatever it is called.
func (m *Match) relax(l *living) {
	live := make([]bool, len(m.plan.Steps))
	for _, member := range l.members {
		if member.step >= 0 && member.at >= 0 {
			live[member.step] = true
		}
	}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		s.Needs = slices.DeleteFunc(s.Needs, func(need int) bool {
			return live[need] && m.plan.Steps[need].Action != Delete && !s.waitsFor(m.plan.Steps[need].Address)
		})
	}
}

// waitsFor reports whether a value of the step is known only after another's.
func (s *Step) waitsFor(addr schema.Address) bool {
	for _, t := range s.After {
		if t.Pending != nil && slices.Contains(t.Uses(), addr) {
			return true
		}
	}
	return false
}

// linkSteps tells the forest what its steps need already, directly and by way of
// other steps.
func (m *Match) linkSteps(l *living) {
	end := make([]int, len(m.plan.Steps)) // by step: its end of links and 1
	var queue []int
	for i, member := range l.members {
		if member.step >= 0 {
			end[member.step] = i + 1
			queue = append(queue, member.step)
		}
	}
	for len(queue) > 0 {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, need := range m.plan.Steps[at].Needs {
			if end[need] == 0 {
				l.outside++
				end[need] = len(l.units) + l.outside
				queue = append(queue, need)
			}
			l.links = append(l.links, link{end[need] - 1, end[at] - 1})
		}
	}
}

// tieSteps makes the steps wait for each other as the operation says.
func (m *Match) tieSteps(l *living, op *operation) {
	step := make([]int, l.nodes()) // by end of a link
	wait := func(first, then int) {
		s := &m.plan.Steps[step[then]]
		s.Needs = append(s.Needs, step[first])
	}
	for i, member := range l.members {
		step[i] = member.step
		if l.units[i].interim != nil {
			step[l.early(i)] = m.interimStep(l, i)
			wait(l.early(i), i)
		}
	}
	for _, n := range op.needs {
		wait(n.first, n.then)
	}
	for i := range m.plan.Steps {
		m.plan.Steps[i].Needs = sortedUnique(m.plan.Steps[i].Needs)
	}
}

// interimStep adds the step that brings a unit to its interim spot, and leaves to
// its own step what is still to do.
func (m *Match) interimStep(l *living, i int) int {
	u, of := &l.units[i], l.members[i].step
	own := &m.plan.Steps[of]
	name, _ := text(l.table.objects[l.members[i].at].Attrs[l.name])
	extra := Step{Action: Update, Reason: forTree, Before: map[string]cty.Value{}, After: map[string]schema.Template{}}
	if u.interim.parent != u.live.parent {
		extra.Action = Move
		own.pass(l.parent, &extra)
	}
	if u.interim.rank != u.live.rank {
		own.pass(l.level, &extra)
	}
	switch u.interim.name {
	case u.live.name:
	case u.wanted.name:
		own.pass(l.name, &extra)
	default:
		extra.Reason = forName
		away := Change{Attr: l.name, Before: cty.StringVal(name), After: schema.Known(cty.StringVal(u.interim.name))}
		extra.take(l.typ, away)
		if _, sent := own.After[l.name]; !sent && own.Action != Delete {
			m.nameAgain(own, l.name, away)
		}
	}
	if _, moves := own.After[l.parent]; own.Action == Move && !moves {
		own.Action = Update
	}
	return m.addBefore(of, extra)
}

// pass hands a change of a step on to another one.
func (s *Step) pass(attr string, to *Step) {
	at := slices.IndexFunc(s.Changes, func(c Change) bool { return c.Attr == attr })
	to.Changes = append(to.Changes, s.Changes[at])
	to.After[attr] = s.After[attr]
	if before, ok := s.Before[attr]; ok {
		to.Before[attr] = before
	}
	s.Changes = slices.Delete(s.Changes, at, at+1)
	delete(s.After, attr)
	delete(s.Before, attr)
}

// take adds a change to a step, in the order of the type's attributes.
func (s *Step) take(typ *schema.Type, c Change) {
	at := slices.IndexFunc(s.Changes, func(other Change) bool { return place(typ, other.Attr) > place(typ, c.Attr) })
	if at < 0 {
		at = len(s.Changes)
	}
	s.Changes = slices.Insert(s.Changes, at, c)
	s.Before[c.Attr], s.After[c.Attr] = c.Before, c.After
}
