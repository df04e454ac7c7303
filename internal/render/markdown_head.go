package render

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// head is the outcome, the hidden mark, and what the closing lines of the text say.
func (m *comment) head() string {
	f := &face{printer: newPrinter(&bytes.Buffer{}, m.Options), names: m.names, plan: m.plan}
	var b strings.Builder
	b.WriteString("### " + ownWords(m.outcome(f)) + "\n\n" + marker(m.Key) + "\n\n")
	var lines []string
	if !m.plan.Empty() && !m.plan.RefreshOnly {
		lines = append(lines, "Plan: "+ownWords(clip(f.closingText(m.Cost), mostHead)))
	}
	if n := f.losing(); n > 0 {
		verb := "lose"
		if n == 1 {
			verb = "loses"
		}
		lines = append(lines, "**"+plural(n, "person", "people")+" "+verb+" a membership or a position.**")
	}
	if m.plan.Destroy {
		lines = append(lines, "It is a plan to delete everything that the state owns.")
	}
	if targets := m.targets(); targets != "" {
		lines = append(lines, "This plan is partial: it is limited to "+targets+" and what that needs.")
	}
	if !m.plan.Refused() && len(m.plan.Steps) > 0 {
		lines = append(lines, "No guard refuses it.")
	}
	if m.plan.Refused() {
		lines = append(lines, "", m.refusalLines())
	}
	if len(lines) > 0 {
		b.WriteString(strings.Join(lines, "\n") + "\n\n")
	}
	return b.String()
}

// mostHead is how many bytes a text may have in a line that is always there.
const mostHead = 400

// mostRefusals is how many refusals are named in the head, mostReason how many bytes
// each may have there.
const (
	mostRefusals = 8
	mostReason   = 200
)

// refusalLines name each guard's reason and the flag that lets it through, in a line
// of a list. They are there also where the whole text of the refusals is left out.
func (m *comment) refusalLines() string {
	var lines []string
	for i := range m.plan.Refusals[:min(mostRefusals, len(m.plan.Refusals))] {
		r := &m.plan.Refusals[i]
		line := "- " + cmp.Or(codeSpan(clip(clean(m.names.discreet(r.Summary)), mostReason)), codeSpan(clean(r.Guard)))
		if r.Allow != "" {
			line += ", let through in one run by " + codeSpan(clip(clean(r.Allow), 80))
		}
		lines = append(lines, line)
	}
	if more := len(m.plan.Refusals) - mostRefusals; more > 0 {
		lines = append(lines, "- and "+count(more)+" more")
	}
	return strings.Join(lines, "\n")
}

// targets are the first of the addresses that the plan is limited to.
func (m *comment) targets() string {
	var list []string
	for _, t := range m.plan.Targets[:min(5, len(m.plan.Targets))] {
		list = append(list, codeSpan(clip(clean(t), 80)))
	}
	return some(list, len(m.plan.Targets))
}

// marker is the hidden mark of the comment with that key. It stands in a line of its
// own, the first one that begins with "<!-- espalier:".
func marker(key string) string {
	safe := []rune(key)[:min(len([]rune(key)), 100)]
	for i, r := range safe {
		letter := r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && !slices.Contains([]rune("./_"), r) && (r != '-' || i > 0 && safe[i-1] == '-') {
			safe[i] = '_'
		}
	}
	if len(safe) == 0 {
		return "<!-- espalier:comment -->"
	}
	return "<!-- espalier:comment " + string(safe) + " -->"
}
