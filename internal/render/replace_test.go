package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// replacing is a plan that replaces one file, and deletes another that an earlier
// replacement has left.
func replacing() (*planner.Plan, Options) {
	file := &schema.Type{Name: "acme_file", Provider: "acme", Noun: [2]string{"file", "files"}, Attributes: []schema.Attribute{
		{Name: "size", Type: cty.Number, Forces: true}, {Name: "note", Type: cty.String}}}
	p := &planner.Plan{Steps: []planner.Step{
		{Address: at("acme_file.logo"), Action: planner.Replace, ID: "1", Label: "logo.png", Calls: 1, Deposed: []string{"1"}, File: "main.org.hcl", Line: 3,
			Changes: []planner.Change{{Attr: "size", Before: cty.NumberIntVal(3), After: schema.Known(cty.NumberIntVal(4))}, text("note", "a", "b")}},
		{Address: at("acme_file.logo"), Action: planner.Delete, Replaced: true, ID: "1", Label: "logo.png", Calls: 1, Last: true, Needs: []int{0}, Reason: "the new one takes its place"},
		{Address: at("acme_file.old"), Action: planner.Delete, Replaced: true, ID: "7", Label: "old.png", Calls: 1, Last: true, Reason: "left by an earlier replacement", File: "main.org.hcl", Line: 9},
	}}
	p.Summary = planner.Summary{Replace: 1, Delete: 1, Calls: 3}
	return p, Options{Library: schema.Library{Resources: map[string]*schema.Type{"acme_file": file.Index()}}}
}

// TestReplacementIsOneLine: with what forces it; what an earlier run left is a
// removal of its own.
func TestReplacementIsOneLine(t *testing.T) {
	p, o := replacing()
	want := `Removals
- acme_file.old  "old.png"  (left by an earlier replacement)  main.org.hcl:9

Files
-/+ acme_file.logo  "logo.png"  main.org.hcl:3
    size  3   -> 4  (forces replacement)
    note  "a" -> "b"

Plan: 1 to replace, 1 to delete; 3 calls, under a second.
`
	if diff := cmp.Diff(want, planText(t, p, o, Cost{Calls: 3})); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestReplacementInJSON(t *testing.T) {
	p, o := replacing()
	var doc struct {
		ResourceChanges []struct {
			Address, Deposed string
			Espalier         struct{ Calls int }
			Change           struct {
				Actions      []string
				ReplacePaths [][]string `json:"replace_paths"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(draw(t, func(b *bytes.Buffer) error { return PlanJSON(b, p, o, Cost{}) })), &doc); err != nil {
		t.Fatal(err)
	}
	c := doc.ResourceChanges
	if len(c) != 2 || c[0].Espalier.Calls != 2 || c[0].Deposed != "" || c[1].Deposed != "7" {
		t.Fatalf("%+v", c)
	}
	if diff := cmp.Diff([]string{"create", "delete"}, c[0].Change.Actions); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"size"}}, c[0].Change.ReplacePaths); diff != "" {
		t.Errorf("replace_paths (-want +got):\n%s", diff)
	}
	var b bytes.Buffer
	e := NewEvents(&b, func() time.Time { return time.Time{} }, o)
	e.Plan(p, "plan", Cost{})
	if err := e.Err(); err != nil || strings.Count(b.String(), "planned_change") != 2 || !strings.Contains(b.String(), `"calls":2`) {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// TestReplacementDone: it counts once when both halves are done, and the deletion
// alone is told as what it is.
func TestReplacementDone(t *testing.T) {
	p, o := replacing()
	r := &planner.Report{Status: []planner.Status{planner.Done, planner.Done, planner.Done}, Errors: make([]error, 3)}
	got := draw(t, func(b *bytes.Buffer) error { return Report(b, p, r, o) })
	if !strings.Contains(got, "Done: 1 replaced, 1 deleted.") {
		t.Errorf("%s", got)
	}
	if words := done(&p.Steps[1]); words != "the old one deleted" {
		t.Errorf("%q", words)
	}
}

// TestDoneButNotRecorded: what a call has done is never told as if it had not been done.
func TestDoneButNotRecorded(t *testing.T) {
	p, o := replacing()
	for _, c := range []struct {
		done        bool
		says, lacks string
	}{
		{true, "was replaced, but that could not be recorded", "could not be replaced"},
		{true, "Done in part: 1 deleted; 1 replaced, but not recorded.", "failed"},
		{true, "The next run finds it as it is now.", "could not be replaced"},
		{false, "could not be replaced", "could not be recorded"},
		{false, "Done in part: 1 deleted; 1 failed.", "The next run finds it"},
	} {
		var b bytes.Buffer
		err := &planner.RecordError{Done: c.done, Err: errors.New("no space left")}
		r := &planner.Report{Status: []planner.Status{planner.Failed, planner.Done, planner.Done}, Errors: []error{err, nil, nil}}
		if err := Report(&b, p, r, o); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.says) || strings.Contains(b.String(), c.lacks) {
			t.Errorf("%s\nwant %q and no %q", b.String(), c.says, c.lacks)
		}
	}
}

// TestReplacedButNotKept: what was made is counted as that, though its step failed.
func TestReplacedButNotKept(t *testing.T) {
	p, o := replacing()
	for _, c := range []struct {
		err   planner.NotKeptError
		ends  string
		again bool
	}{
		{planner.NotKeptError{Attrs: []string{"name"}, What: "name", Made: true, Final: true}, "Done in part: 1 deleted; 1 replaced, but not as it was sent.\n", false},
		{planner.NotKeptError{Attrs: []string{"note"}, What: "note", Made: true}, "Done in part: 1 deleted; 1 replaced, but not as it was sent.\nPut right", true},
		{planner.NotKeptError{Attrs: []string{"note"}, What: "note"}, "Done in part: 1 deleted; 1 failed.\nPut right", true},
	} {
		var b bytes.Buffer
		r := &planner.Report{Status: []planner.Status{planner.Failed, planner.Done, planner.Done}, Errors: []error{&c.err, nil, nil}}
		if err := Report(&b, p, r, o); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.ends) || strings.Contains(b.String(), "apply again") != c.again {
			t.Errorf("%s\nwant %q", b.String(), c.ends)
		}
	}
}
