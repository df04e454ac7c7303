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
	e := m.evidenceOf(rec.Provider, rec.Address.Type)
	if !listed {
		e.behind = true
	} else if rec.Written.After(e.latest) {
		e.latest = rec.Written
	}
}

// behind notes that a list still shows what we have deleted.
func (m *Match) behind(provider, typ string) { m.evidenceOf(provider, typ).behind = true }

func (m *Match) evidenceOf(provider, typ string) *evidence {
	key := ObjectID{Provider: provider, Type: typ}
	if m.evidence == nil {
		m.evidence = map[ObjectID]*evidence{}
	}
	if m.evidence[key] == nil {
		m.evidence[key] = &evidence{}
	}
	return m.evidence[key]
}

// unclear reports whether what a create began at some time, and what no list
// shows, may all the same be there or be made yet: making it again could make it
// twice. A list that lacks another write of ours lags behind, and proves nothing.
// One that shows a write as new as the create proves that it did not happen.
// Without such a write, people wait until the lag has passed, and so does what
// would stand on everybody's wall twice, and what the server said it had made.
func (m *Match) unclear(provider string, typ *schema.Type, at time.Time, accepted bool) bool {
	age, lag := m.in.Now.Sub(at), m.in.Providers[provider].ReadLag
	if age >= lag {
		return false
	}
	if t := m.table(provider, typ.Name); t != nil && t.recorded {
		return true
	}
	e := m.evidenceOf(provider, typ.Name)
	if age < grace(lag) && !accepted || e.behind {
		return true
	}
	proven := !e.latest.IsZero() && e.latest.After(at.Add(-freshness))
	return !proven && (accepted || typ.Class == schema.ClassPerson || knownByContent(typ))
}

