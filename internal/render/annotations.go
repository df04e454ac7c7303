package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/planner"
)

// Annotations writes diagnostics as commands to GitHub Actions, which shows each at
// its line of the changed file: one line a diagnostic, in the order of Diagnostics.
// Of one without a place the message alone is said. Names of files are taken to be
// relative to folder, where that is not empty; GitHub wants them relative to the top
// of the repository. People are shown as o says.
func Annotations(w io.Writer, diags hcl.Diagnostics, o Options, folder string) error {
	var b strings.Builder
	for _, d := range ordered(discreetly(diags, beforePlan(diags, o))) {
		word := "error"
		if d.Severity == hcl.DiagWarning {
			word = "warning"
		}
		at := start(d)
		annotate(&b, word, inFolder(folder, at.Filename), at.Start.Line, at.End.Line, d.Summary, d.Detail)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// PlanAnnotations writes what guards refuse, as errors, and what a plan warns of in
// the same way as Annotations. People are shown as o says.
func PlanAnnotations(w io.Writer, plan *planner.Plan, o Options, folder string) error {
	n := newNames(plan, o)
	plan = n.plan
	var b strings.Builder
	for i := range plan.Refusals {
		r := &plan.Refusals[i]
		detail := n.discreet(r.Detail)
		if r.Allow != "" {
			detail += "\nIf it is meant, let it through in this one run with " + r.Allow
		}
		annotate(&b, "error", inFolder(folder, r.File), r.Line, 0, "Refused: "+n.discreet(r.Summary), detail)
	}
	for i := range plan.Warnings {
		x := &plan.Warnings[i]
		summary, detail := n.warned(x)
		annotate(&b, "warning", inFolder(folder, x.File), x.Line, 0, summary, detail)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// inFolder is a file's name seen from above its folder.
func inFolder(folder, file string) string {
	if file == "" || folder == "" || folder == "." || strings.HasPrefix(file, "/") {
		return file
	}
	return strings.TrimSuffix(folder, "/") + "/" + file
}

// annotate writes one command. Nothing in its values can end it or begin another.
func annotate(b *strings.Builder, word, file string, line, end int, title, message string) {
	var properties []string
	if file != "" {
		properties = append(properties, "file="+propertyText(file))
	}
	if file != "" && line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d", line))
	}
	if file != "" && end > line {
		properties = append(properties, fmt.Sprintf("endLine=%d", end))
	}
	if message == "" {
		message, title = title, ""
	} else {
		properties = append(properties, "title="+propertyText(title))
	}
	b.WriteString("::" + word)
	if len(properties) > 0 {
		b.WriteString(" " + strings.Join(properties, ","))
	}
	b.WriteString("::" + messageText(message) + "\n")
}

// messageText is a text as the runner reads it back: lines stay lines, everything
// else that is obeyed instead of shown is escaped.
func messageText(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.ReplaceAll(clean(lines[i]), "%", "%25")
	}
	return strings.Join(lines, "%0A")
}

// propertyText is a text in one line that may stand in front of the message.
func propertyText(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(clean(s))
}
