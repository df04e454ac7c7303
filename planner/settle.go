package planner

import (
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Lookup asks what became of a create whose answer never came.
type Lookup struct {
	Step *Step
	// Values are what was sent, or would be.
	Values map[string]cty.Value
	// At is when it was sent.
	At time.Time
	// Accepted says that the server answered well, but not with what it made.
	Accepted bool
}

// Answer is what a reading shows of it.
type Answer struct {
	Outcome Outcome
	// Object is what was made, if it Happened.
	Object schema.Object
	// Until is when an Unclear one can be told at the latest, and Why says in words
	// why not yet.
	Until time.Time
	Why   string
}

// Ready is how long to wait, from now on, before the lists are read that are to
// show what became of these: the server may still be at work on them.
func Ready(in Input, lookups []Lookup) time.Duration {
	var wait time.Duration
	for _, l := range lookups {
		if l.Accepted { // it is not at work on it any more
			continue
		}
		wait = max(wait, l.At.Add(grace(in.Providers[l.Step.Provider].ReadLag)).Sub(in.Now))
	}
	return min(wait, settleGrace)
}

// Settle tells what became of creates whose answer never came, from one reading
// of the types they are of. The input's state is the one as it is now, with all
// that the run has done; of its instances nothing is used.
func Settle(in Input, lookups []Lookup) []Answer {
	m := bound(in)
	out := make([]Answer, len(lookups))
	taken := map[ObjectID]int{} // which answer has been given an object
	for i, l := range lookups {
		out[i] = m.settle(l)
		if out[i].Outcome != Happened {
			continue
		}
		id := ObjectID{l.Step.Provider, l.Step.Address.Type, out[i].Object.ID}
		if first, twice := taken[id]; twice { // one of two of one name, and nobody says which
			out[i] = Answer{Outcome: Unclear, Until: m.until(l), Why: fmt.Sprintf("%s %s may be this one or %s", m.in.Types[id.Type].Noun[0], id.ID, lookups[first].Step.Address)}
			out[first] = Answer{Outcome: Unclear, Until: m.until(lookups[first]), Why: fmt.Sprintf("%s %s may be this one or %s", m.in.Types[id.Type].Noun[0], id.ID, l.Step.Address)}
			continue
		}
		taken[id] = i
	}
	return out
}

func (m *Match) until(l Lookup) time.Time { return l.At.Add(m.in.Providers[l.Step.Provider].ReadLag) }

func (m *Match) settle(l Lookup) Answer {
	typ, table := m.in.Types[l.Step.Address.Type], m.table(l.Step.Provider, l.Step.Address.Type)
	if typ == nil || table == nil {
		return Answer{Outcome: Unclear, Why: "its type was not listed"}
	}
	switch at, count := table.stranger(l.Values, l.Step.Similar...); {
	case count == 1:
		return Answer{Outcome: Happened, Object: table.objects[at]}
	case count > 1 && knownByContent(typ):
		return Answer{Outcome: Unclear, Until: m.until(l), Why: fmt.Sprintf("%d live %s have its content", count, typ.Noun[1])}
	case count > 1:
		return Answer{Outcome: Unclear, Until: m.until(l), Why: fmt.Sprintf("%d live %s have its keys", count, typ.Noun[1])}
	}
	if ids := table.maybe(l.Values, l.Step.Similar); ids != "" {
		return Answer{Outcome: Unclear, Until: m.until(l), Why: fmt.Sprintf("%s %s may be it, and the server does not tell all of its content", typ.Noun[0], ids)}
	}
	if !m.unclear(l.Step.Provider, typ, l.At, l.Accepted) {
		return Answer{Outcome: NotSo}
	}
	a := Answer{Outcome: Unclear, Until: m.until(l)}
	if m.evidenceOf(l.Step.Provider, typ.Name).behind {
		a.Why = fmt.Sprintf("the list of %s does not show it, nor all that was surely written: it is behind", typ.Noun[1])
	} else {
		a.Why = fmt.Sprintf("the list of %s does not show it, and there is no other write of ours by which to tell whether it is up to date", typ.Noun[1])
	}
	return a
}
