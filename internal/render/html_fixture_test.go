package render

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// unitIn describes one unit of an outline: where it stands and who is in it, at
// both times; a parent of -2 says that it is not there.
type unitIn struct {
	address, id      string
	was, is          string // names; is is was if it is empty
	level            string
	before, after    int
	had, has         int // people in it
	hadAll, hasAll   int // people in it and all below
	leadsHad, leadIs int
}

func outlined(list []unitIn) *planner.Outline {
	o := &planner.Outline{}
	for _, x := range list {
		u := planner.OutlineUnit{Provider: "acme", Type: "acme_group", ID: x.id}
		if x.address != "" {
			u.Address = at(x.address)
		}
		if x.is == "" {
			x.is = x.was
		}
		if x.before > -2 {
			u.Before = &planner.OutlinePlace{Name: x.was, Level: x.level, Parent: x.before, Members: x.had, Whole: x.hadAll, Leads: x.leadsHad}
		}
		if x.after > -2 {
			u.After = &planner.OutlinePlace{Name: x.is, Level: x.level, Parent: x.after, Members: x.has, Whole: x.hasAll, Leads: x.leadIs}
		}
		o.Units = append(o.Units, u)
	}
	return o
}

// reported is the realistic plan with the tree around it.
func reported() *planner.Plan {
	p := realistic()
	p.Outline = outlined([]unitIn{
		{"acme_group.acme", "1", "Acme", "", "Organization", -1, -1, 3, 3, 458, 656, 1, 1},
		{"acme_group.hq", "4", "Head office", "", "Store", 0, 0, 40, 40, 40, 40, 2, 2},
		{"acme_group.nordics", "", "Nordics", "", "Country", -2, 0, 0, 0, 0, 401, 0, 0},
		{"acme_group.oslo", "12", "Oslo sentrum", "Oslo", "Region", 8, 2, 10, 211, 214, 415, 1, 2},
		{"acme_group.frogner", "31", "Frogner", "", "Store", 3, 3, 80, 80, 80, 80, 1, 1},
		{"acme_group.majorstuen", "32", "Majorstuen", "", "Store", 3, 3, 60, 60, 60, 60, 0, 0},
		{"acme_group.sagene", "33", "Sagene", "", "Store", 3, 3, 64, 64, 64, 64, 1, 1},
		{"", "77", "Wine <b>club</b>", "", "", 0, 0, 12, 12, 12, 12, 0, 0},
		{"acme_group.norway", "2", "Norway", "", "Country", 0, 0, 1, 1, 403, 188, 1, 1},
		{"acme_group.bergen", "13", "Bergen", "", "Region", 8, 8, 187, 186, 187, 186, 1, 1},
		{"acme_group.tromso", "14", "Tromsø", "", "Store", 8, -2, 1, 0, 1, 0, 0, 0},
	})
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Provider = "acme"
		for c := range s.Changes {
			for _, list := range [][]planner.Element{s.Changes[c].Added, s.Changes[c].Removed} {
				for e := range list {
					if a, ok := map[string]string{"Oslo": "acme_group.oslo", "Bergen": "acme_group.bergen"}[list[e].Label]; ok {
						list[e].Address = at(a)
					}
				}
			}
		}
	}
	return p
}

// hostilePlan is a plan whose every text tries to be more than text.
func hostilePlan() *planner.Plan {
	const evil = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\u202eevil\u2028<!--"
	p := &planner.Plan{ID: evil, Outline: outlined([]unitIn{{"acme_group.a", "1", evil, evil + "2", evil, -1, -1, 1, 2, 1, 2, 0, 0}})}
	p.Steps = []planner.Step{
		{Address: schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: evil}}, Class: schema.ClassPerson, Action: planner.Update, Label: evil, Reason: evil, File: evil, Line: 1, Calls: 1,
			Changes: []planner.Change{text("last_name", evil, evil+"!"), member("groups", "group", []string{evil}, []string{evil})}},
		{Address: at("acme_group.a"), Class: schema.ClassUnit, Action: planner.Delete, ID: "1", Label: evil, Calls: 1},
	}
	p.Warnings = []planner.Warning{{Summary: evil, Detail: evil, File: evil}}
	p.Refusals = []planner.Refusal{{Guard: evil, Summary: evil, Detail: evil, Allow: evil, Names: []string{evil}}}
	p.Outputs = []planner.OutputChange{{Name: evil, After: schema.Known(cty.StringVal(evil))}}
	p.Drift = []planner.Drift{{Address: person(1), Label: evil, Attr: evil, Before: cty.StringVal(evil), After: cty.StringVal("x")}}
	p.Findings = []planner.Finding{{Address: person(2), Label: evil, Action: planner.Create}}
	summarise(p)
	return p
}

