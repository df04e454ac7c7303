package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// indent is where the lines below a step's first line begin.
const indent = "    "

// place writes where the configuration says something.
func place(file string, line int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return clean(file)
	}
	return fmt.Sprintf("%s:%d", clean(file), line)
}

// step draws one step in full: its first line, and what changes.
func (f *face) step(step *planner.Step) {
	parts := f.names.parts(step)
	head := []string{f.sign(step), " ", f.paint.bold(clean(step.Address.String()))}
	if step.Passage != nil {
		head = append(head, "  ", f.passage(step))
		parts = f.withoutParent(step, parts)
	} else if label := f.names.label(step); label != "" {
		head = append(head, "  ", label)
	}
	if note := f.stepNote(step); note != "" {
		head = append(head, "  ", f.paint.dim("("+note+")"))
	}
	if at := place(step.File, step.Line); at != "" {
		head = append(head, "  ", f.paint.dim(at))
	}
	f.line(head...)
	f.parts(parts)
}

func (p *printer) sign(step *planner.Step) string {
	if stripped(step) {
		return p.paint.red(step.Action.Sign())
	}
	return p.paint.of(step.Action)(step.Action.Sign())
}

// stepNote says what neither the sign nor the changes say.
func (f *face) stepNote(step *planner.Step) string {
	var notes []string
	if !step.From.IsZero() {
		notes = append(notes, "was "+f.names.formerly(step))
	}
	if step.Reason != "" {
		notes = append(notes, clean(step.Reason))
	}
	if stripped(step) {
		notes = append(notes, "no longer managed afterwards")
	}
	if step.KeyUnknown {
		notes = append(notes, "looked for before it is made")
	}
	if step.Action == planner.Adopt && step.ID != "" {
		notes = append(notes, "is live as "+clean(step.ID))
	}
	return strings.Join(notes, "; ")
}

// passage draws a move as the way from one place to the other, with what goes
// along.
func (f *face) passage(step *planner.Step) string {
	g := step.Passage
	text := f.paint.red(f.way(g.From)) + f.paint.dim(" -> ") + f.paint.green(f.way(g.To))
	if along := f.along(step); along != "" {
		text += " (" + along + ")"
	}
	return text
}

// along says what goes along with a unit that moves: "3 groups, 214 people go
// along"; empty if it is nothing.
func (f *face) along(step *planner.Step) string {
	g := step.Passage
	var list []string
	if g.Groups > 0 {
		one, many := f.nouns(step.Address.Type, step.Class)
		list = append(list, plural(g.Groups, one, many))
	}
	if g.AtLeast {
		list = append(list, "at least "+plural(g.People, "person", "people"))
	} else if g.People > 0 {
		list = append(list, plural(g.People, "person", "people"))
	}
	if len(list) == 0 {
		return ""
	}
	verb := " go along"
	if g.Groups+g.People == 1 {
		verb = " goes along"
	}
	return strings.Join(list, ", ") + verb
}

// withoutParent leaves out the part that is the move itself.
func (f *face) withoutParent(step *planner.Step, parts []part) []part {
	attr := ""
	for i := range step.Changes {
		c := &step.Changes[i]
		purpose := f.purpose(step.Address.Type, c.Attr)
		if purpose == schema.PurposeParent || attr == "" && purpose == schema.PurposeNone && c.Refers != "" {
			attr = clean(c.Attr)
		}
	}
	for i := range parts {
		if parts[i].attr == attr && parts[i].kind == partChange {
			return append(parts[:i:i], parts[i+1:]...)
		}
	}
	return parts
}

// between draws both sides of a change in one line.
func (p *printer) between(x *part) string {
	if x.old == "" {
		return p.paint.green(x.new)
	}
	return p.paint.red(x.old) + p.paint.dim(" -> ") + p.paint.green(x.new)
}

// parts draws what changes, attributes aligned. Members come after attributes.
func (p *printer) parts(parts []part) {
	names, olds := 0, 0
	for i := range parts {
		x := &parts[i]
		if x.kind == partSet || x.kind == partChange || x.kind == partText {
			names = max(names, width(x.attr))
		}
		if w := width(x.old); x.kind == partChange && w <= longText {
			olds = max(olds, w)
		}
	}
	for i := range parts {
		switch x := &parts[i]; x.kind {
		case partSet:
			p.line(indent, pad(x.attr, names), "  ", p.paint.green(p.shorten(x.new)), p.note(x))
		case partChange:
			p.change(x, names, olds)
		case partText:
			p.longText(x, names)
		}
	}
	for i := range parts {
		switch x := &parts[i]; x.kind {
		case partGain:
			p.line(indent, p.paint.green("+"), " ", x.attr, " ", p.paint.green(x.new), p.note(x))
		case partLoss:
			p.line(indent, p.paint.red("-"), " ", x.attr, " ", p.paint.red(x.old), p.note(x))
		}
	}
}

func (p *printer) note(x *part) string {
	if x.note == "" {
		return ""
	}
	return "  " + p.paint.dim("("+x.note+")")
}

// longest is how much of a new value is shown unless all is asked for.
const longest = 160

func (p *printer) shorten(s string) string {
	if p.Full || utf8.RuneCountInString(s) <= longest {
		return s
	}
	return cut(s, longest) + " (" + plural(utf8.RuneCountInString(s), "character", "characters") + ")"
}

// change draws old and new side by side, or one above the other where the line
// is too short for both.
func (p *printer) change(x *part, names, olds int) {
	if x.old == "" {
		p.line(indent, pad(x.attr, names), "  ", x.new, p.note(x))
		return
	}
	old, new := p.shorten(x.old), p.shorten(x.new)
	room := len(indent) + names + 2 + max(width(old), olds) + 4 + width(new)
	if p.Width > 0 && room > p.Width {
		p.line(indent, pad(x.attr, names), "  ", p.paint.red(old))
		p.line(indent, pad("", names-1), p.paint.dim("-> "), p.paint.green(new), p.note(x))
		return
	}
	gap := strings.Repeat(" ", max(0, olds-width(old)))
	p.line(indent, pad(x.attr, names), "  ", p.paint.red(old), gap, p.paint.dim(" -> "), p.paint.green(new), p.note(x))
}
