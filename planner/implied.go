package planner

import (
	"github.com/zclconf/go-cty/cty"

	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// addsParents reports whether the tenant seems to add the membership of a
// parent with a child's: some person is in a unit below the top, and everybody
// in such a unit is in the one above it as well. It is worked out once for each
// provider configuration.
func (m *Match) addsParents(provider string, people *Table, attr *schema.Attribute) bool {
	if m.impliesParents == nil {
		m.impliesParents = map[string]bool{}
	}
	answer, known := m.impliesParents[provider]
	if !known {
		answer = m.everybodyIsInParents(provider, people, attr)
		m.impliesParents[provider] = answer
	}
	return answer
}

func (m *Match) everybodyIsInParents(provider string, people *Table, attr *schema.Attribute) bool {
	seen := false
	for i := range people.objects {
		v, ok := people.objects[i].Attrs[attr.Name]
		if !ok {
			continue
		}
		ids := elements(v)
		for _, id := range ids {
			parent := m.parentOf(provider, attr.Refers, id)
			if parent == "" {
				continue
			}
			if !slices.Contains(ids, parent) {
				return false
			}
			seen = true
		}
	}
	return seen
}

// parentOf is the live parent's id of a unit, "" for none; where the server does not
// tell it is the recorded one.
func (m *Match) parentOf(provider, typ, id string) string {
	table, parent := m.table(provider, typ), single(m.in.Types[typ], schema.PurposeParent)
	if table == nil {
		return ""
	}
	i, ok := table.byID[id]
	if !ok {
		return ""
	}
	v, told := table.objects[i].Attrs[parent]
	if rec := table.owner[i]; !told && rec != nil {
		v = rec.Attrs[parent]
	}
	p, _ := text(v)
	return p
}

// ancestors are the live units that are above any of the given ones once the
// plan is carried out.
func (m *Match) ancestors(provider, typ string, of members) map[string]bool {
	out, seen := map[string]bool{}, map[string]bool{}
	parent := single(m.in.Types[typ], schema.PurposeParent)
	for _, e := range of.list {
		for at := e; ; {
			next, ok := m.parentAfter(provider, typ, parent, at)
			if !ok || seen[next.key()] {
				break
			}
			seen[next.key()] = true
			if next.pending == nil {
				out[next.id] = true
			}
			at = next
		}
	}
	return out
}

// parentAfter is the parent that a unit has once the plan is carried out: the
// wanted one where the configuration has the unit, else the live one.
func (m *Match) parentAfter(provider, typ, parent string, of member) (member, bool) {
	var n *node
	if of.pending != nil {
		if ref := of.pending.Pending.Ref; ref != nil {
			n = m.at[ref.Address]
		}
	} else if t := m.table(provider, typ); t != nil {
		if i, ok := t.byID[of.id]; ok {
			n = t.claim[i]
		}
	}
	if n == nil {
		id := m.parentOf(provider, typ, of.id)
		return member{id: id}, id != ""
	}
	t, ok := n.values[parent]
	switch {
	case !ok:
		return member{}, false
	case !t.IsKnown():
		return member{pending: &t}, t.Pending.Ref != nil
	}
	id, ok := text(t.Value)
	return member{id: id}, ok && id != ""
}

// serverAdded reports whether a person's membership of a unit, which is above one that
// is wanted, is one that the server adds by itself: an answer showed that it adds
// such, no answer showed anything, or, where nothing is recorded, the whole tenant
// looks so. What was sent is never the server's.
func (m *Match) serverAdded(rec *Record, provider string, people *Table, attr *schema.Attribute, id string) bool {
	if rec == nil {
		return m.addsParents(provider, people, attr)
	}
	w, wrote := rec.Writes[attr.Name]
	if !wrote || slices.Contains(elements(w.Sent), id) {
		return false
	}
	if w.Answer == cty.NilVal { // what was not there before came with what was sent
		return !slices.Contains(elements(w.Before), id) || m.answersAdd(provider, attr) || m.addsParents(provider, people, attr)
	}
	return w.grew()
}

// grew reports whether the answer to a write showed members that were not sent.
func (w Write) grew() bool {
	if w.Answer == cty.NilVal || w.Sent == cty.NilVal {
		return false
	}
	sent := elements(w.Sent)
	return slices.ContainsFunc(elements(w.Answer), func(id string) bool { return !slices.Contains(sent, id) })
}

// answersAdd reports whether any answer of the tenant has shown that the server adds
// memberships of itself.
func (m *Match) answersAdd(provider string, attr *schema.Attribute) bool {
	if m.answersAdded == nil {
		m.answersAdded = map[string]bool{}
	}
	added, known := m.answersAdded[provider]
	if !known {
		for _, rec := range m.records {
			if rec.Provider == provider && rec.Writes[attr.Name].grew() {
				added = true
				break
			}
		}
		m.answersAdded[provider] = added
	}
	return added
}
