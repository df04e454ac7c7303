package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// firstOfKind warns of levels that are wanted and that no live unit carries. The
// first unit that is made of such a level is made alone, and the others of that
// level after it, so that a name the server does not know is refused once. It is
// called when the steps are in order.
func (m *Match) firstOfKind() {
	unseen := map[levelKey]bool{}
	first := map[levelKey]int{}
	carried := map[[2]string]map[string]bool{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if s.Class != schema.ClassUnit {
			continue
		}
		t, sets := s.After[single(m.in.Types[s.Address.Type], schema.PurposeLevel)]
		level, isText := text(t.Value)
		if !sets || !isText || schema.IsSensitive(t.Value) {
			continue
		}
		key := levelKey{s.Provider, s.Address.Type, level}
		if m.renamed[key] == nil && !m.carries(carried, key) {
			unseen[key] = true
		} else if m.renamed[key] == nil {
			continue
		}
		if s.Action != Create {
			continue
		}
		switch before, has := first[key]; {
		case has:
			s.Needs = sortedUnique(append(s.Needs, before))
		case !s.Unsettled:
			first[key] = i
		}
	}
	m.warnUnseenKinds(unseen)
}

// carries reports whether a live unit carries the level, or whether that cannot
// be told.
func (m *Match) carries(made map[[2]string]map[string]bool, key levelKey) bool {
	where := [2]string{key.provider, key.typ}
	seen, ok := made[where]
	if !ok {
		seen = map[string]bool{}
		table := m.table(key.provider, key.typ)
		level := single(m.in.Types[key.typ], schema.PurposeLevel)
		for i := range table.objects {
			v, _ := text(table.objects[i].Attrs[level])
			seen[v] = seen[v] || table.objects[i].ID != ""
		}
		made[where] = seen
	}
	return seen[key.level] || seen[""]
}

func (m *Match) warnUnseenKinds(unseen map[levelKey]bool) {
	byType := map[[2]string][]string{}
	for key := range unseen {
		where := [2]string{key.provider, key.typ}
		byType[where] = append(byType[where], key.level)
	}
	for _, provider := range sortedNames(m.in.Providers, m.in.Live) {
		for _, name := range sortedNames(m.in.Types, m.in.Live[provider]) {
			list := byType[[2]string{provider, name}]
			if len(list) == 0 {
				continue
			}
			m.plan.Warnings = append(m.plan.Warnings, m.unseenKinds(provider, m.in.Types[name], list))
		}
	}
}

func (m *Match) unseenKinds(provider string, typ *schema.Type, list []string) Warning {
	levels, names := m.levels(provider), m.in.Providers[provider].LevelNames
	slices.SortFunc(list, func(a, b string) int {
		if by := slices.Index(levels, a) - slices.Index(levels, b); by != 0 {
			return by
		}
		return strings.Compare(a, b)
	})
	words := make([]string, len(list))
	for i, level := range list {
		words[i] = fmt.Sprintf("%q", level)
		if live := names[level].Live; live != "" && live != level {
			words[i] += fmt.Sprintf(" (%q)", live)
		}
	}
	attr := single(typ, schema.PurposeLevel)
	w := Warning{Summary: fmt.Sprintf("No live %s is of this %s yet", typ.Noun[0], attr)}
	if len(list) > 1 {
		w.Summary = fmt.Sprintf("No live %s is of these %ss yet", typ.Noun[0], attr)
	}
	w.Detail = fmt.Sprintf("%s. Whether the organisation has levels of that name shows when the first is made: it is made alone, and if the server refuses it, no other of its %s is tried.",
		strings.Join(words, ", "), attr)
	at := names[list[0]].At
	w.File, w.Line = at.Filename, at.Start.Line
	return w
}
