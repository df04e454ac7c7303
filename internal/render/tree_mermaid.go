package render

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/espalier-dev/espalier/planner"
)

// TreeMermaid writes a forest as a Mermaid flowchart, as it may stand in a
// Markdown file between fences. It draws as much as Tree does.
func TreeMermaid(w io.Writer, f planner.Forest, o TreeOptions) error {
	p := newPrinter(w, o.Options)
	f = o.shadedTree(f)
	c := o.choose(f)
	p.line("flowchart LR")
	used := map[tone]bool{}
	for n, r := range c.rows() {
		if r.branch == nil {
			p.line(fmt.Sprintf(`  m%d["%s"]:::dim`, n, mermaidText(r.title[0].text)))
			used[toneDim] = true
			if r.index >= 0 {
				p.line(fmt.Sprintf("  g%d -.- m%d", r.index, n))
			}
			continue
		}
		hue := toneOf(c.action(r.branch))
		class := ""
		if hue != toneName {
			class, used[hue] = ":::"+toneNames[hue], true
		}
		p.line(fmt.Sprintf(`  g%d["%s"]%s`, r.index, mermaidLabel(&r), class))
		if up := r.branch.Parent; up >= 0 {
			p.line(fmt.Sprintf("  g%d --> g%d", up, r.index))
		}
	}
	for _, style := range mermaidStyles() {
		if used[style.tone] {
			p.line("  classDef " + toneNames[style.tone] + " " + style.style)
		}
	}
	if c.forest.AtLeast {
		p.line("%% Of some people it is not known which " + c.noun(2) + " they are in. They are not counted.")
	}
	if c.folded {
		p.line("%% " + c.foldNote())
	}
	return p.Flush()
}

type mermaidStyle struct {
	tone  tone
	style string
}

// mermaidStyles are readable on a light and on a dark page: each brings its own
// ground and ink.
func mermaidStyles() []mermaidStyle {
	return []mermaidStyle{
		{toneDim, "fill:#eff2f5,stroke:#818b98,color:#59636e,stroke-dasharray:3 3"},
		{toneNew, "fill:#dafbe1,stroke:#1a7f37,color:#1f2328"},
		{toneGone, "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:4 3"},
		{toneMoved, "fill:#ddf4ff,stroke:#0969da,color:#1f2328"},
		{toneChanged, "fill:#fff8c5,stroke:#9a6700,color:#1f2328"},
	}
}

// mermaidLabel is a unit in a few short lines.
func mermaidLabel(r *row) string {
	lines := []string{tonedText(r.title), strings.TrimSpace(tonedText(r.heads) + " " + tonedText(r.below))}
	for _, s := range r.tail {
		if strings.TrimSpace(s.text) != "" {
			lines = append(lines, s.text)
		}
	}
	for i := range lines {
		lines[i] = mermaidText(strings.TrimSpace(lines[i]))
	}
	return strings.Join(lines, "<br/>")
}

func tonedText(list []toned) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.text)
	}
	return b.String()
}

// mermaidText writes everything as an entity that could end a label or be taken
// for Markdown, such as a list: only letters, digits, marks, blanks and a few signs
// stay.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == ' ' || strings.ContainsRune(",()/…", r) || unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, "#%d;", r)
	}
	return b.String()
}
