package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// planID NAME FILE [N] sets a variable to the id of the plan that a stream of events
// tells, or to its first N digits.
func planID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: planid NAME FILE [N]")
	}
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		var event struct {
			Type    string
			Changes struct {
				ID string `json:"plan_id"`
			}
		}
		ts.Check(json.Unmarshal([]byte(line), &event))
		if event.Type != "change_summary" {
			continue
		}
		id := event.Changes.ID
		if len(args) == 3 {
			n, err := strconv.Atoi(args[2])
			ts.Check(err)
			id = id[:n]
		}
		ts.Setenv(args[0], id)
		return
	}
	ts.Fatalf("%s tells no plan", args[1])
}
