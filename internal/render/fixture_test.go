package render

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares what was drawn with a file under testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update rewrites it:\n%s", path, diff)
	}
}

// draw returns what a face writes.
func draw(t testing.TB, face func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := face(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func library() schema.Library {
	ids := cty.Set(cty.String)
	list := []*schema.Type{
		{Name: "acme_position", Provider: "acme", Class: schema.ClassRole, Noun: [2]string{"position", "positions"}, Doc: "A position that people hold.",
			Keys: [][]string{{"name"}},
			Attributes: []schema.Attribute{
				{Name: "name", Type: cty.String, Required: true, Purpose: schema.PurposeName, Doc: "What it is called."},
				{Name: "id", Type: cty.String, Computed: true, Doc: "The id the server gave it."},
			}},
		{Name: "acme_group", Provider: "acme", Class: schema.ClassUnit, Noun: [2]string{"group", "groups"}, Doc: "A unit of the organisation tree.",
			Keys: [][]string{{"parent", "name"}}, Nest: &schema.Nesting{Block: "group", Parent: "parent", Level: "kind"},
			Attributes: []schema.Attribute{
				{Name: "name", Type: cty.String, Required: true, Purpose: schema.PurposeName, Doc: "What it is called."},
				{Name: "kind", Type: cty.String, Purpose: schema.PurposeLevel, Doc: "Its level."},
				{Name: "parent", Type: cty.String, Purpose: schema.PurposeParent, Refers: "acme_group", Doc: "The unit above it."},
				{Name: "about", Type: cty.String, Doc: "A text for newcomers."},
			}},
		{Name: "acme_user", Provider: "acme", Class: schema.ClassPerson, Noun: [2]string{"user", "users"}, Doc: "A person.",
			Keys: [][]string{{"employee_number"}, {"email"}}, AnyOf: [][]string{{"email", "phone_number"}},
			Attributes: []schema.Attribute{
				{Name: "employee_number", Type: cty.String, CreateOnly: true, Doc: "The number in the payroll."},
				{Name: "email", Type: cty.String, Compare: schema.CompareFold, Doc: "The address mail goes to."},
				{Name: "last_name", Type: cty.String, Doc: "The family name."},
				{Name: "pin", Type: cty.String, Sensitive: true, Env: "ACME_PIN", Doc: "The code of the door."},
				{Name: "role", Type: cty.String, Enum: []string{"normal", "admin"}, Purpose: schema.PurposeAdmin, Doc: "The role in the whole."},
				{Name: "groups", Type: ids, Purpose: schema.PurposeMembership, Refers: "acme_group", Doc: "The groups of the person."},
				{Name: "leads", Type: ids, Purpose: schema.PurposeLead, Refers: "acme_group", Doc: "The groups the person leads."},
				{Name: "positions", Type: ids, Purpose: schema.PurposeMembership, Refers: "acme_position", Doc: "The positions the person holds."},
			}},
	}
	lib := schema.Library{
		Providers: map[string][]schema.Attribute{"acme": {
			{Name: "base_url", Type: cty.String, Env: "ACME_URL", Doc: "Where the service is."},
			{Name: "client_secret", Type: cty.String, Sensitive: true, Doc: "The secret of the client."},
		}},
		Resources: map[string]*schema.Type{},
		Data: map[string]*schema.Type{"acme_me": {Name: "acme_me", Provider: "acme", Noun: [2]string{"account", "accounts"}, Doc: "The account of the token.",
			Attributes: []schema.Attribute{{Name: "email", Type: cty.String, Computed: true, Doc: "Its address."}}}},
	}
	for _, t := range list {
		lib.Resources[t.Name] = t.Index()
	}
	return lib
}

func known(s string) schema.Template { return schema.Known(cty.StringVal(s)) }

func at(s string) schema.Address {
	a, err := schema.ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return a
}

func person(n int) schema.Address {
	return schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: fmt.Sprint(n)}}
}

func mail(n int) string { return fmt.Sprintf("person.%d@example.org", n) }

