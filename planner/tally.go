package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// tally is what a plan takes from people, counted for each unit and role that
// somebody is in. It costs one pass over the live people.
type tally struct {
	m      *Match
	going  map[ObjectID]int // units and roles that go: the step that deletes them
	left   []ObjectID       // live units that no step deletes, in one that goes
	people []counted        // those of whom something is known
	places map[ObjectID]*roster
	// emptied are the people who lose an attribute's value, by type and attribute.
	emptied map[[2]string][]int
	// unseen is, by provider configuration, the number of strangers of whom the
	// list does not say what units they are in.
	unseen map[string]int
	// untold is the number of strange units of which the list does not say what
	// they stand in, where some of their type go.
	untold int
}

// counted is one live person.
type counted struct {
	table *Table
	index int
	loses bool // some membership ends
}

func (c *counted) label() string { return Label(c.table.typ, c.table.objects[c.index]) }

// stranger reports whether neither the configuration nor the state knows the
// person.
func (c *counted) stranger() bool {
	return c.table.owner[c.index] == nil && c.table.claim[c.index] == nil
}

// roster is a unit or role as far as people are in it. The people are indices.
type roster struct {
	had, lost  []int
	came       int
	led, leave []int
	leadsCame  int
}

// tally counts a finished plan.
func (m *Match) tally() *tally {
	t := &tally{m: m, places: map[ObjectID]*roster{}, emptied: map[[2]string][]int{}, unseen: map[string]int{}}
	t.findGoing()
	steps := map[ObjectID]*Step{}
	for i := range m.plan.Steps {
		switch s := &m.plan.Steps[i]; {
		case s.Class != schema.ClassPerson:
		case s.ID == "":
			t.arrive(s)
		default:
			steps[ObjectID{s.Provider, s.Address.Type, s.ID}] = s
		}
	}
	for _, provider := range sortedNames(m.in.Live, m.in.Providers) {
		for _, name := range sortedNames(m.in.Live[provider], m.in.Types) {
			table := m.table(provider, name)
			if table == nil || table.typ.Class != schema.ClassPerson {
				continue
			}
			for i := range table.objects {
				if id := table.objects[i].ID; id != "" {
					t.count(provider, table, i, steps[ObjectID{provider, name, id}])
				}
			}
		}
	}
	return t
}

func (t *tally) place(provider, typ, id string) *roster {
	key := ObjectID{provider, typ, id}
	p := t.places[key]
	if p == nil {
		p = &roster{}
		t.places[key] = p
	}
	return p
}

// arrive counts somebody who is to be made.
func (t *tally) arrive(s *Step) {
	for _, c := range s.Changes {
		attr := t.m.in.Types[s.Address.Type].Attribute(c.Attr)
		for _, e := range c.Added {
			t.come(s.Provider, attr, e.ID)
		}
	}
}

// come counts somebody who comes to a unit or role, or comes to lead it.
func (t *tally) come(provider string, attr *schema.Attribute, id string) {
	switch {
	case id == "":
	case attr.Purpose == schema.PurposeMembership:
		t.place(provider, attr.Refers, id).came++
	case attr.Purpose == schema.PurposeLead:
		t.place(provider, attr.Refers, id).leadsCame++
	}
}

// count counts one live person with the step that is about them, if there is one.
func (t *tally) count(provider string, table *Table, i int, s *Step) {
	typ, who := table.typ, len(t.people)
	t.people = append(t.people, counted{table: table, index: i})
	me := &t.people[who]
	ended := map[string][]string(nil) // by the type they are of
	for a := range typ.Attributes {
		attr := &typ.Attributes[a]
		if attr.Purpose != schema.PurposeMembership {
			t.countEmptied(s, typ, attr, who)
			continue
		}
		ids, known := table.held(i, attr.Name)
		if !known && me.stranger() && t.m.in.Types[attr.Refers].Class == schema.ClassUnit {
			t.unseen[provider]++
		}
		for _, id := range ids {
			p := t.place(provider, attr.Refers, id)
			p.had = append(p.had, who)
		}
		lost := t.lost(provider, table, i, attr, ids, s)
		for _, id := range lost {
			p := t.place(provider, attr.Refers, id)
			p.lost, me.loses = append(p.lost, who), true
		}
		if len(lost) > 0 {
			if ended == nil {
				ended = map[string][]string{}
			}
			ended[attr.Refers] = append(ended[attr.Refers], lost...)
		}
	}
	t.countLeads(provider, who, ended, s)
}

