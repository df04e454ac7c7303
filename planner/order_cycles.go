package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// breakCycle lets one unit or role of a circle of keys go through a temporary
// name, which costs one call: the one whose address comes first, so that the
// order in which the configuration is written does not matter. A circle of
// people's keys is an error.
func (m *Match) breakCycle(stuck []int, takers freeing) bool {
	cycle := findCycle(m.plan.Steps, stuck)
	first, name := freed{step: -1}, ""
	for at, taker := range cycle {
		from := cycle[(at+1)%len(cycle)]
		for _, f := range takers[taker] {
			if f.step != from || first.step >= 0 && m.plan.Steps[first.step].Address.Compare(m.plan.Steps[from].Address) <= 0 {
				continue
			}
			if attr := m.renamable(&m.plan.Steps[from], f.key); attr != "" {
				first, name = f, attr
			}
		}
	}
	if first.step < 0 {
		m.refuseCycle(cycle, takers)
		return false
	}
	m.goThrough(name, first, takers)
	return true
}

// goThrough puts a step before the one that gives up a key, which puts the
// object out of the way. Whoever takes the key waits for that instead.
func (m *Match) goThrough(attr string, f freed, takers freeing) {
	index := m.putAway(f.step, attr)
	for taker, list := range takers {
		if !slices.Contains(list, f) {
			continue
		}
		takers[taker] = slices.DeleteFunc(slices.Clone(list), func(other freed) bool { return other == f })
		s := &m.plan.Steps[taker]
		if !slices.ContainsFunc(takers[taker], func(other freed) bool { return other.step == f.step }) {
			s.Needs = slices.DeleteFunc(s.Needs, func(need int) bool { return need == f.step })
		}
		s.Needs = sortedUnique(append(s.Needs, index))
	}
	step := &m.plan.Steps[f.step]
	step.Needs = sortedUnique(append(step.Needs, index))
	if _, sent := step.After[attr]; !sent && step.Action != Delete {
		changes := m.plan.Steps[index].Changes
		m.nameAgain(step, attr, changes[len(changes)-1])
	}
}

// putAway finds or makes the step that renames an object out of the way, and has
// it change the attribute as well.
func (m *Match) putAway(of int, attr string) (index int) {
	step := m.plan.Steps[of]
	live, _ := m.table(step.Provider, step.Address.Type).Find(step.ID)
	name, _ := text(live.Attrs[attr])
	before, after := cty.StringVal(name), schema.Known(cty.StringVal(fmt.Sprintf("%s (renaming %s)", name, step.ID)))
	for _, index = range step.Needs {
		if s := &m.plan.Steps[index]; s.Address == step.Address && s.ID == step.ID {
			s.Changes = append(s.Changes, Change{Attr: attr, Before: before, After: after})
			s.Before[attr], s.After[attr] = before, after
			return index
		}
	}
	return m.addBefore(of, Step{
		Action: Update, Reason: forName, Changes: []Change{{Attr: attr, Before: before, After: after}},
		Before: map[string]cty.Value{attr: before}, After: map[string]schema.Template{attr: after},
	})
}

// addBefore adds a step that a step of the same object is to wait for.
func (m *Match) addBefore(of int, extra Step) int {
	s := &m.plan.Steps[of]
	extra.Address, extra.From, extra.Provider, extra.ID, extra.Label, extra.Class = s.Address, s.From, s.Provider, s.ID, s.Label, s.Class
	extra.Calls, extra.Dependencies, extra.File, extra.Line = 1, s.Dependencies, s.File, s.Line
	m.plan.Steps = append(m.plan.Steps, extra)
	return len(m.plan.Steps) - 1
}

// nameAgain gives an object its name back in a step that changes another part of
// the key.
func (m *Match) nameAgain(step *Step, attr string, away Change) {
	step.take(m.in.Types[step.Address.Type], Change{Attr: attr, Before: away.After.Value, After: schema.Known(away.Before)})
	step.Before[attr] = away.Before
}

// place is where an attribute stands among those of its type.
func place(typ *schema.Type, attr string) int {
	return slices.IndexFunc(typ.Attributes, func(a schema.Attribute) bool { return a.Name == attr })
}

// renamable is the part of a key that can be changed to put a unit or role out
// of the way: its name where that is in the key. "" for people, whose keys are
// never made up, and for what is being made.
func (m *Match) renamable(step *Step, key int) string {
	if step.Class != schema.ClassUnit && step.Class != schema.ClassRole || step.ID == "" || step.Calls == 0 {
		return ""
	}
	typ, found := m.in.Types[step.Address.Type], ""
	for _, name := range typ.Keys[key] {
		attr := typ.Attribute(name)
		if attr.Purpose == schema.PurposeName {
			return name
		}
		if attr.Type == cty.String && attr.Refers == "" && !attr.CreateOnly && !attr.Sensitive {
			found = name
		}
	}
	return found
}

// refuseCycle says of a circle of steps what passes from whom to whom.
func (m *Match) refuseCycle(cycle []int, takers freeing) {
	var parts, discreet []string
	for at, taker := range cycle {
		from := cycle[(at+1)%len(cycle)]
		what := private{"waits for", "waits for"}
		for _, f := range takers[taker] {
			if n := m.at[m.plan.Steps[taker].Address]; f.step == from && n != nil {
				key := privateKey(n.inst.Type, f.key, n.known)
				what = private{"takes " + key.text + " from", "takes " + key.instead + " from"}
			}
		}
		text, without := told("%s %s %s", m.whoIs(taker), what, m.whoIs(from))
		parts, discreet = append(parts, text), append(discreet, cmp.Or(without, text))
	}
	m.diags = append(m.diags, personal("Keys change places in a circle", hcl.Range{}, "%s. A server lets nobody have a key while somebody else has it, so no order of these changes can work. Give one of them another value first, apply that, and then this.",
		private{strings.Join(parts, "; "), strings.Join(discreet, "; ")}))
}

// whoIs names a step's object as it is live.
func (m *Match) whoIs(step int) private {
	s := &m.plan.Steps[step]
	name := s.Label
	if live, ok := m.table(s.Provider, s.Address.Type).Find(s.ID); ok {
		name = label(m.in.Types[s.Address.Type], attrsGetter(live.Attrs), s.ID)
	}
	return private{fmt.Sprintf("%s (%s)", s.Address, name), s.Address.String()}.of(m.in.Types[s.Address.Type])
}

// findCycle follows needs among the stuck steps until one comes again; each
// step of the result needs the next.
func findCycle(steps []Step, stuck []int) []int {
	in := make(map[int]bool, len(stuck))
	for _, i := range stuck {
		in[i] = true
	}
	// A stuck step may only wait for a circle; walking on leads into one.
	seen := map[int]int{}
	var path []int
	for at := stuck[0]; ; {
		if first, again := seen[at]; again {
			return path[first:]
		}
		seen[at] = len(path)
		path = append(path, at)
		next := -1
		for _, need := range steps[at].Needs {
			if in[need] {
				next = need
				break
			}
		}
		if next < 0 {
			return path
		}
		at = next
	}
}
