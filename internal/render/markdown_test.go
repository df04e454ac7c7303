package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// commentOn is how the tests ask for a comment.
func commentOn(people PeopleMode) MarkdownOptions {
	return MarkdownOptions{Options: Options{Library: library(), People: people}, Key: "org", Version: "1.2.3", Commit: "0a1b2c3d4e5f", Revision: "9f8e7d6c"}
}

func costing(calls int) Cost {
	return Cost{Calls: calls, Estimate: 20 * time.Second, Known: true, Remaining: 1140, Limit: 1200}
}

// madePlan is a plan of these steps.
func madePlan(steps ...planner.Step) *planner.Plan {
	p := &planner.Plan{ID: strings.Repeat("0123abcd", 8), Lineage: "line", Serial: 7, Made: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Steps: steps}
	summarise(p)
	return p
}

func joins(n int) planner.Step {
	return planner.Step{Address: person(n), Action: planner.Create, Class: schema.ClassPerson, Label: mail(n), Calls: 1, File: "people.org.hcl", Line: 4,
		Changes: []planner.Change{{Attr: "email", After: known(mail(n))}, member("groups", "group", []string{"Oslo"}, nil)}}
}

func regroups(n int, from, to string) planner.Step {
	c := member("groups", "group", []string{to}, []string{from})
	if from == "" {
		c = member("groups", "group", []string{to}, nil)
	}
	return planner.Step{Address: person(n), Action: planner.Update, Class: schema.ClassPerson, ID: fmt.Sprint(n), Label: mail(n), Calls: 1, File: "people.org.hcl", Line: 4, Changes: []planner.Change{c}}
}

func goes(address, label string, class schema.Class) planner.Step {
	return planner.Step{Address: at(address), Action: planner.Delete, Class: class, ID: "9" + label, Label: label, Calls: 1, Last: true, Reason: "no longer in the configuration"}
}

func spot(name, level string, parent, members, whole int) *planner.OutlinePlace {
	return &planner.OutlinePlace{Name: name, Level: level, Parent: parent, Members: members, Whole: whole}
}

// movedTree is an outline in which a unit moves below a new one and one goes.
func movedTree() *planner.Outline {
	return &planner.Outline{Units: []planner.OutlineUnit{
		{Type: "acme_group", Address: at("acme_group.acme"), ID: "1", Before: spot("Acme", "organization", -1, 4, 98), After: spot("Acme", "organization", -1, 4, 98)},
		{Type: "acme_group", Address: at("acme_group.nordics"), After: spot("Nordics", "country", 0, 0, 82)},
		{Type: "acme_group", Address: at("acme_group.oslo"), ID: "12", Before: spot("Oslo sentrum", "store", 3, 80, 80), After: spot("Oslo", "store", 1, 82, 82)},
		{Type: "acme_group", Address: at("acme_group.norway"), ID: "3", Before: spot("Norway", "country", 0, 7, 94), After: spot("Norway", "country", 0, 7, 12)},
		{Type: "acme_group", Address: at("acme_group.bergen"), ID: "13", Before: spot("Bergen", "store", 3, 5, 5), After: spot("Bergen", "store", 3, 5, 5)},
		{Type: "acme_group", Address: at("acme_group.closed"), ID: "14", Before: spot("Closed", "store", 3, 2, 2)},
	}}
}

func peopleJoin() (*planner.Plan, Cost) {
	steps := []planner.Step{{Address: at("acme_position.barista"), Action: planner.Create, Class: schema.ClassRole, Label: "Barista", Calls: 1, File: "main.org.hcl", Line: 12,
		Changes: []planner.Change{{Attr: "name", After: known("Barista")}}}}
	for i := range 24 {
		steps = append(steps, joins(100+i))
	}
	for i := range 3 {
		steps = append(steps, regroups(200+i, "", "Bergen"))
	}
	return madePlan(steps...), costing(28)
}

func treeMoved() (*planner.Plan, Cost) {
	whole := realistic()
	steps := whole.Steps[1:4] // made, moved, changed inside
	for i := range 41 {
		steps = append(steps, regroups(300+i, "Oslo sentrum", "Bergen"))
	}
	steps = append(steps, whole.Steps[5]) // a person with several changes
	p := madePlan(steps...)
	p.Drift, p.Outputs, p.Outline = whole.Drift, whole.Outputs, movedTree()
	return p, costing(45)
}

