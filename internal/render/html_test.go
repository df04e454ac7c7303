package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// paged are the options of a page in tests.
func paged(people PeopleMode) HTMLOptions {
	return HTMLOptions{Options: Options{Library: library(), People: people}, Cost: budget, Version: "0.1.0", Commit: "abc123", Revision: "1a2b3c4"}
}

func htmlOf(t testing.TB, plan *planner.Plan, o HTMLOptions) string {
	t.Helper()
	return draw(t, func(b *bytes.Buffer) error { return HTML(b, plan, o) })
}

// readable is a page as its reader sees it: scripts' data and markup unescaped.
func readable(t testing.TB, page string) string {
	t.Helper()
	data := dataOf(t, page)
	var pretty bytes.Buffer
	e := json.NewEncoder(&pretty)
	e.SetEscapeHTML(false)
	if err := e.Encode(data); err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(page) + pretty.String()
}

var dataScript = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)

func dataOf(t testing.TB, page string) any {
	t.Helper()
	m := dataScript.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no data")
	}
	var data any
	if err := json.Unmarshal([]byte(m[1]), &data); err != nil {
		t.Fatalf("the page's data is not JSON: %v", err)
	}
	return data
}

func TestHTMLNeedsNothingElse(t *testing.T) {
	page := htmlOf(t, reported(), paged(PeopleNames))
	for _, bad := range []string{"http://", "https://", "src=", "url(", "@import", "fetch(", "XMLHttpRequest", "innerHTML", "eval("} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("the page has no policy")
	}
	rules := html.UnescapeString(policy[1])
	for _, open := range []string{"<style>", "<script>"} {
		_, after, _ := strings.Cut(page, open)
		text, _, _ := strings.Cut(after, strings.Replace(open, "<", "</", 1))
		if text == "" || !strings.Contains(rules, digestOf(text)) {
			t.Errorf("the policy %q does not allow the page's own %s", rules, open)
		}
	}
	if !strings.HasPrefix(rules, "default-src 'none';") || strings.Contains(rules, "unsafe") {
		t.Errorf("the policy allows too much: %s", rules)
	}
}

// The page says what the text says, with the same numbers.
func TestHTMLSaysWhatTheTextSays(t *testing.T) {
	for name, plan := range map[string]*planner.Plan{
		"all": reported(), "people alone": crowd(30), "nothing": {ID: "ab"}, "a state that owns nothing": {Destroy: true},
		"drift": {RefreshOnly: true, Drift: reported().Drift}, "a part": {Targets: []string{"acme_group.oslo"}, Steps: reported().Steps[:1], Summary: planner.Summary{Create: 1, Calls: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReport(plan, paged(PeopleNames))
			text := draw(t, func(b *bytes.Buffer) error { return Plan(b, plan, Options{Library: library()}, budget) })
			for _, l := range append(r.Lines, r.Outcome) {
				if !strings.Contains(strings.ToLower(text), strings.ToLower(l)) {
					t.Errorf("the text does not say %q:\n%s", l, text)
				}
			}
			if r.Refused != plan.Refused() || len(r.Refusals) != len(plan.Refusals) || len(r.Warnings) != len(plan.Warnings) {
				t.Errorf("%d refusals and %d warnings", len(r.Refusals), len(r.Warnings))
			}
			page := htmlOf(t, plan, paged(PeopleNames))
			if !strings.Contains(page, html.EscapeString(r.Outcome)) {
				t.Errorf("the page does not begin with %q", r.Outcome)
			}
		})
	}
}

// Every step is in the page once, and so are all removals before the rest.
func TestHTMLHasEveryStep(t *testing.T) {
	for name, plan := range map[string]*planner.Plan{"small": reported(), "large": company(300, 2000)} {
		t.Run(name, func(t *testing.T) {
			d := newReport(plan, paged(PeopleNames)).Data
			var want, got []string
			for i := range plan.Steps {
				want = append(want, plan.Steps[i].Address.String())
			}
			seen := map[int]int{}
			for i, s := range d.Sections {
				if s.Removal != (i == 0) {
					t.Errorf("section %d, %s: removals do not come first", i, s.Title)
				}
				for _, b := range s.Blocks {
					for _, at := range b.Steps {
						seen[at]++
						got = append(got, d.Steps[at].Address)
						if removes := d.Steps[at].Action == "delete" || d.Steps[at].Action == "release"; removes != s.Removal {
							t.Errorf("%s stands among %s", d.Steps[at].Address, s.Title)
						}
					}
				}
			}
			if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			for at, n := range seen {
				if n != 1 {
					t.Errorf("step %d stands there %d times", at, n)
				}
			}
		})
	}
}

