package cli

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

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
	diags := planner.Believe(planner.Input{Types: p.app.library.Resources, State: planState(snapshot), Live: read.live, Providers: p.planProviders(), Now: p.app.Now()})
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
		if s.ID == "" {
			t.whole = true
			continue
		}
		t.ids = append(t.ids, s.ID)
		for name := range s.Before {
			t.fields[name] = true
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
	if t.whole || len(ids) >= calls {
		return nil, nil
	}
	found := make([]*schema.Object, len(ids))
	read := func(ctx context.Context, i int) error {
		o, err := c.client.Read(ctx, typ, ids[i])
		if provider.KindOf(err) == provider.NotFound {
			return nil
		}
		found[i] = &o
		return err
	}
	// The first one shows what a single read carries.
	if err := read(ctx, 0); err != nil {
		return nil, err
	}
	if found[0] == nil || !carries(p.app.types(typ), *found[0], t.fields) {
		return nil, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for i := range ids[1:] {
		group.Go(func() error { return read(ctx, i+1) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var objects []schema.Object
	for _, o := range found {
		if o != nil {
			objects = append(objects, *o)
		}
	}
	return planner.NewTable(p.app.types(typ), objects), nil
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