func removing() (*planner.Plan, Cost) {
	steps := []planner.Step{goes("acme_group.closed", "Closed", schema.ClassUnit), goes("acme_position.cook", "Cook", schema.ClassRole)}
	for i := range 30 {
		steps = append(steps, goes(person(500+i).String(), mail(500+i), schema.ClassPerson))
	}
	strip := regroups(600, "Oslo", "Nowhere")
	strip.Release, strip.Changes = true, []planner.Change{member("groups", "group", nil, []string{"Oslo"})}
	forget := planner.Step{Address: person(601), Action: planner.Forget, Class: schema.ClassPerson, ID: "601", Label: mail(601)}
	p := madePlan(append(steps, strip, forget)...)
	p.Outline = &planner.Outline{Units: []planner.OutlineUnit{movedTree().Units[0], {Type: "acme_group", ID: "14", Before: spot("Closed", "store", 0, 2, 2)}}}
	return p, costing(33)
}

func guarded() (*planner.Plan, Cost) {
	p, cost := removing()
	p.Refusals = realistic().Refusals
	p.Warnings = realistic().Warnings
	return p, cost
}

func nothing() (*planner.Plan, Cost) { return madePlan(), Cost{} }

// huge is 2,000 groups that change and 10,000 people of whom everybody gets another
// address; 3,000 of them go.
func huge() (*planner.Plan, Cost) {
	var steps []planner.Step
	outline := &planner.Outline{Units: []planner.OutlineUnit{{Type: "acme_group", ID: "0", Before: spot("Acme", "", -1, 0, 10000), After: spot("Acme", "", -1, 0, 7000)}}}
	for i := range 2000 {
		name := fmt.Sprintf("Unit %04d", i)
		steps = append(steps, planner.Step{Address: at(fmt.Sprintf("acme_group.u%d", i)), Action: planner.Update, Class: schema.ClassUnit, ID: fmt.Sprint(i + 1), Label: name, Calls: 1, File: "groups.org.hcl", Line: i + 1,
			Changes: []planner.Change{text("name", name+" (old)", name)}})
		outline.Units = append(outline.Units, planner.OutlineUnit{Type: "acme_group", ID: fmt.Sprint(i + 1), Before: spot(name+" (old)", "", i/10, 5, 5), After: spot(name, "", i/10, 3, 3)})
	}
	for i := range 7000 {
		steps = append(steps, planner.Step{Address: person(i), Action: planner.Update, Class: schema.ClassPerson, ID: fmt.Sprint(i), Label: mail(i), Calls: 1, File: "people.org.hcl", Line: 4,
			Changes: []planner.Change{text("email", fmt.Sprintf("p%d@example.com", i), mail(i))}})
	}
	for i := range 3000 {
		steps = append(steps, goes(person(7000+i).String(), mail(7000+i), schema.ClassPerson))
	}
	p := madePlan(steps...)
	p.Outline = outline
	return p, costing(12000)
}

// large is the same without those who go, so that the tree and the table are shown.
func large() (*planner.Plan, Cost) {
	p, cost := huge()
	p.Steps, p.Summary = p.Steps[:9000], planner.Summary{}
	summarise(p)
	return p, cost
}

func afterKill() (*planner.Plan, Cost) {
	p := madePlan(joins(1))
	at := p.Made.Add(-20 * time.Minute)
	p.Pending, p.Until = 3, p.Made.Add(40*time.Minute)
	p.Findings = []planner.Finding{
		{Address: person(1), Class: schema.ClassPerson, Action: planner.Create, Label: mail(1), At: at, Outcome: planner.NotSo},
		{Address: person(2), Class: schema.ClassPerson, Action: planner.Create, Label: mail(2), ID: "17", At: at, Outcome: planner.Happened},
		{Address: person(3), Class: schema.ClassPerson, Action: planner.Create, Label: mail(3), At: at, Outcome: planner.Unclear},
	}
	return p, costing(1)
}

func TestMarkdown(t *testing.T) {
	for name, of := range map[string]func() (*planner.Plan, Cost){
		"people-join": peopleJoin, "tree-moved": treeMoved, "removals": removing, "refused": guarded, "nothing": nothing, "huge": huge, "large": large, "after-kill": afterKill,
	} {
		plan, cost := of()
		for suffix, people := range map[string]PeopleMode{"": PeopleNames, "-addresses": PeopleAddresses, "-counts": PeopleCounts} {
			if people != PeopleNames && name != "refused" && name != "tree-moved" {
				continue
			}
			o := commentOn(people)
			o.Cost = cost
			got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, plan, o) })
			golden(t, "comment-"+name+suffix+".md", []byte(got))
			if len(got) > CommentLimit {
				t.Errorf("%s%s has %d bytes", name, suffix, len(got))
			}
		}
	}
}

