package planner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sketched says an outline in lines: sign, then at each time where the unit
// stands, its level, who is in it, in all of it, and how many lead it.
func sketched(o *Outline) []string {
	if o == nil {
		return nil
	}
	place := func(p *OutlinePlace, side func(*OutlineUnit) *OutlinePlace) string {
		if p == nil {
			return "none"
		}
		way := []string{p.Name}
		for at := p.Parent; at >= 0; at = side(&o.Units[at]).Parent {
			way = append(way, side(&o.Units[at]).Name)
		}
		slices.Reverse(way)
		return fmt.Sprintf("%s (%s) %d/%d led by %d", strings.Join(way, "/"), p.Level, p.Members, p.Whole, p.Leads)
	}
	before := func(u *OutlineUnit) *OutlinePlace { return u.Before }
	after := func(u *OutlineUnit) *OutlinePlace { return u.After }
	var out []string
	for i := range o.Units {
		u := &o.Units[i]
		out = append(out, fmt.Sprintf("%s %s: %s -> %s", u.Change().Sign(), u.Address, place(u.Before, before), place(u.After, after)))
	}
	return out
}

func TestOutline(t *testing.T) {
	for _, test := range []struct {
		name  string
		wants [][2]string
		more  func(*world)
		want  []string
	}{
		{"nothing changes, and it is all there", [][2]string{{"acme", ""}, {"no", "acme"}, {"se", "acme"}, {"oslo", "no"}, {"frogner", "oslo"}}, nil, []string{
			"  acme_group.acme: Acme (organization) 1/5 led by 0 -> Acme (organization) 1/5 led by 0",
			"  acme_group.no: Acme/Norway (country) 0/3 led by 0 -> Acme/Norway (country) 0/3 led by 0",
			"  acme_group.oslo: Acme/Norway/Oslo (region) 2/3 led by 1 -> Acme/Norway/Oslo (region) 2/3 led by 1",
			"  acme_group.frogner: Acme/Norway/Oslo/Frogner (store) 2/2 led by 0 -> Acme/Norway/Oslo/Frogner (store) 2/2 led by 0",
			"  acme_group.se: Acme/Sweden (country) 1/1 led by 0 -> Acme/Sweden (country) 1/1 led by 0"}},
		{"made, moved, renamed and deleted, and strangers stay", [][2]string{{"acme", ""}, {"no=Norge", "acme"}, {"nordics", "acme"}, {"oslo", "nordics"}, {"frogner", "oslo"}}, func(w *world) {
			w.stands("acme_group", "9", attrs{"name": "Club", "kind": "store", "parent": "2"})
		}, []string{
			"  acme_group.acme: Acme (organization) 1/5 led by 0 -> Acme (organization) 1/4 led by 0",
			"+ acme_group.nordics: none -> Acme/Nordics (country) 0/3 led by 0",
			"> acme_group.oslo: Acme/Norway/Oslo (region) 2/3 led by 1 -> Acme/Nordics/Oslo (region) 2/3 led by 1",
			"  acme_group.frogner: Acme/Norway/Oslo/Frogner (store) 2/2 led by 0 -> Acme/Nordics/Oslo/Frogner (store) 2/2 led by 0",
			"~ acme_group.no: Acme/Norway (country) 0/3 led by 0 -> Acme/Norge (country) 0/0 led by 0",
			"  : Acme/Norway/Club (store) 0/0 led by 0 -> Acme/Norge/Club (store) 0/0 led by 0",
			"- acme_group.se: Acme/Sweden (country) 1/1 led by 0 -> none"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			acme(w)
			wanting(w, test.wants...)
			if test.more != nil {
				test.more(w)
			}
			p := w.mustPlan()
			if diff := cmp.Diff(test.want, sketched(p.Outline)); diff != "" {
				t.Errorf("outline (-want +got):\n%s", diff)
			}
			id := p.ID
			raw, err := Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p.Outline, back.Outline); diff != "" || back.ID != id {
				t.Errorf("saved and read (-want +got), id %q and %q:\n%s", id, back.ID, diff)
			}
		})
	}
}

// A stranger's unit is in the picture and not in what a plan is known by.
func TestOutlineIsNotInThePlanID(t *testing.T) {
	plan := func(stranger bool) *Plan {
		w := newWorld(t)
		acme(w)
		wanting(w, [2]string{"acme", ""}, [2]string{"no", "acme"}, [2]string{"se", "acme"}, [2]string{"oslo", "se"}, [2]string{"frogner", "oslo"})
		if stranger {
			w.stands("acme_group", "9", attrs{"name": "Club", "kind": "store", "parent": "2"})
		}
		return w.mustPlan()
	}
	a, b := plan(false), plan(true)
	if a.ID != b.ID || len(b.Outline.Units) != len(a.Outline.Units)+1 {
		t.Errorf("ids %s and %s; %d and %d units", a.ID, b.ID, len(a.Outline.Units), len(b.Outline.Units))
	}
}

func TestOutlineOfNoTree(t *testing.T) {
	w := newWorld(t)
	w.want("acme_position.cook", attrs{"name": "Cook"})
	if p := w.mustPlan(); p.Outline != nil {
		t.Errorf("an outline of nothing: %q", sketched(p.Outline))
	}
}

func TestOutlineOfARefreshOnlyPlan(t *testing.T) {
	w := newWorld(t)
	acme(w)
	w.in.RefreshOnly = true
	p := w.mustPlan()
	if p.Outline == nil || len(p.Outline.Units) != 5 {
		t.Fatalf("outline: %q", sketched(p.Outline))
	}
	for i := range p.Outline.Units {
		if c := p.Outline.Units[i].Change(); c != None {
			t.Errorf("unit %d: %s", i, c)
		}
	}
}

// A plan that was saved before there were outlines is read, and a broken outline
// is not.
func TestSavedOutlines(t *testing.T) {
	for _, test := range []struct{ name, outline, complaint string }{
		{"none", `null`, ""},
		{"one unit", `{"Units":[{"Provider":"acme","Type":"acme_group","ID":"1","Before":{"Name":"A","Parent":-1}}]}`, ""},
		{"at neither time", `{"Units":[{"ID":"1"}]}`, "unit 0 of its outline is there neither before nor after"},
		{"below nothing", `{"Units":[{"ID":"1","After":{"Name":"A","Parent":1}}]}`, "unit 0 of its outline stands below unit 1"},
		{"a circle", `{"Units":[{"Before":{"Name":"A","Parent":1}},{"Before":{"Name":"B","Parent":0}}]}`, "stands below itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw, err := Encode(&Plan{})
			if err != nil {
				t.Fatal(err)
			}
			var whole map[string]json.RawMessage
			if err := json.Unmarshal(raw, &whole); err != nil {
				t.Fatal(err)
			}
			if _, old := whole["Outline"]; old {
				t.Error("a plan without an outline is saved with one")
			}
			whole["Outline"] = json.RawMessage(test.outline)
			if raw, err = json.Marshal(whole); err != nil {
				t.Fatal(err)
			}
			_, err = Decode(raw)
			if (err == nil) != (test.complaint == "") || err != nil && !strings.Contains(err.Error(), test.complaint) {
				t.Errorf("got %v, want %q", err, test.complaint)
			}
		})
	}
}
