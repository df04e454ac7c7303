package render

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/espalier-dev/espalier/planner"
)

// A page of a large organisation stays one that can be used: it draws what is
// looked at, whatever there is.
func testLargePage(t *testing.T, browser context.Context) {
	const groups, people = 2000, 10_000
	p := visit(t, browser, company(groups, people), paged(PeopleNames))
	drawn := func(most int) {
		t.Helper()
		p.expect(fmt.Sprintf(`document.querySelectorAll('body *').length <= %d ? 'few' : document.querySelectorAll('body *').length`, most), "few")
	}
	drawn(5000)
	p.shoot("large")

	p.search("person.4321@")
	p.expect(pageFound, "1 of 10,037 changes, 1 of 2,000 groups")
	p.expect(pageChanges, `acme_user.staff["4321"]`)
	p.expect(`document.querySelectorAll('#tree .row').length`, 4)
	p.search("store 1")
	p.expect(`document.getElementById('found').textContent.endsWith(' of 2,000 groups')`, true)
	drawn(20_000)
	p.search("")
	p.expect(pageFound, "")

	p.do(choose("create"))
	p.expect(`document.querySelectorAll('#changes .address').length`, 100)
	p.do(click("#changes .more"))
	p.expect(`document.querySelectorAll('#changes .address').length`, 200)
	p.expect(`document.querySelector('#changes .more').textContent`, "Show 100 more of 5,800")
	p.do(choose("create"))

	p.do(click("#unfold"))
	p.expect(`document.querySelectorAll('#tree [id^=unit]').length`, groups)
	p.do(chromedp.Focus(chromedp.CSS("#unit0")))
	p.press(kb.End)
	p.expect(`document.activeElement === [...document.querySelectorAll('#tree [role=treeitem]')].pop()`, true)
	p.press(kb.Home, kb.ArrowLeft)
	p.expect(`document.querySelectorAll('#tree .row').length`, 1)
	drawn(5000)
	p.press(kb.Enter)
	p.expect(`document.getElementById('chosen').innerText.startsWith('Only what changes in Acme')`, true)
}

// Of many groups below one a part is drawn, and the rest when that is asked for.
func testWidePage(t *testing.T, browser context.Context) {
	plan := company(700, 0)
	for i := range plan.Outline.Units {
		u := &plan.Outline.Units[i]
		if i > 0 {
			u.Before.Parent, u.After.Parent = 0, 0
		}
	}
	plan.Steps = nil
	plan.Outline.Units[650].Before.Parent = 1
	plan.Outline.AtLeast = true
	p := visit(t, browser, plan, paged(PeopleNames))
	p.expect(`document.querySelectorAll('#tree [id^=unit]').length`, 201)
	p.expect(`document.getElementById('at-least').innerText`, "Of some people it is not known which groups they are in. They are not counted.")
	p.do(chromedp.Focus(chromedp.CSS("#unit0")))
	p.press(kb.End)
	p.expect(`document.activeElement.innerText`, "… 499 groups more")
	p.press(kb.Enter)
	p.expect(`document.querySelectorAll('#tree [id^=unit]').length`, 401)
	p.expect(pageFocus, "unit201")
	p.do(click("#away650 > .row > .name"))
	p.expect(pageFocus, "unit650")
	p.do(chromedp.Focus(chromedp.CSS("#unit201")))
	p.expect(`document.activeElement.getAttribute('aria-posinset') + ' of ' + document.activeElement.getAttribute('aria-setsize')`, "201 of 699")
}

// A tree deeper than anybody draws one is unfolded as far as is sensible, and does
// not run out of the page.
func testDeepPage(t *testing.T, browser context.Context) {
	var list []unitIn
	for i := range 1500 {
		list = append(list, unitIn{address: fmt.Sprintf("acme_group.g%d", i), id: fmt.Sprint(i), was: fmt.Sprintf("Level %d", i), before: i - 1, after: i - 1})
	}
	plan := &planner.Plan{Outline: outlined(list)}
	plan.Outline.Units[1499].After.Name = "The last"
	plan.Outline.Units[0].Provider = "acme.other"
	p := visit(t, browser, plan, paged(PeopleNames))
	p.expect(`document.querySelector('#unit0 > .row').innerText.includes('at acme.other')`, true)
	p.do(click("#unfold"))
	p.expect(pageFound, "There is more than fits at once; the upper levels are unfolded.")
	p.search("the last")
	p.expect(pageFound+` !== 'There is more than fits at once; the upper levels are unfolded.'`, true) // what it has found is drawn
	p.expect(`document.documentElement.scrollWidth <= innerWidth`, true)
	p.expect(`document.querySelectorAll('#tree .row').length > 100`, true)
	p.do(chromedp.Focus(chromedp.CSS("#unit0")))
	p.press(kb.End, kb.ArrowRight)
	p.expect(`document.activeElement.getAttribute('aria-expanded')`, true)
}