// undecided reports whether an earlier run may have made the object of an
// instance that is not found live.
func (m *Match) undecided(n *node) (Intent, bool) {
	i, tried := m.tried(n)
	made := n.index >= 0 && !(i.Action == Replace && i.ID == n.live().ID)
	if !tried || made || !m.unclear(n.inst.Provider, n.inst.Type, i.At, i.Accepted) {
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
// what the configuration no longer wants: else it would live on as nobody's. It
// must be as we sent it, and have nothing else: what somebody else has made since
// with the same key is not ours to take away.
func (m *Match) claimUnanswered() {
	for _, i := range m.in.State.Intents {
		table, owned := m.table(i.Provider, i.Address.Type), m.records[i.Address]
		if m.at[i.Address] != nil || table == nil {
			continue
		}
		at, made := m.madeBy(i, table, owned)
		switch {
		case !made:
		case owned != nil:
			m.depose(owned, table.objects[at].ID)
		default:
			rec := &Record{Address: i.Address, Provider: i.Provider, ID: table.objects[at].ID, Attrs: i.Wanted, Written: i.At}
			table.owner[at] = rec
			m.records = maps.Clone(m.records)
			m.records[i.Address] = rec
		}
	}
}

// madeBy looks for what a call of an earlier run made, and nobody recorded. A run
// that found it, and was to delete it, has left its id.
func (m *Match) madeBy(i Intent, table *Table, owned *Record) (at int, made bool) {
	again := owned != nil && owned.Provider == i.Provider && m.stoodFor(i, owned)
	switch {
	case owned == nil && i.Action == Delete:
		at, listed := table.byID[i.ID]
		return at, listed && table.isStranger(at)
	case i.makes() && (owned == nil || again):
		at, count := table.stranger(i.Wanted)
		return at, count == 1 && isOurs(table.typ, i.Wanted, table.objects[at].Attrs)
	}
	return 0, false
}

// stoodFor reports whether a call that was to make an object began while the record
// of its address was of another: one to be replaced, or one that had gone.
func (m *Match) stoodFor(i Intent, rec *Record) bool {
	if i.Action == Replace {
		return rec.ID == i.ID
	}
	_, live := m.table(rec.Provider, rec.Address.Type).Find(rec.ID)
	return i.Action == Create && !live
}

// isOurs reports whether an object can be what we sent: all of that is so, as far
// as it is shown, and no text is set that we did not send.
func isOurs(typ *schema.Type, sent, live map[string]cty.Value) bool {
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		have, shown := live[attr.Name]
		want, was := sent[attr.Name]
		switch {
		case !shown || attr.Computed || attr.Sensitive || silent(attr):
		case was && !equal(attr, want, have) && !isForm(attr, want, have):
			return false
		case !was && attr.Type == cty.String && len(attr.Enum) == 0 && attr.Purpose == schema.PurposeNone && !schema.IsEmpty(have):
			return false
		}
	}
	return true
}

// tried gives the call by which an earlier run began to make the object of an
// instance: under its address, or under another that nothing wants any more and
// that had the same natural keys.
func (m *Match) tried(n *node) (Intent, bool) {
	if len(m.in.State.Intents) == 0 {
		return Intent{}, false
	}
	m.indexIntents()
	if i, ok := m.intents[n.inst.Address]; ok {
		return i, i.Provider == n.inst.Provider && i.makes()
	}
	if _, settled := n.content(); settled && knownByContent(n.inst.Type) {
		if i, ok := m.leftOver[intentKey{n.inst.Provider, n.inst.Type.Name, byContent, contentOf(n.inst.Type, n.known)}]; ok {
			m.movedIntents[i.Address] = n.inst.Address
			return i, true
		}
	}
	for key := range n.inst.Type.Keys {
		want, ok := keyOf(n.inst.Type, key, n.known)
		if !ok {
			continue
		}
		if i, ok := m.leftOver[intentKey{n.inst.Provider, n.inst.Type.Name, key, want}]; ok {
			m.movedIntents[i.Address] = n.inst.Address
			return i, true
		}
	}
	return Intent{}, false
}

// wasToGo reports whether an earlier run began to delete the live object of a node,
// and when: then it was ours, though no record says so.
func (m *Match) wasToGo(n *node) (time.Time, bool) {
	if len(m.in.State.Intents) == 0 {
		return time.Time{}, false
	}
	m.indexIntents()
	at, ours := m.toGo[ObjectID{n.inst.Provider, n.inst.Type.Name, n.live().ID}]
	return at, ours
}

// makes reports whether the call was to make an object.
func (i Intent) makes() bool { return i.Action == Create || i.Action == Replace }

// byContent stands for the number of a key where an object is known by its content.
const byContent = -1

// intentKey names a natural key, or the content, of what a call was to make.
type intentKey struct {
	provider, typ string
	key           int
	value         string
}

func (m *Match) indexIntents() {
	if m.intents != nil {
		return
	}
	m.intents = make(map[schema.Address]Intent, len(m.in.State.Intents))
	m.leftOver, m.movedIntents = map[intentKey]Intent{}, map[schema.Address]schema.Address{}
	m.toGo = map[ObjectID]time.Time{}
	for _, i := range m.in.State.Intents {
		m.intents[i.Address] = i
		if i.Action == Delete {
			m.toGo[ObjectID{i.Provider, i.Address.Type, i.ID}] = i.At
		}
		typ := m.in.Types[i.Address.Type]
		if m.at[i.Address] != nil || typ == nil || !i.makes() {
			continue
		}
		if knownByContent(typ) {
			m.leftOver[intentKey{i.Provider, typ.Name, byContent, contentOf(typ, attrsGetter(i.Wanted))}] = i
		}
		for key := range typ.Keys {
			if value, ok := keyOf(typ, key, sentValues(typ, i.Wanted)); ok {
				m.leftOver[intentKey{i.Provider, typ.Name, key, value}] = i
			}
		}
	}
}

// triedOnce reports whether no other call was to make an object of the same name.
func (m *Match) triedOnce(i Intent) bool {
	name := single(m.in.Types[i.Address.Type], schema.PurposeName)
	count := 0
	for _, other := range m.in.State.Intents {
		if other.Provider == i.Provider && other.Address.Type == i.Address.Type && other.makes() && plain(other.Wanted[name]).RawEquals(plain(i.Wanted[name])) {
			count++
		}
	}
	return count == 1
}
