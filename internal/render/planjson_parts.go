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
		}
		members = append(members, m)
	}
	return members
}

func (n *names) resourceDrift(d *planner.Drift) any {
	private := n.People != PeopleNames && n.person(d.Address.Type)
	if private && n.People == PeopleCounts {
		return nil
	}
	r := bareResource(d.Address)
	r.ID = d.ID
	if !private {
		r.Label = d.Label
	}
	if d.Gone {
		r.Change = changeJSON{Actions: []string{"delete"}, Before: map[string]any{}, AfterUnknown: false, BeforeSensitive: false, AfterSensitive: false}
		return &r
	}
	before, after, secret := map[string]json.RawMessage{}, map[string]json.RawMessage{}, map[string]bool{}
	switch {
	case d.Sensitive || schema.IsSensitive(d.Before) || schema.IsSensitive(d.After):
		secret[d.Attr] = true
		before[d.Attr], after[d.Attr] = jsonValue(cty.NilVal), jsonValue(cty.NilVal)
	case !private:
		before[d.Attr], after[d.Attr] = jsonValue(d.Before), jsonValue(d.After)
	}
	r.Change = changeJSON{Actions: []string{"update"}, Before: before, After: after, AfterUnknown: map[string]bool{}, BeforeSensitive: secret, AfterSensitive: secret}
	return &r
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
		if !secret && (n.People == PeopleNames || impersonal(o.Before) && impersonal(o.After.Value)) {
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
	return struct {
		Summary string `json:"summary"`
		Detail  string `json:"detail,omitempty"`
		Address string `json:"address,omitempty"`
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
	}{n.discreet(w.Summary), n.discreet(w.Detail), address, w.File, w.Line}
}

type summary struct {
	Create    int            `json:"create"`
	Adopt     int            `json:"adopt"`
	Readdress int            `json:"readdress"`
	Update    int            `json:"update"`
	Move      int            `json:"move"`
	Replace   int            `json:"replace"`
	Delete    int            `json:"delete"`
	Forget    int            `json:"forget"`
	People    int            `json:"people_affected"`
	Calls     int            `json:"calls"`
	Unmanaged map[string]int `json:"unmanaged,omitempty"`
}

func summaryJSON(s *planner.Summary) summary {
	return summary{s.Create, s.Adopt, s.Readdress, s.Update, s.Move, s.Replace, s.Delete, s.Forget, s.People, s.Calls, s.Unmanaged}
}
