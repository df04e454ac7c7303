package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/espalier-dev/espalier/planner"
)

// schemaOf compiles one of the published schemas.
func schemaOf(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// fits holds one JSON text against a schema.
func fits(t *testing.T, s *jsonschema.Schema, text string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		t.Errorf("%.300s\nis not as the schema says: %v", text, err)
	}
}

// TestSchemaOfPlans holds plans with something of everything against the schema.
func TestSchemaOfPlans(t *testing.T) {
	s := schemaOf(t, planSchema)
	replaced, o := replacing()
	open := realistic()
	open.Pending, open.Unconfirmed = 1, 2
	open.Findings = []planner.Finding{{Address: at("acme_group.x"), Action: planner.Create, ID: "9", At: open.Made}}
	open.Refresh = planner.Refresh{Mode: planner.RefreshNone, Oldest: open.Made, Recalls: []planner.Recall{{Provider: "acme", Type: "acme_user", Untold: []string{"groups"}, BlindFrom: open.Made, BlindUntil: open.Made}}}
	open.Targets = []string{"acme_group.oslo"}
	spread := budget
	spread.Budgets = []Budget{{Provider: "acme", Calls: 3, Known: true, Remaining: 5, Limit: 9}, {Provider: "acme.no", Calls: 1}}
	for _, plan := range []*planner.Plan{realistic(), replaced, open, {}, {Destroy: true}, {RefreshOnly: true}} {
		for _, mode := range []PeopleMode{PeopleNames, PeopleAddresses, PeopleCounts} {
			o := Options{Library: o.Library, People: mode}
			if len(plan.Steps) > 20 {
				o.Library = library()
			}
			fits(t, s, draw(t, func(b *bytes.Buffer) error { return PlanJSON(b, plan, o, spread) }))
		}
	}
}

// TestSchemaOfEvents holds every kind of event against the schema, and proves that
// the schema knows no other.
func TestSchemaOfEvents(t *testing.T) {
	s := schemaOf(t, eventsSchema)
	seen := map[string]bool{}
	for l := range strings.Lines(allEvents(t)) {
		fits(t, s, l)
		var event struct{ Type string }
		if err := json.Unmarshal([]byte(l), &event); err != nil {
			t.Error(err)
		}
		seen[event.Type] = true
	}
	var doc struct{ OneOf []map[string]string }
	if err := json.Unmarshal([]byte(eventsSchema), &doc); err != nil {
		t.Fatal(err)
	}
	for _, kind := range doc.OneOf {
		if name := strings.TrimPrefix(kind["$ref"], "#/$defs/"); !seen[name] {
			t.Errorf("the schema has events of type %s, and there are none", name)
		}
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(strings.SplitN(allEvents(t), "\n", 2)[0], `"espalier"`, `"colour":"red","espalier"`, 1)))
	if err != nil || s.Validate(v) == nil {
		t.Errorf("a field that is not in the schema is let through: %v", err)
	}
}

// errLost is why a call went wrong.
var errLost = errors.New("the connection was lost")

// allEvents is a stream with every kind of event.
func allEvents(t *testing.T) string {
	t.Helper()
	clock := func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 80_000_000, time.UTC) }
	plan := realistic()
	plan.Findings = []planner.Finding{{Address: at("acme_group.x"), Action: planner.Create, At: plan.Made}}
	plan.Refresh = planner.Refresh{Mode: planner.RefreshFull}
	var b bytes.Buffer
	e := NewEvents(&b, clock, Options{Library: library()})
	e.Version("1.2.3")
	e.Refreshed("acme_user", 1204, 25)
	diags, files := mistakes(t)
	e.Diagnostics(diags, files)
	e.Plan(plan, "apply", budget)
	for i := range plan.Steps[:10] {
		for status := planner.Running; status <= planner.Pending; status++ {
			e.Step(planner.Event{At: clock(), Step: &plan.Steps[i], Status: status, Err: errLost, Took: time.Second, Settled: i, Total: 10})
		}
	}
	e.Progress(clock(), 3, 10, 12*time.Second)
	e.Waiting("the budget of calls is spent", clock().Add(90*time.Second))
	e.Report(&planner.Report{Status: []planner.Status{planner.Done, planner.Failed}, Found: 1, Until: clock(), Stopped: errLost})
	e.Outputs([]NamedValue{{Name: "n", Value: plan.Outputs[0].Before}, {Name: "pin", Sensitive: true}})
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
