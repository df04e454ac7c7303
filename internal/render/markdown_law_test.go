package render

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// token stands in everything foreign that the tests put into a plan, so that it can be
// looked for.
const token = "Zq"

// hostile draws a text that tries to become markup.
func hostile() *rapid.Generator[string] {
	bits := rapid.SampledFrom([]string{"`", "```", "|", `\`, `\|`, "<", ">", "@ops", "#12", "!7", "\n", "\r\n", "\u202e", "\u200b", "\x1b[31m", "</details>", "</code>", "<!-- espalier:comment -->", "-->",
		"/close", "\n/close", "https://example.org", "www.example.org", "ada@example.org", "a", " ", "*", "__", "~~~", "&#64;", "$`", "`$", "[x](y)", ":tada:", "\xff", "李", "\u0301"})
	return rapid.Map(rapid.SliceOfN(bits, 0, 8), func(list []string) string { return token + strings.Join(list, "") + token })
}

// anyPlan draws a plan whose names are hostile.
func anyPlan(t *rapid.T, most int) *planner.Plan {
	name := hostile()
	p := madePlan()
	actions := []planner.Action{planner.Create, planner.Adopt, planner.Readdress, planner.Update, planner.Move, planner.Delete, planner.Forget}
	steps := rapid.IntRange(0, most).Draw(t, "steps")
	long := strings.Repeat("x", rapid.SampledFrom([]int{0, 10, 300, 1500}).Draw(t, "long"))
	for i := range steps {
		s := planner.Step{Address: person(i), Class: schema.ClassPerson, ID: "1", Label: name.Draw(t, "label") + long, Action: rapid.SampledFrom(actions).Draw(t, "action"),
			Calls: 1, File: token + ".org.hcl", Line: i, Reason: name.Draw(t, "reason")}
		switch {
		case i%3 == 0:
			s.Address, s.Class = at("acme_group.oslo"), schema.ClassUnit
			s.Changes = []planner.Change{text("about", name.Draw(t, "old"), name.Draw(t, "new")+long)}
		case s.Action == planner.Update:
			s.Changes = []planner.Change{member("groups", "group", []string{name.Draw(t, "in")}, []string{name.Draw(t, "out")})}
			s.Release = rapid.Bool().Draw(t, "release")
		}
		if s.Action == planner.Move {
			s.Passage = &planner.Passage{From: []string{name.Draw(t, "from")}, To: []string{name.Draw(t, "to") + long}, People: i}
		}
		if s.Action == planner.Readdress {
			s.From = schema.Address{Type: "acme_user", Name: "old", Key: schema.InstanceKey{Kind: schema.StringKey, Text: name.Draw(t, "key")}}
		}
		p.Steps = append(p.Steps, s)
	}
	for range rapid.IntRange(0, 3).Draw(t, "others") {
		p.Refusals = append(p.Refusals, planner.Refusal{Guard: "max_delete", Summary: name.Draw(t, "summary"), Detail: name.Draw(t, "detail") + long, Count: 3, Names: []string{name.Draw(t, "who")}, Allow: "-allow max_delete=3"})
		p.Warnings = append(p.Warnings, planner.Warning{Summary: name.Draw(t, "warning"), Detail: name.Draw(t, "detail")})
		p.Findings = append(p.Findings, planner.Finding{Address: person(1), Class: schema.ClassPerson, Action: planner.Create, Label: name.Draw(t, "found"), Outcome: planner.Unclear})
		p.Drift = append(p.Drift, planner.Drift{Address: person(2), Label: name.Draw(t, "drift"), Attr: "email", Before: cty.StringVal(name.Draw(t, "was")), After: cty.StringVal("x")})
		p.Outputs = append(p.Outputs, planner.OutputChange{Name: token, Before: cty.StringVal(name.Draw(t, "output")), After: known(name.Draw(t, "output"))})
		p.Targets = append(p.Targets, name.Draw(t, "target")+long)
	}
	p.Outline = &planner.Outline{Units: []planner.OutlineUnit{
		{Type: "acme_group", ID: "1", Before: spot(name.Draw(t, "unit"), name.Draw(t, "level"), -1, 1, 2), After: spot(name.Draw(t, "unit")+long, "", -1, 1, 2)},
		{Type: "acme_group", ID: "2", Before: spot(name.Draw(t, "unit"), "", 0, 1, 1)},
	}}
	summarise(p)
	return p
}

func anyComment(t *rapid.T, p *planner.Plan) (MarkdownOptions, string) {
	o := commentOn(rapid.SampledFrom([]PeopleMode{PeopleNames, PeopleAddresses, PeopleCounts}).Draw(t, "people"))
	o.Limit = rapid.IntRange(leastLimit, CommentLimit).Draw(t, "limit")
	o.Cost = costing(len(p.Steps))
	o.Key, o.Apply, o.Whole, o.Revision = hostile().Draw(t, "key"), hostile().Draw(t, "apply"), hostile().Draw(t, "whole"), hostile().Draw(t, "revision")
	var b bytes.Buffer
	if err := Markdown(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return o, b.String()
}

// TestMarkdownHolds says what is so of every comment: it is within its limit, begins
// with the outcome and its mark, and gives up the removals last.
func TestMarkdownHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t, 50)
		o, got := anyComment(t, p)
		if len(got) > o.Limit || !utf8.ValidString(got) {
			t.Fatalf("%d bytes, at most %d; valid text: %t", len(got), o.Limit, utf8.ValidString(got))
		}
		lines := strings.SplitN(got, "\n", 4)
		if !strings.HasPrefix(lines[0], "### ") || !regexp.MustCompile(`^<!-- espalier:comment [0-9A-Za-z._/-]+ -->$`).MatchString(lines[2]) {
			t.Fatalf("begins with\n%s", strings.Join(lines[:3], "\n"))
		}
		if strings.Count(got, "\n<!-- espalier:") > 1 {
			t.Fatalf("a second mark in\n%s", got)
		}
		if !strings.Contains(got, "\nPlan `0123abcd") {
			t.Fatalf("the footer does not say which plan it is:\n%s", got)
		}
		_, left, _ := strings.Cut(got, "**Left out, ")
		if strings.Contains(left, " of the ") && strings.Contains(left, " removals") && strings.Contains(got, "\n#### Changes\n") {
			t.Fatalf("removals are left out before the table:\n%s", got)
		}
		if strings.Count(got, "<details>") > 0 && left != "" && strings.Contains(left, "the tree") {
			t.Fatalf("the tree is left out before the list of all changes:\n%s", got)
		}
	})
}