// lost are the memberships of one attribute that end: those that the step takes,
// and those of what goes. Not among them is what the server had added above a
// membership that stays: that goes along with a unit that is moved.
func (t *tally) lost(provider string, table *Table, i int, attr *schema.Attribute, ids []string, s *Step) []string {
	out, in := t.m.turn(s, attr, ids)
	for _, id := range in {
		t.come(provider, attr, id)
	}
	var lost, kept []string
	for _, id := range ids {
		_, goes := t.going[ObjectID{provider, attr.Refers, id}]
		if goes || slices.Contains(out, id) {
			lost = append(lost, id)
		} else {
			kept = append(kept, id)
		}
	}
	if len(lost) == 0 || len(kept) == 0 || t.m.in.Types[attr.Refers].Class != schema.ClassUnit {
		return lost
	}
	above := t.m.liveAncestors(provider, attr.Refers, kept)
	return slices.DeleteFunc(lost, func(id string) bool {
		return cameAlong(table.owner[i], attr, id) || above[id] && t.m.serverAdded(table.owner[i], provider, table, attr, id)
	})
}

// cameAlong reports whether an answer to our write has shown a membership that we
// had not sent: it is the server's, also when the unit that brought it has moved.
func cameAlong(rec *Record, attr *schema.Attribute, id string) bool {
	if rec == nil {
		return false
	}
	w, ok := rec.Writes[attr.Name]
	return ok && slices.Contains(elements(w.Answer), id) && !slices.Contains(elements(w.Sent), id)
}

// liveAncestors are the units that stand above any of these today.
func (m *Match) liveAncestors(provider, typ string, ids []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		for at := m.parentOf(provider, typ, id); at != "" && !out[at]; at = m.parentOf(provider, typ, at) {
			out[at] = true
		}
	}
	return out
}

// countLeads counts what a person leads. ended are the memberships they lose.
func (t *tally) countLeads(provider string, who int, ended map[string][]string, s *Step) {
	c := &t.people[who]
	for a := range c.table.typ.Attributes {
		attr := &c.table.typ.Attributes[a]
		if attr.Purpose != schema.PurposeLead {
			continue
		}
		ids, _ := c.table.held(c.index, attr.Name)
		out, in := t.m.turn(s, attr, ids)
		for _, id := range in {
			t.come(provider, attr, id)
		}
		for _, id := range ids {
			p := t.place(provider, attr.Refers, id)
			p.led = append(p.led, who)
			if slices.Contains(out, id) || slices.Contains(ended[attr.Refers], id) {
				p.leave = append(p.leave, who)
			}
		}
	}
}

// countEmptied counts a person who loses the value of an attribute.
func (t *tally) countEmptied(s *Step, typ *schema.Type, attr *schema.Attribute, who int) {
	if s == nil || attr.Type != cty.String {
		return
	}
	for _, c := range s.Changes {
		if c.Attr != attr.Name || c.Before == cty.NilVal || schema.IsEmpty(c.Before) {
			continue
		}
		if v, ok := t.m.foresee(c.After); ok && schema.IsEmpty(v) {
			key := [2]string{typ.Name, attr.Name}
			t.emptied[key] = append(t.emptied[key], who)
		}
	}
}

// held are the ids a live person has in an attribute: as read, else as last
// recorded. known is false where neither says.
func (t *Table) held(i int, attr string) (ids []string, known bool) {
	v, known := t.objects[i].Attrs[attr]
	if !known && t.owner[i] != nil {
		v, known = t.owner[i].Attrs[attr]
	}
	if !known {
		return nil, false
	}
	return elements(v), true
}
