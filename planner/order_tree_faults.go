package planner

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// refuseTree says why a tree cannot become the wanted one.
func (m *Match) refuseTree(l *living, f fault) {
	if f.kind == nameTaken && !l.units[f.unit].changes() {
		f.unit, f.other = f.other, f.unit
	}
	u, other, noun := m.unitText(l, f.unit), m.unitText(l, f.other), l.typ.Noun[0]
	level := func(i int) string {
		return fmt.Sprintf("%q", m.in.Providers[l.provider].Levels[l.units[i].wanted.rank])
	}
	summary, detail := "", ""
	switch {
	case f.kind == belowItself:
		summary = fmt.Sprintf("A %s would stand below itself", noun)
		detail = fmt.Sprintf("%s is to stand below %s, and by way of that below itself. Give one of those between another %s.", u, other, l.parent)
	case f.kind == parentGoes:
		summary = fmt.Sprintf("A %s would lose its parent", noun)
		detail = fmt.Sprintf("%s is to stand below %s, which this plan deletes. Give it another %s, or keep that one in the configuration.", u, other, l.parent)
	case f.kind == nameTaken:
		summary = fmt.Sprintf("The name of a %s is taken", noun)
		detail = fmt.Sprintf("%s and %s would both have the name %q under one %s, and this plan leaves the second as it is. Choose another name, or plan the change of that one too.",
			u, other, l.units[f.unit].wanted.name, l.parent)
	case l.units[f.unit].changes():
		summary = "Level is not below the parent's"
		detail = fmt.Sprintf("%s is to be a %s below %s, which is a %s. A %s must stand lower than its parent: change one of the levels, or the %s.",
			u, level(f.unit), other, level(f.other), noun, l.parent)
	default:
		summary = "Level is not below the parent's"
		detail = fmt.Sprintf("%s is to become a %s, and a %s that this plan leaves as it is stands below it: %s. A %s must stand lower than its parent: move that one away or lower it, or bring it into the configuration.",
			other, level(f.other), level(f.unit), u, noun)
	}
	m.diags = append(m.diags, problem(summary, detail, m.unitRange(l, f)))
}

// circleIsWanted reports whether a circle of units is what the configuration says
// of all of them, and not what comes of carrying out a part of it.
func (m *Match) circleIsWanted(l *living, start int) bool {
	for i := start; ; {
		above := l.units[i].wanted.parent
		next, ok := m.parentAfter(l.provider, l.typ.Name, l.parent, m.memberFor(l, i))
		if !ok || next.key() != m.memberFor(l, above).key() {
			return false
		}
		if i = above; i == start {
			return true
		}
	}
}

// memberFor stands for a unit: its id, or that it is to be made.
func (m *Match) memberFor(l *living, i int) member {
	if l.members[i].at >= 0 {
		return member{id: l.members[i].id}
	}
	return m.at[l.members[i].address].asMember()
}

// unitText names a unit: by its address, or by its id where it has none.
func (m *Match) unitText(l *living, i int) string {
	member := l.members[i]
	if member.at < 0 {
		return fmt.Sprintf("%s (%q)", member.address, m.plan.Steps[member.step].Label)
	}
	name := label(l.typ, attrsGetter(l.table.objects[member.at].Attrs), member.id)
	if member.address.IsZero() {
		return fmt.Sprintf("the %s %q (id %s), which nothing here manages", l.typ.Noun[0], name, member.id)
	}
	return fmt.Sprintf("%s (%q)", member.address, name)
}

// unitRange is where the configuration asks for what cannot be.
func (m *Match) unitRange(l *living, f fault) hcl.Range {
	for _, i := range []int{f.unit, f.other} {
		if i < 0 || l.members[i].step < 0 {
			continue
		}
		if n := m.at[l.members[i].address]; n != nil {
			return n.inst.Block.Range
		}
	}
	return hcl.Range{}
}

// refuseKnot says that steps wait for each other in a way that no name helps.
func (m *Match) refuseKnot(l *living, stuck []int) {
	var names []string
	for _, i := range stuck {
		if i < len(l.units) {
			names = append(names, m.unitText(l, i))
		}
	}
	m.refuse("No order of changes keeps the tree whole", "%s each have to wait for the next, and the last for the first. Make the change in two steps: apply a part of it first.", strings.Join(names, "; "))
}
