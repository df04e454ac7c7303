package planner

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Intent is a call that an earlier run began and never learned the end of.
type Intent struct {
	Address  schema.Address
	Provider string
	Action   Action
	// Wanted are the attributes that were sent, sensitive ones left out.
	Wanted map[string]cty.Value
	At     time.Time
}

// evidence is what the list of one type shows of our own writes within the read
// lag: shown counts those it shows, behind is set when it lacks one.
type evidence struct {
	shown  int
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
	if listed {
		e.shown++
	} else {
		e.behind = true
	}
	if m.evidence == nil {
		m.evidence = map[ObjectID]evidence{}
	}
	m.evidence[key] = e
}

// undecided reports whether an object that an earlier run tried to make, and
// that no list shows, may all the same be there: making it again could make it
// twice. A list that lacks another write of ours lags behind, and proves nothing;
// without any write to compare with, people wait until the lag has passed. The
// instances that need it wait too.
func (m *Match) undecided(n *node) bool {
	for _, need := range n.inst.Needs {
		if dep := m.at[need]; dep != nil && dep.held && n.index < 0 {
			n.held = true
			return true
		}
	}
	at, tried := m.tried(n.inst)
	lag := m.in.Providers[n.inst.Provider].ReadLag
	if !tried || n.index >= 0 || m.in.Now.Sub(at) >= lag {
		return false
	}
	e := m.evidence[ObjectID{Provider: n.inst.Provider, Type: n.inst.Type.Name}]
	if !e.behind && (e.shown > 0 || n.inst.Type.Class != schema.ClassPerson) {
		return false
	}
	n.held = true
	until := at.Add(lag)
	if m.plan.Until.Before(until) {
		m.plan.Until = until
	}
	m.plan.Undecided = append(m.plan.Undecided, n.inst.Address)
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: "Not decided yet",
		Detail: fmt.Sprintf("An earlier run tried to make %s, and no answer came. No list shows it, but the lists may be behind by up to %s, so making it again could make it twice. It is left, with what needs it. Run again after %s, or sooner if the server shows it by then.",
			n.inst.Address, brief(lag), until.UTC().Format("2006-01-02 15:04:05 MST")),
		Address: n.inst.Address, File: n.inst.Block.Range.Filename, Line: n.inst.Block.Range.Start.Line,
	})
	return true
}

// claimUnanswered makes ours what an earlier run made without learning of it, and
// what the configuration no longer wants: else it would live on as nobody's.
func (m *Match) claimUnanswered() {
	for _, i := range m.in.State.Intents {
		table := m.table(i.Provider, i.Address.Type)
		if i.Action != Create || m.at[i.Address] != nil || m.records[i.Address] != nil || table == nil {
			continue
		}
		id, found := table.FindByKey(i.Wanted)
		if at, ok := table.byID[id]; !found || !ok || table.owner[at] != nil || table.claim[at] != nil {
			continue
		}
		rec := &Record{Address: i.Address, Provider: i.Provider, ID: id, Attrs: i.Wanted}
		table.owner[table.byID[id]] = rec
		m.records = maps.Clone(m.records)
		m.records[i.Address] = rec
	}
}

// brief writes a duration without the parts that are zero: 1h, 90m0s as 1h30m.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// tried is when an earlier run began to make the instance's object.
func (m *Match) tried(inst *schema.Instance) (time.Time, bool) {
	if m.intents == nil {
		m.intents = make(map[schema.Address]Intent, len(m.in.State.Intents))
		for _, i := range m.in.State.Intents {
			m.intents[i.Address] = i
		}
	}
	i, ok := m.intents[inst.Address]
	return i.At, ok && i.Provider == inst.Provider && (i.Action == Create || i.Action == Replace)
}
