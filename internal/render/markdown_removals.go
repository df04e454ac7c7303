package render

import (
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// removed are the lines that name what is removed, one an object, where people are
// shown one by one.
type removed struct {
	lines []string
	// sizes is how many objects each line stands for; all is their sum.
	sizes []int
	all   int
	// hidden is how many of them are not named.
	hidden int
}

// removals draws what is deleted, and who is taken out of everything.
func (m *comment) removals() *removed {
	r := &removed{}
	keys, members := sections(m.plan)
	if len(keys) == 0 || keys[0].rank > 0 {
		return r
	}
	o := m.Options
	o.Full = true
	text := m.drawn(o, func(f *face) {
		room := m.Limit // more than that cannot be shown
		for _, b := range f.names.fold(members[keys[0]]) {
			r.all += len(b.steps)
			if room <= 0 {
				r.hidden += len(b.steps)
				continue
			}
			room -= f.removal(b)
			r.sizes = append(r.sizes, len(b.steps))
		}
	})
	r.lines = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return r
}

// removal writes one removal in one line, and returns how long that is.
func (f *face) removal(b block) int {
	step := &f.plan.Steps[b.steps[0]]
	what := clean(step.Address.String())
	if f.People == PeopleCounts && f.names.shielded(step) {
		one, many := f.nouns(step.Address.Type, step.Class)
		what = plural(len(b.steps), one, many)
	} else if label := f.names.label(step); label != "" {
		what += "  " + label
	}
	if note := f.blockNote(step); note != "" {
		what += "  (" + note + ")"
	}
	text := planner.Delete.Sign() + " " + clip(what, mostHead)
	f.line(text)
	return len(text) + 1
}

func (r *removed) text() string {
	if r.all == 0 {
		return ""
	}
	body := strings.Join(r.lines, "\n")
	if r.hidden > 0 {
		body += "\n  ... and " + count(r.hidden) + " more"
	}
	return "#### " + plural(r.all, "removal", "removals") + "\n\n" + fenced("diff", strings.TrimPrefix(body, "\n")) + "\n"
}

// fit leaves out the last lines, so that no more than room is taken.
func (r *removed) fit(c *chapter, room int) {
	bare := removed{all: r.all, hidden: r.all}
	room -= len(bare.text()) + 2*longestRun(strings.Join(r.lines, "\n"), '`')
	kept, shown := 0, 0
	for kept < len(r.lines) && len(r.lines[kept])+1 <= room {
		room -= len(r.lines[kept]) + 1
		shown += r.sizes[kept]
		kept++
	}
	r.lines, r.sizes, r.hidden = r.lines[:kept], r.sizes[:kept], r.all-shown
	c.text = r.text()
}
