package cli

import (
	"context"
	"slices"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// touched are the objects of one type that a saved plan is about.
type touched struct {
	ids []string
	// whole says that the list is needed: something is to be made, which must not
	// be there by now.
	whole bool
	// fields are the attributes that the decisions rest on.
	fields map[string]bool
}

// verify reads what a saved plan touches and holds the plan against it, as far as
// the state does not know better of what a reading lacks. A type is read by its
// list, or object by object where that takes fewer calls.
func (p *project) verify(ctx context.Context, saved *savedPlan, plan *planner.Plan, snapshot *state.Snapshot, parallelism int) (*survey, map[int]error, error) {
	lists := map[string][]string{}
	single := &survey{live: map[string]map[string]*planner.Table{}}
	for key, types := range touchedBy(plan, snapshot) {
		for typ, t := range types {
			table, err := p.readTouched(ctx, p.providers[key], typ, t, saved.Lists[key][typ], parallelism)
			if err != nil {
				return nil, nil, p.explain(p.providers[key], err)
			}
			if table == nil {
				lists[key] = append(lists[key], typ)
				continue
			}
			if single.live[key] == nil {
				single.live[key] = map[string]*planner.Table{}
			}
			single.live[key][typ] = table
		}
	}
	read, err := p.read(ctx, lists)
	if err != nil {
		return nil, nil, err
	}
	for key, types := range single.live {
		for typ, table := range types {
			if read.live[key] == nil {
				read.live[key] = map[string]*planner.Table{}
			}
			read.live[key][typ] = table
		}
	}
	if err := p.seekTouched(ctx, plan, snapshot, read, parallelism); err != nil {
		return nil, nil, err
	}
	if err := p.fillTouched(ctx, touchedBy(plan, snapshot), lists, read, parallelism); err != nil {
		return nil, nil, err
	}
	in := planner.Input{Types: p.app.library.Resources, State: planState(snapshot), Live: read.live, Providers: p.planProviders(), Now: p.app.Now()}
	if err := p.readLacking(ctx, planner.ToVerify(in, plan), in.Live, parallelism); err != nil {
		return nil, nil, err
	}
	diags := planner.Believe(in)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	return read, planner.Verify(plan, p.app.library.Resources, read.live), nil
}

// touchedBy lists what a plan is about, by provider configuration and type.
func touchedBy(plan *planner.Plan, snapshot *state.Snapshot) map[string]map[string]*touched {
	out := map[string]map[string]*touched{}
	of := func(provider string, addr schema.Address) *touched {
		if out[provider] == nil {
			out[provider] = map[string]*touched{}
		}
		if out[provider][addr.Type] == nil {
			out[provider][addr.Type] = &touched{fields: map[string]bool{}}
		}
		return out[provider][addr.Type]
	}
	for i := range plan.Steps {
		s := &plan.Steps[i]
		t := of(s.Provider, s.Address)
		if s.Action == planner.Delete && s.Class == schema.ClassUnit {
			t.whole = true // to see what stands in it
		}
		if s.ID == "" {
			t.whole = true
			continue
		}
		t.ids = append(t.ids, s.ID)
		for name := range s.Before {
			t.fields[name] = true
		}
	}
	for _, x := range plan.Findings { // what an earlier run did is recorded as it is read
		if rec := snapshot.Records[x.Address]; rec != nil {
			of(rec.Provider, x.Address).whole = true
		}
	}
	for _, d := range plan.Drift {
		if rec := snapshot.Records[d.Address]; plan.RefreshOnly && rec != nil {
			of(rec.Provider, d.Address).whole = true
		}
	}
	return out
}

// readTouched reads objects one by one; nil says that the list is to be read,
// since it takes fewer calls or carries what a single read does not.
func (p *project) readTouched(ctx context.Context, c *configured, typ string, t *touched, calls, parallelism int) (*planner.Table, error) {
	slices.Sort(t.ids)
	ids := slices.Compact(t.ids)
	if p.app.types(typ).Lookup != "" && (calls == 0 || len(ids) < calls) {
		return planner.NewTable(p.app.types(typ), nil), nil // each is read by its name
	}
	if t.whole || len(ids) >= calls {
		return nil, nil
	}
	// The first one shows what a single read carries.
	first, err := c.client.Read(ctx, typ, ids[0], nil)
	if err != nil && provider.KindOf(err) != provider.NotFound {
		return nil, err
	}
	if err != nil || !carries(p.app.types(typ), first, t.fields) {
		return nil, nil
	}
	others, err := p.readEach(ctx, c, typ, ids[1:], parallelism)
	if err != nil {
		return nil, err
	}
	return planner.NewTable(p.app.types(typ), append(others, first)), nil
}

// fillTouched reads one by one the objects of which their list did not carry a
// field that the plan's decisions rest on.
func (p *project) fillTouched(ctx context.Context, all map[string]map[string]*touched, lists map[string][]string, read *survey, parallelism int) error {
	var lacking []planner.ObjectID
	for key, types := range lists {
		for _, typ := range types {
			t := all[key][typ]
			slices.Sort(t.ids)
			for _, id := range slices.Compact(t.ids) {
				if o, listed := read.live[key][typ].Find(id); listed && !carries(p.app.types(typ), o, t.fields) {
					lacking = append(lacking, planner.ObjectID{Provider: key, Type: typ, ID: id})
				}
			}
		}
	}
	return p.readLacking(ctx, lacking, read.live, parallelism)
}

// carries reports whether a single read shows all fields that a list might. Who
// leads comes with the memberships, or not at all.
func carries(typ *schema.Type, o schema.Object, fields map[string]bool) bool {
	for name := range fields {
		attr := typ.Attribute(name)
		if _, ok := o.Attrs[name]; !ok && attr != nil && attr.Purpose != schema.PurposeLead {
			return false
		}
	}
	return true
}
