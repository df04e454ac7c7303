package render

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// terraform is a plan as Terraform's library reads it.
func terraform(t *testing.T, plan *planner.Plan, o Options) tfjson.Plan {
	t.Helper()
	var read tfjson.Plan
	if err := json.Unmarshal([]byte(draw(t, func(b *bytes.Buffer) error { return PlanJSON(b, plan, o, Cost{}) })), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// TestTerraformActions: what each of our actions is to Terraform.
func TestTerraformActions(t *testing.T) {
	renamed := []planner.Change{text("name", "Oslo", "Oslo sentrum")}
	for name, c := range map[string]struct {
		step    planner.Step
		actions tfjson.Actions
		before  any
		after   any
		unknown any
		reason  tfjson.ActionReason
	}{
		"create":             {planner.Step{Action: planner.Create, Changes: []planner.Change{{Attr: "name", After: known("Oslo")}}}, tfjson.Actions{"create"}, nil, map[string]any{"name": "Oslo"}, map[string]any{"id": true}, ""},
		"adopt as it is":     {planner.Step{Action: planner.Adopt, ID: "7", Kept: map[string]cty.Value{"kind": cty.StringVal("store")}}, tfjson.Actions{"no-op"}, map[string]any{"id": "7", "kind": "store"}, map[string]any{"id": "7", "kind": "store"}, map[string]any{}, ""},
		"adopt and change":   {planner.Step{Action: planner.Adopt, ID: "7", Changes: renamed}, tfjson.Actions{"update"}, map[string]any{"id": "7", "name": "Oslo"}, map[string]any{"id": "7", "name": "Oslo sentrum"}, map[string]any{}, ""},
		"readdress":          {planner.Step{Action: planner.Readdress, ID: "7", From: at("acme_group.old")}, tfjson.Actions{"no-op"}, map[string]any{"id": "7"}, map[string]any{"id": "7"}, map[string]any{}, ""},
		"update":             {planner.Step{Action: planner.Update, ID: "7", Changes: renamed}, tfjson.Actions{"update"}, map[string]any{"id": "7", "name": "Oslo"}, map[string]any{"id": "7", "name": "Oslo sentrum"}, map[string]any{}, ""},
		"update to unknown":  {planner.Step{Action: planner.Update, ID: "7", Before: map[string]cty.Value{"parent": cty.StringVal("3")}, Changes: []planner.Change{{Attr: "parent", Before: cty.StringVal("3"), After: schema.Template{Pending: &schema.Pending{Ref: &schema.Ref{Address: at("acme_group.new"), Attr: "id"}}}}}}, tfjson.Actions{"update"}, map[string]any{"id": "7", "parent": "3"}, map[string]any{"id": "7"}, map[string]any{"parent": true}, ""},
		"move":               {planner.Step{Action: planner.Move, ID: "7", Changes: []planner.Change{text("parent", "3", "4")}, Kept: map[string]cty.Value{"name": cty.StringVal("Oslo")}}, tfjson.Actions{"update"}, map[string]any{"id": "7", "name": "Oslo", "parent": "3"}, map[string]any{"id": "7", "name": "Oslo", "parent": "4"}, map[string]any{}, ""},
		"replace":            {planner.Step{Action: planner.Replace, ID: "7", Changes: renamed}, tfjson.Actions{"create", "delete"}, map[string]any{"id": "7", "name": "Oslo"}, map[string]any{"name": "Oslo sentrum"}, map[string]any{"id": true}, "replace_because_cannot_update"},
		"delete":             {planner.Step{Action: planner.Delete, ID: "7", Before: map[string]cty.Value{"name": cty.StringVal("Oslo")}}, tfjson.Actions{"delete"}, map[string]any{"id": "7", "name": "Oslo"}, nil, false, "delete_because_no_resource_config"},
		"delete what is old": {planner.Step{Action: planner.Delete, ID: "7", Replaced: true}, tfjson.Actions{"delete"}, map[string]any{"id": "7"}, nil, false, ""},
		"forget":             {planner.Step{Action: planner.Forget, ID: "7"}, tfjson.Actions{"forget"}, map[string]any{"id": "7"}, nil, false, ""},
	} {
		step := c.step
		step.Address, step.Class, step.Provider = at("acme_group.oslo"), schema.ClassUnit, "acme.no"
		read := terraform(t, &planner.Plan{Steps: []planner.Step{step}}, Options{Library: library()})
		got := read.ResourceChanges[0]
		for what, pair := range map[string][2]any{"actions": {c.actions, got.Change.Actions}, "before": {c.before, got.Change.Before}, "after": {c.after, got.Change.After},
			"after_unknown": {c.unknown, got.Change.AfterUnknown}, "reason": {c.reason, got.ActionReason}, "previous_address": {step.From.String(), got.PreviousAddress},
			"importing": {step.Action == planner.Adopt, got.Change.Importing != nil && got.Change.Importing.ID == "7"}, "deposed": {step.Replaced, got.DeposedKey == "7"}} {
			if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, what, diff)
			}
		}
		if planned := read.PlannedValues.RootModule.Resources; len(planned) != 0 != (c.after != nil) {
			t.Errorf("%s: %d objects as they will be", name, len(planned))
		}
		if p := read.Config.ProviderConfigs["acme.no"]; p == nil || p.Name != "acme" || p.Alias != "no" {
			t.Errorf("%s: the provider configuration is %+v", name, p)
		}
	}
}

// TestTerraformConfiguration: the blocks of what changes, each once, with what they
// refer to.
func TestTerraformConfiguration(t *testing.T) {
	ref := schema.Template{Pending: &schema.Pending{Ref: &schema.Ref{Address: person(1), Attr: "id"}}}
	plan := &planner.Plan{Steps: []planner.Step{
		{Address: person(1), Action: planner.Create, Provider: "acme", File: "a", Line: 1, Dependencies: []schema.Address{at("acme_group.oslo")}},
		{Address: person(2), Action: planner.Create, Provider: "acme", File: "a", Line: 1, Changes: []planner.Change{{Attr: "groups", After: ref}}, Dependencies: []schema.Address{person(1)}},
		{Address: at("acme_group.gone"), Action: planner.Delete, ID: "1", Provider: "acme"},
	}, Outputs: []planner.OutputChange{{Name: "first", After: ref}, {Name: "old", Removed: true}}}
	read := terraform(t, plan, Options{Library: library()})
	blocks := read.Config.RootModule.Resources
	if len(blocks) != 1 || blocks[0].Address != "acme_user.staff" || blocks[0].ProviderConfigKey != "acme" {
		t.Fatalf("%+v", blocks)
	}
	if diff := cmp.Diff([]string{"acme_user.staff", "acme_user.staff.id"}, blocks[0].Expressions["groups"].References); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"acme_group.oslo"}, blocks[0].DependsOn); diff != "" {
		t.Errorf("depends_on (-want +got):\n%s", diff)
	}
	outputs := read.Config.RootModule.Outputs
	if len(outputs) != 1 || outputs["first"] == nil || outputs["first"].Expression == nil || len(read.OutputChanges) != 2 || !read.OutputChanges["old"].Actions.Delete() {
		t.Errorf("%+v, %+v", outputs, read.OutputChanges)
	}
}
