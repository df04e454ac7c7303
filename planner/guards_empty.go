package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// mostTold is how many units are named one by one in warnings of one sort.
const mostTold = 10

// warnEmptied tells of units that stay and that had members or a lead, and would
// have none.
func (t *tally) warnEmptied() {
	var empty, leaderless []ObjectID
	for id, p := range t.places {
		_, live := t.m.table(id.Provider, id.Type).Find(id.ID)
		if _, goes := t.going[id]; goes || !live || t.m.in.Types[id.Type].Class != schema.ClassUnit {
			continue
		}
		switch {
		case len(p.had) > 0 && len(p.lost) == len(p.had) && p.came == 0:
			empty = append(empty, id)
		case len(p.led) > 0 && len(p.leave) == len(p.led) && p.leadsCame == 0:
			leaderless = append(leaderless, id)
		}
	}
	t.warnEach(empty, func(p *roster) int { return len(p.lost) }, "without members", func(id ObjectID, p *roster) string {
		unit := fmt.Sprintf("%s %q", noun(t.m.in.Types[id.Type]), t.m.wayTo(id))
		switch {
		case len(p.had) == 1 && len(p.led) == 1:
			return fmt.Sprintf("%s has 1 member, who leads it, and the plan takes them away: %s.", unit, t.some(p.had))
		case len(p.had) == 1:
			return fmt.Sprintf("%s has 1 member, and the plan takes them away: %s.", unit, t.some(p.had))
		case len(p.led) > 0:
			return fmt.Sprintf("%s has %d members, and the plan takes all of them away, among them who leads it: %s.", unit, len(p.had), t.some(p.led))
		}
		return fmt.Sprintf("%s has %d members, and the plan takes all of them away.", unit, len(p.had))
	})
	t.warnEach(leaderless, func(p *roster) int { return len(p.had) }, "without a lead", func(id ObjectID, p *roster) string {
		return fmt.Sprintf("%s %q has %s, and would have nobody who leads it: %s. Name another in leads.",
			noun(t.m.in.Types[id.Type]), t.m.wayTo(id), isAre(len(p.led), "lead", "leads"), t.some(p.leave))
	})
}

// warnEach tells of the first few units, and then how many more there are.
func (t *tally) warnEach(list []ObjectID, size func(*roster) int, without string, tell func(ObjectID, *roster) string) {
	t.sort(list, size)
	for _, id := range list[:min(len(list), mostTold)] {
		w := Warning{Summary: fmt.Sprintf("%s would be left %s", noun(t.m.in.Types[id.Type]), without), Detail: tell(id, t.places[id])}
		table := t.m.table(id.Provider, id.Type)
		if i, live := table.byID[id.ID]; live && table.claim[i] != nil {
			inst := table.claim[i].inst
			w.Address, w.File, w.Line = inst.Address, inst.Block.Range.Filename, inst.Block.Range.Start.Line
		}
		t.m.plan.Warnings = append(t.m.plan.Warnings, w)
	}
	if more := len(list) - mostTold; more > 0 {
		t.m.plan.Warnings = append(t.m.plan.Warnings, Warning{Summary: fmt.Sprintf("%d more would be left %s", more, without)})
	}
}

// some names the first few of these people and says how many more there are.
func (t *tally) some(who []int) string {
	var names []string
	for _, i := range who {
		names = append(names, t.people[i].label())
	}
	slices.Sort(names)
	if more := len(names) - 3; more > 0 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// noun is the word for one object of a type at the beginning of a sentence.
func noun(typ *schema.Type) string {
	return strings.ToUpper(typ.Noun[0][:1]) + typ.Noun[0][1:]
}
