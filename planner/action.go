package planner

import "fmt"

// Action is what a step does to one object.
type Action uint8

// The actions, in the order of the decision table.
const (
	None      Action = iota // nothing to do
	Create                  // make it
	Adopt                   // it is live and nobody's: it becomes ours, updated where it differs
	Readdress               // it is ours under another address: the state entry moves, no call
	Update                  // change some of its attributes
	Move                    // change its parent, and what else differs, in the same call
	Replace                 // make the new one; a Delete of the old one follows
	Delete                  // delete it
	Forget                  // drop it from the state; what is live stays
)

var actionNames = [...]string{"none", "create", "adopt", "readdress", "update", "move", "replace", "delete", "forget"}
var actionSigns = [...]string{" ", "+", "&", "=", "~", ">", "-/+", "-", "."}

// makes reports whether the step makes an object.
func (s *Step) makes() bool { return s.Action == Create || s.Action == Replace }

// String is the action's word in plans, events and journals.
func (a Action) String() string { return actionNames[a] }

// Sign is the mark in front of a step.
func (a Action) Sign() string { return actionSigns[a] }

// MarshalText writes the action's word.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads an action's word; any other is an error.
func (a *Action) UnmarshalText(text []byte) error {
	for i, name := range actionNames {
		if name == string(text) {
			*a = Action(i)
			return nil
		}
	}
	return fmt.Errorf("unknown action %q", text)
}
