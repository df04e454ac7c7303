package render

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// bulky is a plan whose every section is long.
func bulky() *planner.Plan {
	long := strings.Repeat("word ", 200)
	var steps []planner.Step
	for i := range 180 {
		steps = append(steps, goes(fmt.Sprintf("acme_group.old%d", i), fmt.Sprintf("Old %d", i), schema.ClassUnit))
	}
	for i := range 100 {
		s := regroups(i, "Oslo", "Bergen")
		if i%2 == 0 { // a kind of its own, so that it is not folded
			s = planner.Step{Address: at(fmt.Sprintf("acme_group.new%d", i)), Action: planner.Move, Class: schema.ClassUnit, ID: "1", Calls: 1, Label: fmt.Sprint("New ", i),
				Passage: &planner.Passage{From: []string{long}, To: []string{fmt.Sprint(i)}}}
		}
		steps = append(steps, s)
	}
	p := madePlan(steps...)
	outline := &planner.Outline{}
	for i := range 60 {
		outline.Units = append(outline.Units, planner.OutlineUnit{Type: "acme_group", ID: fmt.Sprint(i), After: spot(fmt.Sprintf("%03d %s", i, long[:40]), "store", -1, i, i)})
		p.Drift = append(p.Drift, planner.Drift{Address: person(i), Label: mail(i), Attr: "email", Before: cty.StringVal(long), After: cty.StringVal("x")})
	}
	for i := range 5 {
		p.Refusals = append(p.Refusals, planner.Refusal{Guard: "max_delete", Summary: fmt.Sprint("Too many ", i), Detail: long})
		p.Warnings = append(p.Warnings, planner.Warning{Summary: fmt.Sprint("Look at ", i), Detail: long})
		p.Findings = append(p.Findings, planner.Finding{Address: person(i), Class: schema.ClassPerson, Action: planner.Create, Label: long[:200]})
	}
	p.Outline = outline
	p.Refresh = planner.Refresh{Mode: planner.RefreshNone}
	return p
}

// TestMarkdownLeavesOutFromTheEnd asks for less and less: sections go from the end, and
// what is missing is said, with the place where all of it is.
func TestMarkdownLeavesOutFromTheEnd(t *testing.T) {
	sections := []struct{ heading, name string }{
		{"#### 180 removals", ""}, {"#### Refused by 5 guards", "what the guards refuse"}, {"#### An earlier run ended half way", "what an earlier run left open"}, {"#### Warnings", "the warnings"},
		{"#### The tree, where it changes", "the tree"}, {"#### Changes", "the table of changes"}, {"#### Changed outside of the configuration", "what changed outside of the configuration"},
		{"#### How the live system was read", "how the live system was read"}, {"<details>", "the list of all changes"},
	}
	plan := bulky()
	fewest := len(sections)
	for limit := 120_000; limit >= leastLimit; limit -= 4_000 {
		o := commentOn(PeopleNames)
		o.Limit, o.Whole = limit, "https://ci.example.org/run/17"
		got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, plan, o) })
		if len(got) > limit {
			t.Errorf("%d bytes, at most %d", len(got), limit)
		}
		_, left, isLeft := strings.Cut(got, "**Left out, ")
		shown := 0
		for i, s := range sections {
			there := strings.Contains(got, "\n"+s.heading)
			if there && shown != i {
				t.Errorf("within %d: %q is there, and one before it is not", limit, s.heading)
			}
			if there {
				shown++
			} else if !strings.Contains(left, s.name) {
				t.Errorf("within %d: %q is neither there nor said to be missing: %s", limit, s.heading, left)
			}
		}
		if shown < len(sections) && !isLeft || isLeft && !strings.Contains(left, "<https://ci.example.org/run/17>") {
			t.Errorf("within %d: it does not say where all of it is", limit)
		}
		fewest = min(fewest, shown)
	}
	if fewest != 1 {
		t.Errorf("even within %d there are %d sections: the test does not see them go", leastLimit, fewest)
	}
}

// TestMarkdownCountsRemovals adds up those that are named and those that are not.
func TestMarkdownCountsRemovals(t *testing.T) {
	var steps []planner.Step
	for i := range 3000 {
		steps = append(steps, goes(person(i).String(), mail(i), schema.ClassPerson))
	}
	plan := madePlan(steps...)
	for _, limit := range []int{leastLimit, 30_000, CommentLimit, 1 << 20} {
		o := commentOn(PeopleNames)
		o.Limit = limit
		got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, plan, o) })
		removals, _, _ := strings.Cut(got, "\n---\n")
		removals, _, _ = strings.Cut(removals, "<details>") // where all is listed once more
		n := strings.Count(removals, "\n- ")
		if more := regexp.MustCompile(`\.\.\. and ([0-9,]+) more`).FindStringSubmatch(removals); more != nil {
			hidden, err := strconv.Atoi(strings.ReplaceAll(more[1], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got, "**Left out, to stay within "+count(limit)+" characters: "+more[1]+" of the 3,000 removals") {
				t.Errorf("within %d the footer does not say that %s are missing", limit, more[1])
			}
			n += hidden
		}
		if n != 3000 {
			t.Errorf("within %d there are %d of 3,000 removals", limit, n)
		}
	}
}

