package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// From so many on, steps are folded into one block.
const (
	foldAlike   = 4  // the same changes of the same values
	foldLoose   = 10 // the same attributes with different values
	foldRemoval = 20 // deletions and moves: below this each has a line of its own
)

// block is one or more steps that are drawn together.
type block struct {
	steps []int // indices in the plan, by address
	// alike says that all steps change the same; otherwise the steps of the
	// block share only the attributes.
	alike bool
}

// sectionKey orders sections: removals, roles, units, all else, people.
type sectionKey struct {
	rank int
	typ  string
}

// removes reports whether a step takes an object away, or all it belongs to.
func removes(step *planner.Step) bool { return step.Action == planner.Delete || stripped(step) }

// stripped reports whether a step takes a person out of everything and lets
// them go, while the account stays.
func stripped(step *planner.Step) bool { return step.Release && step.Action == planner.Update }

// changesOnly reports whether steps of its kind can be said to change the same:
// what is made or taken away has only itself.
func changesOnly(step *planner.Step) bool {
	return !removes(step) && step.Action != planner.Create
}

func keyOf(step *planner.Step) sectionKey {
	if removes(step) {
		return sectionKey{rank: 0}
	}
	switch step.Class {
	case schema.ClassRole:
		return sectionKey{1, step.Address.Type}
	case schema.ClassUnit:
		return sectionKey{2, step.Address.Type}
	case schema.ClassPerson:
		return sectionKey{4, step.Address.Type}
	}
	return sectionKey{3, step.Address.Type}
}

// sections returns the steps grouped into sections, each by address. A replacement
// is one step there.
func sections(plan *planner.Plan) (keys []sectionKey, members map[sectionKey][]int) {
	members = map[sectionKey][]int{}
	for i := range plan.Steps {
		if _, half := plan.Completes(i); half {
			continue
		}
		k := keyOf(&plan.Steps[i])
		if _, ok := members[k]; !ok {
			keys = append(keys, k)
		}
		members[k] = append(members[k], i)
	}
	slices.SortFunc(keys, func(a, b sectionKey) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.typ, b.typ))
	})
	for _, list := range members {
		slices.SortFunc(list, func(a, b int) int {
			return plan.Steps[a].Address.Compare(plan.Steps[b].Address)
		})
	}
	return keys, members
}

// fold groups the steps of a section, given by address, into blocks. Blocks
// stand where the first of their steps would.
func (n *names) fold(list []int) []block {
	exact := gather(list, func(i int) string { return n.foldKey(&n.plan.Steps[i], true) })
	var blocks []block
	var rest []int
	for _, b := range exact {
		step := &n.plan.Steps[b.steps[0]]
		if len(b.steps) >= n.threshold(step, true) {
			b.alike = changesOnly(step)
			blocks = append(blocks, b)
			continue
		}
		rest = append(rest, b.steps...)
	}
	for _, b := range gather(rest, func(i int) string { return n.foldKey(&n.plan.Steps[i], false) }) {
		if len(b.steps) >= n.threshold(&n.plan.Steps[b.steps[0]], false) {
			slices.SortFunc(b.steps, func(a, c int) int {
				return n.plan.Steps[a].Address.Compare(n.plan.Steps[c].Address)
			})
			b.alike = len(b.steps) == 1 && changesOnly(&n.plan.Steps[b.steps[0]])
			blocks = append(blocks, b)
			continue
		}
		for _, i := range b.steps {
			blocks = append(blocks, block{steps: []int{i}})
		}
	}
	slices.SortFunc(blocks, func(a, b block) int {
		return n.plan.Steps[a.steps[0]].Address.Compare(n.plan.Steps[b.steps[0]].Address)
	})
	return blocks
}

// gather groups a list by key, in the order in which keys are first seen.
func gather(list []int, key func(int) string) []block {
	at := map[string]int{}
	var blocks []block
	for _, i := range list {
		k := key(i)
		j, ok := at[k]
		if !ok {
			j = len(blocks)
			at[k] = j
			blocks = append(blocks, block{})
		}
		blocks[j].steps = append(blocks[j].steps, i)
	}
	return blocks
}

// threshold is the number of steps from which they are folded.
func (n *names) threshold(step *planner.Step, exact bool) int {
	switch {
	case n.People == PeopleCounts && n.shielded(step) && (n.Full || !exact):
		return 1
	case n.Full:
		return len(n.plan.Steps) + 1
	case removes(step) || step.Passage != nil:
		return foldRemoval
	case exact && changesOnly(step):
		return foldAlike
	}
	return foldLoose
}

// foldKey is equal for steps that may be folded together: with exact, those
// that change the same; else those that change the same attributes.
func (n *names) foldKey(step *planner.Step, exact bool) string {
	var b strings.Builder
	b.WriteByte(byte('0' + step.Action))
	b.WriteString(step.Address.Type + "\x00" + step.Reason + "\x00" + step.From.Resource().String() + "\x00")
	if stripped(step) {
		b.WriteByte('s')
	}
	switch {
	case !changesOnly(step):
	case exact:
		for _, p := range n.parts(step) {
			b.WriteString(p.key())
			for _, s := range p.text {
				b.WriteString(s.text)
				b.WriteByte(byte('1' + s.op))
			}
			b.WriteByte('\n')
		}
	default:
		b.WriteString(strings.Join(attributes(step), "\x00"))
	}
	return b.String()
}
