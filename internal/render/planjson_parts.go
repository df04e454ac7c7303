package render

import (
	"encoding/json"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

func (n *names) changeOf(step *planner.Step, c *planner.Change) elementwise {
	e := elementwise{Attribute: c.Attr, Drift: c.Drift, Refers: c.Refers}
	if veiled(c) {
		e.Sensitive = true
		return e
	}
	e.Added, e.Removed = n.members(c.Added, c.Refers), n.members(c.Removed, c.Refers)
	if n.shielded(step) {
		e.Hidden = len(e.Added)+len(e.Removed) == 0
		return e
	}
	if c.After.Pending != nil {
		e.Pending = n.wanted(c.After)
	}
	if len(e.Added)+len(e.Removed) == 0 {
		e.Before = jsonValue(c.Before)
		if c.After.Pending == nil {
			e.After = jsonValue(c.After.Value)
		}
	}
	return e
}

func (n *names) members(list []planner.Element, refers string) []memberJSON {
	var members []memberJSON
	for _, e := range list {
		m := memberJSON{e.ID, e.Label, e.Address.String()}
		if n.People != PeopleNames && (n.people[refers] || !e.Address.IsZero() && n.person(e.Address.Type)) {
			m.Label = ""
			if n.People == PeopleCounts {
				m = memberJSON{}
			}
		}
		members = append(members, m)
	}
	return members
}

// sides are both sides of an object that has changed outside.
type sides struct {
	before, after map[string]json.RawMessage
	secret        map[string]bool
}

// driftJSON is what changed outside, gathered by object.
func (n *names) driftJSON() []*resourceJSON {
	var list []*resourceJSON
	at := map[schema.Address]sides{}
	for i := range n.plan.Drift {
		d := &n.plan.Drift[i]
		private := n.People != PeopleNames && n.person(d.Address.Type)
		if private && n.People == PeopleCounts {
			continue
		}
		both, known := at[d.Address]
		if !known {
			both = sides{map[string]json.RawMessage{}, map[string]json.RawMessage{}, map[string]bool{}}
			at[d.Address] = both
			list = append(list, n.drifted(d, private, both))
		}
		if !d.Gone {
			both.lay(d, private)
		}
	}
	return list
}

// drifted is an object that has changed outside; both sides are filled later.
func (n *names) drifted(d *planner.Drift, private bool, both sides) *resourceJSON {
	r := n.bareResource(d.Address)
	r.Own = ownJSON{Action: planner.Update.String(), ID: d.ID}
	if !private {
		r.Own.Label = d.Label
	}
	r.Change = changeJSON{Actions: []string{"update"}, Before: both.before, After: both.after, AfterUnknown: map[string]bool{}, BeforeSensitive: both.secret, AfterSensitive: both.secret}
	if d.Gone {
		r.Own.Action = planner.Delete.String()
		r.Change = changeJSON{Actions: []string{"delete"}, Before: both.before, AfterUnknown: false, BeforeSensitive: both.secret, AfterSensitive: false}
	}
	return &r
}

// lay puts one attribute on both sides.
func (s sides) lay(d *planner.Drift, private bool) {
	switch {
	case d.Sensitive || schema.IsSensitive(d.Before) || schema.IsSensitive(d.After):
		s.secret[d.Attr] = true
		s.before[d.Attr], s.after[d.Attr] = jsonValue(cty.NilVal), jsonValue(cty.NilVal)
	case !private:
		s.before[d.Attr], s.after[d.Attr] = jsonValue(d.Before), jsonValue(d.After)
	}
}

func (n *names) outputChanges() map[string]changeJSON {
	list := make(map[string]changeJSON, len(n.plan.Outputs))
	for i := range n.plan.Outputs {
		o := &n.plan.Outputs[i]
		secret := o.Sensitive || schema.IsSensitive(o.Before) || hidden(o.After)
		c := changeJSON{AfterUnknown: !secret && o.After.Pending != nil, BeforeSensitive: secret, AfterSensitive: secret}
		switch {
		case o.Removed:
			c.Actions = []string{"delete"}
		case o.Before == cty.NilVal:
			c.Actions = []string{"create"}
		default:
			c.Actions = []string{"update"}
		}
		if !secret && n.reveals(o.Before) && n.reveals(o.After.Value) {
			c.Before = jsonValue(o.Before)
			if o.After.Pending == nil {
				c.After = jsonValue(o.After.Value)
			}
		}
		list[o.Name] = c
	}
	return list
}

func (n *names) refusalJSON(r *planner.Refusal) any {
	return struct {
		Guard   string   `json:"guard"`
		Summary string   `json:"summary"`
		Detail  string   `json:"detail,omitempty"`
		Count   int      `json:"count"`
		Base    int      `json:"base"`
		Allow   string   `json:"allow,omitempty"`
		Names   []string `json:"names,omitempty"`
		File    string   `json:"file,omitempty"`
		Line    int      `json:"line,omitempty"`
	}{r.Guard, n.discreet(r.Summary), n.discreet(r.Detail), r.Count, r.Base, r.Allow, n.discreetNames(r.Names), r.File, r.Line}
}

func (n *names) warningJSON(w *planner.Warning) any {
	address := w.Address.String()
	if !w.Address.IsZero() && n.People == PeopleCounts && n.person(w.Address.Type) {
		address = ""
	}
	summary, detail := n.warned(w)
	return struct {
		Summary string `json:"summary"`
		Detail  string `json:"detail,omitempty"`
		Address string `json:"address,omitempty"`
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
	}{summary, detail, address, w.File, w.Line}
}

// summaryJSON holds the numbers that every face has.
type summaryJSON struct {
	Create    int            `json:"create"`
	Adopt     int            `json:"adopt"`
	Readdress int            `json:"readdress"`
	Update    int            `json:"update"`
	Move      int            `json:"move"`
	Replace   int            `json:"replace"`
	Delete    int            `json:"delete"`
	Forget    int            `json:"forget"`
	People    int            `json:"people_affected"`
	Losing    int            `json:"people_losing"`
	Drift     int            `json:"outside_changes"`
	Outputs   int            `json:"outputs"`
	Calls     int            `json:"calls"`
	Unmanaged map[string]int `json:"unmanaged,omitempty"`
}

func (n *names) summaryJSON() summaryJSON {
	s := &n.plan.Summary
	return summaryJSON{s.Create, s.Adopt, s.Readdress, s.Update, s.Move, s.Replace, s.Delete, s.Forget, s.People, n.losers(), len(n.plan.Drift), len(n.plan.Outputs), s.Calls, s.Unmanaged}
}
