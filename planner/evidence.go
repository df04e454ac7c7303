package planner

import (
	"maps"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Intent is a call that an earlier run began and never learned the end of.
type Intent struct {
	Address  schema.Address
	Provider string
	Action   Action
	// ID is the live id; empty for a create.
	ID string
	// Wanted are the attributes that were sent, sensitive ones left out.
	Wanted map[string]cty.Value
	At     time.Time
	// Accepted says that the server answered a create well, but not with what it
	// made.
	Accepted bool
}

const (
	// settleGrace is how long after an unanswered call a list is not yet asked
	// whether it happened: the server may still be at work on it.
	settleGrace = 5 * time.Second
	// freshness is how much older than an unanswered call a write of ours may be
	// to prove that a list that shows it would show what the call made as well.
	freshness = time.Minute
)

// grace is settleGrace, or nothing where a server is said to show everything at
// once.
func grace(lag time.Duration) time.Duration { return min(lag, settleGrace) }

// evidence is what the list of one type shows of our own writes within the read
// lag: latest is the newest that it shows, behind is set when it lacks one.
type evidence struct {
	latest time.Time
	behind bool
}

// note takes an owned object into the evidence of its list.
func (m *Match) note(rec *Record, listed bool) {
	lag := m.in.Providers[rec.Provider].ReadLag
	if !rec.writtenWithin(m.in.Now, lag) {
		return
	}
	key := ObjectID{Provider: rec.Provider, Type: rec.Address.Type}
	e := m.evidence[key]
	if !listed {
		e.behind = true
	} else if rec.Written.After(e.latest) {
		e.latest = rec.Written
	}
	if m.evidence == nil {
		m.evidence = map[ObjectID]evidence{}
	}
	m.evidence[key] = e
}

// unclear reports whether what a create began at some time, and what no list
// shows, may all the same be there or be made yet: making it again could make it
// twice. A list that lacks another write of ours lags behind, and proves nothing.
// One that shows a write as new as the create proves that it did not happen.
// Without such a write, people wait until the lag has passed; so does what the
// server said it had made.
func (m *Match) unclear(provider string, typ *schema.Type, at time.Time, accepted bool) bool {
	age, lag := m.in.Now.Sub(at), m.in.Providers[provider].ReadLag
	if age >= lag {
		return false
	}
	e := m.evidence[ObjectID{Provider: provider, Type: typ.Name}]
	if age < grace(lag) && !accepted || e.behind {
		return true
	}
	proven := !e.latest.IsZero() && e.latest.After(at.Add(-freshness))
	return !proven && (accepted || typ.Class == schema.ClassPerson)
}

// undecided reports whether an earlier run may have made the object of an
// instance that is not found live.
func (m *Match) undecided(n *node) (Intent, bool) {
	i, tried := m.tried(n.inst.Address, n.inst.Provider)
	if !tried || n.index >= 0 || !m.unclear(n.inst.Provider, n.inst.Type, i.At, i.Accepted) {
		return Intent{}, false
	}
	return i, true
}

func (p *Plan) waitUntil(t time.Time) {
	if p.Until.Before(t) {
		p.Until = t
	}
}

// claimUnanswered makes ours what an earlier run made without learning of it, and
// what the configuration no longer wants: else it would live on as nobody's.
func (m *Match) claimUnanswered() {
	for _, i := range m.in.State.Intents {
		table := m.table(i.Provider, i.Address.Type)
		if i.Action != Create || m.at[i.Address] != nil || m.records[i.Address] != nil || table == nil {
			continue
		}
		at, found := table.stranger(i.Wanted)
		if !found {
			continue
		}
		rec := &Record{Address: i.Address, Provider: i.Provider, ID: table.objects[at].ID, Attrs: i.Wanted, Written: i.At}
		table.owner[at] = rec
		m.records = maps.Clone(m.records)
		m.records[i.Address] = rec
	}
}

// tried gives the call by which an earlier run began to make the object of an
// address.
func (m *Match) tried(addr schema.Address, provider string) (Intent, bool) {
	m.indexIntents()
	i, ok := m.intents[addr]
	return i, ok && i.Provider == provider && (i.Action == Create || i.Action == Replace)
}

func (m *Match) indexIntents() {
	if m.intents != nil {
		return
	}
	m.intents = make(map[schema.Address]Intent, len(m.in.State.Intents))
	for _, i := range m.in.State.Intents {
		m.intents[i.Address] = i
	}
}
