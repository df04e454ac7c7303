package render

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/planner"
)

// failing is a plan of which some steps went wrong, two of them alike.
func failing() (*planner.Plan, *planner.Report) {
	plan := small()
	r := &planner.Report{Status: make([]planner.Status, len(plan.Steps)), Errors: make([]error, len(plan.Steps))}
	for i := range r.Status {
		r.Status[i] = planner.Done
	}
	taken := &Diagnosis{Summary: "The name is taken: choose another", Detail: "Somebody has it.\nSee ``` there."}
	for _, i := range []int{1, 2} {
		r.Status[i], r.Errors[i] = planner.Failed, taken
	}
	plan.Steps[2].File, plan.Steps[2].Line = plan.Steps[1].File, plan.Steps[1].Line
	r.Status[5], r.Errors[5] = planner.Undecided, errors.New("no answer came")
	r.Status[7] = planner.Skipped
	return plan, r
}

func TestReportAnnotations(t *testing.T) {
	plan, r := failing()
	got := draw(t, func(b *bytes.Buffer) error { return ReportAnnotations(b, plan, r, Options{Library: library()}, "org") })
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "::error file=org/main.org.hcl,line=20,title=The name is taken%3A choose another::") ||
		!strings.HasSuffix(lines[0], "%0ASo it went with 1 other step.") || !strings.HasPrefix(lines[1], "::error file=org/people.org.hcl,line=4,") {
		t.Errorf("%s", got)
	}
	r.Status[1], r.Status[2], r.Status[5] = planner.Done, planner.Done, planner.Done
	if got := draw(t, func(b *bytes.Buffer) error { return ReportAnnotations(b, plan, r, Options{}, "") }); got != "" {
		t.Errorf("nothing went wrong, and it says %q", got)
	}
}

func TestReportMarkdown(t *testing.T) {
	plan, r := failing()
	o := Options{Library: library(), Color: true, People: PeopleCounts}
	got := draw(t, func(b *bytes.Buffer) error { return ReportMarkdown(b, plan, r, o) })
	first, rest, _ := strings.Cut(got, "\n")
	if diff := cmp.Diff("### Done in part: 1 created, 1 adopted, 1 readdressed, 2 updated, 1 deleted; 2 failed, 1 undecided, 1 skipped.", first); diff != "" {
		t.Errorf("first line (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(rest, "\n````text\n") || !strings.HasSuffix(rest, "\n````\n\n") || strings.Contains(got, "\x1b") || strings.Contains(got, "example.org") {
		t.Errorf("%s", got)
	}
}
