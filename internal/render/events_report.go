package render

import (
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// Report tells how an apply ended: how many steps are done, failed, undecided,
// skipped, in conflict and left.
func (e *Events) Report(r *planner.Report) {
	counts := fields{}
	for _, s := range []planner.Status{planner.Done, planner.Failed, planner.Undecided, planner.Skipped, planner.Conflicted, planner.Left} {
		counts[s.String()] = r.Count(s)
	}
	done := r.Count(planner.Done)
	message, level := plural(done, "step", "steps")+" done", "info"
	if bad := len(r.Status) - done; bad > 0 {
		message += ", " + count(bad) + " not done"
		level = "error"
	}
	body := fields{"operation": "apply", "steps": counts}
	if r.Found+r.Resent > 0 {
		body["unanswered"] = fields{"found": r.Found, "sent_again": r.Resent}
	}
	if !r.Until.IsZero() {
		body["decided_at"] = r.Until.UTC().Format(time.RFC3339)
	}
	if r.Stopped != nil {
		body["stopped"] = e.names.errorText(nil, r.Stopped)
	}
	e.emit(e.clock(), level, "apply_summary", message, fields{"apply": body})
}
