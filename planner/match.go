package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// node is one wanted instance on its way to a step.
type node struct {
	inst    *schema.Instance
	values  map[string]schema.Template // what is wanted, as far as it is known
	rec     *Record                    // what we own under this or another address
	from    schema.Address             // the other address
	table   *Table
	index   int      // of the live object in the table; -1 if there is none
	gone    bool     // the recorded object is not live
	lost    *Record  // such a record, where another object was found by key
	former  *Record  // a record whose object an earlier run has replaced by this one
	keyed   bool     // matched by natural key, not by id
	tried   bool     // an earlier run made it, and did not record it
	ours    bool     // an earlier run made exactly what is wanted, and did not record it
	similar []string // live ones that are like it, and are others
	// waiting: it is known by its content, and that has not been looked for yet.
	waiting bool
	// keyUnknown: a natural key is known only at apply.
	keyUnknown bool
	// replaced: an attribute differs that cannot be changed in place, so the id
	// will be another.
	replaced bool
	left     bool  // nothing is done about it: it cannot be made, or needs what cannot
	step     int   // index of its step; -1 if it has none
	waits    []int // the steps that what depends on this one waits for
}

func (n *node) live() *schema.Object {
	if n.index < 0 {
		return nil
	}
	return &n.table.objects[n.index]
}

// Match says who is who: it joins what is wanted, what is recorded and what is
// live. It is made by NewMatch and used once.
type Match struct {
	in             Input
	records        map[schema.Address]*Record // with moved blocks carried out
	moved          map[*Record]schema.Address // where such a record stood before
	nodes          []*node
	at             map[schema.Address]*node
	orphans        []*Record // records that no wanted instance took over
	diags          hcl.Diagnostics
	plan           *Plan
	impliesParents map[string]bool // by provider configuration
	answersAdded   map[string]bool // likewise
	warnedRoles    bool
	evidence       map[ObjectID]*evidence // by provider configuration and type
	renamed        map[levelKey]*renamed
	intents        map[schema.Address]Intent
	leftOver       map[intentKey]Intent // those whose address nothing wants, by what they were to make
	movedIntents   map[schema.Address]schema.Address
	toGo           map[ObjectID]time.Time // what an earlier run began to delete
	wanters        map[personKey]*node
	byOwnedID      map[ObjectID]schema.Address
	wanted         map[wantedKey]map[string]*node
	meant          map[ObjectID]*node // by the id that instances of types with a lookup name
	believed       map[schema.Address][]string
	leaving        map[ObjectID][]string // by unit: those that have left it, as far as is known
	deposed        map[*Record][]string  // what is to be deleted because a record's object has replaced it
	users          map[ObjectID][]string // what goes on referring to an object
	selected       *selection            // what the plan is about
}

// NewMatch matches ids first, over all addresses together, and natural keys
// then. Its diagnostics are errors for everything that is ambiguous; with any,
// Plan must not be called.
func NewMatch(in Input) (*Match, hcl.Diagnostics) {
	m := bound(in)
	if !in.Destroy {
		m.makeNodes()
		m.noteMeant()
		m.claimByID()
		m.claims()
		m.checkDuplicates()
		m.checkSameContent()
	}
	m.claimUnanswered()
	m.findOrphans()
	return m, m.diags
}

// bound joins the live objects with the records, before anything that is wanted is
// looked at: what we wrote is laid over them, and the lists are judged by it.
func bound(in Input) *Match {
	m := &Match{in: in, at: make(map[schema.Address]*node, len(in.Instances)), plan: &Plan{}}
	m.carryMoved()
	m.hideDeleted()
	m.bindRecords()
	m.bindDeposed()
	return m
}

// carryMoved gives records the addresses that moved blocks say they have now.
func (m *Match) carryMoved() {
	m.records = m.in.State.Records
	m.moved = map[*Record]schema.Address{}
	if len(m.in.Moved) == 0 {
		return
	}
	m.records = make(map[schema.Address]*Record, len(m.in.State.Records))
	for _, addr := range sortedAddresses(m.in.State.Records) {
		rec := m.in.State.Records[addr]
		to := movedTo(m.in.Moved, addr)
		if _, stays := m.in.State.Records[to]; to != addr && stays && movedTo(m.in.Moved, to) == to {
			to = addr // the place is taken, so the block has nothing to move there
		}
		if first, taken := m.records[to]; taken {
			m.diags = append(m.diags, problem("Moved blocks bring two objects to one address",
				fmt.Sprintf("The state owns an object as %s and another as %s, and the moved blocks say that both are %s now. Take out the block that is not meant.", m.was(first), addr, to), hcl.Range{}))
			to = addr
		}
		if to != addr {
			m.moved[rec] = addr
		}
		m.records[to] = rec
	}
}

