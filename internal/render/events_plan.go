package render

import (
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// Plan tells a whole plan: its warnings, what became of the calls of an earlier
// run, drift, steps and refusals, one event each, and then the summary. operation is "plan", "apply" or "destroy".
func (e *Events) Plan(plan *planner.Plan, operation string, cost Cost) {
	e.mu.Lock()
	e.names = newNames(plan, e.o)
	n := e.names
	e.mu.Unlock()
	plan = n.plan
	for i := range plan.Warnings {
		w := &plan.Warnings[i]
		e.emit(e.clock(), "warn", "diagnostic", "Warning: "+n.discreet(w.Summary), fields{"diagnostic": warningFields(n, w)})
	}
	for _, x := range n.findingsJSON() {
		e.emit(e.clock(), "info", "earlier_call", x.Address+": an earlier run did not learn the end of its "+x.Action, fields{"call": x})
	}
	for i := range plan.Drift {
		e.drift(n, &plan.Drift[i])
	}
	halves := secondHalves(plan)
	for i := range plan.Steps {
		if _, half := plan.Completes(i); half {
			continue
		}
		calls := plan.Steps[i].Calls
		if second, replaced := halves[i]; replaced {
			calls += plan.Steps[second].Calls
		}
		e.planned(n, &plan.Steps[i], calls)
	}
	for i := range plan.Refusals {
		r := &plan.Refusals[i]
		e.emit(e.clock(), "error", "refused", "Refused by "+r.Guard+": "+n.discreet(r.Summary), fields{"refusal": n.refusalJSON(r)})
	}
	e.summary(n, plan, operation, cost)
}

func warningFields(n *names, w *planner.Warning) fields {
	summary, detail := n.warned(w)
	body := fields{"severity": "warning", "summary": summary, "detail": detail}
	if !w.Address.IsZero() && !(n.People == PeopleCounts && n.person(w.Address.Type)) {
		body["address"] = w.Address.String()
	}
	if w.File != "" {
		body["range"] = fields{"filename": w.File, "start": fields{"line": w.Line}}
	}
	return body
}

func (e *Events) drift(n *names, d *planner.Drift) {
	private := n.People != PeopleNames && n.person(d.Address.Type)
	if private && n.People == PeopleCounts {
		return
	}
	action, message, attributes := "update", d.Address.String()+": "+d.Attr+" was changed outside", []string{d.Attr}
	if d.Gone {
		action, message, attributes = "delete", d.Address.String()+": gone from the live system", []string{}
	}
	e.emit(e.clock(), "info", "resource_drift", message,
		fields{"change": fields{"resource": e.resource(d.Address, d.Label, "", private), "action": action, "attributes": attributes}})
}

func (e *Events) planned(n *names, step *planner.Step, calls int) {
	if n.shielded(step) && n.People == PeopleCounts {
		return
	}
	attrs := make([]string, len(step.Changes))
	for i := range step.Changes {
		attrs[i] = step.Changes[i].Attr
	}
	change := fields{"resource": e.resource(step.Address, step.Label, step.Provider, n.shielded(step)), "action": step.Action.String(), "attributes": attrs, "calls": calls}
	if !step.From.IsZero() {
		change["previous_resource"] = e.resource(step.From, "", step.Provider, true)
	}
	if step.Reason != "" {
		change["reason"] = step.Reason
	}
	if g := step.Passage; g != nil {
		change["from_path"], change["to_path"], change["groups"], change["people"] = g.From, g.To, g.Groups, g.People
		if g.AtLeast {
			change["people_at_least"] = true
		}
	}
	e.emit(e.clock(), "info", "planned_change", step.Address.String()+": plan to "+step.Action.String(), fields{"change": change})
}

func (e *Events) summary(n *names, plan *planner.Plan, operation string, cost Cost) {
	s := &plan.Summary
	f := &face{plan: plan, names: n}
	message := f.emptyLine()
	if !plan.Empty() {
		message = "Plan: " + f.closingText(cost)
	}
	changes := fields{"add": s.Create, "change": s.Update + s.Move, "remove": s.Delete, "import": s.Adopt, "move": s.Move, "readdress": s.Readdress,
		"replace": s.Replace, "forget": s.Forget, "people_affected": s.People, "people_losing": n.losers(), "outside_changes": len(plan.Drift),
		"outputs": len(plan.Outputs), "refusals": len(plan.Refusals), "plan_id": plan.ID, "operation": operation,
		"calls": cost.Calls, "read_calls": cost.ReadCalls, "estimated_seconds": cost.Estimate.Round(time.Second).Seconds()}
	if cost.Known {
		changes["budget"] = fields{"remaining": cost.Remaining, "limit": cost.Limit}
	}
	if len(cost.Budgets) > 1 {
		changes["budgets"] = budgetsJSON(cost.Budgets)
	}
	if r := refreshJSON(&plan.Refresh); r != nil {
		changes["refresh"] = r
	}
	e.emit(e.clock(), "info", "change_summary", message, fields{"changes": changes})
}

// budgetsJSON is what goes to each provider configuration, by its name.
func budgetsJSON(budgets []Budget) fields {
	all := fields{}
	for _, b := range budgets {
		one := fields{"calls": b.Calls}
		if b.Known {
			one["remaining"], one["limit"] = b.Remaining, b.Limit
		}
		all[b.Provider] = one
	}
	return all
}

// Step tells of a step of an apply; the plan must have been told before by
// Plan, if people are not shown by name.
func (e *Events) Step(ev planner.Event) {
	e.mu.Lock()
	n := e.names
	e.mu.Unlock()
	if ev.Step == nil || ev.Status == planner.Waiting || n.shielded(ev.Step) && n.People == PeopleCounts {
		return
	}
	step := n.shadeStep(ev.Step)
	hook := fields{"resource": e.resource(step.Address, step.Label, step.Provider, n.shielded(step)), "action": step.Action.String()}
	if step.ID != "" {
		hook["id_value"] = step.ID
	}
	if ev.Status == planner.Running {
		e.emit(ev.At, "info", "apply_start", step.Address.String()+": "+doing(step)+"...", fields{"hook": hook})
		return
	}
	hook["elapsed_seconds"], hook["settled"], hook["total"] = ev.Took.Round(100*time.Millisecond).Seconds(), ev.Settled, ev.Total
	if ev.Status == planner.Done {
		e.emit(ev.At, "info", "apply_complete", step.Address.String()+": "+done(step)+" after "+took(ev.Took), fields{"hook": hook})
		return
	}
	hook["status"] = ev.Status.String()
	if ev.Status == planner.Pending {
		e.emit(ev.At, "warn", "apply_unanswered", step.Address.String()+": "+n.errorText(step, ev.Err), fields{"hook": hook})
		return
	}
	message := step.Address.String() + ": " + ev.Status.String()
	more := fields{"hook": hook}
	if ev.Err != nil {
		hook["error"] = n.errorText(step, ev.Err)
		message += ": " + n.errorText(step, ev.Err)
	}
	level := "error"
	if ev.Status == planner.Skipped || ev.Status == planner.Left {
		level = "warn"
	} else {
		t := n.trouble(step, ev.Status, ev.Err)
		more["diagnostic"] = diagnosticJSON("error", t.summary, t.detail, step.Address.String(), t.subject, t.source)
	}
	e.emit(ev.At, level, "apply_errored", message, more)
}

// Progress tells how far an apply is, for times when no step ends.
func (e *Events) Progress(at time.Time, settled, total int, elapsed time.Duration) {
	e.emit(at, "info", "apply_progress", count(settled)+" of "+count(total)+" done",
		fields{"hook": fields{"settled": settled, "total": total, "elapsed_seconds": elapsed.Round(time.Second).Seconds()}})
}

// verbs are what is said of a step under way and at its end, by action.
var verbs = [...][2]string{
	planner.None:      {"leaving", "left as it is"},
	planner.Create:    {"creating", "created"},
	planner.Adopt:     {"adopting", "adopted"},
	planner.Readdress: {"readdressing", "readdressed"},
	planner.Update:    {"updating", "updated"},
	planner.Move:      {"moving", "moved"},
	planner.Replace:   {"replacing", "replaced"},
	planner.Delete:    {"deleting", "deleted"},
	planner.Forget:    {"forgetting", "forgotten"},
}

func doing(step *planner.Step) string {
	switch {
	case stripped(step):
		return "releasing"
	case step.Replaced && step.Action == planner.Delete:
		return "deleting the old one"
	}
	return verbs[step.Action][0]
}

func done(step *planner.Step) string {
	switch {
	case stripped(step):
		return "released"
	case step.Replaced && step.Action == planner.Delete:
		return "the old one deleted"
	}
	return verbs[step.Action][1]
}