// What is about a group is found by it: itself, who comes, who leaves, and who
// was in it.
func TestHTMLStepsKnowTheirGroups(t *testing.T) {
	plan := reported()
	for i := range plan.Steps {
		if plan.Steps[i].Action == planner.Delete && plan.Steps[i].Class == schema.ClassPerson {
			plan.Steps[i].Before = map[string]cty.Value{"groups": cty.SetVal([]cty.Value{cty.StringVal("13"), cty.StringVal("404")})}
		}
	}
	d := newReport(plan, paged(PeopleNames)).Data
	names := map[string][]string{}
	for _, s := range d.Steps {
		for _, u := range s.Units {
			p := d.Units[u].After
			if p == nil {
				p = d.Units[u].Before
			}
			names[s.Address] = append(names[s.Address], p.Name)
		}
	}
	for address, want := range map[string][]string{
		`acme_user.staff["901"]`: {"Oslo", "Bergen"}, "acme_group.oslo": {"Nordics", "Oslo"}, "acme_group.nordics": {"Acme", "Nordics"}, `acme_user.staff["950"]`: {"Bergen"},
		`acme_user.staff["100"]`: nil, `acme_user.staff["1007"]`: {"Oslo"},
	} {
		if diff := cmp.Diff(want, names[address]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}

func TestHTMLCannotBeForged(t *testing.T) {
	for _, mode := range []PeopleMode{PeopleNames, PeopleAddresses, PeopleCounts} {
		page := htmlOf(t, hostilePlan(), paged(mode))
		if n := strings.Count(strings.ToLower(page), "<script"); n != 2 {
			t.Errorf("mode %d: %d scripts", mode, n)
		}
		for _, bad := range []string{"<img", "<!--", "\u202e", "\u2028"} {
			if strings.Contains(page, bad) {
				t.Errorf("mode %d: %q stands in the page", mode, bad)
			}
		}
		picture := draw(t, func(b *bytes.Buffer) error { return PlanSVG(b, hostilePlan(), paged(mode).Options) })
		if strings.Contains(picture, "<script") || strings.Contains(picture, "<img") {
			t.Errorf("mode %d: the picture is forged:\n%s", mode, picture)
		}
	}
}

func TestHTMLNamesNobody(t *testing.T) {
	plan := reported()
	plan.Findings = []planner.Finding{{Address: person(7), Label: mail(7), Class: schema.ClassPerson, Action: planner.Create}, {Address: person(8), Label: mail(8), Class: schema.ClassPerson, Action: planner.Create},
		{Address: at("acme_group.oslo"), Class: schema.ClassUnit, Action: planner.Move}}
	plan.Warnings = append(plan.Warnings, planner.Warning{Summary: "The number of person.950@example.org differs", Detail: "stranger@example.net (id 3) has it too.", Address: person(950)})
	for mode, bad := range map[PeopleMode][]string{PeopleAddresses: {"@example", "Moreau"}, PeopleCounts: {"@example", "Moreau", "staff["}} {
		for _, lib := range []schema.Library{{}, library()} {
			o := paged(mode)
			o.Library = lib
			page := readable(t, htmlOf(t, plan, o)) + draw(t, func(b *bytes.Buffer) error { return PlanSVG(b, plan, o.Options) })
			for _, word := range bad {
				if i := strings.Index(page, word); i >= 0 {
					t.Errorf("mode %d: somebody is named: %s", mode, page[max(0, i-200):min(len(page), i+50)])
				}
			}
			if mode == PeopleCounts && !strings.Contains(page, "2 people: it was made.") {
				t.Error("the calls for people are not counted")
			}
		}
	}
}

func TestHTMLShowsNoSecret(t *testing.T) {
	lib := library()
	rapid.Check(t, func(rt *rapid.T) {
		o := HTMLOptions{Options: Options{People: PeopleMode(rapid.IntRange(0, 2).Draw(rt, "people"))}}
		if rapid.Bool().Draw(rt, "library") {
			o.Library = lib
		}
		plan := secretPlan(rt)
		var b bytes.Buffer
		if err := errors.Join(HTML(&b, plan, o), PlanSVG(&b, plan, o.Options)); err != nil {
			rt.Fatal(err)
		}
		if i := strings.Index(b.String(), "hunter2"); i >= 0 {
			rt.Fatalf("the secret is shown: %s", b.String()[max(0, i-200):min(b.Len(), i+50)])
		}
	})
}

func TestHTMLFooter(t *testing.T) {
	plan := reported()
	plan.Refusals = nil
	for _, test := range []struct {
		name   string
		change func(*planner.Plan, *HTMLOptions)
		apply  string
	}{
		{"the plan's id", func(*planner.Plan, *HTMLOptions) {}, "espalier apply -plan-id 0123abcd"},
		{"a command of its own", func(_ *planner.Plan, o *HTMLOptions) { o.Apply = "make apply" }, "make apply"},
		{"a refused plan", func(p *planner.Plan, _ *HTMLOptions) { p.Refusals = reported().Refusals }, ""},
		{"nothing to do", func(p *planner.Plan, _ *HTMLOptions) { *p = planner.Plan{ID: p.ID} }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, o := *plan, paged(PeopleAddresses)
			test.change(&p, &o)
			r := newReport(&p, o)
			if r.Apply != test.apply {
				t.Errorf("to carry it out: %q, want %q", r.Apply, test.apply)
			}
			if r.Footer[0] != (reportFact{"Plan", "0123abcd"}) {
				t.Errorf("footer: %q", r.Footer)
			}
		})
	}
	want := []reportFact{{"Plan", "0123abcd"}, {"Read", "2026-03-04 05:06:07 UTC"}, {"Configuration", "1a2b3c4"}, {"State", "version 7"}, {"Espalier", "0.1.0 abc123"}, {"People", "are shown by address"}}
	if diff := cmp.Diff(want, newReport(plan, paged(PeopleAddresses)).Footer); diff != "" {
		t.Errorf("footer (-want +got):\n%s", diff)
	}
}

func TestHTMLWriteErrors(t *testing.T) {
	for name, err := range map[string]error{"HTML": HTML(full{}, reported(), paged(PeopleNames)), "PlanSVG": PlanSVG(full{}, reported(), Options{})} {
		if err == nil {
			t.Errorf("%s does not say that it could not write", name)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	plan := company(2000, 10_000)
	o := paged(PeopleNames)
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, plan, o); err != nil {
			b.Fatal(err)
		}
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
