package render

import (
	"cmp"
	"io"

	"github.com/espalier-dev/espalier/planner"
)

// The sizes up to which a plan is written as Markdown.
const (
	// CommentLimit keeps a comment under the 65,536 characters that GitHub takes,
	// however it counts them.
	CommentLimit = 65_000
	// SummaryLimit is what GitHub Actions takes as the summary of a step.
	SummaryLimit = 1 << 20
	// leastLimit is what the parts that are always there fit into, whatever is in them.
	leastLimit = 16_000
)

// MarkdownOptions say how a plan is written as a comment.
type MarkdownOptions struct {
	// Options say how much of people is shown and give nouns to types. A comment has
	// no colours and no width, and folds by itself.
	Options
	// Cost is for the first line and the one that counts.
	Cost Cost
	// Key tells this comment from those of other configurations in the same place;
	// the folder of the configuration is a good one. It may be empty.
	Key string
	// Version and Commit are those of the program, Revision is the commit of the
	// configuration; what is empty is not said.
	Version, Commit, Revision string
	// Apply is the command that carries out exactly this plan; without one it is
	// "espalier apply -plan-id" with the plan's id.
	Apply string
	// Whole says where all of the plan can be seen: an address that begins with
	// https:// or http://, or else a command; without one it is "espalier plan -full".
	Whole string
	// InLog says that it is the summary of a run whose log holds all of the plan; then
	// Whole is not said.
	InLog bool
	// Limit is the most bytes that may be written, CommentLimit if it is 0. There are
	// never more characters than bytes. Less than 16,000 counts as 16,000.
	Limit int
}

// Markdown writes a plan as a comment for a pull request: the outcome in the first
// line, a hidden mark by which the comment is found again, then removals, refusals,
// what an earlier run left open, warnings, the branches of the tree that change
// before and after, a table of changes, what changed outside, all changes folded
// away, and a footer. Where that is more than o.Limit, sections are left out from the
// end, the removals last, and the footer says what was left out and where it can be
// seen. The text is right in GitHub's and in GitLab's Markdown, and nothing in a
// value can become markup, a link, a mention or a command there.
func Markdown(w io.Writer, plan *planner.Plan, o MarkdownOptions) error {
	o.Limit = max(leastLimit, cmp.Or(o.Limit, CommentLimit))
	o.Color, o.Width, o.Full = false, 0, false
	n := newNames(plan, o.Options)
	m := &comment{MarkdownOptions: o, plan: n.plan, names: n}
	_, err := io.WriteString(w, m.write())
	return err
}
