package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// outcome is the first line: what becomes of groups and people, and what it costs.
func (m *comment) outcome(f *face) string {
	switch {
	case m.plan.Empty():
		return strings.Replace(strings.TrimSuffix(f.emptyLine(), "."), "No changes", "Nothing to change", 1)
	case m.plan.RefreshOnly && !m.plan.Refused():
		return recordText(m.plan) + "; nothing is sent"
	}
	text := clip(strings.Join(m.results(), ", "), mostHead)
	if m.plan.RefreshOnly {
		text = recordText(m.plan)
	}
	if m.plan.Refused() {
		return "Refused by " + plural(len(m.plan.Refusals), "guard", "guards") + ", nothing is sent: " + text
	}
	return capital(text) + "; " + costText(Cost{Calls: m.Cost.Calls, Estimate: m.Cost.Estimate})
}

// recordText is what a plan that changes nothing live would keep in the state: what
// others have changed, and what an earlier run did not learn the end of.
func recordText(plan *planner.Plan) string {
	var list []string
	if n := len(plan.Drift); n > 0 || plan.Pending == 0 {
		list = append(list, plural(n, "outside change", "outside changes")+" to record")
	}
	if n := plan.Pending; n > 0 {
		list = append(list, plural(n, "call", "calls")+" of an earlier run to settle")
	}
	return strings.Join(list, ", ")
}

// fate is what becomes of an object, in the order in which the outcome says it.
type fate uint8

const (
	fateMoved fate = iota
	fateCreated
	fateReplaced
	fateRegrouped // a person who gets into or out of units or roles
	fateUpdated
	fateAdopted
	fateReaddressed
	fateForgotten
	fateStripped
	fateDeleted
)

// fateWords say it of one and of several objects.
var fateWords = [...][2]string{
	fateMoved:       {"moved", "moved"},
	fateCreated:     {"created", "created"},
	fateReplaced:    {"replaced", "replaced"},
	fateRegrouped:   {"changes ", "change "}, // what it is follows
	fateUpdated:     {"updated", "updated"},
	fateAdopted:     {"adopted", "adopted"},
	fateReaddressed: {"readdressed", "readdressed"},
	fateForgotten:   {"forgotten", "forgotten"},
	fateStripped:    {"taken out of everything", "taken out of everything"},
	fateDeleted:     {"deleted", "deleted"},
}

// fates are those of the actions by themselves.
var fates = map[planner.Action]fate{
	planner.Move: fateMoved, planner.Create: fateCreated, planner.Replace: fateReplaced, planner.Update: fateUpdated,
	planner.Adopt: fateAdopted, planner.Readdress: fateReaddressed, planner.Forget: fateForgotten, planner.Delete: fateDeleted,
}

// result is a clause of the outcome, without its number.
type result struct {
	fate      fate
	class     schema.Class
	one, many string // whom it is about
	what      string // what they change
}

// results says in words what becomes of how many; deletions last, also that there are
// none.
func (m *comment) results() []string {
	counts := map[result]int{}
	var order []result
	for i := range m.plan.Steps {
		r, ok := m.resultOf(&m.plan.Steps[i])
		if _, half := m.plan.Completes(i); half || !ok {
			continue
		}
		if counts[r] == 0 {
			order = append(order, r)
		}
		counts[r]++
	}
	slices.SortStableFunc(order, func(a, b result) int {
		return cmp.Or(cmp.Compare(a.fate, b.fate), cmp.Compare(resultRank(a.class), resultRank(b.class)))
	})
	var list []string
	for _, r := range order {
		verb := fateWords[r.fate][min(counts[r], 2)-1]
		list = append(list, plural(counts[r], r.one, r.many)+" "+verb+r.what)
	}
	if n := m.plan.Pending; n > 0 && len(list) == 0 {
		list = append(list, plural(n, "call", "calls")+" of an earlier run to settle")
	}
	if n := len(m.plan.Outputs); n > 0 && len(list) == 0 {
		list = append(list, plural(n, "output changes", "outputs change"))
	}
	if m.plan.Summary.Delete == 0 {
		list = append(list, "0 deleted")
	}
	return list
}

// resultRank orders clauses: units come first, people last.
func resultRank(c schema.Class) int {
	switch c {
	case schema.ClassUnit:
		return 0
	case schema.ClassPerson:
		return 2
	}
	return 1
}

func (m *comment) resultOf(step *planner.Step) (r result, ok bool) {
	r.fate, ok = fates[step.Action]
	r.class = step.Class
	r.one, r.many = m.nouns(step.Address.Type, step.Class)
	switch {
	case stripped(step):
		r.fate = fateStripped
	case step.Class == schema.ClassPerson && step.Action == planner.Update:
		if r.what = m.regrouped(step); r.what != "" {
			r.fate = fateRegrouped
		}
	}
	return r, ok
}

// regrouped is the noun of what a person gets into or out of; "" if it is nothing.
func (m *comment) regrouped(step *planner.Step) string {
	for i := range step.Changes {
		c := &step.Changes[i]
		if len(c.Added)+len(c.Removed) > 0 && m.purpose(step.Address.Type, c.Attr) == schema.PurposeMembership {
			return clean(c.Refers)
		}
	}
	return ""
}
