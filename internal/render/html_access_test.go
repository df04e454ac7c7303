package render

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/planner"
)

// heard is one thing in the page as a screen reader is told of it.
type heard struct {
	role, name string
	properties map[string]string
}

// hear asks the browser for all that it tells a screen reader.
func (p *tab) hear() []heard {
	p.Helper()
	call(p, accessibility.Enable, cdp.Empty{})
	text := func(v *accessibility.Value) string {
		if v == nil {
			return ""
		}
		var s any
		if err := json.Unmarshal(v.Value, &s); err != nil {
			return ""
		}
		return fmt.Sprint(s)
	}
	nodes := call(p, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range nodes {
		byID[n.NodeID] = n
	}
	var list []heard
	var read func(n *accessibility.Node)
	read = func(n *accessibility.Node) {
		if !n.Ignored {
			h := heard{role: text(n.Role), name: strings.Join(strings.Fields(text(n.Name)), " "), properties: map[string]string{}}
			for _, x := range n.Properties {
				h.properties[string(x.Name)] = text(x.Value)
			}
			list = append(list, h)
		}
		for _, id := range n.ChildIDs {
			if below := byID[id]; below != nil {
				read(below)
			}
		}
	}
	read(nodes[0])
	return list
}

func namesOf(list []heard, role string) []string {
	var names []string
	for _, h := range list {
		if h.role == role {
			names = append(names, h.name)
		}
	}
	return names
}

func testPageIsHeard(t *testing.T, browser context.Context) {
	p := visit(t, browser, reported(), paged(PeopleNames))
	list := p.hear()
	for role, want := range map[string][]string{
		"banner": {""}, "main": {""}, "contentinfo": {""}, "search": {"Search and filter"}, "tree": {"Groups"}, "searchbox": {"Find a person or group"}, "radiogroup": {"The tree"}, "group": {"Show only"},
		"radio": {"Before and after", "Before", "After"}, "checkbox": {"Only where something changes"}, "columnheader": {"Change", "Name", "From", "To"}, "rowheader": {"head_count", "door"},
		"region":  {"Refused: nothing is sent", "Removals: 2", "Groups", "Changes", "Changed outside of the configuration", "Outputs", "Outputs", "Warnings", "As text"},
		"heading": {"Plan refused", "Refused: nothing is sent", "✕ Refused This plan deletes more people than is allowed", "Removals: 2", "Groups", "Changes", "Positions 1", "Groups 4", "People 252", "Changed outside of the configuration", "Outputs", "Warnings", `! Warning No live group has the kind "region"`, "As text"},
	} {
		got := namesOf(list, role)
		if role == "group" { // those inside the tree have no name of their own
			got = slices.DeleteFunc(got, func(name string) bool { return name == "" })
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
	var items []string
	for _, h := range list {
		switch h.role {
		case "treeitem":
			items = append(items, fmt.Sprintf("%s %s %s %s", h.properties["level"], h.properties["expanded"], h.properties["selected"], h.name))
		case "button", "link", "checkbox", "radio", "searchbox", "tree", "DisclosureTriangle":
			if h.name == "" {
				t.Errorf("a %s has no name", h.role)
			}
		}
	}
	want := []string{
		"1 true false Acme Organization 3 people (458 to 656 with all below)",
		"2  false adopted Head office Store 40 people",
		"2 true false new Nordics Country 0 people (0 to 401 with all below)",
		"3 false false moved Oslo sentrum to Oslo Region 10 to 211 people (214 to 415 with all below) from Acme / Norway",
		"2  false Wine <b>club</b> 12 people not managed",
		"2 true false Norway Country 1 person (403 to 188 with all below)",
		"3  false moved away Oslo sentrum now Acme / Nordics",
		"3  false changed Bergen Region 187 to 186 people",
		"3  false deleted Tromsø Store 1 to 0 people",
	}
	if diff := cmp.Diff(want, items); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	p.do(choose("move"), click("#unit3 > .row > .name"))
	p.expect(pageFound, "1 of 259 changes")
	list = p.hear()
	for _, h := range list {
		if h.role == "button" && h.name == "moved" && h.properties["pressed"] != "true" {
			t.Errorf("the pressed button says %q", h.properties)
		}
		if h.role == "treeitem" && strings.HasPrefix(h.name, "moved Oslo") && h.properties["selected"] != "true" {
			t.Errorf("the chosen group says %q", h.properties)
		}
	}
	if got := namesOf(list, "status"); len(got) != 1 {
		t.Errorf("%d places tell what was found", len(got))
	}
}

// faint lists the texts that stand out too little from what is behind them.
const faint = `(() => {
  const rgb = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; } return rgb(getComputedStyle(document.documentElement).backgroundColor); };
  const out = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || e.getClientRects().length === 0 || e.matches('.said, script, .skip, option')) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) out.push(e.className + ' ' + e.textContent.slice(0, 20) + ' ' + ratio.toFixed(2));
  }
  return out.slice(0, 9).join('\n');
})()`

func testPageInAnyLight(t *testing.T, browser context.Context) {
	grounds := map[string]string{}
	for name, media := range map[string][]chromedp.Action[chromedp.Void]{"light": nil, "dark": {dark()}} {
		t.Run(name, func(t *testing.T) {
			p := visit(t, browser, reported(), paged(PeopleNames), media...)
			p.search("o")
			p.expect(`document.querySelectorAll('mark').length > 10`, true)
			p.do(choose("update"), choose("move"), choose("delete"), choose("create"), click("#unit3 > .row > .name"))
			p.expect(`document.getElementById('chosen').hidden`, false)
			p.expect(faint, "")
			grounds[name] = p.text(`getComputedStyle(document.body).backgroundColor`)
			p.shoot(name)
		})
	}
	if grounds["light"] != "rgb(255, 255, 255)" || grounds["dark"] != "rgb(13, 17, 23)" {
		t.Errorf("the page's ground is %q", grounds)
	}
}

// The pages of plans that lack something lack it without a trace.
func testPagesOfOtherPlans(t *testing.T, browser context.Context) {
	parts := `[...document.querySelectorAll('main > section, main > form, #columns > section')].filter((e) => e.getClientRects().length > 0).map((e) => e.id || e.firstElementChild.innerText).join('|')`
	whole := reported()
	for name, test := range map[string]struct {
		plan        *planner.Plan
		title, want string
	}{
		"nothing changes":          {&planner.Plan{ID: "ab"}, "Plan: No changes. The organisation matches the configuration.", "as-text"},
		"nothing changes in it":    {&planner.Plan{ID: "ab", Outline: whole.Outline}, "Plan: No changes. The organisation matches the configuration.", "search|tree-part|as-text"},
		"people without a tree":    {crowd(30), "Plan: 7 to create, 23 to update; 30 people affected; 256 calls, about 20 s (1,140 of 1,200 left).", "search|changes|as-text"},
		"removals alone":           {&planner.Plan{Steps: []planner.Step{{Address: at("acme_group.oslo"), Action: planner.Delete, Label: "Oslo"}}, Summary: planner.Summary{Delete: 1}}, "Plan: 1 to delete; 256 calls, about 20 s (1,140 of 1,200 left).", "search|removals|as-text"},
		"drift alone":              {&planner.Plan{RefreshOnly: true, Drift: whole.Drift, Outline: whole.Outline}, "Plan: 2 outside changes to record; nothing is sent.", "search|tree-part|drift|as-text"},
		"refused, with everything": {whole, "Plan refused", "Refused: nothing is sent|search|removals|tree-part|changes|drift|Outputs|Warnings|as-text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := visit(t, browser, test.plan, paged(PeopleNames))
			p.expect(`document.title`, test.title)
			p.expect(parts, test.want)
			p.expect(`document.documentElement.scrollWidth <= innerWidth`, true)
			p.do(chromedp.EmulateViewport(360, 700))
			p.expect(`document.documentElement.scrollWidth <= innerWidth`, true)
			p.shoot(strings.ReplaceAll(name, " ", "-"))
		})
	}
}
