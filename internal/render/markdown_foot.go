package render

import (
	"cmp"
	"strings"
)

// footRoom is what the footer may grow by when removals are left out.
const footRoom = 200

// foot says what was left out and where it is, which plan it is, and how it is
// carried out.
func (m *comment) foot(chapters []*chapter, r *removed) string {
	lines := []string{"---"}
	if left := m.leftOut(chapters, r); left != "" {
		lines = append(lines, left)
	}
	lines = append(lines, m.identity())
	if apply := m.howToApply(); apply != "" {
		lines = append(lines, apply)
	}
	return strings.Join(lines, "\n\n") + "\n"
}

func (m *comment) leftOut(chapters []*chapter, r *removed) string {
	var list []string
	if r.hidden > 0 {
		list = append(list, count(r.hidden)+" of the "+plural(r.all, "removal", "removals"))
	}
	for _, c := range chapters {
		if missing := c.missing(); missing != "" {
			list = append(list, missing)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "**Left out, to stay within " + count(m.Limit) + " characters: " + enumerate(list) + ".** " + m.where()
}

// where says where all of the plan is.
func (m *comment) where() string {
	if m.InLog {
		return "The whole plan is in the log of this step."
	}
	whole := clip(clean(m.Whole), mostHead)
	if isPlainURL(m.Whole) && whole == m.Whole {
		return "The whole plan is at <" + whole + ">."
	}
	return "The whole plan is shown by " + codeSpan(cmp.Or(whole, "espalier plan -full")) + "."
}

// isPlainURL reports whether a text is an address that stands for itself in Markdown.
func isPlainURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	return ok && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/?&=%:#") == ""
}

// identity is which plan it is, of what, by what.
func (m *comment) identity() string {
	text := "Plan " + cmp.Or(codeSpan(clip(m.plan.ID, 80)), "without an id")
	if !m.plan.Made.IsZero() {
		text += ", of the live system as it was at " + moment(m.plan.Made)
	}
	if m.Revision != "" {
		text += ", of the configuration at " + codeSpan(clip(clean(m.Revision), 80))
	}
	if m.Version != "" {
		text += ", made by espalier " + codeSpan(clip(clean(m.Version), 80))
	}
	if m.Commit != "" {
		text += " (" + codeSpan(clip(clean(m.Commit), 80)) + ")"
	}
	return text + "."
}

func (m *comment) howToApply() string {
	switch {
	case m.plan.Refused():
		return "It is refused, and an apply refuses it as well."
	case m.plan.Empty() || m.plan.RefreshOnly:
		return ""
	}
	return "To carry out exactly this: " + codeSpan(clip(clean(cmp.Or(m.Apply, "espalier apply -plan-id "+m.plan.ID)), mostHead))
}
