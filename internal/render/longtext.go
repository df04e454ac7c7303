package render

import (
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// longText draws the differences inside a text.
func (p *printer) longText(x *part, names int) {
	if !strings.Contains(spanText(x.text), "\n") {
		p.line(indent, pad(x.attr, names), "  ", p.inlineDiff(x.text), p.note(x))
		return
	}
	p.line(indent, x.attr, p.note(x))
	context := 2
	if p.Full {
		context = len(x.text)
	}
	end := 0
	for _, h := range hunks(x.text, context) {
		p.unchanged(h.from - end)
		for _, s := range x.text[h.from:h.to] {
			text := cleanLine(strings.TrimSuffix(s.text, "\n"))
			switch s.op {
			case diffmatchpatch.DiffInsert:
				p.line(indent, "  ", p.paint.green("+ "+text))
			case diffmatchpatch.DiffDelete:
				p.line(indent, "  ", p.paint.red("- "+text))
			default:
				p.line(indent, "    ", p.paint.dim(text))
			}
		}
		end = h.to
	}
	p.unchanged(len(x.text) - end)
}

func (p *printer) unchanged(lines int) {
	if lines > 0 {
		p.line(indent, "    ", p.paint.dim("… "+plural(lines, "line", "lines")+" unchanged"))
	}
}

func spanText(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.text)
	}
	return b.String()
}

// inlineDiff draws a text with what goes and what comes marked inside it, and
// long stretches that stay shortened.
func (p *printer) inlineDiff(spans []span) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, s := range spans {
		quoted := quote(s.text)
		text := quoted[1 : len(quoted)-1]
		switch s.op {
		case diffmatchpatch.DiffInsert:
			b.WriteString(p.paint.green("{+" + text + "+}"))
		case diffmatchpatch.DiffDelete:
			b.WriteString(p.paint.red("[-" + text + "-]"))
		default:
			b.WriteString(p.stretch(text, i == 0, i == len(spans)-1))
		}
	}
	b.WriteByte('"')
	return b.String()
}

// stretch shortens a text that stays, at the sides away from the differences.
func (p *printer) stretch(text string, first, last bool) string {
	const keep = 24
	runes := []rune(text)
	if p.Full || len(runes) <= 2*keep+3 {
		return text
	}
	switch {
	case first:
		return "…" + string(runes[len(runes)-keep:])
	case last:
		return string(runes[:keep]) + "…"
	}
	return string(runes[:keep]) + "…" + string(runes[len(runes)-keep:])
}
