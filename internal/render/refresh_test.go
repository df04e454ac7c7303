package render

import (
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// TestRefresh: what was not read is said with its age, and with the way to read it.
func TestRefresh(t *testing.T) {
	made := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	people := planner.Recall{Provider: "acme", Type: "acme_user", Untold: []string{"groups", "positions"}}
	with := func(change func(*planner.Recall)) []planner.Recall {
		r := people
		change(&r)
		return []planner.Recall{r}
	}
	for _, test := range []struct {
		name    string
		refresh planner.Refresh
		want    string
	}{
		{"everything", planner.Refresh{Mode: planner.RefreshIncremental}, ""},
		{"nothing", planner.Refresh{Mode: planner.RefreshNone, Oldest: made.Add(-72 * time.Hour)},
			"Not refreshed: what is owned is taken as the state has it; the oldest of it was read or written 3 days ago."},
		{"in full", planner.Refresh{Mode: planner.RefreshFull, Recalls: with(func(r *planner.Recall) { r.Reread = 1200 })},
			"Refreshed in full: 1,200 people were read one by one, for groups and positions."},
		{"new people", planner.Refresh{Mode: planner.RefreshIncremental, Recalls: with(func(r *planner.Recall) { r.Reread = 1 })},
			"1 person was read one by one, since the list does not carry groups and positions."},
		{"incrementally", planner.Refresh{Mode: planner.RefreshIncremental, Recalls: with(func(r *planner.Recall) { r.Objects, r.Reread, r.Oldest = 9997, 3, made.Add(-90*time.Minute) })},
			"Refreshed incrementally: what the list does not carry of 9,997 people (groups and positions) is as last read, the oldest of it 1 hour ago; the server lists no change of them since. 3 were read again."},
		{"one", planner.Refresh{Mode: planner.RefreshIncremental, Recalls: with(func(r *planner.Recall) { r.Objects, r.Oldest = 1, made.Add(-5*time.Minute) })},
			"Refreshed incrementally: what the list does not carry of 1 person (groups and positions) is as last read, 5 minutes ago; the server lists no change of it since."},
		{"in part", planner.Refresh{Mode: planner.RefreshIncremental, Recalls: with(func(r *planner.Recall) {
			r.Objects, r.Oldest, r.Unusable = 500, made.Add(-200*time.Hour), "it refuses to be asked for what has changed"
		})}, "Refreshed in part: what the list does not carry of 500 people (groups and positions) is as last read 8 days ago, and it is not known whether it has changed since. " +
			"Asked for that, the server is of no use: it refuses to be asked for what has changed. To read them one by one, give -refresh=full (500 calls)."},
		{"with a gap", planner.Refresh{Mode: planner.RefreshIncremental, Recalls: with(func(r *planner.Recall) {
			r.Objects, r.Oldest, r.BlindFrom, r.BlindUntil = 500, made.Add(-time.Minute), made.Add(-time.Hour), made.Add(-time.Minute)
		})}, "What others changed between 2026-03-10 11:00:00 UTC and 2026-03-10 11:59:00 UTC, when this configuration was applied, is not looked for; the next apply without a plan file does, and so does -refresh=full."},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := planText(t, &planner.Plan{Made: made, Refresh: test.refresh}, Options{Library: library()}, Cost{})
			text = strings.Join(strings.Fields(text), " ")
			if !strings.Contains(text, test.want) || test.want == "" && strings.Contains(text, "efresh") {
				t.Errorf("it says\n%s\nand not\n%s", text, test.want)
			}
		})
	}
}
