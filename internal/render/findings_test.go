package render

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

func finding(name string, action planner.Action, outcome planner.Outcome, id string) planner.Finding {
	return planner.Finding{Address: schema.Address{Type: "acme_user", Name: name}, Class: schema.ClassPerson, Label: name + "@example.org",
		Action: action, Outcome: outcome, ID: id, At: time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)}
}

// TestFindings: what became of the calls of an earlier run, in words.
func TestFindings(t *testing.T) {
	plan := &planner.Plan{Pending: 6, Until: time.Date(2030, 3, 1, 13, 0, 0, 0, time.UTC), Findings: []planner.Finding{
		finding("a", planner.Create, planner.Happened, "17"), finding("b", planner.Create, planner.NotSo, ""), finding("c", planner.Create, planner.Unclear, ""),
		finding("d", planner.Update, planner.NotSo, "18"), finding("e", planner.Move, planner.Happened, "19"), finding("f", planner.Delete, planner.NotSo, "20")}}
	got := planText(t, plan, Options{}, Cost{})
	for _, want := range []string{
		"Left open by an earlier run",
		"what became of 6 calls",
		`acme_user.a  "a@example.org"  it was made (id 17)`,
		`acme_user.b  "b@example.org"  it was not made`,
		`acme_user.c  "c@example.org"  it cannot be told yet whether it was made, but will be at 2030-03-01 13:00:00 UTC at the latest`,
		`acme_user.d  "d@example.org"  the change does not show`,
		`acme_user.e  "e@example.org"  the change was made`,
		`acme_user.f  "f@example.org"  it is still there`,
		"made only if it is surely not there",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if counts := planText(t, plan, Options{People: PeopleCounts}, Cost{}); strings.Contains(counts, "example.org") || !strings.Contains(counts, "    1 person: it was made\n") || strings.Contains(counts, "more:") {
		t.Errorf("people are not only counted:\n%s", counts)
	}
}

// TestFindingsFold: many of them are counted.
func TestFindingsFold(t *testing.T) {
	plan := &planner.Plan{}
	for i := range 50 {
		plan.Findings = append(plan.Findings, finding(fmt.Sprintf("p%02d", i), planner.Create, planner.Happened, "1"))
	}
	if got := planText(t, plan, Options{}, Cost{}); !strings.Contains(got, "and 30 more: it was made") || strings.Contains(got, "p49") {
		t.Errorf("not folded:\n%s", got)
	}
	if got := planText(t, plan, Options{Full: true}, Cost{}); !strings.Contains(got, "p49") {
		t.Errorf("not full:\n%s", got)
	}
}

// TestFindingsJSON: the same in the document.
func TestFindingsJSON(t *testing.T) {
	n := newNames(&planner.Plan{Findings: []planner.Finding{finding("a", planner.Create, planner.Unclear, "")}}, Options{})
	got, err := json.Marshal(n.findingsJSON())
	want := `[{"address":"acme_user.a","action":"create","outcome":"unclear","at":"2030-03-01T12:00:00Z"}]`
	if err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
	n.People = PeopleCounts
	if list := n.findingsJSON(); !slices.Equal(list, []findingJSON{}) {
		t.Errorf("people are not only counted: %v", list)
	}
}

// TestUnconfirmed: what is only taken to have been kept is said.
func TestUnconfirmed(t *testing.T) {
	for n, want := range map[int]string{1: "1 value that was sent lately counts as kept", 1200: "1,200 values that were sent lately count as kept"} {
		if got := planText(t, &planner.Plan{Unconfirmed: n}, Options{}, Cost{}); !strings.Contains(got, want) || !strings.Contains(got, "-refresh=full") {
			t.Errorf("no %q in %q", want, got)
		}
	}
}