// TestMarkdownShowsNobody looks for what would name somebody in a comment for a public
// place.
func TestMarkdownShowsNobody(t *testing.T) {
	for _, of := range []func() (*planner.Plan, Cost){peopleJoin, treeMoved, removing, guarded, huge, afterKill, func() (*planner.Plan, Cost) { return realistic(), budget }} {
		plan, cost := of()
		for _, people := range []PeopleMode{PeopleAddresses, PeopleCounts} {
			o := commentOn(people)
			o.Cost = cost
			got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, plan, o) })
			if i := strings.IndexByte(got, '@'); i >= 0 {
				t.Errorf("with people as %d the comment has an address: %s", people, got[max(0, i-60):min(len(got), i+60)])
			}
			if people == PeopleCounts && strings.Contains(got, "acme_user.staff[") {
				t.Errorf("with counts the comment tells people apart:\n%s", got)
			}
		}
	}
}

func TestMarkdownOutcome(t *testing.T) {
	one := madePlan(regroups(1, "Oslo", "Bergen"), treeStep(planner.Move), goes("acme_group.closed", "Closed", schema.ClassUnit))
	several := madePlan(regroups(1, "Oslo", "Bergen"), regroups(2, "Oslo", "Bergen"), joins(3), treeStep(planner.Create), treeStep(planner.Adopt), treeStep(planner.Readdress))
	replaced := madePlan(treeStep(planner.Replace), goes("acme_group.oslo", "Oslo", schema.ClassUnit), goes("acme_group.closed", "Closed", schema.ClassUnit), goes("acme_group.shut", "Shut", schema.ClassUnit), goes(person(1).String(), mail(1), schema.ClassPerson))
	replaced.Steps[1].ID, replaced.Steps[1].Replaced, replaced.Steps[1].Needs = "12", true, []int{0}
	refused := madePlan(joins(3))
	refused.Refusals = []planner.Refusal{{Guard: "a"}, {Guard: "b"}}
	recorded := madePlan()
	recorded.RefreshOnly, recorded.Drift = true, []planner.Drift{{Address: at("acme_group.oslo"), Gone: true}}
	pending := madePlan()
	pending.Pending = 2
	cut := madePlan()
	cut.RefreshOnly, cut.Pending = true, 2
	both := madePlan()
	both.RefreshOnly, both.Pending, both.Drift = true, 1, recorded.Drift
	missing := madePlan()
	missing.RefreshOnly, missing.Drift, missing.Refusals = true, recorded.Drift, []planner.Refusal{{Guard: "max_missing", Summary: "Too much is gone"}}
	outputs := madePlan()
	outputs.Outputs = []planner.OutputChange{{Name: "n", After: schema.Known(cty.NumberIntVal(1))}}
	unmanaged := madePlan()
	unmanaged.RefreshOnly = true
	for name, c := range map[string]struct {
		plan *planner.Plan
		want string
	}{
		"one of each":     {one, "### 1 group moved, 1 person changes group, 1 group deleted; 3 calls, about 20 s"},
		"several":         {several, "### 1 group created, 1 person created, 2 people change group, 1 group adopted, 1 group readdressed, 0 deleted; 3 calls, about 20 s"},
		"replaced":        {replaced, "### 1 group replaced, 2 groups deleted, 1 person deleted; 3 calls, about 20 s"},
		"refused":         {refused, "### Refused by 2 guards, nothing is sent: 1 person created, 0 deleted"},
		"only recorded":   {recorded, "### 1 outside change to record; nothing is sent"},
		"only cut short":  {cut, "### 2 calls of an earlier run to settle; nothing is sent"},
		"cut and changed": {both, "### 1 outside change to record, 1 call of an earlier run to settle; nothing is sent"},
		"only missing":    {missing, "### Refused by 1 guard, nothing is sent: 1 outside change to record"},
		"nothing":         {madePlan(), "### Nothing to change. The organisation matches the configuration"},
		"nothing differs": {unmanaged, "### Nothing to change. The state matches the live organisation"},
		"pending alone":   {pending, "### 2 calls of an earlier run to settle, 0 deleted; 3 calls, about 20 s"},
		"outputs alone":   {outputs, "### 1 output changes, 0 deleted; 3 calls, about 20 s"},
	} {
		o := commentOn(PeopleNames)
		o.Cost = costing(3)
		got := draw(t, func(b *bytes.Buffer) error { return Markdown(b, c.plan, o) })
		if first, _, _ := strings.Cut(got, "\n"); first != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, first, c.want)
		}
	}
}

func treeStep(a planner.Action) planner.Step {
	return planner.Step{Address: at("acme_group.oslo"), Action: a, Class: schema.ClassUnit, ID: "12", Label: "Oslo"}
}
