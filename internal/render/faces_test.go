package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// small is the part of the realistic plan that goldens of documents need.
func small() *planner.Plan {
	p := realistic()
	p.Steps = p.Steps[:10]
	p.Summary = planner.Summary{}
	summarise(p)
	return p
}

func TestPlanJSON(t *testing.T) {
	for name, o := range map[string]Options{"plan.json": {Library: library()}, "plan-counts.json": {Library: library(), People: PeopleCounts}} {
		got := draw(t, func(b *bytes.Buffer) error { return PlanJSON(b, small(), o, budget) })
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON:\n%s", name, got)
		}
		golden(t, name, []byte(got))
	}
}

func TestEvents(t *testing.T) {
	clock := func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 80_000_000, time.UTC) }
	plan := small()
	var b bytes.Buffer
	e := NewEvents(&b, clock, Options{Library: library()})
	e.Version("1.2.3")
	e.Refreshed("acme_user", 1204, 25)
	diags, files := mistakes(t)
	e.Diagnostics(diags, files)
	e.Plan(plan, "apply", budget)
	for i, s := range []planner.Status{planner.Running, planner.Done, planner.Failed, planner.Skipped} {
		ev := planner.Event{At: clock().Add(time.Duration(i) * time.Second), Step: &plan.Steps[i], Status: s, Took: 250 * time.Millisecond, Settled: i, Total: 10}
		if s == planner.Failed {
			ev.Err = errors.New("update group: HTTP 422: the name is taken")
		}
		e.Step(ev)
	}
	e.Progress(clock(), 3, 10, 12*time.Second)
	e.Waiting("the budget of calls is spent", clock().Add(90*time.Second))
	e.Outputs([]NamedValue{{Name: "n", Value: cty.NumberIntVal(3)}, {Name: "pin", Value: cty.StringVal("x"), Sensitive: true}})
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		var got map[string]any
		if err := json.Unmarshal([]byte(l), &got); err != nil || got["@message"] == "" || got["type"] == nil {
			t.Errorf("not an event: %s", l)
		}
	}
	golden(t, "events.ndjson", b.Bytes())
}

// mistakes are diagnostics over an invented configuration.
func mistakes(t *testing.T) (hcl.Diagnostics, map[string]*hcl.File) {
	t.Helper()
	src := "resource \"acme_user\" \"staff\" {\n\temial = each.value.email # 李 first\n  groups = [\n    acme_group.oslo.id,\n    acme_group.bregen.id,\n  ]\n}\n"
	parser := hclparse.NewParser()
	file, diags := parser.ParseHCL([]byte(src), "people.org.hcl")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body := file.Body.(*hclsyntax.Body).Blocks[0].Body
	email, groups := body.Attributes["emial"], body.Attributes["groups"]
	groupRange, missing := groups.Expr.Range(), hcl.Range{Filename: "other.org.hcl", Start: hcl.Pos{Line: 9, Column: 1}, End: hcl.Pos{Line: 9, Column: 2}}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"value": cty.ObjectVal(map[string]cty.Value{"email": cty.StringVal("li@example.org")})})}}
	return hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "No such file", Detail: "staff.csv is not there.", Subject: &missing},
		{Severity: hcl.DiagWarning, Summary: "A long list", Detail: "It could be shorter.", Subject: &groupRange},
		{Severity: hcl.DiagError, Summary: "Unknown attribute", Detail: "acme_user has no attribute \"emial\". Did you mean \"email\"?\n\nThe attributes of a type are listed by the command schema, with what each of them means.",
			Subject: &email.NameRange, Expression: email.Expr, EvalContext: ctx},
		{Severity: hcl.DiagError, Summary: "No configuration here"},
	}, parser.Files()
}

func TestDiagnostics(t *testing.T) {
	diags, files := mistakes(t)
	golden(t, "diagnostics.txt", []byte(draw(t, func(b *bytes.Buffer) error { return Diagnostics(b, diags, files, Options{Width: 70}) })))
	far := &hcl.Range{Filename: "people.org.hcl", Start: hcl.Pos{Line: 99, Column: 1, Byte: 9999}, End: hcl.Pos{Line: 98, Column: 1, Byte: -4}}
	got := draw(t, func(b *bytes.Buffer) error {
		return Diagnostics(b, hcl.Diagnostics{nil, {Severity: hcl.DiagError, Summary: "Out of bounds\x1b[2J", Subject: far}}, files, Options{})
	})
	if !strings.Contains(got, "people.org.hcl:99") || strings.Contains(got, "\x1b") {
		t.Error(got)
	}
}

