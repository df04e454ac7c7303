package planner

// Situation is what is known of one object when it is decided on.
type Situation struct {
	Wanted    bool // the configuration has it
	Recorded  bool // the state owns it, under any address
	Elsewhere bool // the state owns it under another address
	Live      bool // it is there
	Differs   bool // a managed attribute differs
	Moves     bool // its parent differs
	Replaces  bool // an attribute differs that cannot be changed in place
	Released  bool // what is no longer wanted is to be forgotten, not deleted
}

// Decide is the decision table: what happens to an object in a situation. It
// is the only place that says so.
func Decide(s Situation) Action {
	switch {
	case !s.Wanted && !s.Recorded:
		return None // unmanaged: never touched
	case !s.Wanted && (!s.Live || s.Released):
		return Forget
	case !s.Wanted:
		return Delete
	case !s.Live:
		return Create // also what is recorded and gone
	case !s.Recorded:
		return Adopt
	case s.Replaces:
		return Replace
	case s.Moves:
		return Move
	case s.Differs:
		return Update
	case s.Elsewhere:
		return Readdress
	}
	return None
}
