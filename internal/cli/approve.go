package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// approval is the id of a plan that somebody has looked at, or the beginning of it.
// It stands for their consent: a plan of that id is carried out without a question,
// and no other.
type approval string

// wholeID is what an id is made of; its beginning is enough, if it is not so short
// that another plan could have it by chance.
var wholeID = regexp.MustCompile(`^[0-9a-f]{12,64}$`)

// checked is the id as plans write it.
func (id approval) checked() (approval, error) {
	lower := strings.ToLower(strings.TrimSpace(string(id)))
	if !wholeID.MatchString(lower) {
		return "", fmt.Errorf("-plan-id %q is not the id of a plan, nor the first 12 or more digits of one. Take it from the end of the plan that was reviewed, from its comment, or from plan_id of \"espalier show -json FILE\"", string(id))
	}
	return approval(lower), nil
}

// of reports whether it is that plan's.
func (id approval) of(plan *planner.Plan) bool { return strings.HasPrefix(plan.ID, string(id)) }

// approved reports whether a plan may be carried out without a question. One that
// is not what was approved ends the run.
func (a *app) approved(f *applyFlags, plan *planner.Plan) (bool, error) {
	if f.planID == "" {
		return f.autoApprove, nil
	}
	if f.planID.of(plan) {
		return true, nil
	}
	a.fail(fmt.Sprintf("This is not the plan %s", f.planID), otherPlan(plan))
	return false, exit(ExitOutdated)
}

// agree returns an error unless the plan may be carried out: no guard refuses it, and
// somebody agrees to it.
func (p *project) agree(ctx context.Context, f *applyFlags, plan *planner.Plan) error {
	approved, err := p.app.approved(f, plan)
	switch {
	case err != nil:
		return err
	case plan.Refused():
		return exit(ExitRefused)
	case approved || len(plan.Steps) == 0:
		return nil
	case !f.input:
		return errors.New("with -input=false nobody is asked, so nothing was changed. Give -auto-approve as well, or -plan-id with the id of a plan that was reviewed, or apply a saved plan")
	}
	return p.app.askFirst(ctx, question(f)+p.whereText(plan), "In a pipeline give -auto-approve, or apply a saved plan")
}

func question(f *applyFlags) string {
	if f.destroy {
		return "Do you really want to delete all of this?"
	}
	return "Do you want to make these changes?"
}

// otherPlan says what is known of why a plan is not the one that was approved: of that
// only the id is there, so it is said what may have come in between.
func otherPlan(plan *planner.Plan) string {
	text := []string{"Nothing was changed. The configuration, the state or the live system is not as it was when that plan was made, or this goes to another tenant than the one reviewed: planned now, it is " + plan.ID + "."}
	switch {
	case plan.Empty():
		text = append(text, "There is nothing to do any more: it may have been carried out already.")
	case plan.Pending > 0:
		text = append(text, fmt.Sprintf("An earlier run has ended half way, and left %s open.", count(plan.Pending, "call", "calls")))
	}
	if n := drifted(plan); n > 0 {
		text = append(text, fmt.Sprintf("In the live system somebody has changed %s since the last apply; the plan says which.", count(n, "object", "objects")))
	}
	if plan.Lineage == "" {
		text = append(text, "There is no state yet, and an id holds for one state only.")
	}
	return strings.Join(append(text, "An id holds only with the same variables, -target, -allow and -refresh-only; destroy takes that of a plan made with -destroy, apply that of one made without.", "Look at the plan as it is now, and give its id."), " ")
}

// drifted is the number of objects that have changed live.
func drifted(plan *planner.Plan) int {
	seen := map[schema.Address]bool{}
	for i := range plan.Drift {
		seen[plan.Drift[i].Address] = true
	}
	return len(seen)
}
