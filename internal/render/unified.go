package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Diff writes the differences between two versions of a file in the unified
// format, and nothing if there are none. Control characters other than tabs
// are shown escaped.
func Diff(w io.Writer, old, new, name string, o Options) error {
	if old == new {
		return nil
	}
	p := newPrinter(w, o)
	p.line(p.paint.bold("--- a/" + clean(name)))
	p.line(p.paint.bold("+++ b/" + clean(name)))
	spans := compareLines(old, new)
	for _, h := range hunks(spans, 3) {
		p.hunk(spans, h)
	}
	return p.Flush()
}

// hunk is a stretch of spans, with the lines it begins at on both sides.
type hunk struct{ from, to, oldLine, newLine int }

// hunks returns the stretches that hold differences with context around them.
func hunks(spans []span, context int) []hunk {
	var list []hunk
	oldLine, newLine := 1, 1
	last := -1 // index behind the last difference seen
	for i, s := range spans {
		if s.op != diffmatchpatch.DiffEqual {
			if last >= 0 && i-last <= 2*context {
				list[len(list)-1].to = i + 1
			} else {
				from := max(0, i-context)
				list = append(list, hunk{from, i + 1, oldLine - (i - from), newLine - (i - from)})
			}
			last = i + 1
		}
		if s.op != diffmatchpatch.DiffInsert {
			oldLine++
		}
		if s.op != diffmatchpatch.DiffDelete {
			newLine++
		}
	}
	for i := range list {
		list[i].to = min(len(spans), list[i].to+context)
	}
	return list
}

func (p *printer) hunk(spans []span, h hunk) {
	olds, news := 0, 0
	for _, s := range spans[h.from:h.to] {
		if s.op != diffmatchpatch.DiffInsert {
			olds++
		}
		if s.op != diffmatchpatch.DiffDelete {
			news++
		}
	}
	p.line(p.paint.cyan(fmt.Sprintf("@@ -%s +%s @@", extent(h.oldLine, olds), extent(h.newLine, news))))
	for _, s := range spans[h.from:h.to] {
		text, whole := strings.CutSuffix(s.text, "\n")
		switch s.op {
		case diffmatchpatch.DiffInsert:
			p.line(p.paint.green("+" + cleanLine(text)))
		case diffmatchpatch.DiffDelete:
			p.line(p.paint.red("-" + cleanLine(text)))
		default:
			p.line(" " + cleanLine(text))
		}
		if !whole {
			p.line(`\ No newline at end of file`)
		}
	}
}

func extent(line, n int) string {
	if n == 0 {
		line--
	}
	if n == 1 {
		return fmt.Sprint(line)
	}
	return fmt.Sprintf("%d,%d", line, n)
}

// cleanLine is clean for source text, where tabs are as good as blanks.
func cleanLine(s string) string {
	if !strings.Contains(s, "\t") {
		return clean(s)
	}
	fields := strings.Split(s, "\t")
	for i, f := range fields {
		fields[i] = clean(f)
	}
	return strings.Join(fields, "\t")
}