// TestMarkdownForeignTextIsCode looks for foreign text outside of code, and for tables
// with other than five columns.
func TestMarkdownForeignTextIsCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, got := anyComment(t, anyPlan(t, 12))
		for _, l := range strings.Split(outsideOfCode(got), "\n") {
			if strings.Contains(l, token) && !strings.HasPrefix(l, "<!-- espalier:") {
				t.Fatalf("not in code: %s\nin\n%s", l, got)
			}
			if strings.HasPrefix(l, "|") && strings.Count(l, "|") != 6 {
				t.Fatalf("a row with other columns: %s\nin\n%s", l, got)
			}
			if strings.HasPrefix(l, "/") {
				t.Fatalf("a line could be a command: %s", l)
			}
		}
	})
}

// outsideOfCode takes blocks and spans of code out of Markdown, by the rules of
// CommonMark; of rows of a table it leaves the bars.
func outsideOfCode(text string) string {
	var kept []string
	fence := ""
	for _, l := range strings.Split(text, "\n") {
		run := l[:len(l)-len(strings.TrimLeft(l, "`"))]
		switch {
		case fence != "":
			if len(run) >= len(fence) && strings.TrimSpace(l[len(run):]) == "" {
				fence = ""
			}
		case len(run) >= 3 && !strings.Contains(l[len(run):], "`"):
			fence = run
		default:
			kept = append(kept, withoutSpans(l))
		}
	}
	return strings.Join(kept, "\n")
}

// withoutSpans takes code out of a line. A bar in a row of a table ends its cell also
// inside of code, unless it is escaped.
func withoutSpans(l string) string {
	row := strings.HasPrefix(l, "|")
	for {
		at := strings.IndexByte(l, '`')
		if at < 0 {
			return l
		}
		run := len(l[at:]) - len(strings.TrimLeft(l[at:], "`"))
		end := strings.Index(l[at+run:], l[at:at+run])
		if end < 0 {
			return l
		}
		inside := l[at+run : at+run+end]
		bars := ""
		if row {
			bars = strings.Repeat("|", len(bar.FindAllString(inside, -1)))
		}
		l = l[:at] + bars + l[at+run+end+run:]
	}
}

// bar finds a bar that no backslash escapes, and those of which it is not sure.
var bar = regexp.MustCompile(`(^|[^\\]|\\\\)\|`)