func text(attr, old, new string) planner.Change {
	c := planner.Change{Attr: attr, Before: cty.StringVal(old), After: known(new)}
	if old == "" {
		c.Before = cty.NullVal(cty.String)
	}
	return c
}

func member(attr, refers string, added, removed []string) planner.Change {
	c := planner.Change{Attr: attr, Refers: refers, Before: cty.SetValEmpty(cty.String), After: schema.Known(cty.SetVal([]cty.Value{cty.StringVal("7")}))}
	for i, label := range added {
		c.Added = append(c.Added, planner.Element{ID: fmt.Sprint(i + 10), Label: label})
	}
	for i, label := range removed {
		c.Removed = append(c.Removed, planner.Element{ID: fmt.Sprint(i + 20), Label: label})
	}
	return c
}

const oldAbout = "Welcome to the shop.\nOpening hours: 9 to 17\nAsk at the counter.\nKeys are with the lead.\nBring your own cup.\nCall us.\n"
const newAbout = "Welcome to the shop.\nOpening hours: 8 to 18\nAsk at the counter.\nKeys are with the lead.\nBring your own cup.\nCall us.\n"

// realistic is a plan with something of everything.
func realistic() *planner.Plan {
	p := &planner.Plan{ID: "0123abcd", Lineage: "line", Serial: 7, Made: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	ref := func(a string) schema.Template {
		return schema.Template{Pending: &schema.Pending{Type: cty.String, Ref: &schema.Ref{Address: at(a), Attr: "id"}}}
	}
	p.Steps = []planner.Step{
		{Address: at("acme_position.barista"), Action: planner.Create, Class: schema.ClassRole, Label: "Barista", Calls: 1, File: "main.org.hcl", Line: 12,
			Changes: []planner.Change{{Attr: "name", Before: cty.NilVal, After: known("Barista")}}},
		{Address: at("acme_group.nordics"), Action: planner.Create, Class: schema.ClassUnit, Label: "Nordics", Calls: 1, File: "main.org.hcl", Line: 20,
			Changes: []planner.Change{{Attr: "name", After: known("Nordics")}, {Attr: "kind", After: known("country")},
				{Attr: "parent", Refers: "group", After: known("1"), Added: []planner.Element{{ID: "1", Label: "Acme", Address: at("acme_group.acme")}}}}},
		{Address: at("acme_group.oslo"), Action: planner.Move, Class: schema.ClassUnit, ID: "12", Label: "Oslo", Calls: 1, File: "main.org.hcl", Line: 24, Needs: []int{1},
			Changes: []planner.Change{text("name", "Oslo sentrum", "Oslo"), {Attr: "parent", Refers: "group", Before: cty.StringVal("3"), After: ref("acme_group.nordics"),
				Removed: []planner.Element{{ID: "3", Label: "Norway"}}, Added: []planner.Element{{Label: "Nordics", Address: at("acme_group.nordics")}}}},
			Passage: &planner.Passage{From: []string{"Acme", "Norway", "Oslo sentrum"}, To: []string{"Acme", "Nordics", "Oslo"}, Groups: 3, People: 214}},
		{Address: at("acme_group.bergen"), Action: planner.Update, Class: schema.ClassUnit, ID: "13", Label: "Bergen", Calls: 1, File: "main.org.hcl", Line: 30,
			Changes: []planner.Change{text("about", oldAbout, newAbout)}},
		{Address: at("acme_group.hq"), Action: planner.Adopt, Class: schema.ClassUnit, ID: "4", Label: "Head office", File: "main.org.hcl", Line: 36},
		{Address: at(`acme_user.staff["901"]`), Action: planner.Update, Class: schema.ClassPerson, ID: "901", Label: "ines.moreau@example.org", Calls: 1, File: "people.org.hcl", Line: 4,
			Changes: []planner.Change{text("email", "ines@example.org", "ines.moreau@example.org"), text("last_name", "", "Moreau"),
				{Attr: "pin", Before: cty.StringVal("4711"), After: known("0815"), Sensitive: true},
				member("groups", "group", []string{"Oslo"}, []string{"Bergen"}), member("leads", "group", []string{"Oslo"}, nil)}},
		{Address: person(902), From: at(`acme_user.people["902"]`), Action: planner.Readdress, Class: schema.ClassPerson, ID: "902", Label: mail(902), File: "people.org.hcl", Line: 4},
		{Address: at(`acme_user.staff["950"]`), Action: planner.Delete, Class: schema.ClassPerson, ID: "950", Label: mail(950), Calls: 1, Last: true, Reason: "no longer in the configuration"},
		{Address: at("acme_group.tromso"), Action: planner.Delete, Class: schema.ClassUnit, ID: "14", Label: "Tromsø", Calls: 1, Last: true, Reason: "no longer in the configuration", Needs: []int{7}},
	}
	for i := range 38 {
		p.Steps = append(p.Steps, planner.Step{Address: person(100 + i), Action: planner.Update, Class: schema.ClassPerson, ID: fmt.Sprint(i), Label: mail(100 + i), Calls: 1,
			File: "people.org.hcl", Line: 4, Needs: []int{0}, Changes: []planner.Change{member("positions", "position", []string{"Barista"}, nil)}})
	}
	for i := range 200 {
		p.Steps = append(p.Steps, planner.Step{Address: person(1000 + i), Action: planner.Create, Class: schema.ClassPerson, Label: mail(1000 + i), Calls: 1, File: "people.org.hcl", Line: 4,
			Changes: []planner.Change{{Attr: "email", After: known(mail(1000 + i))}, member("groups", "group", []string{"Oslo"}, nil)}})
	}
	for i := range 12 {
		p.Steps = append(p.Steps, planner.Step{Address: person(300 + i), Action: planner.Update, Class: schema.ClassPerson, ID: fmt.Sprint(i), Label: mail(300 + i), Calls: 1, File: "people.org.hcl", Line: 4,
			Changes: []planner.Change{text("email", fmt.Sprintf("p%d@example.com", i), mail(300+i))}})
	}
	p.Drift = []planner.Drift{
		{Address: person(901), ID: "901", Label: "ines.moreau@example.org", Attr: "last_name", Before: cty.StringVal("Moreau"), After: cty.NullVal(cty.String)},
		{Address: at("acme_position.cook"), ID: "5", Label: "Cook", Gone: true},
	}
	p.Outputs = []planner.OutputChange{
		{Name: "head_count", Before: cty.NumberIntVal(80), After: schema.Known(cty.NumberIntVal(280))},
		{Name: "door", After: schema.Known(cty.StringVal("s3cret").Mark(schema.Sensitive)), Sensitive: true},
	}
	p.Warnings = []planner.Warning{{Summary: `No live group has the kind "region"`, Address: at("acme_group.nordics"), File: "main.org.hcl", Line: 20,
		Detail: "The first group of that kind is made alone; if the server refuses it, the others are left. Check the name of the level in the provider's kinds."}}
	p.Refusals = []planner.Refusal{{Guard: "max_delete", Summary: "This plan deletes more people than is allowed", Detail: "At most 10 % of the people managed here may be deleted in one run.",
		Count: 12, Base: 100, Allow: "-allow max_delete=12", Names: []string{mail(950), mail(951)}, File: "main.org.hcl", Line: 3}}
	p.Tree = planned()
	summarise(p)
	p.Summary.Unmanaged = map[string]int{"acme_group": 3, "acme_user": 1412}
	return p
}

// summarise counts a plan as the planner does.
func summarise(p *planner.Plan) {
	s := &p.Summary
	counters := map[planner.Action]*int{planner.Create: &s.Create, planner.Adopt: &s.Adopt, planner.Readdress: &s.Readdress, planner.Update: &s.Update,
		planner.Move: &s.Move, planner.Replace: &s.Replace, planner.Delete: &s.Delete, planner.Forget: &s.Forget}
	for i := range p.Steps {
		if c := counters[p.Steps[i].Action]; c != nil {
			*c++
		}
		if p.Steps[i].Class == schema.ClassPerson {
			s.People++
		}
		s.Calls += p.Steps[i].Calls
	}
}
