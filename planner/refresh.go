package planner

import "time"

// Refresh says how the live system was read for a plan, and how old is what was not
// read.
type Refresh struct {
	// Mode is RefreshIncremental, RefreshFull or RefreshNone.
	Mode string
	// Recalls tell of each type of which part is as it was last read, or was read
	// object by object.
	Recalls []Recall
	// Oldest is when what a plan with RefreshNone trusts was last read or written; of
	// several objects the one for which that is longest ago counts.
	Oldest time.Time
}

// The ways to read the live system: the lists, and alone what they do not carry of
// objects that may have changed since; the same of all objects; nothing that is owned.
const (
	RefreshIncremental = "incremental"
	RefreshFull        = "full"
	RefreshNone        = "false"
)

// Recall is what became of the objects of one type of one provider configuration
// whose list does not carry all that is managed.
type Recall struct {
	Provider, Type string
	// Untold names what the list does not carry.
	Untold []string
	// Objects are those that are partly as the state has them, Reread those that
	// were read alone.
	Objects, Reread int
	// Oldest is when that was last read in full, of the object for which it is longest
	// ago.
	Oldest time.Time
	// Unusable says why it is not known whether they have changed since: what is
	// wrong with the server's list of changes. It is empty if that was asked.
	Unusable string
	// BlindFrom and BlindUntil bound a time in which others may have changed objects
	// without its being looked for, since the changes of that time are mostly ours;
	// zero if there is none.
	BlindFrom, BlindUntil time.Time
}
