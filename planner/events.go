package planner

import "time"

// Status is how a step ended.
type Status uint8

// The ways a step can end.
const (
	Waiting    Status = iota // not tried yet
	Running                  // its call is under way
	Done                     // carried out, and kept by the server
	Failed                   // refused, or not kept by the server
	Undecided                // sent, and what became of it cannot be told yet: a later run settles it
	Skipped                  // not tried, because a step it needs was not done
	Conflicted               // not tried, because its object is no longer as planned
	Left                     // not tried, because the run stopped
	Pending                  // sent, and no answer came: it is looked up before the run ends
)

var statusNames = [...]string{"waiting", "running", "done", "failed", "undecided", "skipped", "conflict", "left", "unanswered"}

// String is the status's word in events.
func (s Status) String() string { return statusNames[s] }

// Event tells of one change of a step's status during an apply.
type Event struct {
	At     time.Time
	Index  int // of the step in the plan
	Step   *Step
	Status Status
	Err    error // why, unless Done or Running
	// Took is how long the call was under way.
	Took time.Duration
	// Settled of Total steps have ended by now.
	Settled, Total int
}
