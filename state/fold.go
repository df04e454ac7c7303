package state

import (
	"encoding/hex"
	"slices"

	"github.com/espalier-dev/espalier/schema"
)

// fold puts the journal's entries into s, which it owns.
func (j *journal) fold(s *Snapshot) {
	pending := make(map[schema.Address]Intent, len(s.Pending))
	for _, i := range s.Pending {
		pending[i.Address] = i
	}
	for _, e := range j.entries {
		switch {
		case e.begin != nil:
			pending[e.begin.Address] = *e.begin
		case e.tenants != nil:
			s.Tenants = e.tenants
		default:
			e.result.settle(pending)
			e.result.apply(
				func(a schema.Address) *Record { return s.Records[a] },
				func(a schema.Address, r *Record) {
					if r == nil {
						delete(s.Records, a)
					} else {
						s.Records[a] = r
					}
				})
			if owner, ok := e.result.deleted(); ok {
				s.Deleted[owner] = e.result.Deleted
			}
		}
	}
	s.Pending = intents(pending)
	if len(j.entries) > 0 {
		s.Leftover = hex.EncodeToString(j.sum[:])
	}
}

// settle takes away the intents that r answers.
func (r *Result) settle(pending map[schema.Address]Intent) {
	delete(pending, r.Address)
	if r.Record != nil && !r.Failed && r.Record.holds(pending[r.Moved].ID) {
		delete(pending, r.Moved)
	}
}

// deleted names the object that r says was deleted live.
func (r *Result) deleted() (Owner, bool) {
	return Owner{r.Provider, r.Address.Type, r.ID}, r.ID != "" && !r.Deleted.IsZero() && !r.Failed
}

// apply calls set for each address whose record r changes, nil for one that
// goes. A record goes only while it holds the object that r is about, since
// another may have taken its address in the same run.
func (r *Result) apply(get func(schema.Address) *Record, set func(schema.Address, *Record)) {
	if r.Failed {
		return
	}
	if r.Record == nil {
		if old := get(r.Address); old != nil && (r.ID == "" || old.ID == r.ID) {
			set(r.Address, nil)
		}
		return
	}
	if old := get(r.Moved); old != nil && r.Record.holds(old.ID) {
		set(r.Moved, nil)
	}
	record := r.Record
	if record.Address != r.Address {
		copied := *record
		copied.Address = r.Address
		record = &copied
	}
	set(r.Address, record)
}

// holds reports whether the live object with that id is the record's, be it one
// that it has replaced.
func (r *Record) holds(id string) bool { return r.ID == id || slices.Contains(r.Deposed, id) }

// intents lists pending intents by address.
func intents(pending map[schema.Address]Intent) []Intent {
	if len(pending) == 0 {
		return nil
	}
	list := make([]Intent, 0, len(pending))
	for _, i := range pending {
		list = append(list, i)
	}
	sortIntents(list)
	return list
}
