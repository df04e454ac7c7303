package planner

import (
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Plan is what a run would do, as plain data: it holds no function and no
// reference to the configuration, so that a saved plan is the plan.
type Plan struct {
	// ID is the hash of what is wanted, what was found, and the steps.
	ID string
	// Lineage and Serial are the state's that the plan was made with; Lineage is
	// empty when there was none.
	Lineage string
	Serial  uint64
	// Destroy and RefreshOnly say which kind of plan it is; Targets are the
	// addresses it was limited to.
	Destroy     bool
	RefreshOnly bool
	Targets     []string
	// Steps stand in an order in which they could be carried out one by one.
	Steps []Step
	// Drift is what changed live since the state was written, in managed
	// attributes, whether or not a step follows from it.
	Drift    []Drift
	Outputs  []OutputChange
	Refusals []Refusal
	Warnings []Warning
	// Pending is the number of calls of an earlier run whose answer never came.
	Pending int
	// Findings say what became of each of them, as far as the reading shows; Until
	// is when those that are unclear can be told at the latest.
	Findings []Finding
	Until    time.Time
	// Unconfirmed is the number of values that we sent, that no answer carried, and
	// of which the reading still shows what was there before. They count as sent.
	Unconfirmed int
	// Refresh says how the live system was read.
	Refresh Refresh
	// Tree holds the branches of the tree in which a unit is made, goes, moves, or
	// changes its name or level, and the units above these; nil if there is none.
	Tree *Forest
	// Outline is the whole tree of units, before and after; nil if there is none.
	Outline *Outline
	Summary Summary
	// Made is when the live system was read.
	Made time.Time
}

// Step is what happens to one object.
type Step struct {
	Address schema.Address
	// From is the address the state knows the object under, when that is another.
	From   schema.Address
	Action Action
	// Provider is the key of the provider configuration.
	Provider string
	// ID is the live id; empty for what is to be created.
	ID string
	// Label is the object's name for people: a group's name, a person's e-mail.
	Label string
	// Class is that of the object's type.
	Class schema.Class
	// Changes are the attributes that change, in the type's order; for a delete
	// they are empty.
	Changes []Change
	// Before holds what is live, as far as it is known; After everything the
	// call must know: the changed attributes, and the memberships whole.
	Before map[string]cty.Value
	After  map[string]schema.Template
	// Kept are managed attributes of a live object that stay as they are, for those
	// who look at the plan: nothing follows from them.
	Kept map[string]cty.Value
	// Sensitive names the attributes whose wanted value must not be kept in the
	// clear, whether they change or not.
	Sensitive []string
	// Implied are ids in After, by attribute, that are not wanted but left alone,
	// because the server adds them by itself.
	Implied map[string][]string
	// Needs are the indices of the steps that must have been done; if one fails,
	// this one is not tried. Last steps wait for all that are not, done or failed.
	Needs []int
	Last  bool
	// Reason says why, where the action alone does not: "gone from the live
	// system", "no longer in the configuration".
	Reason string
	// Passage says of a unit that gets another parent where it goes; else nil.
	Passage *Passage `json:",omitempty"`
	// Replaced says of a Delete or Forget that it is of an object that another has
	// replaced: the address keeps that one. Deposed are the ids of such objects that
	// are still to be deleted when this step is done.
	Replaced bool     `json:",omitempty"`
	Deposed  []string `json:",omitempty"`
	// Taken are wanted values, by attribute, that a live object which is adopted is
	// taken to have: the server tells them in another form, or not at all.
	Taken map[string]schema.Template `json:",omitempty"`
	// Similar are the ids of live objects that are much like the one that is made,
	// and were there when that was decided: a call without an answer did not make them.
	Similar []string `json:",omitempty"`
	// Release says that the object is no longer ours when the step is done
	// (a person taken out of everything, whose account stays).
	Release bool
	// Calls is the number of API calls the step spends; the deletion after a
	// replacement is a step of its own.
	Calls int
	// Dependencies are the addresses the object refers to, for the state.
	Dependencies []schema.Address
	// File and Line are where the configuration says so; empty for what it no
	// longer says.
	File string
	Line int
	// KeyUnknown says that a natural key is known only at apply, so that the
	// object is looked for before it is created.
	KeyUnknown bool
	// Unsettled says that an earlier run tried to make the object at Tried, and
	// that it cannot be told yet whether it did: it is looked for when all other
	// steps have ended, and made only if it is surely not there. Accepted says
	// that the server had said well.
	Unsettled, Accepted bool
	Tried               time.Time
	// Made is when an earlier run made the object without learning of it, or began to
	// delete it; zero for one that is adopted from somebody else.
	Made time.Time
}

// Passage is a move of a unit with all that goes along.
type Passage struct {
	// From and To are the names on the way down to the unit, its own the last. Of a
	// long way the upper part is one "…".
	From, To []string
	// Groups is how many live units below it go along: not those that move
	// elsewhere or go. People is how many live people are in it and in these, each
	// counted once, AtLeast where it is not known of everybody where they are.
	Groups, People int
	AtLeast        bool `json:",omitempty"`
}

// Change is one attribute of a step.
type Change struct {
	Attr string
	// Before is the live value; cty.NilVal if it is not known. After is the
	// wanted one. For sets of ids Added and Removed say the same by name.
	Before         cty.Value
	After          schema.Template
	Added, Removed []Element
	Sensitive      bool
	// Drift says that the live value is not the one the state knows.
	Drift bool
	// Refers is the noun of what the ids stand for ("group"), if they do.
	Refers string
}

// Element is one member of a set of ids, with a name for people.
type Element struct {
	ID    string // empty while it does not exist yet
	Label string
	// Address is the instance that manages it, if one does.
	Address schema.Address
	// Above says of one that is to go that it stands above one that stays: a server
	// that adds the memberships of the units above keeps it.
	Above bool `json:",omitempty"`
}

// Drift is a difference between the state and what is live.
type Drift struct {
	Address schema.Address
	ID      string
	Label   string
	// Gone says that the object is no longer live; otherwise Attr differs.
	Gone          bool
	Attr          string
	Before, After cty.Value
	Sensitive     bool
	// Added, Removed and Refers say for ids what they say in a Change.
	Added, Removed []Element
	Refers         string
}

// OutputChange is an output whose value will differ from the state's.
type OutputChange struct {
	Name      string
	Before    cty.Value // cty.NilVal if it is new
	After     schema.Template
	Removed   bool
	Sensitive bool
}

// Refusal is a guard that does not let the plan through.
type Refusal struct {
	Guard   string // max_delete, user_removal, ...
	Summary string
	Detail  string
	// Count is what the guard counted, Base of how many.
	Count, Base int
	// Allow is the flag that lets exactly this through once; empty if none does.
	Allow string
	// Names are what it is about, the first ten.
	Names []string
	File  string
	Line  int
}

// Warning is something a person should know that stops nothing.
type Warning struct {
	Summary, Detail string
	// Discreet is the detail without a value of a person; empty where that has none.
	Discreet string `json:",omitempty"`
	Address  schema.Address
	File     string
	Line     int
}

// Summary counts a plan.
type Summary struct {
	Create, Adopt, Readdress, Update, Move, Replace, Delete, Forget int
	// People is the number of people of whom a step changes something live.
	People int
	// Calls is the number of API calls the steps spend.
	Calls int
	// Unmanaged is the number of live objects, by type, that neither the
	// configuration nor the state knows.
	Unmanaged map[string]int
}

// Empty reports whether nothing would be done or stored: no step, no changed
// output, no pending call.
func (p *Plan) Empty() bool {
	return len(p.Steps) == 0 && len(p.Outputs) == 0 && p.Pending == 0 && !(p.RefreshOnly && len(p.Drift) > 0)
}

// Refused reports whether a guard stops the plan.
func (p *Plan) Refused() bool { return len(p.Refusals) > 0 }

// Completes reports whether a step is the second half of a replacement, and of
// which step: it deletes the old object when a Replace of the same plan has made
// the new one, and is counted and shown with that.
func (p *Plan) Completes(i int) (first int, ok bool) {
	s := &p.Steps[i]
	if !s.Replaced || s.Action != Delete {
		return 0, false
	}
	at := slices.IndexFunc(s.Needs, func(need int) bool {
		r := &p.Steps[need]
		return r.Action == Replace && r.Address == s.Address && r.ID == s.ID
	})
	if at < 0 {
		return 0, false
	}
	return s.Needs[at], true
}

func (p *Plan) count() {
	s := Summary{Unmanaged: p.Summary.Unmanaged}
	for i := range p.Steps {
		step := &p.Steps[i]
		switch step.Action {
		case Create:
			s.Create++
		case Adopt:
			s.Adopt++
		case Readdress:
			s.Readdress++
		case Update:
			s.Update++
		case Move:
			s.Move++
		case Replace:
			s.Replace++
		case Delete:
			if _, half := p.Completes(i); !half {
				s.Delete++
			}
		case Forget:
			s.Forget++
		}
		if step.Class == schema.ClassPerson && step.Calls > 0 {
			s.People++
		}
		s.Calls += step.Calls
	}
	p.Summary = s
}