// was is the address the state has for a record.
func (m *Match) was(rec *Record) schema.Address {
	if from, ok := m.moved[rec]; ok {
		return from
	}
	return rec.Address
}

// movedTo follows the moved blocks from an address to where it is now.
func movedTo(moves []schema.Move, addr schema.Address) schema.Address {
	for range moves { // a chain is at most as long as the list
		next := addr
		for _, mv := range moves {
			if mv.From == addr {
				next = mv.To
				break
			}
			if mv.From.Key == (schema.InstanceKey{}) && mv.From == addr.Resource() {
				next = mv.To.WithKey(addr.Key)
				break
			}
		}
		if next == addr {
			return addr
		}
		addr = next
	}
	return addr
}

// hideDeleted takes out of the tables what we deleted a short while ago and a
// list that lags behind still shows.
func (m *Match) hideDeleted() {
	for id, at := range m.in.State.Deleted {
		if m.in.Now.Sub(at) < m.in.Providers[id.Provider].ReadLag {
			if t := m.table(id.Provider, id.Type); t != nil && t.remove(id.ID) {
				m.behind(id.Provider, id.Type)
			}
		}
	}
}

func (m *Match) table(provider, typ string) *Table { return m.in.Live[provider][typ] }

// bindRecords marks the live objects we own, laying over them what we wrote and
// a lagging read does not show yet.
func (m *Match) bindRecords() {
	leaving := m.leavingIDs()
	for _, addr := range sortedAddresses(m.records) {
		rec := m.records[addr]
		typ := m.in.Types[addr.Type]
		if _, ok := m.in.Providers[rec.Provider]; !ok || typ == nil {
			m.diags = append(m.diags, problem("Provider of an owned object is missing",
				fmt.Sprintf("The state owns %s (id %s) through provider %q, which the configuration no longer has. Put the provider block back, or let go of the object with \"espalier state rm '%s'\".",
					addr, rec.ID, rec.Provider, addr), hcl.Range{}))
			continue
		}
		table := m.table(rec.Provider, addr.Type)
		if table == nil {
			continue
		}
		lag := m.in.Providers[rec.Provider].ReadLag
		i, listed := table.byID[rec.ID]
		if !listed {
			if !rec.writtenWithin(m.in.Now, lag) {
				continue
			}
			i = table.add(schema.Object{ID: rec.ID, Attrs: rec.Attrs})
			table.assume(rec.ID)
		}
		if other := table.owner[i]; other != nil {
			m.diags = append(m.diags, problem("Two addresses own one object",
				fmt.Sprintf("The state has %s and %s both for %s %s. Let go of one with \"espalier state rm\".", other.Address, addr, typ.Noun[0], rec.ID), hcl.Range{}))
			continue
		}
		table.owner[i] = rec
		upToDate := listed && !isStale(typ, rec, table.objects[i].Attrs, m.in.Now, lag)
		// Of what an earlier run may have deleted no list can be told to be behind.
		if !table.recorded && (listed || !leaving[ObjectID{rec.Provider, addr.Type, rec.ID}]) {
			m.note(rec, upToDate)
		}
		if listed && !table.recorded {
			m.believe(typ, rec, table.objects[i].Attrs, lag)
		}
		table.objects[i].Attrs = m.overlay(typ, rec, table.objects[i].Attrs, lag)
		m.checkIdentity(typ, addr, rec, table.objects[i].Attrs)
	}
}

// leavingIDs are the objects that an earlier run began to delete.
func (m *Match) leavingIDs() map[ObjectID]bool {
	out := map[ObjectID]bool{}
	for _, i := range m.in.State.Intents {
		if i.Action == Delete {
			out[ObjectID{i.Provider, i.Address.Type, i.ID}] = true
		}
	}
	return out
}

