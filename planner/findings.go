package planner

import (
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Finding says what a reading shows of a call that an earlier run began and
// never learned the end of.
type Finding struct {
	Address schema.Address
	Class   schema.Class
	Action  Action
	// Label is the object's name for people.
	Label string
	// ID is the live id; empty for what was not made.
	ID      string
	At      time.Time // when the call was begun
	Outcome Outcome
	// Now is the address that wants what the call was to make, where that is
	// another by now.
	Now schema.Address
}

// Outcome is what became of a call.
type Outcome uint8

// The outcomes.
const (
	Happened Outcome = iota // it was carried out
	NotSo                   // it was not, or it does not show: what is still wanted of it is in the steps
	Unclear                 // it cannot be told yet; a change or deletion is sent again if it is still wanted
)

var outcomeNames = [...]string{"happened", "not_so", "unclear"}

// String is the outcome's word in JSON.
func (o Outcome) String() string { return outcomeNames[o] }

// MarshalText writes the outcome's word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads it; a word that is not known is Unclear.
func (o *Outcome) UnmarshalText(text []byte) error {
	*o = Unclear
	if i := slices.Index(outcomeNames[:], string(text)); i >= 0 {
		*o = Outcome(i)
	}
	return nil
}

// find says what became of each call of earlier runs.
func (m *Match) find() {
	for _, i := range m.in.State.Intents {
		typ := m.in.Types[i.Address.Type]
		table := m.table(i.Provider, i.Address.Type)
		if typ == nil || table == nil {
			continue // of a provider that is gone, which is an error elsewhere
		}
		f := Finding{Address: i.Address, Class: typ.Class, Action: i.Action, ID: i.ID, At: i.At,
			Label: label(typ, m.knownOf(i), i.ID)}
		switch _, there := table.Find(i.ID); {
		case i.makes():
			m.findCreate(i, typ, &f)
		case table.recorded || table.assumed[i.ID]:
			f.Outcome = Unclear
		case i.Action == Delete && there:
			f.Outcome = NotSo
		case i.Action != Delete:
			f.Outcome = shows(typ, table, i)
		}
		m.plan.Findings = append(m.plan.Findings, f)
	}
	slices.SortFunc(m.plan.Findings, func(a, b Finding) int { return a.Address.Compare(b.Address) })
}

// findCreate says whether an object was made. One that nothing wants any more
// stays undecided for as long as a list may not show it, so that it is found and
// taken away then.
func (m *Match) findCreate(i Intent, typ *schema.Type, f *Finding) {
	f.Outcome = NotSo
	n := m.at[i.Address]
	if to, moved := m.movedIntents[i.Address]; moved {
		n, f.Now = m.at[to], to
	}
	rec, strays := m.records[i.Address], m.strays(i)
	switch old := rec != nil && m.stoodFor(i, rec) && (n == nil || n.rec == rec); {
	case old && len(strays) > 0:
		f.Outcome, f.ID = Happened, strays[0]
	case n != nil && n.index >= 0 && !old:
		f.Outcome, f.ID = Happened, n.live().ID
	case n == nil && rec != nil && !old:
		f.Outcome, f.ID = Happened, rec.ID
	case m.unclear(i.Provider, typ, i.At, i.Accepted || n == nil):
		f.Outcome = Unclear
		m.plan.waitUntil(i.At.Add(m.in.Providers[i.Provider].ReadLag))
	}
}

// shows says whether an object has what a change was to give it.
func shows(typ *schema.Type, table *Table, i Intent) Outcome {
	o, there := table.Find(i.ID)
	if !there {
		return NotSo
	}
	outcome := Happened
	for name, want := range i.Wanted {
		attr := typ.Attribute(name)
		if attr == nil || attr.Purpose == schema.PurposeMode || silent(attr) {
			continue
		}
		got, carried := o.Attrs[name]
		switch {
		case !carried:
			outcome = Unclear
		case !equal(attr, got, want) && !isForm(attr, want, got):
			return NotSo
		}
	}
	return outcome
}

// knownOf gives what is known of the object that a call was about.
func (m *Match) knownOf(i Intent) func(string) (cty.Value, bool) {
	if rec := m.records[i.Address]; rec != nil && rec.ID == i.ID {
		return attrsGetter(rec.Attrs)
	}
	return attrsGetter(i.Wanted)
}

// Waits reports whether a create of an earlier run stays undecided that no step of
// the plan is about, so that a later run has to look again. A plan that is
// limited to targets has its own alone.
func (p *Plan) Waits() bool {
	if len(p.Targets) > 0 {
		return false
	}
	stepped := map[schema.Address]bool{}
	for i := range p.Steps {
		stepped[p.Steps[i].Address] = true
	}
	return slices.ContainsFunc(p.Findings, func(f Finding) bool {
		return f.Outcome == Unclear && (f.Action == Create || f.Action == Replace) && !stepped[f.Address] && !stepped[f.Now]
	})
}
