package render

import (
	"bytes"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// comment is a plan being written as Markdown.
type comment struct {
	MarkdownOptions
	plan  *planner.Plan
	names *names
}

// chapter is a part of a comment that may be left out, or be written shorter.
type chapter struct {
	// name is what it is called where it is said that it is left out; single what a
	// shorter form of it does not show.
	name, single string
	// forms write it, each shorter than the one before; the first that is not too
	// long is taken. One that has nothing to say is "".
	forms []func() string
	text  string
	form  int
}

// write writes all of it.
func (m *comment) write() string {
	head, removals := m.head(), m.removals()
	chapters := m.chapters(removals)
	size := func() int {
		n := len(head) + len(m.foot(chapters, removals))
		for _, c := range chapters {
			n += len(c.text)
		}
		return n
	}
	for last := len(chapters) - 1; size() > m.Limit; {
		c := chapters[last]
		if last == 0 {
			removals.fit(c, m.Limit-footRoom-(size()-len(c.text)))
			break
		}
		if c.text == "" {
			last--
			continue
		}
		c.take(c.form + 1)
	}
	return m.join(head, chapters, m.foot(chapters, removals))
}

// chapters are all between head and foot, in the order in which they stand.
func (m *comment) chapters(r *removed) []*chapter {
	list := []*chapter{
		{name: "removals", forms: []func() string{r.text}},
		{name: "what the guards refuse", forms: []func() string{m.refusals}},
		{name: "what an earlier run left open", forms: []func() string{m.findings}},
		{name: "the warnings", forms: []func() string{m.warnings}},
		{name: "the tree", forms: []func() string{m.trees}},
		{name: "the table of changes", forms: []func() string{m.table}},
		{name: "what changed outside of the configuration", forms: []func() string{m.drift}},
		{name: "how the live system was read", forms: []func() string{m.reading}},
		{name: "the list of all changes", single: "each single one of the changes that are alike", forms: []func() string{m.allChanges, m.folded}},
	}
	for _, c := range list {
		if c.single != "" && len(m.plan.Steps)*leastStep > m.Limit {
			c.take(1) // no need to write what cannot fit
		} else {
			c.take(0)
		}
	}
	return list
}

// leastStep is how long a step is at least in the list of all changes.
const leastStep = 12

// take writes the chapter in one of its forms; behind the last it is left out.
func (c *chapter) take(form int) {
	c.form, c.text = form, ""
	if form < len(c.forms) {
		c.text = c.forms[form]()
	}
}

// missing is what of the chapter is not shown because it did not fit; "" if nothing.
func (c *chapter) missing() string {
	switch {
	case c.form == 0:
		return ""
	case c.text == "":
		return c.name
	}
	return c.single
}

func (m *comment) join(head string, chapters []*chapter, foot string) string {
	var b strings.Builder
	b.WriteString(head)
	for _, c := range chapters {
		b.WriteString(c.text)
	}
	b.WriteString(foot)
	return b.String()
}

// commentWidth is how many columns text between fences has at most.
const commentWidth = 100

// drawn is what the text plan shows of a part, as lines that can stand between fences.
func (m *comment) drawn(o Options, part func(*face)) string {
	var b bytes.Buffer
	f := &face{printer: newPrinter(&b, o), names: m.names.with(o), plan: m.plan}
	part(f)
	_ = f.Flush() // a buffer takes everything
	return b.String()
}

// untitled is the same without the title, where the comment has its own.
func (m *comment) untitled(part func(*face)) string {
	o := m.Options
	o.Width = commentWidth
	_, body, _ := strings.Cut(m.drawn(o, part), "\n")
	return body
}

func (m *comment) refusals() string {
	if len(m.plan.Refusals) == 0 {
		return ""
	}
	o := m.Options
	o.Width = commentWidth
	return "#### Refused by " + plural(len(m.plan.Refusals), "guard", "guards") + "\n\n" + fenced("text", m.drawn(o, (*face).refusals)) + "\n"
}

func (m *comment) findings() string {
	if len(m.plan.Findings) == 0 {
		return ""
	}
	return "#### An earlier run ended half way\n\n" + fenced("text", m.untitled((*face).findings)) + "\n"
}

func (m *comment) warnings() string {
	if len(m.plan.Warnings) == 0 {
		return ""
	}
	return "#### Warnings\n\n" + fenced("text", m.untitled((*face).warnings)) + "\n"
}

// drift is what somebody else changed, which this plan is not the reason of.
func (m *comment) drift() string {
	if len(m.plan.Drift) == 0 {
		return ""
	}
	meaning := "Somebody else made these changes since the last run; they are no changes of this plan."
	if m.plan.RefreshOnly {
		meaning = "Somebody else made these changes since the last run. They are recorded, and the next plan says which of them it would undo."
	}
	return "#### Changed outside of the configuration\n\n" + meaning + "\n\n" + fenced("text", m.untitled((*face).drift)) + "\n"
}

// reading is how old what was not read is, where anything was not.
func (m *comment) reading() string {
	o := m.Options
	o.Width = commentWidth
	text := m.drawn(o, (*face).refresh)
	if text == "" {
		return ""
	}
	return "#### How the live system was read\n\n" + fenced("text", text) + "\n"
}

// allChanges is the list of all steps, one by one.
func (m *comment) allChanges() string {
	o := m.Options
	o.Full = true
	return m.list("All changes", o)
}

// folded is the same list with what is alike folded.
func (m *comment) folded() string {
	return m.list("All changes, those that are alike folded", m.Options)
}

func (m *comment) list(title string, o Options) string {
	if len(m.plan.Steps)+len(m.plan.Outputs) == 0 {
		return ""
	}
	body := m.drawn(o, func(f *face) {
		f.steps()
		f.outputs()
	})
	return "<details>\n<summary>" + title + "</summary>\n\n" + fenced("diff", body) + "\n</details>\n\n"
}