// company is a plan of an organisation with so many groups and people: a top group,
// countries, regions and stores. Of ten people six are new, three change their store and
// one goes; every fiftieth store moves to the next region.
func company(groups, people int) *planner.Plan {
	var list []unitIn
	for i := range groups {
		x := unitIn{address: fmt.Sprintf("acme_group.g%d", i), id: fmt.Sprint(i), was: fmt.Sprintf("Store %d", i), level: "Store", had: 4, has: 9}
		switch {
		case i == 0:
			x.was, x.level, x.before, x.after = "Acme", "Organization", -1, -1
			x.had, x.has, x.hadAll, x.hasAll = 0, 0, 2*people/5, 9*people/10
		case i <= 10:
			x.was, x.level = fmt.Sprintf("Country %d", i), "Country"
		case i <= 110:
			x.was, x.level, x.before, x.after = fmt.Sprintf("Region %d", i), "Region", 1+i%10, 1+i%10
		default:
			x.before, x.after = 11+i%100, 11+i%100
			if i%50 == 0 {
				x.after = 11 + (i+1)%100
			}
		}
		if x.hadAll == 0 {
			x.hadAll, x.hasAll = x.had, x.has
		}
		list = append(list, x)
	}
	p := &planner.Plan{ID: "0123abcd", Lineage: "line", Outline: outlined(list)}
	for i := range people {
		store := func(n int) planner.Element {
			n = min(groups-1, 111+n%(groups-111))
			return planner.Element{ID: fmt.Sprint(n), Label: fmt.Sprintf("Store %d", n), Address: at(fmt.Sprintf("acme_group.g%d", n))}
		}
		s := planner.Step{Address: person(i), Class: schema.ClassPerson, Action: planner.Create, Provider: "acme", Label: mail(i), Calls: 1, File: "people.org.hcl", Line: 4}
		groups := planner.Change{Attr: "groups", Refers: "group", Before: cty.SetValEmpty(cty.String), After: schema.Known(cty.SetVal([]cty.Value{cty.StringVal("7")})), Added: []planner.Element{store(i)}}
		s.Changes = []planner.Change{{Attr: "email", After: known(mail(i))}, groups}
		switch i % 10 {
		case 6, 7, 8:
			groups.Removed = []planner.Element{store(i + 17)}
			s.Action, s.ID, s.Changes = planner.Update, fmt.Sprint(i), []planner.Change{groups}
		case 9:
			s.Action, s.ID, s.Changes, s.Reason = planner.Delete, fmt.Sprint(i), nil, "no longer in the configuration"
			s.Before = map[string]cty.Value{"groups": cty.SetVal([]cty.Value{cty.StringVal(store(i).ID)})}
		}
		p.Steps = append(p.Steps, s)
	}
	for i := 150; i < groups; i += 50 {
		from, to := 11+i%100, 11+(i+1)%100
		p.Steps = append(p.Steps, planner.Step{Address: at(fmt.Sprintf("acme_group.g%d", i)), Class: schema.ClassUnit, Action: planner.Move, Provider: "acme", ID: fmt.Sprint(i), Label: fmt.Sprintf("Store %d", i), Calls: 1,
			Passage: &planner.Passage{From: []string{"Acme", fmt.Sprintf("Region %d", from), fmt.Sprintf("Store %d", i)}, To: []string{"Acme", fmt.Sprintf("Region %d", to), fmt.Sprintf("Store %d", i)}, People: 4}})
	}
	summarise(p)
	return p
}
