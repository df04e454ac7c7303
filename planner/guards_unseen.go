package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// findGoing lists the units and roles that the plan deletes, and the live units
// that it would leave in one of them: those that no step deletes or takes
// elsewhere. A server may delete these as well.
func (t *tally) findGoing() {
	t.going = map[ObjectID]int{}
	stays := map[ObjectID]bool{} // goes elsewhere
	for i := range t.m.plan.Steps {
		s := &t.m.plan.Steps[i]
		id := ObjectID{s.Provider, s.Address.Type, s.ID}
		switch {
		case s.Class == schema.ClassPerson || s.ID == "":
		case s.Action == Delete:
			t.going[id] = i
		case s.After != nil:
			_, moved := s.After[single(t.m.in.Types[s.Address.Type], schema.PurposeParent)]
			stays[id] = stays[id] || moved
		}
	}
	if len(t.going) == 0 {
		return
	}
	for _, provider := range sortedNames(t.m.in.Live, t.m.in.Providers) {
		for _, name := range sortedNames(t.m.in.Live[provider], t.m.in.Types) {
			t.findLeft(provider, name, stays)
		}
	}
}

// findLeft adds the live units of one table that stand, however deep, in one that
// goes.
func (t *tally) findLeft(provider, name string, stays map[ObjectID]bool) {
	table := t.m.table(provider, name)
	if table == nil || table.typ.Class != schema.ClassUnit {
		return
	}
	below := map[string][]string{}
	var queue []string
	untold, parent := 0, single(table.typ, schema.PurposeParent)
	for i := range table.objects {
		id := table.objects[i].ID
		if parent := t.m.parentOf(provider, name, id); parent != "" {
			below[parent] = append(below[parent], id)
		}
		if _, goes := t.going[ObjectID{provider, name, id}]; goes && id != "" {
			queue = append(queue, id)
		}
		if _, told := table.objects[i].Attrs[parent]; !told && id != "" && table.owner[i] == nil && table.claim[i] == nil {
			untold++
		}
	}
	if len(queue) > 0 {
		t.untold += untold
	}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		for _, id := range below[from] {
			key := ObjectID{provider, name, id}
			if _, goes := t.going[key]; goes || stays[key] {
				continue
			}
			t.going[key] = t.going[ObjectID{provider, name, from}]
			t.left = append(t.left, key)
			queue = append(queue, id)
		}
	}
}

// guardUnseen refuses to delete units with others in them that the plan says
// nothing of: live units, and people whom nothing here manages.
func (t *tally) guardUnseen() {
	left := map[ObjectID]bool{}
	var units []string
	for _, id := range t.left {
		left[id] = true
		units = append(units, t.m.liveName(id))
	}
	strangers, holders := map[int]bool{}, map[ObjectID]bool{}
	unseen, counted := 0, map[string]bool{}
	for id := range t.going {
		if t.m.in.Types[id.Type].Class != schema.ClassUnit {
			continue
		}
		if !counted[id.Provider] {
			counted[id.Provider], unseen = true, unseen+t.unseen[id.Provider]
		}
		holds := left[id]
		if p := t.places[id]; p != nil {
			for _, who := range p.had {
				if t.people[who].stranger() {
					strangers[who], holds = true, true
				}
			}
		}
		if holds {
			holders[t.deleted(id)] = true
		}
	}
	if len(units)+len(strangers)+unseen+t.untold == 0 {
		return
	}
	names, summary := append(firstTen(units), t.names(strangers)...), "Others are in what would be deleted"
	if len(names) == 0 {
		summary = "Others may be in what would be deleted"
	}
	t.m.refusal(Refusal{Guard: GuardUnseenMembers, Count: len(units) + len(strangers), Names: names[:min(len(names), 10)],
		Summary: summary, Detail: t.tellUnseen(len(units), len(strangers), unseen, holders)})
}

// deleted is the unit that a step deletes, for one that goes with it.
func (t *tally) deleted(id ObjectID) ObjectID {
	s := &t.m.plan.Steps[t.going[id]]
	return ObjectID{s.Provider, s.Address.Type, s.ID}
}

func (t *tally) tellUnseen(units, strangers, unseen int, holders map[ObjectID]bool) string {
	var parts, ways []string
	if units > 0 {
		parts = append(parts, isAre(units, "live group", "live groups"))
	}
	if strangers > 0 {
		parts = append(parts, isAre(strangers, "person", "people"))
	}
	for id := range holders {
		ways = append(ways, t.m.wayTo(id))
	}
	slices.Sort(ways)
	text := ""
	if len(parts) > 0 {
		atLeast, more := "", ""
		if unseen+t.untold > 0 {
			atLeast = "at least "
		}
		if n := len(ways) - 10; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		hold := "holds"
		if len(ways) > 1 {
			hold = "hold"
		}
		text = fmt.Sprintf("%s%s would be deleted, and %s %s%s that the plan says nothing of. ", quoted(ways[:min(len(ways), 10)]), more, hold, atLeast, strings.Join(parts, " and "))
	}
	if unseen > 0 {
		others := "any of the people"
		if unseen > 1 {
			others = fmt.Sprintf("any of the %d people", unseen)
		}
		text += fmt.Sprintf("The lists do not say who is in a group, so it cannot be seen whether %s outside of the configuration would lose their place. ", others)
	}
	if t.untold > 0 {
		text += fmt.Sprintf("The lists do not say what stands below what, so it cannot be seen whether any of %s outside of the configuration would go as well. ", isAre(t.untold, "group", "groups"))
	}
	return text + "A server may delete all that is below a group with it. Take the others over or elsewhere first, or let exactly this through once."
}