// TestMarkdownKeepsReasons has removals alone fill a comment that is refused: why, and
// what would let it through, is there all the same.
func TestMarkdownKeepsReasons(t *testing.T) {
	plan := bulky()
	plan.Refusals = nil
	for i := range mostRefusals + 2 {
		plan.Refusals = append(plan.Refusals, planner.Refusal{Guard: "max_delete", Summary: fmt.Sprintf("Too many _units_ %d%s", i, strings.Repeat(" of them", 100)), Allow: fmt.Sprintf("-allow max_delete=%d", i)})
	}
	plan.Refusals[1] = planner.Refusal{Guard: "last_administrator", Summary: "Nobody would be left for p1@example.org"}
	for _, people := range []PeopleMode{PeopleNames, PeopleCounts} {
		o := commentOn(people)
		o.Limit = leastLimit
		got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, plan, o) })
		if strings.Contains(got, "#### Refused") {
			t.Fatal("the guards' whole text fits: the test does not see it go")
		}
		lines := strings.Split(got, "\n")
		for i := range mostRefusals {
			reason, flag := fmt.Sprintf("- `Too many _units_ %d of them", i), fmt.Sprintf("…`, let through in one run by `-allow max_delete=%d`", i)
			if i != 1 && !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, reason) && strings.HasSuffix(l, flag) }) {
				t.Errorf("refusal %d is not told:\n%s", i, strings.Join(lines[:20], "\n"))
			}
		}
		if !slices.Contains(lines, "- and 2 more") {
			t.Errorf("that there are more is not told:\n%s", strings.Join(lines[:20], "\n"))
		}
		if told := slices.Contains(lines, "- `Nobody would be left for p1@example.org`"); told != (people == PeopleNames) {
			t.Errorf("with people as %d, one by name is told: %t\n%s", people, told, strings.Join(lines[:20], "\n"))
		}
	}
}

// TestMarkdownPointsElsewhere has a summary that is too long lead to the log, not to
// itself.
func TestMarkdownPointsElsewhere(t *testing.T) {
	o := commentOn(PeopleNames)
	o.Limit, o.Whole, o.InLog = leastLimit, "https://ci.example.org/run/17", true
	got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, bulky(), o) })
	if !strings.Contains(got, ".** The whole plan is in the log of this step.\n") || strings.Contains(got, o.Whole) {
		t.Errorf("it leads elsewhere: %s", got[strings.LastIndex(got, "\n---\n"):])
	}
}

func TestMarkdownHead(t *testing.T) {
	gone := madePlan(goes("acme_group.closed", "Closed", schema.ClassUnit))
	gone.Destroy = true
	part := madePlan(joins(1))
	part.Targets = []string{"acme_group.oslo", `acme_user.staff["@ops"]`, "c", "d", "e", "f"}
	recalled := madePlan()
	recalled.Refresh = planner.Refresh{Mode: planner.RefreshIncremental, Recalls: []planner.Recall{{Type: "acme_user", Objects: 40, Untold: []string{"groups"}, Oldest: recalled.Made.Add(-72 * time.Hour), Unusable: "it lists @everybody"}}}
	waits := madePlan(joins(1))
	endless := madePlan(goes("acme_group.endless", strings.Repeat("endless ", 20_000), schema.ClassUnit), goes("acme_group.second", "Second", schema.ClassUnit))
	budgets := commentOn(PeopleNames)
	budgets.Cost = Cost{Calls: 2, Budgets: []Budget{{Provider: "acme._north_", Calls: 1}, {Provider: "acme", Calls: 1}}}
	for name, c := range map[string]struct {
		plan  *planner.Plan
		o     MarkdownOptions
		wants []string
	}{
		"deletes everything":  {gone, commentOn(PeopleNames), []string{"\nIt is a plan to delete everything that the state owns.\n"}},
		"is partial":          {part, commentOn(PeopleNames), []string{"\nThis plan is partial: it is limited to `acme_group.oslo`, `acme_user.staff[\"@ops\"]`, `c`, `d`, `e` and 1 more and what that needs.\n"}},
		"is not sure":         {recalled, commentOn(PeopleNames), []string{"### Nothing to change, as far as the live system was read\n", "```text\nRefreshed in part: ", "3 days ago"}},
		"has an endless name": {endless, commentOn(PeopleNames), []string{"\n- acme_group.endless  \"endless ", "\n- acme_group.second  \"Second\"  (no longer in the configuration)\n```\n"}},
		"has two budgets":     {waits, budgets, []string{"(acme.&#95;north&#95;: 1; acme: 1)"}},
		"has its own command": {waits, MarkdownOptions{Apply: "espalier apply 'a `b`'"}, []string{"To carry out exactly this: ``espalier apply 'a `b`'``", "\n<!-- espalier:comment -->\n"}},
		"has a key":           {waits, MarkdownOptions{Key: "org/a -->--x@b"}, []string{"\n<!-- espalier:comment org/a_-__-_x_b -->\n"}},
	} {
		got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, c.plan, c.o) })
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
	}
}

func TestCodeSpan(t *testing.T) {
	for text, want := range map[string]string{
		"":        "",
		"Oslo":    "`Oslo`",
		"a`b":     "``a`b``",
		"``":      "``` `` ```",
		"`a":      "`` `a ``",
		" a ":     "`  a  `",
		" ":       "` `",
		"   ":     "`   `",
		"a\nb":    "`a\\nb`",
		"\u202ex": "`\\u202ex`",
		"@ada":    "`@ada`",
	} {
		if got := codeSpan(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{"a|b": "`a\\|b`", `a\|b`: "`a\\\\u007cb`", "|": "`\\|`", "a\n|b": "`a\\n\\|b`"} {
		if got := cellSpan(text); got != want {
			t.Errorf("in a cell %q: %s, want %s", text, got, want)
		}
	}
	if got, want := fenced("diff", "+ a\n````\n"), "`````diff\n+ a\n````\n`````\n"; got != want {
		t.Errorf("between fences: %s, want %s", got, want)
	}
}
