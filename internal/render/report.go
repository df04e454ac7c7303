package render

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// Report writes what an apply did: what went wrong, each with its place, its
// cause and what was not tried because of it; then one line that counts; then
// what to do next.
func Report(w io.Writer, plan *planner.Plan, r *planner.Report, o Options) error {
	f := &reportFace{face: newFace(w, plan, o), report: r}
	f.because = causes(plan, r)
	f.group(planner.Failed, f.paint.alarm("Failed"))
	f.group(planner.Undecided, f.paint.bold("Undecided")+f.paint.dim(" (it cannot be told yet whether it happened)"))
	f.group(planner.Conflicted, f.paint.bold("Conflicts")+f.paint.dim(" (changed since the plan was made, and left alone)"))
	f.left()
	f.gap()
	f.line(f.paint.bold(f.counts()))
	f.settled()
	if r.Stopped != nil {
		f.paragraph("", "The run stopped early: "+f.names.errorText(nil, r.Stopped))
	}
	for _, l := range f.next() {
		f.paragraph("", l)
	}
	return f.Flush()
}

// left names the steps that were not tried because the run ended early.
func (f *reportFace) left() {
	var list []string
	n := 0
	for i := range f.plan.Steps {
		if status(f.report, i) != planner.Left {
			continue
		}
		n++
		if step := &f.plan.Steps[i]; len(list) < 10 && (f.People != PeopleCounts || !f.names.shielded(step)) {
			list = append(list, clean(step.Address.String()))
		}
	}
	if len(list) > 0 {
		f.section(f.paint.bold("Left") + f.paint.dim(" (not tried, because the run ended)"))
		f.paragraph(indent, some(list, n))
	}
}

type reportFace struct {
	*face
	report *planner.Report
	// because lists, by the step that went wrong, the steps not tried.
	because map[int][]int
}

// status returns how a step ended; one without an entry is left.
func status(r *planner.Report, i int) planner.Status {
	if i < len(r.Status) {
		return r.Status[i]
	}
	return planner.Left
}

// causes finds for each skipped step the step that went wrong in the first
// place. Steps stand in an order in which they could be done, so one pass sees
// a need before what needs it.
func causes(plan *planner.Plan, r *planner.Report) map[int][]int {
	root := make([]int, len(plan.Steps))
	because := map[int][]int{}
	for i := range plan.Steps {
		root[i] = -1
		switch status(r, i) {
		case planner.Failed, planner.Undecided, planner.Conflicted:
			root[i] = i
		case planner.Skipped:
			for _, need := range plan.Steps[i].Needs {
				if need >= 0 && need < i && root[need] >= 0 {
					root[i] = root[need]
					because[root[i]] = append(because[root[i]], i)
					break
				}
			}
		}
	}
	return because
}

// counts is the line that counts how the steps ended.
func (f *reportFace) counts() string {
	total := make([]int, planner.Pending+1)
	byAction, otherwise, unrecorded := make([]int, len(verbs)), make([]int, len(verbs)), make([]int, len(verbs))
	released := 0
	for i := range f.plan.Steps {
		s := status(f.report, i)
		switch action := f.plan.Steps[i].Action; {
		case f.madeOtherwise(i):
			otherwise[action]++
			continue
		case isUnrecorded(s, f.err(i)):
			unrecorded[action]++
			continue
		}
		total[s]++
		_, half := f.plan.Completes(i)
		switch step := &f.plan.Steps[i]; {
		case s != planner.Done || half: // a replacement counts once
		case stripped(step):
			released++
		default:
			byAction[step.Action]++
		}
	}
	var did, left []string
	for action, n := range byAction {
		if n > 0 {
			did = append(did, count(n)+" "+verbs[action][1])
		}
	}
	if released > 0 {
		did = append(did, count(released)+" released")
	}
	for action, n := range otherwise {
		if n > 0 {
			left = append(left, count(n)+" "+verbs[action][1]+", but not as it was sent")
		}
	}
	for action, n := range unrecorded {
		if n > 0 {
			left = append(left, count(n)+" "+verbs[action][1]+", but not recorded")
		}
	}
	for _, c := range []struct {
		status planner.Status
		words  [2]string
	}{
		{planner.Failed, [2]string{"failed", "failed"}}, {planner.Undecided, [2]string{"undecided", "undecided"}},
		{planner.Conflicted, [2]string{"conflict", "conflicts"}}, {planner.Skipped, [2]string{"skipped", "skipped"}},
		{planner.Left, [2]string{"left", "left"}}, {planner.Waiting, [2]string{"never begun", "never begun"}}, {planner.Running, [2]string{"cut short", "cut short"}},
	} {
		if n := total[c.status]; n > 0 {
			left = append(left, plural(n, c.words[0], c.words[1]))
		}
	}
	switch {
	case len(left) == 0:
		return "Done: " + strings.Join(did, ", ") + "."
	case len(did) == 0 && max(slices.Max(otherwise), slices.Max(unrecorded)) > 0:
		return "Done in part: " + strings.Join(left, ", ") + "."
	case len(did) == 0:
		return "Nothing done: " + strings.Join(left, ", ") + "."
	}
	return "Done in part: " + strings.Join(did, ", ") + "; " + strings.Join(left, ", ") + "."
}

// madeOtherwise reports whether a step has failed although it made its object,
// because the server did not keep all that was sent.
func (f *reportFace) madeOtherwise(i int) bool {
	var e *planner.NotKeptError
	return status(f.report, i) == planner.Failed && errors.As(f.err(i), &e) && e.Made
}

// settled tells what became of calls that were not answered.
func (f *reportFace) settled() {
	var parts []string
	if n := f.report.Found; n > 0 {
		parts = append(parts, plural(n, "call", "calls")+" without an answer had been carried out, as a listing showed")
	}
	if n := f.report.Resent; n > 0 {
		parts = append(parts, plural(n, "call", "calls")+" without an answer had to be sent again")
	}
	if len(parts) > 0 {
		f.paragraph("", capital(strings.Join(parts, "; "))+".")
	}
}

// next says what to do, one paragraph each.
func (f *reportFace) next() []string {
	r := f.report
	var list []string
	failed := 0
	for i, s := range r.Status {
		var e *planner.NotKeptError
		if s == planner.Failed && !(errors.As(f.err(i), &e) && e.Final) {
			failed++
		}
	}
	if failed > 0 && r.Count(planner.Done) == 0 {
		list = append(list, "Put right what the messages say and apply again.")
	} else if failed > 0 {
		list = append(list, "Put right what the messages say and apply again: only the rest will be sent.")
	}
	if r.Count(planner.Undecided) > 0 {
		text := "The next run looks first what became of it: nothing is made a second time without proof that it is not there. Apply again"
		if r.Until.IsZero() {
			text += "."
		} else {
			text += " later; it can be told by " + moment(r.Until) + ", or sooner if the server shows it sooner."
		}
		list = append(list, text)
	}
	if r.Count(planner.Conflicted) > 0 {
		list = append(list, "Plan again to decide on the conflicts as they are now.")
	}
	if len(list) == 0 && (r.Stopped != nil || r.Count(planner.Left) > 0) {
		list = append(list, "Apply again: only the rest will be sent.")
	}
	return list
}
