package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

func (t *Table) ids(list []int) string {
	ids := make([]string, len(list))
	for i, at := range list {
		ids[i] = t.objects[at].ID
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}

// contentWords names the content of a type: "title, body and groups".
func contentWords(typ *schema.Type) string {
	names := slices.Clone(typ.Content)
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// several says that more than one object has the content of an instance: one of
// ours, or a stranger.
func (m *Match) several(n *node, found []int) {
	if n.table.owner[found[0]] != nil {
		m.severalOwned(n, found)
		return
	}
	m.severalAlike(n, found)
}

// severalWant says that an object has the content of more than one instance, as far
// as they say it.
func (m *Match) severalWant(nodes []*node, found int) {
	typ, t := nodes[0].inst.Type, nodes[0].table
	var names []string
	for _, n := range nodes {
		names = append(names, fmt.Sprintf("%s (%s)", n.inst.Address, n.inst.Block.Range))
	}
	first := nodes[0].inst
	say := fmt.Sprintf("espalier import '%s' %s", first.Address, t.objects[found].ID)
	if owner := t.owner[found]; owner != nil {
		say = fmt.Sprintf("espalier state mv '%s' '%s'", owner.Address, first.Address)
	}
	m.diags = append(m.diags, problem(fmt.Sprintf("One live %s may be any of several", typ.Noun[0]),
		fmt.Sprintf("The live %s with id %s is like %s in %s. Say which one it is, as in \"%s\", or write all of that in each of them.",
			typ.Noun[0], t.objects[found].ID, strings.Join(firstTen(names), " and like "), contentWords(typ), say), first.Block.Range))
}

// warnSimilar says of a live object that it is not taken for one that is to be made,
// although it is much like it.
func (m *Match) warnSimilar(s seeker) {
	typ, addr, t := s.n.inst.Type, s.n.inst.Address, s.n.table
	for _, i := range t.resembling(s.want, widely, func(i int) bool { return t.owner[i] == nil && !t.deposed[i] }).best() {
		s.n.similar = append(s.n.similar, t.objects[i].ID)
	}
	found := s.n.strangers(s.want, widely).best()
	if len(found) == 0 {
		return
	}
	remedy := fmt.Sprintf("If it is this one, say so with \"espalier import '%s' ID\" before you apply", addr)
	if typ.Upload != nil {
		remedy = "Delete it in the vendor's own pages if it is not needed"
	}
	at := s.n.inst.Block.Range
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("A live %s is much like one that is to be made", typ.Noun[0]),
		Detail: fmt.Sprintf("The %s of %s and of the live %s with id %s differ in case, blanks or signs alone, which may mean something, so it is left as it is and another one is made. %s.",
			contentWords(typ), addr, typ.Noun[0], s.n.table.ids(found), remedy),
		Address: addr, File: at.Filename, Line: at.Start.Line,
	})
}

// sayTaken says of what was found by its content that the content itself could not
// be compared. What an earlier run has made is known.
func (m *Match) sayTaken() {
	taken := map[string][]string{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		typ := m.in.Types[s.Address.Type]
		if typ.Upload == nil || s.Action != Adopt || !s.Made.IsZero() {
			continue
		}
		if _, untold := s.Taken[typ.Upload.Digest]; untold {
			taken[typ.Name] = append(taken[typ.Name], s.Address.String())
		}
	}
	for _, name := range sortedNames(taken, taken) {
		up, list, noun := m.in.Types[name].Upload, taken[name], m.in.Types[name].Noun
		m.plan.Warnings = append(m.plan.Warnings, Warning{
			Summary: fmt.Sprintf("%s taken as the same by %s and %s alone", isAre(len(list), noun[0]+" is", noun[1]+" are"), up.Name, up.Size),
			Detail: fmt.Sprintf("The server tells no checksum, so it cannot be seen whether the live content is the local one: %s. What may have been edited since is uploaded anew when the live one is deleted in the vendor's own pages first.",
				someOf(list)),
		})
	}
}

func (m *Match) severalOwned(n *node, found []int) {
	var names []string
	for _, i := range found {
		names = append(names, n.table.owner[i].Address.String())
	}
	m.diags = append(m.diags, problem(fmt.Sprintf("Several %s of the state may be this one", n.inst.Type.Noun[1]),
		fmt.Sprintf("The configuration no longer has %s, and all of them have the %s of %s. Say which one has got this address with \"espalier state mv OLD '%s'\".",
			strings.Join(names, ", "), contentWords(n.inst.Type), n.inst.Address, n.inst.Address), n.inst.Block.Range))
}

func (m *Match) severalAlike(n *node, found []int) {
	typ := n.inst.Type
	m.diags = append(m.diags, problem(fmt.Sprintf("Several live %s have this content", typ.Noun[1]),
		fmt.Sprintf("The live %s with ids %s all have the %s of %s. Say which one is meant with \"espalier import '%s' ID\".",
			typ.Noun[1], n.table.ids(found), contentWords(typ), n.inst.Address, n.inst.Address), n.inst.Block.Range))
}

func (m *Match) refuseUntold(n *node, found []int) {
	typ := n.inst.Type
	name := typ.Content[0]
	m.diags = append(m.diags, problem(fmt.Sprintf("It cannot be told whether this %s is there", typ.Noun[0]),
		fmt.Sprintf("%s is not in the state, and the server does not tell all of the content of the live %s with id %s, which may be the same. If it is, say so with \"espalier import '%s' ID\"; if not, give the new one another %s.",
			n.inst.Address, typ.Noun[0], n.table.ids(found), n.inst.Address, name), n.inst.Block.RangeOf(name)))
}
