package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// guardPeople refuses to take memberships and positions from too many people: of
// one unit or role, or of all together; and to empty an attribute of too many.
func (t *tally) guardPeople() {
	limit, owned := t.m.in.Guards.MaxPeopleAffected, t.m.ownedPeople()
	all := t.losers()
	affected, base := map[int]bool{}, map[int]bool{}
	var told []string
	overAll := limit.exceeded(len(all), owned)
	if overAll {
		addAll(affected, all)
		told = append(told, tellAll(len(all), owned))
	}
	if places := t.exceeding(limit); len(places) > 0 {
		for _, id := range places {
			addAll(affected, t.places[id].lost)
			addAll(base, t.places[id].had)
		}
		told = append(told, t.tellPlaces(places))
	}
	emptied := t.tooEmpty(limit, owned)
	for _, key := range emptied {
		addAll(affected, t.emptied[key])
		told = append(told, fmt.Sprintf("%s of %s would be emptied.", key[1], isAre(len(t.emptied[key]), "person", "people")))
	}
	if len(affected) == 0 {
		return
	}
	r := Refusal{Guard: GuardMaxPeopleAffected, Count: len(affected), Base: len(base), Names: t.names(affected), Summary: "Too many people would lose something"}
	if overAll || len(emptied) > 0 {
		r.Base = owned
	}
	r.Detail = fmt.Sprintf("%s %s is %s, both of the people in one group or position and of all. If a file was cut short or a list came out empty, put it right. If it is meant, let exactly this through once.",
		strings.Join(told, " "), r.Guard, limit)
	t.m.refusal(r)
}

// tellAll says how many of the people that are owned lose something. On adoption
// they may be more.
func tellAll(n, owned int) string {
	if n <= owned {
		return fmt.Sprintf("%d of the %s managed would lose a membership or a position.", n, isAre(owned, "person that is", "people that are"))
	}
	return fmt.Sprintf("%s a membership or a position, and %s managed so far.", isAre(n, "person would lose", "people would lose"), isAre(owned, "person is", "people are"))
}

// losers are the people of the configuration or the state of whom some
// membership ends. Strangers are counted where they are, and by guardUnseen.
func (t *tally) losers() []int {
	var out []int
	for who := range t.people {
		if c := &t.people[who]; c.loses && !c.stranger() {
			out = append(out, who)
		}
	}
	return out
}

// exceeding are the units and roles that more people leave than the limit lets,
// those with the most first.
func (t *tally) exceeding(limit Limit) []ObjectID {
	var out []ObjectID
	for id, p := range t.places {
		if limit.exceeded(len(p.lost), len(p.had)) {
			out = append(out, id)
		}
	}
	t.sort(out, func(p *roster) int { return len(p.lost) })
	return out
}

// sort puts places in order: those with the highest count first.
func (t *tally) sort(list []ObjectID, count func(*roster) int) {
	slices.SortFunc(list, func(a, b ObjectID) int {
		return cmp.Or(cmp.Compare(count(t.places[b]), count(t.places[a])), cmp.Compare(a.Type, b.Type),
			cmp.Compare(t.m.wayTo(a), t.m.wayTo(b)), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.ID, b.ID))
	})
}

func (t *tally) tellPlaces(list []ObjectID) string {
	var parts []string
	for _, id := range list[:min(len(list), 10)] {
		p := t.places[id]
		parts = append(parts, fmt.Sprintf("%s %q %d of %d", t.m.in.Types[id.Type].Noun[0], t.m.wayTo(id), len(p.lost), len(p.had)))
	}
	text := "By group and position: " + strings.Join(parts, ", ")
	if more := len(list) - len(parts); more > 0 {
		text += fmt.Sprintf(", and %d more like them", more)
	}
	return text + "."
}

// tooEmpty are the attributes that too many people lose the value of.
func (t *tally) tooEmpty(limit Limit, owned int) [][2]string {
	var out [][2]string
	for _, key := range slices.SortedFunc(maps.Keys(t.emptied), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if limit.exceeded(len(t.emptied[key]), owned) {
			out = append(out, key)
		}
	}
	return out
}

// names are the first ten names of these people.
func (t *tally) names(who map[int]bool) []string {
	out := make([]string, 0, len(who))
	for i := range who {
		out = append(out, t.people[i].label())
	}
	return firstTen(out)
}

// ownedPeople is how many people were owned before the plan.
func (m *Match) ownedPeople() int {
	count := 0
	for name, n := range m.owned() {
		if typ := m.in.Types[name]; typ != nil && typ.Class == schema.ClassPerson {
			count += n
		}
	}
	return count
}

// wayTo names a live object by the names on the way down to it.
func (m *Match) wayTo(id ObjectID) string {
	names, seen := []string{}, map[string]bool{}
	for at := id.ID; at != "" && !seen[at]; at = m.parentOf(id.Provider, id.Type, at) {
		seen[at] = true
		names = append(names, m.liveName(ObjectID{id.Provider, id.Type, at}))
	}
	slices.Reverse(names)
	return strings.Join(names, " / ")
}

// liveName names a live object as it is today.
func (m *Match) liveName(id ObjectID) string {
	o, ok := m.table(id.Provider, id.Type).Find(id.ID)
	if !ok {
		return id.ID
	}
	return label(m.in.Types[id.Type], attrsGetter(o.Attrs), id.ID)
}

func addAll(set map[int]bool, list []int) {
	for _, i := range list {
		set[i] = true
	}
}
