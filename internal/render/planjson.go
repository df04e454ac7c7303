package render

import (
	"io"
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// The versions of the JSON document: of our own part, whose first number grows when a
// field changes its meaning; and the representation of Terraform's plans that the
// rest follows, with the release that it is described for.
const (
	planFormat       = "1.0"
	terraformFormat  = "1.2"
	terraformRelease = "1.9.0"
)

// PlanJSON writes the plan as one JSON document: Terraform's representation of a
// plan, so that tools and policies made for that read it, and beside it our own
// words, under "espalier" at the top and in each resource.
//
//	format_version, terraform_version   which representation it follows
//	timestamp          when the live system was read
//	complete, applyable, errored   complete unless limited by -target or refused;
//	                   errored where a guard refuses the plan
//	resource_changes   one for each step, in an order in which they could be done
//	resource_drift     what changed outside of the configuration, by object
//	output_changes     by name
//	planned_values     the objects with steps, as they will be, and the outputs
//	configuration      the blocks of these objects, with what they refer to
//	espalier           the plan's id, what it was made with, refusals, warnings,
//	                   drift, numbers and costs
//
// Objects that the plan leaves alone are not in it, since a plan does not carry
// them; for the same reason there is no prior_state.
//
// A resource change has address, previous_address, mode "managed", type, name,
// index, provider_name, action_reason and change{actions, before, after,
// after_unknown, before_sensitive, after_sensitive, importing, replace_paths}: adopt
// is "update" or "no-op" with importing, move is "update", readdress is
// previous_address, forget is ["forget"], and a replacement is ["create", "delete"],
// with both calls; where an earlier run has left the old object, its deletion has
// that object's id as deposed. Before and after are whole, as far as the object was
// read and is managed. Under espalier stand the planner's own action, reason, label,
// id, provider (the provider configuration), calls, needs (addresses), last, release,
// file, line and changes: the attributes one by one, sets by who comes and goes; and
// where a unit moves from_path, to_path, groups and people: what goes along.
//
// Sensitive values are null on both sides and named in the sensitive objects.
// Where people are shown by address, labels and values of people are left out;
// where they are counted, so are their changes, which are under espalier in people,
// by action.
func PlanJSON(w io.Writer, plan *planner.Plan, o Options, cost Cost) error {
	n := newNames(plan, o)
	plan = n.plan
	d := &document{printer: newPrinter(w, o)}
	d.field("format_version", terraformFormat)
	d.field("terraform_version", terraformRelease)
	d.field("timestamp", plan.Made.UTC().Format(time.RFC3339))
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
		if n.counted(step) {
			counts[step.Action.String()]++
			return nil
		}
		r := n.resourceChange(step)
		if second, replaced := halves[i]; replaced {
			r.Own.Calls += plan.Steps[second].Calls
		}
		return r
	})
	drift := n.driftJSON()
	d.list("resource_drift", len(drift), func(i int) any { return drift[i] })
	d.field("output_changes", n.outputChanges())
	d.object("planned_values", n.plannedValues)
	d.object("configuration", n.configuration)
	d.object("espalier", func(d *document) { n.ownPart(d, cost, counts) })
	return d.end()
}

// ownPart is what the document says of the whole plan in our own words.
func (n *names) ownPart(d *document, cost Cost, people map[string]int) {
	plan := n.plan
	d.field("format_version", planFormat)
	d.field("plan_id", plan.ID)
	d.field("lineage", plan.Lineage)
	d.field("serial", plan.Serial)
	d.field("mode", planMode(plan))
	d.field("targets", append([]string{}, plan.Targets...))
	d.field("partial", len(plan.Targets) > 0)
	d.field("summary", n.summaryJSON())
	d.field("cost", costJSON(cost))
	d.list("refusals", len(plan.Refusals), func(i int) any { return n.refusalJSON(&plan.Refusals[i]) })
	d.list("warnings", len(plan.Warnings), func(i int) any { return n.warningJSON(&plan.Warnings[i]) })
	d.field("pending_calls", plan.Pending)
	if len(plan.Findings) > 0 {
		d.field("earlier_calls", n.findingsJSON())
	}
	if r := refreshJSON(&plan.Refresh); r != nil {
		d.field("refresh", r)
	}
	if plan.Unconfirmed > 0 {
		d.field("unconfirmed", plan.Unconfirmed)
	}
	if len(people) > 0 {
		d.field("people", people)
	}
}

// counted reports whether a step is to be counted and not shown.
func (n *names) counted(step *planner.Step) bool {
	return n.People == PeopleCounts && n.shielded(step)
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

// costJSON is what the plan spends.
func costJSON(c Cost) fields {
	out := fields{"calls": c.Calls, "read_calls": c.ReadCalls, "estimated_seconds": c.Estimate.Round(time.Second).Seconds()}
	if c.Known {
		out["budget"] = fields{"remaining": c.Remaining, "limit": c.Limit}
	}
	if len(c.Budgets) > 1 {
		out["budgets"] = budgetsJSON(c.Budgets)
	}
	return out
}
