package render

import (
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// tone is what a piece of a tree means, which every face colours in its way.
type tone uint8

const (
	tonePlain tone = iota
	toneName
	toneDim
	toneNew
	toneGone
	toneMoved
	toneChanged
	toneNote
)

// toneNames are the tones as words, for style sheets.
var toneNames = [...]string{"plain", "name", "dim", "new", "gone", "moved", "changed", "note"}

// toned is a piece of text in one tone.
type toned struct {
	text string
	tone tone
}

func tonedWidth(list []toned) int {
	n := 0
	for _, s := range list {
		n += width(s.text)
	}
	return n
}

// joinToned puts texts behind others, two blanks apart.
func joinToned(list []toned, more ...toned) []toned {
	if len(list) > 0 && len(more) > 0 {
		list = append(list, toned{text: "  "})
	}
	return append(list, more...)
}

func (p palette) tone(t tone) ink {
	switch t {
	case toneName:
		return p.bold
	case toneDim:
		return p.dim
	case toneNew:
		return p.green
	case toneGone:
		return p.red
	case toneMoved:
		return p.blue
	case toneChanged, toneNote:
		return p.yellow
	}
	return func(s string) string { return s }
}

// toneOf is the tone of what happens to a unit.
func toneOf(a planner.Action) tone {
	switch a {
	case planner.Create:
		return toneNew
	case planner.Delete:
		return toneGone
	case planner.Move:
		return toneMoved
	case planner.Update:
		return toneChanged
	}
	return toneName
}

// longName is how much of a name is shown unless all is asked for.
const longName = 60

// row lays out one unit.
func (c *chosen) row(i int) row {
	b := &c.forest.Branches[i]
	r := row{branch: b, index: i, depth: c.depth[i], title: c.title(b)}
	was, is := b.Before, b.Unit()
	switch {
	case !c.Compare || was == nil:
		was = is
	case b.After == nil: // whoever was in it is in it no more
		is = &planner.Unit{}
	}
	r.heads = []toned{{text: c.change(was.People, is.People)}, {text: " people"}}
	if was.People == 1 && is.People == 1 {
		r.heads[1].text = " person"
	}
	if c.parent[i] || was.Whole != was.People || is.Whole != is.People {
		r.below = []toned{{"(" + c.change(was.Whole, is.Whole) + " with all below)", toneDim}}
	}
	if c.Compare && b.Moves {
		r.tail = []toned{{"from " + c.way(b.From), toneMoved}}
	}
	if text := c.ledBy(b); text != "" {
		r.tail = joinToned(r.tail, toned{text, toneDim})
	}
	if b.Address.IsZero() {
		r.tail = joinToned(r.tail, toned{"(not managed)", toneNote})
	}
	return r
}

func (c *chosen) change(was, is int) string {
	if was == is {
		return count(is)
	}
	return count(was) + " -> " + count(is)
}

// title is the sign, the name and the level of a unit, with what they were.
func (c *chosen) title(b *planner.Branch) []toned {
	u := b.Unit()
	var list []toned
	hue := toneName
	if action := c.action(b); action != planner.None {
		hue = toneOf(action)
		list = append(list, toned{action.Sign() + " ", hue})
	}
	if c.Compare && b.Before != nil && b.Before.Name != u.Name {
		list = append(list, toned{c.name(b.Before.Name), toneGone}, toned{" -> ", toneDim})
	}
	list = append(list, toned{c.name(u.Name), hue})
	level := u.Level
	if c.Compare && b.Before != nil && b.Before.Level != u.Level {
		level = levelWord(b.Before.Level) + " -> " + levelWord(level)
	}
	if level != "" {
		list = append(list, toned{" (" + clean(level) + ")", toneDim})
	}
	return list
}

func levelWord(level string) string {
	if level == "" {
		return "no kind"
	}
	return level
}

// action is what happens to a unit, where that is to be shown.
func (c *chosen) action(b *planner.Branch) planner.Action {
	if !c.Compare {
		return planner.None
	}
	return b.Change()
}

func (c *chosen) name(s string) string {
	if c.Full {
		return clean(s)
	}
	return cut(clean(s), longName)
}

// way is the path to where a unit stands, or to what it stands below.
func (o Options) way(names []string) string {
	if len(names) == 0 {
		return "the top"
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = clean(name)
		if strings.ContainsAny(name, `/">`) || strings.TrimSpace(name) != name || name == "" {
			list[i] = quote(name)
		}
	}
	return strings.Join(list, " / ")
}