func TestDiagnosticsHideSensitiveValues(t *testing.T) {
	expr, diags := hclsyntax.ParseExpression([]byte("var.pin"), "x", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{"pin": cty.StringVal(secret).Mark(schema.Sensitive)})}}
	r := expr.Range()
	list := hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Bad", Subject: &r, Expression: expr, EvalContext: ctx}}
	got := draw(t, func(b *bytes.Buffer) error {
		return Diagnostics(b, list, map[string]*hcl.File{"x": {Bytes: []byte("var.pin")}}, Options{})
	})
	if strings.Contains(got, secret) || !strings.Contains(got, "var.pin (sensitive)") {
		t.Error(got)
	}
}

func TestReport(t *testing.T) {
	plan := small()
	plan.Steps[9].Needs = []int{2}
	r := &planner.Report{Status: make([]planner.Status, 10), Errors: make([]error, 10)}
	for i := range r.Status {
		r.Status[i] = planner.Done
	}
	all := draw(t, func(b *bytes.Buffer) error { return Report(b, plan, r, Options{}) })
	if want := "Done: 2 created, 1 adopted, 1 readdressed, 3 updated, 1 moved, 2 deleted.\n"; all != want {
		t.Errorf("got %q, want %q", all, want)
	}
	r.Status[1], r.Errors[1] = planner.Failed, errors.New("create group: HTTP 422: the name is taken. Choose another name")
	r.Status[2], r.Status[9] = planner.Skipped, planner.Skipped
	r.Status[5], r.Errors[5] = planner.Undecided, errors.New("no answer came")
	r.Status[3], r.Errors[3] = planner.Conflicted, errors.New("about is no longer what the plan has seen")
	r.Status[8], r.Stopped = planner.Left, errors.New("interrupted")
	golden(t, "report.txt", []byte(draw(t, func(b *bytes.Buffer) error { return Report(b, plan, r, Options{Width: 90}) })))
	short := draw(t, func(b *bytes.Buffer) error { return Report(b, plan, &planner.Report{}, Options{}) })
	if !strings.Contains(short, "Nothing done: 10 left.") {
		t.Error(short)
	}
}

func TestGraph(t *testing.T) {
	plan := small()
	plan.Steps[0].Label = "Bar\"is\\ta\n\x1b"
	golden(t, "graph.dot", []byte(draw(t, func(b *bytes.Buffer) error { return Graph(b, plan, Options{}) })))
}

func TestState(t *testing.T) {
	list := draw(t, func(b *bytes.Buffer) error {
		return StateList(b, []schema.Address{at("acme_group.oslo"), {Type: "acme_user", Name: "s", Key: schema.InstanceKey{Kind: schema.StringKey, Text: "\u202e"}}})
	})
	if want := "acme_group.oslo\nacme_user.s[\"\\u202e\"]\n"; list != want {
		t.Errorf("got %q, want %q", list, want)
	}
	golden(t, "state-show.txt", []byte(draw(t, func(b *bytes.Buffer) error {
		return StateShow(b, person(7), "4711", "acme", []string{"17"}, map[string]cty.Value{"email": cty.StringVal("li@example.org"), "id": cty.StringVal("4711"), "last_name": cty.NullVal(cty.String),
			"groups": cty.SetVal([]cty.Value{cty.StringVal(strings.Repeat("a", 40)), cty.StringVal(strings.Repeat("b", 40))})}, []string{"pin"}, Options{})
	})))
}

func TestSchema(t *testing.T) {
	golden(t, "schema.txt", []byte(draw(t, func(b *bytes.Buffer) error { return Schema(b, library(), Options{Width: 80}) })))
	got := draw(t, func(b *bytes.Buffer) error { return SchemaJSON(b, library()) })
	if !json.Valid([]byte(got)) {
		t.Error("not JSON")
	}
	golden(t, "schema.json", []byte(got))
}

