package render

import (
	"bytes"
	"io"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// ReportAnnotations writes what went wrong in an apply as commands to GitHub Actions, as
// Annotations does: steps that did so alike are told once. People are shown as o
// says.
func ReportAnnotations(w io.Writer, plan *planner.Plan, r *planner.Report, o Options, folder string) error {
	f := &reportFace{face: newFace(io.Discard, plan, o), report: r}
	var b strings.Builder
	for _, s := range []planner.Status{planner.Failed, planner.Undecided, planner.Conflicted} {
		var list []int
		for i := range plan.Steps {
			if status(r, i) == s {
				list = append(list, i)
			}
		}
		for _, same := range f.sorts(s, list) {
			t := f.names.trouble(&plan.Steps[same[0]], s, f.err(same[0]))
			file, line := "", 0
			if t.subject != nil {
				file, line = inFolder(folder, t.subject.Filename), t.subject.Start.Line
			}
			detail := t.detail
			if more := len(same) - 1; more > 0 {
				detail = strings.TrimLeft(detail+"\n", "\n") + "So it went with " + plural(more, "other step", "other steps") + "."
			}
			annotate(&b, "error", file, line, 0, t.summary, detail)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ReportMarkdown writes what an apply did in Markdown: how it ended in the first line,
// and the whole report below.
func ReportMarkdown(w io.Writer, plan *planner.Plan, r *planner.Report, o Options) error {
	o.Color, o.Width, o.Full = false, 100, false
	var text bytes.Buffer
	if err := Report(&text, plan, r, o); err != nil {
		return err
	}
	f := &reportFace{face: newFace(io.Discard, plan, o), report: r}
	_, err := io.WriteString(w, "### "+f.counts()+"\n\n"+fenced("text", text.String())+"\n")
	return err
}