// MayBe reports whether a live object can be the one an instance wants: no, if it
// is a person all of whose keys that are set on both sides differ.
func MayBe(inst *schema.Instance, o schema.Object) bool {
	if inst.Type.Class != schema.ClassPerson {
		return true
	}
	n := &node{inst: inst, values: inst.Values}
	shared, differ := shareKeys(inst.Type, n.known, o.Attrs)
	return shared || !differ
}

// checkAnyOf refuses an instance that has none of the attributes of which it
// needs one, since the server would do so half way through an apply. Those that
// are set are empty: the language has seen to it that one is.
func (m *Match) checkAnyOf(n *node) {
	for _, names := range n.inst.Type.AnyOf {
		if slices.ContainsFunc(names, func(name string) bool {
			v, ok := n.known(name)
			_, set := n.values[name]
			return set && (!ok || !schema.IsEmpty(v))
		}) {
			continue
		}
		at := slices.IndexFunc(names, func(name string) bool { _, set := n.values[name]; return set })
		if at < 0 {
			continue
		}
		m.diags = append(m.diags, problem(fmt.Sprintf("A %s needs %s", n.inst.Type.Noun[0], strings.Join(names, " or ")),
			fmt.Sprintf("%s has none: what is set is empty. Fill it in, or take the row out; an empty cell of a table is \"\", and x == \"\" ? null : x leaves it out.", n.inst.Address), n.inst.Block.RangeOf(names[at])))
	}
}

func (m *Match) makeNodes() {
	m.nodes = make([]*node, 0, len(m.in.Instances))
	block := make([]node, len(m.in.Instances))
	for i, inst := range m.in.Instances {
		n := &block[i]
		*n = node{inst: inst, values: inst.Values, index: -1, step: -1, table: m.table(inst.Provider, inst.Type.Name)}
		if n.table == nil {
			n.table = NewTable(inst.Type, nil)
		}
		m.nodes = append(m.nodes, n)
		m.at[inst.Address] = n
	}
}

// claimByID matches every wanted instance whose address the state knows.
func (m *Match) claimByID() {
	for _, n := range m.nodes {
		rec := m.records[n.inst.Address]
		if rec == nil || n.inst.Type.Lookup != "" { // it says itself which object is meant
			continue
		}
		if rec.Provider != n.inst.Provider {
			m.diags = append(m.diags, problem("Object of another provider configuration",
				fmt.Sprintf("The state owns %s through provider %q, the configuration now says %q. An object cannot change its tenant: use another address for the new one, or let go of the old one with \"espalier state rm '%s'\".",
					n.inst.Address, rec.Provider, n.inst.Provider, n.inst.Address), n.inst.Block.Range))
			continue
		}
		i, ok := n.table.byID[rec.ID]
		if !ok {
			n.rec, n.gone = rec, true
			continue
		}
		if n.table.owner[i] != rec || m.isSomebodyElse(n, i) {
			continue
		}
		n.rec, n.index, n.table.claim[i] = rec, i, n
		n.from = m.moved[rec]
	}
}

// known gives a wanted value if it is known by now.
func (n *node) known(attr string) (cty.Value, bool) {
	t, ok := n.values[attr]
	if !ok {
		a := n.inst.Type.Attribute(attr)
		if a != nil && a.Purpose == schema.PurposeParent {
			return cty.NullVal(cty.String), true
		}
		return cty.NilVal, false
	}
	if !t.IsKnown() {
		return cty.NilVal, false
	}
	return t.Value, true
}

// findOrphans lists the records that no wanted instance stands for.
func (m *Match) findOrphans() {
	taken := make(map[*Record]bool, len(m.nodes))
	for _, n := range m.nodes {
		if n.rec != nil {
			taken[n.rec] = true
		}
		if n.lost != nil { // its address gets another record
			taken[n.lost] = true
		}
		if n.former != nil {
			taken[n.former] = true
		}
	}
	for _, addr := range sortedAddresses(m.records) {
		if rec := m.records[addr]; !taken[rec] {
			m.orphans = append(m.orphans, rec)
		}
	}
}

func sortedAddresses(records map[schema.Address]*Record) []schema.Address {
	out := make([]schema.Address, 0, len(records))
	for addr := range records {
		out = append(out, addr)
	}
	slices.SortFunc(out, schema.Address.Compare)
	return out
}
