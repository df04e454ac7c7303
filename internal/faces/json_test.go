package faces

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/espalier-dev/espalier/internal/cli"
)

// published compiles a schema of the reference pages.
func published(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(filepath.Join("..", "..", "docs", "reference", name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fits holds a JSON text against a schema.
func fits(t *testing.T, s *jsonschema.Schema, text string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		t.Errorf("%.200s\nis not as the schema says: %v", text, err)
	}
}

// TestPublishedSchemas holds what programs read of each organisation, from the plan
// to the end of the apply, against the schemas of the reference pages.
func TestPublishedSchemas(t *testing.T) {
	plan, event := published(t, "plan.schema.json"), published(t, "events.schema.json")
	for name, x := range organisations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := settle(t, name)
			for _, people := range []string{"names", "addresses", "counts"} {
				all := o.faces(x.code, "-people="+people)
				fits(t, plan, all["plan.json"])
				for line := range strings.Lines(all["events.ndjson"]) {
					fits(t, event, line)
				}
			}
			o.run(x.code, "apply", "-json", "-auto-approve")
			seen := map[string]bool{}
			for line := range strings.Lines(o.out) {
				fits(t, event, line)
				var e struct{ Type string }
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					t.Error(err)
				}
				seen[e.Type] = true
			}
			if end := "apply_summary"; x.code == cli.ExitDone && !seen[end] {
				t.Errorf("the stream ends without %s", end)
			}
		})
	}
}

// TestTerraformReadsPlans has Terraform's own library read the plan of each
// organisation: what each action is called there.
func TestTerraformReadsPlans(t *testing.T) {
	seen := map[string][]string{}
	for name, x := range organisations() {
		text := settle(t, name).faces(x.code)["plan.json"]
		var plan tfjson.Plan
		if err := json.Unmarshal([]byte(text), &plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		own := parse(t, text)
		if len(plan.ResourceChanges) != len(own.Changes) || plan.Config == nil || plan.Config.RootModule == nil || plan.PlannedValues == nil || plan.Timestamp == "" || plan.Complete == nil {
			t.Errorf("%s: a part is missing: %+v", name, plan)
		}
		for i, c := range plan.ResourceChanges {
			action, words := own.Changes[i].Espalier.Action, tfWords(c)
			if !slices.Contains(seen[action], words) {
				seen[action] = append(seen[action], words)
				slices.Sort(seen[action])
			}
			checkSides(t, c)
		}
	}
	want := map[string][]string{
		"create": {"create"}, "update": {"update", "update, previous_address"}, "delete": {"delete"}, "move": {"update"},
		"replace": {"create, delete, replaces"}, "adopt": {"no-op, importing", "update, importing"},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("actions in Terraform's words (-want +got):\n%s", diff)
	}
}

// tfWords is what Terraform's library makes of a change.
func tfWords(c *tfjson.ResourceChange) string {
	var words []string
	for _, a := range c.Change.Actions {
		words = append(words, string(a))
	}
	if c.Change.Importing != nil && c.Change.Importing.ID != "" {
		words = append(words, "importing")
	}
	if c.PreviousAddress != "" {
		words = append(words, "previous_address")
	}
	if c.Change.Actions.Replace() {
		words = append(words, "replaces")
	}
	return strings.Join(words, ", ")
}

// checkSides: something is before unless it is made, and after unless it goes; what
// is not known yet is not given.
func checkSides(t *testing.T, c *tfjson.ResourceChange) {
	t.Helper()
	actions := c.Change.Actions
	if (c.Change.Before == nil) != actions.Create() || (c.Change.After == nil) != (actions.Delete() || actions.Forget()) {
		t.Errorf("%s: %v from %v to %v", c.Address, actions, c.Change.Before, c.Change.After)
	}
	after, _ := c.Change.After.(map[string]any)
	unknown, _ := c.Change.AfterUnknown.(map[string]any)
	for attr := range unknown {
		if v, there := after[attr]; there {
			t.Errorf("%s: %s is not known, and is %v", c.Address, attr, v)
		}
	}
	if c.ProviderName == "" || c.Mode != tfjson.ManagedResourceMode {
		t.Errorf("%s: %q, %q", c.Address, c.ProviderName, c.Mode)
	}
}

// TestWholeSides: an object that changes is whole on both sides, so that a policy can
// ask for more than what changes; a secret is on neither.
func TestWholeSides(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "cafes", "faces", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var plan tfjson.Plan
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.ResourceChanges {
		if !strings.HasSuffix(c.Address, "_group.malmo") {
			continue
		}
		before, _ := c.Change.Before.(map[string]any)
		after, _ := c.Change.After.(map[string]any)
		want := map[string]any{"id": before["id"], "name": "Malmö", "kind": "store", "parent": before["parent"]}
		if diff := cmp.Diff(want, before); diff != "" || before["parent"] == nil {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		delete(want, "parent")
		if diff := cmp.Diff(want, after); diff != "" {
			t.Errorf("after (-want +got):\n%s", diff)
		}
		return
	}
	t.Error("the store that moves is not in the plan")
}
