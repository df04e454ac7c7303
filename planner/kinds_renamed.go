package planner

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/schema"
)

// LevelName says what the configuration calls a level live, and where.
type LevelName struct {
	Live string
	// At is the line to change when the level is renamed; its zero value says that
	// there is none.
	At hcl.Range
}

// levelKey names a tree level, as the configuration knows it.
type levelKey struct{ provider, typ, level string }

// renamed is a level whose units all carry one other name.
type renamed struct {
	live  string
	nodes []*node
	// changed says that the record has all of them as they should be, so that it was
	// the live system that changed.
	changed bool
}

// findRenamed finds the levels that were renamed live: no live unit carries the
// name, and all owned or adopted ones that should carry one other name, which
// the configuration does not know. Names may also have gone from one level to
// another: then units carry them that are of such a level themselves.
func (m *Match) findRenamed() {
	carried, wanted := map[levelKey]int{}, map[levelKey]*renamed{}
	for provider, types := range m.in.Live {
		for name, table := range types {
			level := single(table.typ, schema.PurposeLevel)
			for i := 0; level != "" && i < len(table.objects); i++ {
				if v, ok := text(table.objects[i].Attrs[level]); ok && table.objects[i].ID != "" {
					carried[levelKey{provider, name, v}]++
				}
			}
		}
	}
	for _, n := range m.nodes {
		if n.inst.Type.Class != schema.ClassUnit {
			continue
		}
		level := single(n.inst.Type, schema.PurposeLevel)
		want, ok := n.known(level)
		name, isText := text(want)
		if level == "" || !ok || !isText {
			continue
		}
		key := levelKey{n.inst.Provider, n.inst.Type.Name, name}
		if wanted[key] == nil {
			wanted[key] = &renamed{changed: true}
		}
		if n.index >= 0 {
			wanted[key].add(n, level, name, m.levels(n.inst.Provider))
		}
	}
	m.renamed = map[levelKey]*renamed{}
	for key, r := range wanted {
		if r.live != "" {
			m.renamed[key] = r
		}
	}
	for m.keepRenamed(carried, wanted) {
	}
}

// keepRenamed drops the levels that cannot have been renamed, given the others. It
// reports whether there was one.
func (m *Match) keepRenamed(carried map[levelKey]int, wanted map[levelKey]*renamed) (dropped bool) {
	passed := map[levelKey]int{} // units of renamed levels that carry the name of another
	for key, r := range m.renamed {
		passed[levelKey{key.provider, key.typ, r.live}] += len(r.nodes)
	}
	for key, r := range m.renamed {
		to := levelKey{key.provider, key.typ, r.live}
		_, known := wanted[to]
		known = known || slices.Contains(m.levels(key.provider), r.live)
		chained := r.changed && m.renamed[to] != nil
		if carried[key] != passed[key] || known && !chained || carried[key] > 0 && !r.changed {
			delete(m.renamed, key)
			dropped = true
		}
	}
	return dropped
}

// add takes a live unit into what is known of its level. Once one does not fit,
// the level is not renamed: live stays empty.
func (r *renamed) add(n *node, level, want string, levels []string) {
	have, _ := text(n.live().Attrs[level])
	fits := have != want && (len(r.nodes) == 0 || r.live == have)
	if n.rec != nil {
		was, _ := text(n.rec.Attrs[level])
		r.changed = r.changed && was == want
		// Where the configuration names its levels, a reading may have been recorded.
		fits = fits && (was == want || was == have && len(levels) > 0)
	}
	r.changed = r.changed && n.rec != nil
	r.nodes = append(r.nodes, n)
	r.live = ""
	if fits {
		r.live = have
	}
}

func (m *Match) levels(provider string) []string { return m.in.Providers[provider].Levels }

// isRenamed reports whether the attribute is a level that only carries another
// name, so that nothing is to be sent.
func (m *Match) isRenamed(n *node, attr *schema.Attribute) bool {
	if attr.Purpose != schema.PurposeLevel || m.renamed == nil {
		return false
	}
	v, ok := n.known(attr.Name)
	name, isText := text(v)
	return ok && isText && m.renamed[levelKey{n.inst.Provider, n.inst.Type.Name, name}] != nil
}

// guardRenamedKinds says of each renamed level, once, which line has to change.
func (m *Match) guardRenamedKinds() {
	selected := m.selection()
	for _, key := range m.renamedLevels() {
		r := m.renamed[key]
		if !slices.ContainsFunc(r.nodes, selected.instance) {
			continue // of another part of the tree than the plan is limited to
		}
		typ := m.in.Types[key.typ]
		attr := single(typ, schema.PurposeLevel)
		live := r.live
		if other, known := m.in.Providers[key.provider].LevelNames[r.live]; known {
			live = other.Live
		}
		var names []string
		for _, n := range r.nodes {
			names = append(names, Label(typ, *n.live()))
		}
		written, named := m.in.Providers[key.provider].LevelNames[key.level]
		at := written.At
		was, remedy := written.Live, fmt.Sprintf("Change that one line: %s = %q.", key.level, live)
		if !named {
			was, at = key.level, r.nodes[0].inst.Block.RangeOf(attr)
			remedy = fmt.Sprintf("Write %q where %s is %q.", live, attr, key.level)
		}
		m.refusal(Refusal{Guard: GuardRenamedKind, Count: len(names), Base: len(names), Names: firstTen(names), File: at.Filename, Line: at.Start.Line,
			Summary: fmt.Sprintf("The level %q is called %q now", was, live),
			Detail: fmt.Sprintf("%s. %s The %s themselves stay as they are. The flag below lets this run go on with the old name, under which nothing new can be made.",
				theyAre(len(names), typ, was, live), remedy, typ.Noun[1])})
	}
}

// theyAre says what all units that should be of a level are instead.
func theyAre(n int, typ *schema.Type, was, live string) string {
	if n == 1 {
		return fmt.Sprintf("The one %s that should be a %q is a %q now", typ.Noun[0], was, live)
	}
	return fmt.Sprintf("All %d %s that should be a %q are a %q now", n, typ.Noun[1], was, live)
}

func (m *Match) renamedLevels() []levelKey {
	out := make([]levelKey, 0, len(m.renamed))
	for key := range m.renamed {
		out = append(out, key)
	}
	slices.SortFunc(out, func(a, b levelKey) int {
		return slices.Compare([]string{a.provider, a.typ, a.level}, []string{b.provider, b.typ, b.level})
	})
	return out
}
