package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/planner"
)

func pictureOf(t testing.TB, plan *planner.Plan, o Options) string {
	t.Helper()
	picture := draw(t, func(b *bytes.Buffer) error { return PlanSVG(b, plan, o) })
	d := xml.NewDecoder(strings.NewReader(picture))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return picture
		} else if err != nil {
			t.Fatalf("the picture is not XML: %v\n%s", err, picture)
		}
	}
}

// opened is a plan that opens so many stores in each of so many regions.
func opened(regions, stores int) *planner.Plan {
	f := &planner.Forest{Branches: []planner.Branch{{Address: at("acme_group.acme"), Type: "acme_group", ID: "1", Parent: -1, Before: &planner.Unit{Name: "Acme"}, After: &planner.Unit{Name: "Acme"}}}}
	for r := range regions {
		name := fmt.Sprintf("Region %d", r)
		up := len(f.Branches)
		f.Branches = append(f.Branches, planner.Branch{Address: at("acme_group.r"), Type: "acme_group", ID: name, Before: &planner.Unit{Name: name}, After: &planner.Unit{Name: name}})
		for s := range stores {
			f.Branches = append(f.Branches, planner.Branch{Address: at("acme_group.s"), Type: "acme_group", Parent: up, After: &planner.Unit{Name: fmt.Sprintf("Store %d.%d", r, s)}})
		}
	}
	return &planner.Plan{Tree: f, Steps: make([]planner.Step, regions*stores), Summary: planner.Summary{Create: regions * stores}}
}

func TestPlanSVG(t *testing.T) {
	mixed := opened(1, 9)
	gone := &mixed.Tree.Branches[4]
	gone.Before, gone.After = gone.After, nil
	for name, test := range map[string]struct {
		plan      *planner.Plan
		o         Options
		want, not []string
	}{
		"branches": {reported(), Options{Library: library()}, []string{">Refused by 1 guard. 202 to create, ", ">- deleted<", ">+ new<", ">> moved<", "Closed is deleted, Nordics is new, Oslo is moved from Acme / Norway and Help desk is changed."}, []string{"are not drawn"}},
		"counts":   {reported(), Options{Library: library(), People: PeopleCounts}, []string{"leads"}, []string{"@example"}},
		"nothing":  {&planner.Plan{}, Options{}, []string{"No changes. The organisation matches the configuration.", "The tree stays as it is."}, nil},
		"people":   {crowd(12), Options{Library: library()}, []string{"3 to create, 9 to update; 12 people affected", "The tree stays as it is."}, nil},
		"drift":    {&planner.Plan{RefreshOnly: true, Drift: reported().Drift}, Options{}, []string{"2 outside changes to record"}, nil},
		"alike":    {opened(1, 40), Options{Library: library()}, []string{"Store 0.2", "… 37 groups more", ", all new", "37 groups that change, or stand above these, are not drawn.", "and 28 more."}, []string{">Store 0.3<"}},
		"few":      {opened(1, 5), Options{Library: library()}, []string{"Store 0.4"}, []string{"are not drawn"}},
		"mixed":    {mixed, Options{Library: library()}, []string{"Store 0.2", "- ", "… 5 groups more", ", all new"}, nil},
		"many":     {opened(80, 3), Options{Library: library()}, []string{"261 groups that change, or stand above these, are not drawn.", "new"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := pictureOf(t, test.plan, test.o)
			for _, want := range append(test.want, `role="img"`, `<title id="esp-title">Plan: `, `<desc id="esp-desc">`, "prefers-color-scheme:dark") {
				if !strings.Contains(strings.ReplaceAll(got, "&gt;", ">"), want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			for _, not := range test.not {
				if strings.Contains(got, not) {
					t.Errorf("%q in\n%s", not, got)
				}
			}
			if n := strings.Count(got, `class="esp-row"`); n > 5*(mostPictured+20) {
				t.Errorf("%d texts are drawn", n)
			}
		})
	}
	golden(t, "plan.svg", []byte(pictureOf(t, reported(), Options{Library: library()})))
}

// The picture never grows beyond what a comment or a slide can show.
func TestPlanSVGIsBounded(t *testing.T) {
	for _, plan := range []*planner.Plan{opened(2000, 0), opened(1, 5000), opened(100, 40)} {
		var wide, high int
		_, after, _ := strings.Cut(pictureOf(t, plan, Options{}), `viewBox="0 0 `)
		if _, err := fmt.Sscan(strings.Replace(after, `"`, " ", 1), &wide, &high); err != nil {
			t.Fatal(err)
		}
		if wide > 1200 || high > 3000 {
			t.Errorf("%d branches make a picture of %d by %d", len(plan.Tree.Branches), wide, high)
		}
	}
}