func TestOutput(t *testing.T) {
	for _, c := range []struct {
		v    cty.Value
		mode OutputMode
		want string
		err  string
	}{
		{cty.StringVal("a\tb"), OutputText, "\"a\\tb\"\n", ""}, {cty.StringVal("a\tb"), OutputRaw, "a\tb", ""}, {cty.StringVal("a\tb"), OutputJSON, "\"a\\tb\"\n", ""},
		{cty.NumberIntVal(1234), OutputRaw, "1234", ""}, {cty.True, OutputRaw, "true", ""}, {cty.EmptyTupleVal, OutputJSON, "[]\n", ""},
		{cty.EmptyTupleVal, OutputRaw, "", "of type tuple: use -json"}, {cty.NullVal(cty.String), OutputRaw, "", "is null: use -json"}, {cty.NilVal, OutputText, "", "apply the configuration first"},
		{cty.UnknownVal(cty.String), OutputRaw, "", "is not known yet"},
	} {
		var b bytes.Buffer
		err := Output(&b, c.v, c.mode)
		if b.String() != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%#v: got %q, %v; want %q, %q", c.v, b.String(), err, c.want, c.err)
		}
	}
	list := []NamedValue{{Name: "head_count", Value: cty.NumberIntVal(3)}, {Name: "pin", Value: cty.StringVal("x"), Sensitive: true}}
	if got, want := draw(t, func(b *bytes.Buffer) error { return Outputs(b, list, OutputText, Options{}) }), "head_count = 3\npin        = (sensitive)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var all map[string]struct {
		Sensitive bool
		Value     any
	}
	if err := json.Unmarshal([]byte(draw(t, func(b *bytes.Buffer) error { return Outputs(b, list, OutputJSON, Options{}) })), &all); err != nil || all["head_count"].Value != 3.0 || !all["pin"].Sensitive || all["pin"].Value != nil {
		t.Errorf("%v, %v", all, err)
	}
	list[1].Shown = true
	if got, want := draw(t, func(b *bytes.Buffer) error { return Outputs(b, list, OutputText, Options{}) }), "head_count = 3\npin        = (sensitive)\n"; got != want {
		t.Errorf("asked for as JSON: got %q, want %q", got, want)
	}
	if err := json.Unmarshal([]byte(draw(t, func(b *bytes.Buffer) error { return Outputs(b, list, OutputJSON, Options{}) })), &all); err != nil || !all["pin"].Sensitive || all["pin"].Value != "x" {
		t.Errorf("asked for as JSON: %v, %v", all, err)
	}
	if Outputs(&bytes.Buffer{}, list, OutputRaw, Options{}) == nil {
		t.Error("all outputs are written raw")
	}
}

// full is a disk with no room left.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteErrorsAreReturned(t *testing.T) {
	plan := small()
	events := NewEvents(full{}, time.Now, Options{})
	events.Version("1")
	progress := NewProgress(full{}, plan, time.Unix(0, 0), ProgressOptions{Terminal: true})
	progress.Tick(time.Unix(1, 0))
	for name, err := range map[string]error{
		"Plan": Plan(full{}, plan, Options{}, Cost{}), "PlanJSON": PlanJSON(full{}, plan, Options{}, Cost{}), "Events": events.Err(), "Progress": progress.End(),
		"Report": Report(full{}, plan, &planner.Report{}, Options{}), "Graph": Graph(full{}, plan, Options{}), "Diff": Diff(full{}, "a", "b", "n", Options{}),
		"Schema": Schema(full{}, library(), Options{}), "SchemaJSON": SchemaJSON(full{}, library()), "Output": Output(full{}, cty.True, OutputText),
		"Tree": Tree(full{}, compared(), TreeOptions{}), "TreeSVG": TreeSVG(full{}, compared(), TreeOptions{}), "TreeMermaid": TreeMermaid(full{}, compared(), TreeOptions{}),
		"TreeJSON": TreeJSON(full{}, compared(), TreeOptions{}), "StateList": StateList(full{}, []schema.Address{person(1)}),
	} {
		if err == nil {
			t.Errorf("%s does not say that it could not write", name)
		}
	}
}
