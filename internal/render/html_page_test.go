package render

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// What the tests ask the page, as JavaScript.
const (
	pageRows    = `[...document.querySelectorAll('#tree [role=treeitem] > .row > .name')].map((e) => e.textContent).join('|')`
	pageFound   = `document.getElementById('found').textContent`
	pageFocus   = `document.activeElement.id`
	pageChanges = `[...document.querySelectorAll('#removals .address, #changes .address')].map((e) => e.textContent).join('|')`
)

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// choose presses one of the buttons that filter by action.
func choose(action string) chromedp.Action[chromedp.Void] {
	return click(`#actions [data-do=` + action + `]`)
}

// search replaces what is searched for.
func (p *tab) search(text string) {
	p.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('query').select()`), chromedp.KeyEvent(kb.Backspace+text))
}

// press presses keys, one after the other, where the focus is.
func (p *tab) press(keys ...string) {
	p.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// TestPages looks at pages in one real browser, each in a tab of its own.
func TestPages(t *testing.T) {
	browser := browse(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"used": testPageInUse, "heard": testPageIsHeard, "in any light": testPageInAnyLight, "of other plans": testPagesOfOtherPlans, "large": testLargePage, "wide": testWidePage, "deep": testDeepPage,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, browser)
		})
	}
}

func testPageInUse(t *testing.T, browser context.Context) {
	for name, test := range map[string]func(*tab){
		"the tree shows what changes":       pageShowsChanges,
		"it is folded with the mouse":       pageFoldsByMouse,
		"it is folded with the keyboard":    pageFoldsByKeyboard,
		"a person is found":                 pageFindsPerson,
		"a group is found":                  pageFindsGroup,
		"actions are filtered":              pageFiltersActions,
		"one group is looked at":            pageShowsOneGroup,
		"before and after":                  pageShowsTimes,
		"only what changes":                 pageShowsChangingOnly,
		"what is alike is unfolded":         pageUnfoldsAlike,
		"the note of a move leads to it":    pageFollowsMove,
		"the keyboard reaches all in order": pageTabs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(visit(t, browser, reported(), paged(PeopleNames)))
		})
	}
	t.Run("without scripts it is there as text", func(t *testing.T) {
		p := visit(t, browser, reported(), paged(PeopleNames), withoutScripts())
		p.expect(`document.querySelector('noscript p').innerText.startsWith('Scripts are not run here')`, true)
		p.expect(`[...document.querySelectorAll('form, #tree-part, #changes')].filter((e) => e.getClientRects().length > 0).length`, 0)
		p.expect(`document.querySelector('#as-text pre').innerText.includes('Removals')`, true)
		p.shoot("without-scripts")
	})
	t.Run("hostile names stay names", func(t *testing.T) {
		p := visit(t, browser, hostilePlan(), paged(PeopleNames))
		p.search("EVIL")
		p.expect(`document.querySelectorAll('mark').length > 3`, true)
		p.expect(`typeof window.hacked + document.querySelectorAll('img').length`, "undefined0")
		p.shoot("hostile")
	})
	t.Run("a tree that a refused plan breaks is drawn", func(t *testing.T) {
		plan := &planner.Plan{Outline: outlined([]unitIn{
			{address: "acme_group.a", id: "1", was: "Above", before: -1, after: 1}, {address: "acme_group.b", id: "2", was: "Below", before: 0, after: -2}, {id: "3", was: "Club", before: 1, after: 1},
		})}
		p := visit(t, browser, plan, paged(PeopleNames))
		p.do(click("#unfold"))
		p.expect(pageRows, "Above|Below|Club")
		p.do(click("#views [value=after]"))
		p.expect(pageRows, "Above|Club")
		p.search("club")
		p.expect(pageRows, "Club")
	})
	t.Run("many warnings are folded", func(t *testing.T) {
		plan := &planner.Plan{ID: "ab"}
		for i := range 300 {
			plan.Warnings = append(plan.Warnings, planner.Warning{Summary: "No mail", Address: person(i)})
			plan.Findings = append(plan.Findings, planner.Finding{Address: person(i), Class: schema.ClassPerson, Action: planner.Create})
		}
		p := visit(t, browser, plan, paged(PeopleNames))
		p.expect(`[...document.querySelectorAll('main summary')].map((e) => e.innerText).join('|')`, "300 calls|300 warnings|The plan as the command line shows it")
		p.expect(`document.documentElement.scrollHeight < 2000`, true)
	})
	t.Run("people who are counted are not found", func(t *testing.T) {
		p := visit(t, browser, reported(), paged(PeopleCounts))
		p.do(choose("update"))
		p.expect(`document.getElementById('changes').innerText.includes('38 people')`, true)
		p.search("ines")
		p.expect(pageFound, "0 of 259 changes, 0 of 11 groups")
		p.expect(`document.getElementById('changes-empty').innerText`, "Nothing fits the search.")
		p.shoot("counts")
	})
}

// withoutScripts has the browser run none of the page's.
func withoutScripts() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

func pageShowsChanges(p *tab) {
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Wine <b>club</b>|Norway|Oslo sentrum|Bergen|Tromsø")
	for id, want := range map[string]string{
		"unit3":  "> moved Oslo sentrum → to Oslo Region 10 → to 211 people (214 → to 415 with all below) from Acme / Norway",
		"unit10": "- deleted Tromsø Store 1 → to 0 people",
		"unit2":  "+ new Nordics Country 0 people (0 → to 401 with all below)",
		"away3":  "> moved away Oslo sentrum now Acme / Nordics",
		"unit7":  "Wine <b>club</b> 12 people not managed",
	} {
		p.expect(`document.querySelector('#`+id+` > .row').innerText.replace(/[\s▸▾]+/g, ' ').trim()`, want)
	}
	p.expect(`document.querySelector('main h2').innerText`, "Refused: nothing is sent")
	p.expect(`document.getElementById('removals').getBoundingClientRect().top < document.getElementById('columns').getBoundingClientRect().top`, true)
	p.shoot("page")
}

func pageFoldsByMouse(p *tab) {
	p.expect(`document.getElementById('unit3').getAttribute('aria-expanded')`, false)
	p.do(click("#unit3 > .row > .twist"))
	p.expect(`document.getElementById('unit3').getAttribute('aria-expanded')`, true)
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Frogner|Majorstuen|Sagene|Wine <b>club</b>|Norway|Oslo sentrum|Bergen|Tromsø")
	p.do(click("#unit0 > .row > .twist"))
	p.expect(pageRows, "Acme")
	p.do(click("#unfold"))
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Frogner|Majorstuen|Sagene|Wine <b>club</b>|Norway|Oslo sentrum|Bergen|Tromsø")
	p.expect(pageFound, "Everything is unfolded.")
	p.do(click("#fold"))
	p.expect(pageRows, "Acme")
}

func pageFoldsByKeyboard(p *tab) {
	p.do(chromedp.Focus(chromedp.CSS("#unit0")))
	for _, x := range []struct{ key, focus string }{
		{kb.ArrowDown, "unit1"}, {kb.ArrowDown, "unit2"}, {kb.ArrowRight, "unit3"}, {kb.ArrowRight, "unit3"}, {kb.ArrowRight, "unit4"},
		{kb.End, "unit10"}, {kb.ArrowUp, "unit9"}, {kb.ArrowLeft, "unit8"}, {kb.ArrowLeft, "unit8"}, {kb.ArrowDown, "unit8"}, {"o", "unit3"}, {"h", "unit1"}, {kb.Home, "unit0"}, {kb.ArrowLeft, "unit0"}, {kb.ArrowDown, "unit0"},
		{kb.ArrowRight, "unit0"}, {kb.ArrowRight, "unit1"}, {"*", "unit1"}, {kb.End, "unit10"},
	} {
		p.press(x.key)
		p.expect(pageFocus, x.focus)
	}
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Frogner|Majorstuen|Sagene|Wine <b>club</b>|Norway|Oslo sentrum|Bergen|Tromsø")
	p.expect(`document.querySelectorAll('#tree [tabindex="0"]').length`, 1)
	p.shoot("focus")
}

func pageFindsPerson(p *tab) {
	p.search("Ines  moreau")
	p.expect(pageFound, "1 of 259 changes, 2 of 11 groups")
	p.expect(pageChanges, `acme_user.staff["901"]`)
	p.expect(pageRows, "Acme|Nordics|Oslo|Norway|Oslo sentrum|Bergen")
	p.expect(`[...document.querySelectorAll('#changes .line mark')].map((e) => e.textContent).join('|')`, "ines|moreau")
	p.expect(`document.querySelectorAll('#drift .address').length`, 1)
	p.shoot("found")
	p.search("nobody like that")
	p.expect(pageFound, "0 of 259 changes, 0 of 11 groups")
	p.expect(`document.getElementById('tree-empty').innerText + document.getElementById('removals-title').innerText`, "Nothing fits the search.Removals: 0 of 2")
	p.search("")
	p.expect(pageFound, "")
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Wine <b>club</b>|Norway|Oslo sentrum|Bergen|Tromsø")
}

func pageFindsGroup(p *tab) {
	p.search("tromso")
	p.expect(pageRows, "Acme|Norway|Tromsø")
	p.expect(pageChanges, "acme_group.tromso")
	p.expect(`document.querySelector('#unit10 mark').textContent`, "Tromsø")
	p.search("oslo sentrum")
	p.expect(pageRows, "Acme|Nordics|Oslo|Norway|Oslo sentrum")
	p.do(click("#unit3 > .row > .twist"))
	p.expect(pageRows, "Acme|Nordics|Oslo|Frogner|Majorstuen|Sagene|Norway|Oslo sentrum")
}

func pageFiltersActions(p *tab) {
	p.expect(`[...document.querySelectorAll('#actions button')].map((e) => e.textContent).join('|')`, "- deleted|+ new|& adopted|> moved|~ changed|= other address")
	p.do(choose("move"))
	p.expect(pageFound, "1 of 259 changes, 2 of 11 groups")
	p.expect(pageChanges, "acme_group.oslo")
	p.do(choose("delete"))
	p.expect(pageFound, "3 of 259 changes, 3 of 11 groups")
	p.expect(pageChanges, `acme_group.tromso|acme_user.staff["950"]|acme_group.oslo`)
	p.expect(`[...document.querySelectorAll('#actions [aria-pressed=true]')].map((e) => e.dataset.do).join()`, "delete,move")
	p.shoot("filtered")
	p.do(choose("delete"), choose("move"))
	p.expect(pageFound, "")
}

func pageShowsOneGroup(p *tab) {
	p.do(click("#unit9 > .row > .name"))
	p.expect(`document.getElementById('chosen').innerText`, "Only what changes in Bergen Show everything again")
	p.expect(pageChanges, `acme_group.bergen|acme_user.staff["901"]`)
	p.expect(pageFound, "2 of 259 changes")
	p.expect(`document.querySelector('#tree [aria-selected=true]').id`, "unit9")
	p.shoot("one-group")
	p.press(kb.ArrowUp, kb.ArrowUp, kb.Enter)
	p.expect(`document.querySelector('#tree [aria-selected=true]').id`, "unit8")
	p.expect(pageFound, "0 of 259 changes")
	p.do(click("#chosen button"))
	p.expect(pageFound+` + document.querySelectorAll('#tree [aria-selected=true]').length`, "0")
	p.expect(pageFocus, "query")
}

func pageShowsTimes(p *tab) {
	p.do(click("#views [value=before]"))
	p.expect(pageRows, "Acme|Head office|Wine <b>club</b>|Norway|Oslo sentrum|Bergen|Tromsø")
	p.expect(`document.querySelector('#unit3 > .row').innerText.replace(/[\s▸▾]+/g, ' ').trim()`, "Oslo sentrum Region 10 people (214 with all below)")
	p.do(click("#views [value=after]"))
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Wine <b>club</b>|Norway|Bergen")
	p.expect(`document.querySelector('#unit3 > .row').innerText.replace(/[\s▸▾]+/g, ' ').trim()`, "Oslo Region 211 people (415 with all below)")
}

func pageShowsChangingOnly(p *tab) {
	p.do(click("#only"))
	p.expect(pageRows, "Acme|Head office|Nordics|Oslo|Norway|Oslo sentrum|Bergen|Tromsø")
	p.expect(pageFound, "259 of 259 changes, 6 of 11 groups")
	p.search("head")
	p.expect(pageRows, "Acme|Head office")
}

func pageUnfoldsAlike(p *tab) {
	p.expect(`document.querySelectorAll('#changes details .address').length`, 0)
	p.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('#changes summary')].find((e) => e.textContent.includes('200 people')).focus()`))
	p.press(kb.Enter)
	p.expect(`document.querySelectorAll('#changes details .address').length`, 100)
	p.press(kb.Tab)
	p.expect(`document.activeElement.textContent`, "Show 100 more of 100")
	p.press(kb.Enter)
	p.expect(`document.querySelectorAll('#changes details .address').length`, 200)
	p.expect(`document.activeElement.querySelector('.address').textContent`, `acme_user.staff["1100"]`)
	p.expect(`document.querySelectorAll('#changes details .more:not([hidden])').length`, 0)
}

func pageFollowsMove(p *tab) {
	p.do(click("#unit2 > .row > .twist"), click("#away3 > .row > .name"))
	p.expect(pageFocus, "unit3")
	p.expect(`document.getElementById('unit2').getAttribute('aria-expanded')`, true)
}

// pageTabs goes through the page with the tabulator alone.
func pageTabs(p *tab) {
	name := `(document.activeElement.id || document.activeElement.dataset.do || document.activeElement.textContent || document.activeElement.tagName).trim().slice(0, 24)`
	for _, want := range []string{"Skip to the plan", "query", "delete", "create", "adopt", "move", "update", "readdress", "INPUT", "only", "unfold", "fold", "unit0", "~ changed38 people"} {
		p.press(kb.Tab)
		p.expect(name, want)
		if want == "query" {
			continue
		}
		p.expect(`getComputedStyle(document.activeElement.matches('[role=treeitem]') ? document.activeElement.firstChild : document.activeElement).outlineStyle`, "solid")
	}
}
