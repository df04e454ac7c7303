package render

import (
	"encoding/json"
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

func (n *names) resourceChange(step *planner.Step) *resourceJSON {
	r := n.bareResource(step.Address)
	r.PreviousAddress, r.Reason = step.From.String(), terraformReason(n.plan, step)
	r.Own = ownJSON{Action: step.Action.String(), Reason: step.Reason, Provider: step.Provider, ID: step.ID,
		Last: step.Last, Release: step.Release, Calls: step.Calls, File: step.File, Line: step.Line}
	if !n.shielded(step) {
		r.Own.Label = step.Label
	}
	for _, need := range step.Needs {
		if need < 0 || need >= len(n.plan.Steps) {
			continue
		}
		if other := &n.plan.Steps[need]; !n.counted(other) {
			r.Own.Needs = append(r.Own.Needs, other.Address.String())
		}
	}
	if step.Replaced {
		r.Deposed = step.ID
	}
	if g := step.Passage; g != nil {
		r.Own.passageJSON = &passageJSON{g.From, g.To, g.Groups, g.People, g.AtLeast}
	}
	r.Change = n.wholeChange(step)
	for i := range step.Changes {
		r.Own.Changes = append(r.Own.Changes, n.changeOf(step, &step.Changes[i]))
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

// terraformReason is the word that Terraform's plan has for why a step is as it is;
// empty where the action says it.
func terraformReason(plan *planner.Plan, step *planner.Step) string {
	switch {
	case step.Action == planner.Replace:
		return "replace_because_cannot_update"
	case step.Action == planner.Delete && !step.Replaced && !plan.Destroy:
		return "delete_because_no_resource_config"
	}
	return ""
}

// wholeChange gathers both sides of a step: what is live of it, as far as it is
// known and surely not sensitive, and that with what changes.
func (n *names) wholeChange(step *planner.Step) changeJSON {
	before, after := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	unknown, secret := map[string]bool{}, map[string]bool{}
	if !n.shielded(step) {
		n.layFound(step, before, after, secret)
		n.layChanges(step, before, after, unknown)
	}
	for i := range step.Changes {
		if attr := step.Changes[i].Attr; veiled(&step.Changes[i]) {
			secret[attr] = true
			delete(unknown, attr)
		}
	}
	for attr := range secret {
		before[attr], after[attr] = jsonValue(cty.NilVal), jsonValue(cty.NilVal)
	}
	change := changeJSON{Actions: terraformActions(step), Before: before, After: after, AfterUnknown: unknown, BeforeSensitive: secret, AfterSensitive: secret}
	switch step.Action {
	case planner.Create:
		change.Before, change.BeforeSensitive = nil, false
		unknown["id"] = true
	case planner.Delete, planner.Forget:
		change.After, change.AfterUnknown, change.AfterSensitive = nil, false, false
	case planner.Adopt:
		change.Importing = &importedJSON{step.ID}
	case planner.Replace:
		unknown["id"] = true
		delete(after, "id")
		for i := range step.Changes {
			if n.forces(step, &step.Changes[i]) {
				change.ReplacePaths = append(change.ReplacePaths, []string{step.Changes[i].Attr})
			}
		}
	}
	return change
}

// layFound lays down what is live on both sides.
func (n *names) layFound(step *planner.Step, before, after map[string]json.RawMessage, secret map[string]bool) {
	if step.ID != "" {
		id := jsonValue(cty.StringVal(step.ID))
		before["id"], after["id"] = id, id
	}
	t := n.Library.Resources[step.Address.Type]
	if t == nil { // nothing says what of it is sensitive
		return
	}
	both := maps.Clone(step.Kept)
	if both == nil {
		both = map[string]cty.Value{}
	}
	maps.Copy(both, step.Before)
	for attr, v := range both {
		a := t.Attribute(attr)
		if a == nil {
			continue
		}
		if a.Sensitive || schema.IsSensitive(v) {
			secret[attr] = true
			continue
		}
		value := jsonValue(v)
		before[attr], after[attr] = value, value
	}
	for _, attr := range step.Sensitive {
		secret[attr] = true
	}
}

// layChanges lays what changes over both sides.
func (n *names) layChanges(step *planner.Step, before, after map[string]json.RawMessage, unknown map[string]bool) {
	for i := range step.Changes {
		c := &step.Changes[i]
		if veiled(c) {
			continue
		}
		before[c.Attr] = jsonValue(c.Before)
		if c.After.Pending != nil {
			unknown[c.Attr] = true
			delete(after, c.Attr)
			continue
		}
		after[c.Attr] = jsonValue(c.After.Value)
	}
}
