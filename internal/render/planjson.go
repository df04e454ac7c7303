package render

import (
	"encoding/json"
	"io"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// planFormat is the version of the JSON document; its first number grows when
// a field changes its meaning.
const planFormat = "1.0"

// PlanJSON writes the plan as one JSON document, shaped after Terraform's plan
// representation so that tools which read that find their way:
//
//	format_version, plan_id, lineage, serial, timestamp
//	mode               "normal", "destroy" or "refresh-only"
//	targets, partial   what the plan was limited to, and whether it was
//	complete, applyable, errored   errored where a guard refuses the plan
//	resource_changes   one for each step, in an order in which they could be done
//	resource_drift     what changed outside of the configuration
//	output_changes     by name
//	refusals, warnings, pending_calls, summary
//	people             in counts of people: how many people each action touches
//
// A resource change has address, previous_address, mode "managed", type, name,
// index, provider_name, action_reason and change{actions, before, after,
// after_unknown, before_sensitive, after_sensitive, importing}, all as in
// Terraform: adopt is "update" or "no-op" with importing, move is "update",
// readdress is "no-op" with previous_address, forget is ["forget"]. A replacement is one
// change of actions ["create", "delete"], with both calls and with replace_paths, the
// attributes that force it; where an earlier run has left the old object, its deletion
// has that object's id as deposed. Beside them
// stand action (the planner's own word), label, id, calls, needs (addresses),
// last, release, file, line and changes: the attributes one by one, sets by who
// comes and goes. Where a unit moves there are also from_path and to_path, the names
// on the way down to it, and groups and people, how many of them go along; with
// people_at_least it is not known of everybody where they are.
//
// Sensitive values are null on both sides and named in the sensitive objects.
// Where people are shown by address, labels and values of people are left out;
// where they are counted, so are their changes.
func PlanJSON(w io.Writer, plan *planner.Plan, o Options) error {
	n := newNames(plan, o)
	d := &document{printer: newPrinter(w, o)}
	d.field("format_version", planFormat)
	d.field("plan_id", plan.ID)
	d.field("lineage", plan.Lineage)
	d.field("serial", plan.Serial)
	d.field("timestamp", plan.Made.UTC().Format(time.RFC3339))
	d.field("mode", planMode(plan))
	d.field("targets", append([]string{}, plan.Targets...))
	d.field("partial", len(plan.Targets) > 0)
	d.field("complete", len(plan.Targets) == 0 && !plan.Refused())
	d.field("applyable", !plan.Empty() && !plan.Refused())
	d.field("errored", plan.Refused())
	counts := map[string]int{}
	halves := secondHalves(plan)
	d.list("resource_changes", len(plan.Steps), func(i int) any {
		step := &plan.Steps[i]
		if _, half := plan.Completes(i); half {
			return nil
		}
		if o.People == PeopleCounts && n.shielded(step) {
			counts[step.Action.String()]++
			return nil
		}
		r := n.resourceChange(step)
		if second, replaced := halves[i]; replaced {
			r.Calls += plan.Steps[second].Calls
		}
		return r
	})
	d.list("resource_drift", len(plan.Drift), func(i int) any { return n.resourceDrift(&plan.Drift[i]) })
	d.field("output_changes", n.outputChanges())
	d.list("refusals", len(plan.Refusals), func(i int) any { return n.refusalJSON(&plan.Refusals[i]) })
	d.list("warnings", len(plan.Warnings), func(i int) any { return n.warningJSON(&plan.Warnings[i]) })
	d.field("pending_calls", plan.Pending)
	if r := refreshJSON(&plan.Refresh); r != nil {
		d.field("refresh", r)
	}
	if plan.Unconfirmed > 0 {
		d.field("unconfirmed", plan.Unconfirmed)
	}
	if len(plan.Findings) > 0 {
		d.field("earlier_calls", n.findingsJSON())
	}
	if len(counts) > 0 {
		d.field("people", counts)
	}
	d.field("summary", summaryJSON(&plan.Summary))
	return d.end()
}

func planMode(plan *planner.Plan) string {
	switch {
	case plan.Destroy:
		return "destroy"
	case plan.RefreshOnly:
		return "refresh-only"
	}
	return "normal"
}

func (n *names) resourceChange(step *planner.Step) *resourceJSON {
	r := bareResource(step.Address)
	r.PreviousAddress = step.From.String()
	r.Provider, r.Action, r.Reason = step.Provider, step.Action.String(), step.Reason
	r.ID, r.Last, r.Release, r.Calls = step.ID, step.Last, step.Release, step.Calls
	r.File, r.Line = step.File, step.Line
	if !n.shielded(step) {
		r.Label = step.Label
	}
	for _, need := range step.Needs {
		if need < 0 || need >= len(n.plan.Steps) {
			continue
		}
		if other := &n.plan.Steps[need]; n.People != PeopleCounts || !n.shielded(other) {
			r.Needs = append(r.Needs, other.Address.String())
		}
	}
	if step.Replaced {
		r.Deposed = step.ID
	}
	if g := step.Passage; g != nil {
		r.passageJSON = &passageJSON{g.From, g.To, g.Groups, g.People, g.AtLeast}
	}
	r.Change = n.wholeChange(step)
	for i := range step.Changes {
		r.Changes = append(r.Changes, n.changeOf(step, &step.Changes[i]))
	}
	return &r
}

// secondHalves maps each replacement to the step that deletes the old object.
func secondHalves(plan *planner.Plan) map[int]int {
	out := map[int]int{}
	for i := range plan.Steps {
		if first, half := plan.Completes(i); half {
			out[first] = i
		}
	}
	return out
}

// terraformActions are the words that Terraform's plan has for a step.
func terraformActions(step *planner.Step) []string {
	switch step.Action {
	case planner.Create:
		return []string{"create"}
	case planner.Update, planner.Move:
		return []string{"update"}
	case planner.Replace:
		return []string{"create", "delete"}
	case planner.Delete:
		return []string{"delete"}
	case planner.Forget:
		return []string{"forget"}
	case planner.Adopt:
		if len(step.Changes) > 0 {
			return []string{"update"}
		}
	}
	return []string{"no-op"}
}

// wholeChange gathers both sides of a step: the attributes that change, and for
// what goes away, what is known of it and surely not sensitive.
func (n *names) wholeChange(step *planner.Step) changeJSON {
	before, after := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	unknown, secret := map[string]bool{}, map[string]bool{}
	shielded := n.shielded(step)
	for i := range step.Changes {
		c := &step.Changes[i]
		switch {
		case veiled(c):
			secret[c.Attr] = true
			before[c.Attr], after[c.Attr] = jsonValue(cty.NilVal), jsonValue(cty.NilVal)
		case shielded:
		default:
			before[c.Attr] = jsonValue(c.Before)
			if c.After.Pending != nil {
				unknown[c.Attr] = true
				continue
			}
			after[c.Attr] = jsonValue(c.After.Value)
		}
	}
	if t := n.Library.Resources[step.Address.Type]; step.Action == planner.Delete && t != nil && !shielded {
		for attr, v := range step.Before {
			if a := t.Attribute(attr); a != nil && !a.Sensitive && !schema.IsSensitive(v) {
				before[attr] = jsonValue(v)
			}
		}
	}
	change := changeJSON{Actions: terraformActions(step), Before: before, After: after, AfterUnknown: unknown, BeforeSensitive: secret, AfterSensitive: secret}
	switch step.Action {
	case planner.Create:
		change.Before = nil
	case planner.Delete:
		change.After = nil
	case planner.Adopt:
		change.Importing = &importedJSON{step.ID}
	case planner.Replace:
		for i := range step.Changes {
			if n.forces(step, &step.Changes[i]) {
				change.ReplacePaths = append(change.ReplacePaths, []string{step.Changes[i].Attr})
			}
		}
	}
	return change
}
