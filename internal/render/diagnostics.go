package render

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcled"
)

// Diagnostics writes all diagnostics by file and line, those without a place
// first: what is wrong, the lines of source with the spot underlined, the
// values at hand that are not sensitive, and what to do. files holds the
// sources under the names the diagnostics use; without one the place alone is
// named. With more than one diagnostic the last line counts them. Where people are not
// shown by name, neither lines of source nor values are.
func Diagnostics(w io.Writer, diags hcl.Diagnostics, files map[string]*hcl.File, o Options) error {
	p := newPrinter(w, o)
	errors, warnings := 0, 0
	diags, files = discreetly(diags, beforePlan(diags, o)), o.sourcesFor(files)
	for _, d := range ordered(diags) {
		p.diagnostic(d, files)
		if d.Severity == hcl.DiagError {
			errors++
		} else {
			warnings++
		}
	}
	if errors+warnings > 1 {
		var clauses []string
		if errors > 0 {
			clauses = append(clauses, p.paint.alarm(plural(errors, "error", "errors")))
		}
		if warnings > 0 {
			clauses = append(clauses, p.paint.yellow(plural(warnings, "warning", "warnings")))
		}
		p.line(strings.Join(clauses, ", "))
	}
	return p.Flush()
}

// ordered returns diagnostics by file and line; nil ones are left out.
func ordered(diags hcl.Diagnostics) []*hcl.Diagnostic {
	list := make([]*hcl.Diagnostic, 0, len(diags))
	for _, d := range diags {
		if d != nil {
			list = append(list, d)
		}
	}
	slices.SortStableFunc(list, func(a, b *hcl.Diagnostic) int {
		x, y := start(a), start(b)
		return cmp.Or(strings.Compare(x.Filename, y.Filename), cmp.Compare(x.Start.Line, y.Start.Line))
	})
	return list
}

func start(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

func (p *printer) diagnostic(d *hcl.Diagnostic, files map[string]*hcl.File) {
	hue, word := p.paint.alarm, "Error"
	if d.Severity == hcl.DiagWarning {
		hue, word = p.paint.yellow, "Warning"
	}
	bar := p.open(hue, word, d.Summary)
	if d.Subject != nil {
		p.line(bar)
		p.snippet(bar, hue, d, files[d.Subject.Filename])
	}
	if d.Detail != "" {
		p.line(bar)
		p.boxed(bar, d.Detail)
	}
	p.line(hue("╵"))
}

// open begins a box with what is wrong, and returns what its lines begin with.
func (p *printer) open(hue ink, word, summary string) (bar string) {
	bar = hue("│")
	p.line(hue("╷"))
	p.line(bar, " ", hue(word+":"), " ", p.paint.bold(clean(summary)))
	return bar
}

// mostLines is how many lines of source a diagnostic shows.
const mostLines = 4

// snippet draws the source around the subject with the subject underlined.
func (p *printer) snippet(bar string, hue ink, d *hcl.Diagnostic, file *hcl.File) {
	subject := *d.Subject
	on := "  on " + place(subject.Filename, subject.Start.Line)
	if file == nil || file.Bytes == nil || subject.Start.Column == 0 {
		p.line(bar, on)
		return
	}
	if context := hcled.ContextString(file, subject.Start.Byte); context != "" {
		on += ", in " + clean(context)
	}
	p.line(bar, on)
	lines := excerpt(file.Bytes, subject)
	margin := len(fmt.Sprint(subject.Start.Line + len(lines)))
	for i, l := range lines {
		number := fmt.Sprintf("%*d", margin, subject.Start.Line+i)
		p.line(bar, "  ", p.paint.dim(number+" │ "), strings.TrimRight(l.before+p.paint.bold(l.marked)+l.after, " "))
		if i == 0 {
			p.line(bar, "  ", p.paint.dim(strings.Repeat(" ", margin)+" │ "), strings.Repeat(" ", width(l.before)), hue(strings.Repeat("^", max(1, width(l.marked)))))
		}
	}
	if more := subject.End.Line - subject.Start.Line + 1 - len(lines); more > 0 && len(lines) == mostLines {
		p.line(bar, "  ", p.paint.dim(strings.Repeat(" ", margin)+" │ … "+plural(more, "line more", "lines more")))
	}
	for _, v := range values(d) {
		p.line(bar, "  ", p.paint.dim(strings.Repeat(" ", margin)+" │ with "), v)
	}
}

// excerptLine is a line of source, ready to be shown, with what is meant in it.
type excerptLine struct {
	before, marked, after string
}

// excerpt returns the first lines of the range with the parts of them that are
// in it. Ranges that lie outside of the source are cut to it.
func excerpt(src []byte, r hcl.Range) []excerptLine {
	from := min(max(r.Start.Byte, 0), len(src))
	to := min(max(r.End.Byte, from), len(src))
	begin := bytes.LastIndexByte(src[:from], '\n') + 1
	var lines []excerptLine
	for len(lines) < mostLines {
		end := len(src)
		if i := bytes.IndexByte(src[begin:], '\n'); i >= 0 {
			end = begin + i
		}
		a, b := min(max(from, begin), end), min(max(to, begin), end)
		lines = append(lines, excerptLine{sourceText(src[begin:a]), sourceText(src[a:b]), sourceText(src[b:end])})
		begin = end + 1
		if begin >= to {
			break
		}
	}
	return lines
}

// sourceText is source as it is shown: cleaned, with tabs as two blanks.
func sourceText(b []byte) string {
	return clean(strings.ReplaceAll(strings.TrimSuffix(string(b), "\r"), "\t", "  "))
}
