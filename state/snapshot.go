package state

import (
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Format is the version of the state format this program writes. It reads this
// one alone and refuses any other, leaving the file untouched.
const Format = 1

// Snapshot is the whole state at one moment.
type Snapshot struct {
	// Lineage is made once, when the state is new, and tells one state from
	// another. Serial counts the versions of one lineage.
	Lineage string
	Serial  uint64
	// Writer is the program version that wrote it.
	Writer string
	// Tenants maps a provider configuration ("acme", "acme.second") to
	// the tenant its objects belong to.
	Tenants map[string]string
	// Secret keys the digests of sensitive values. It is made with the lineage.
	Secret []byte
	// Records are the owned objects by address.
	Records map[schema.Address]*Record
	// Outputs are the outputs by name. The values of sensitive ones are written only
	// where the text is encrypted; elsewhere they are left out.
	Outputs map[string]Output
	// Marks are the server times up to which incremental reads are known, by
	// provider configuration and type ("acme/acme_user").
	Marks map[string]time.Time
	// Runs are when runs that wrote through a provider configuration began, oldest
	// first, for as long as it may have to be told which of them wrote what.
	Runs map[string][]time.Time
	// Deleted are the objects that we deleted live, and when, for as long as a
	// list that lags behind may still show them.
	Deleted map[Owner]time.Time
	// Pending are the intents that runs left open, by address; one address has
	// one at most. They stay until a result for the address settles them.
	Pending []Intent

	// Leftover names what a run that ended without saving has left in its journal; "" if
	// nothing is left. Its results are in here, but no version holds them yet. Two
	// snapshots of one version say the same if it is the same.
	Leftover string

	// journal is the id of the journal that this version has folded in. It tells
	// a journal that is done from one that belongs elsewhere.
	journal string
}

// Record is one owned object.
type Record struct {
	Address  schema.Address
	Provider string // the provider configuration's key
	ID       string
	// Attrs are the last known live attributes, not marked, never unknown;
	// sensitive ones are left out.
	Attrs map[string]cty.Value
	// Digests are HMACs of sensitive attributes (see Snapshot.Digest).
	Digests map[string]string
	// Writes are what we sent last, by attribute, where it differs from what the
	// answer showed or from what was there before, for as long as it matters.
	Writes map[string]Write
	// Needs are the addresses it depended on when it was written.
	Needs []schema.Address
	// Deposed are the ids of live objects that this one has replaced and that are
	// still to be deleted. They are ours like the object itself.
	Deposed []string
	// Read is when Attrs were last read in full, Written when we last wrote to the
	// object live.
	Read, Written time.Time
}

// Write is one value we sent: what was there before, what we sent, and what the
// answer showed. A live value equal to Answer is the normal form of Sent.
type Write struct {
	Before, Sent, Answer cty.Value // cty.NilVal where unknown
	At                   time.Time
	// Earlier are the values that earlier writes of ours replaced, oldest first,
	// for as long as a read that lags behind may still show them.
	Earlier []Former
}

// Former is a value that was live until a write of ours replaced it.
type Former struct {
	Value cty.Value // cty.NilVal where unknown
	At    time.Time // of the write that replaced it
}

// Output is the value of an output.
type Output struct {
	Value     cty.Value
	Sensitive bool // then Value may be cty.NilVal
}

// Intent is a call about to be made, written before it is sent.
type Intent struct {
	Address  schema.Address
	Provider string
	// Action is the planner's word: create, update, delete, and so on.
	Action string
	// ID is the live id; empty for a create.
	ID string
	// Wanted are the attributes sent, sensitive ones left out, so that the next
	// run can find by natural key what a lost answer made.
	Wanted map[string]cty.Value
	At     time.Time
	// Accepted says that the server answered that it carried the call out, and
	// not what came of it: the object is there, and its id is not known.
	Accepted bool
}

// Result is the outcome of a call: Record is the object as it now is, and must not
// be changed any more; nil if it is no longer owned. Moved names an address whose record goes away with this
// result (a readdressed object). A Failed intent changed nothing live.
type Result struct {
	Address schema.Address
	Record  *Record
	Moved   schema.Address
	Failed  bool
	// ID is the live id of what is let go of where Record is nil: a record that
	// holds another object by now stays. Empty lets go of whatever is there. With a
	// Record it is the id of an object that the record has no longer deposed.
	ID string
	// Provider and Deleted, with ID, say that the object was deleted live, and
	// when; Deleted is zero if it was not.
	Provider string
	Deleted  time.Time
}
