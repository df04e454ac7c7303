package cli

import (
	"context"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// sought is an object that is read by the name that the configuration or the state
// has for it.
type sought struct {
	provider, typ, name string
	known               map[string]cty.Value
	whole               bool // nothing less than all of it will do
}

func (s sought) key() [3]string { return [3]string{s.provider, s.typ, s.name} }

// seekOwned reads the owned objects of types that are found by a name, as far as no
// list has shown them. Their ids are known before the configuration is evaluated.
func (p *project) seekOwned(ctx context.Context, snapshot *state.Snapshot, read *survey, parallelism int) error {
	if snapshot == nil {
		return nil
	}
	var list []sought
	for addr, rec := range snapshot.Records {
		table := read.live[rec.Provider][addr.Type]
		if typ := p.app.types(addr.Type); typ == nil || typ.Lookup == "" || table == nil {
			continue
		}
		if _, listed := table.Named(rec.ID); !listed {
			list = append(list, sought{provider: rec.Provider, typ: addr.Type, name: rec.ID, known: rec.Attrs})
		}
	}
	for _, i := range snapshot.Pending {
		if s, ok := p.soughtFor(i.Provider, i.Address.Type, i.Wanted); ok && read.live[s.provider][s.typ] != nil {
			list = append(list, s)
		}
	}
	if c, err := p.seek(ctx, list, read, parallelism); err != nil {
		return p.explain(c, err)
	}
	return p.seekWhose(ctx, list, read, parallelism)
}

// seekWhose reads of what those are that were found, unless a list has shown it, so that
// the plan can say whose it is that goes.
func (p *project) seekWhose(ctx context.Context, found []sought, read *survey, parallelism int) error {
	var list []sought
	for _, s := range found {
		typ := p.app.types(s.typ)
		above := typ.Attribute(typ.Lookup).Refers
		o, there := read.live[s.provider][s.typ].Named(s.name)
		if above == "" || !there {
			continue
		}
		is, named := p.soughtFor(s.provider, s.typ, o.Attrs)
		if _, shown := read.live[s.provider][above].Named(is.name); named && !shown {
			list = append(list, sought{provider: s.provider, typ: above, name: is.name})
		}
	}
	return p.explainAny(p.seek(ctx, list, read, parallelism))
}

// soughtFor is the object that values name, if their type is one of those that are
// found by a name.
func (p *project) soughtFor(provider, typ string, values map[string]cty.Value) (sought, bool) {
	t := p.app.types(typ)
	if t == nil || t.Lookup == "" {
		return sought{}, false
	}
	v := values[t.Lookup]
	if v == cty.NilVal {
		return sought{}, false
	}
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.String || v.AsString() == "" {
		return sought{}, false
	}
	return sought{provider: provider, typ: typ, name: v.AsString()}, true
}

// seekWanted reads those that are wanted and that nothing has shown yet.
func (p *project) seekWanted(ctx context.Context, instances []*schema.Instance, snapshot *state.Snapshot, read *survey, parallelism int) error {
	var list []sought
	asked := map[[3]string]bool{}
	for _, inst := range instances {
		typ := inst.Type
		t, wanted := inst.Values[typ.Lookup]
		if typ.Lookup == "" || !wanted || !t.IsKnown() || read.live[inst.Provider] == nil {
			continue
		}
		s, ok := p.soughtFor(inst.Provider, typ.Name, map[string]cty.Value{typ.Lookup: t.Value})
		if !ok {
			continue
		}
		if asked[s.key()] || read.absent[s.key()] || p.isShown(ctx, s, read) {
			continue
		}
		asked[s.key()] = true
		if snapshot != nil && snapshot.Records[inst.Address] != nil {
			s.known = snapshot.Records[inst.Address].Attrs
		}
		list = append(list, s)
	}
	return p.explainAny(p.seek(ctx, list, read, parallelism))
}

// isShown reports whether an object is known already. Where the state is trusted, it may
// take one call to learn which one is meant, but what is owned is not read.
func (p *project) isShown(ctx context.Context, s sought, read *survey) bool {
	if _, shown := read.live[s.provider][s.typ].Named(s.name); shown || !read.trusted {
		return shown
	}
	p.aliasAbove(ctx, s, read)
	_, shown := read.live[s.provider][s.typ].Named(s.name)
	return shown
}

// seekTouched reads those that a saved plan is about.
func (p *project) seekTouched(ctx context.Context, plan *planner.Plan, snapshot *state.Snapshot, read *survey, parallelism int) error {
	var list []sought
	for i := range plan.Steps {
		s := &plan.Steps[i]
		values := map[string]cty.Value{}
		for name, t := range s.After {
			if t.IsKnown() {
				values[name] = t.Value
			}
		}
		o, ok := p.soughtFor(s.Provider, s.Address.Type, values)
		if t := p.app.types(s.Address.Type); s.ID != "" && t != nil && t.Lookup != "" {
			o, ok = sought{provider: s.Provider, typ: s.Address.Type, name: s.ID}, true
		}
		if !ok {
			continue
		}
		if _, shown := read.live[o.provider][o.typ].Named(o.name); shown {
			continue
		}
		if rec := snapshot.Records[s.Address]; rec != nil {
			o.known = rec.Attrs
		}
		list = append(list, o)
	}
	return p.explainAny(p.seek(ctx, list, read, parallelism))
}

// seek reads objects by name. What is not there is left out; what is there and cannot be
// read is taken for what was known of it, and noted. Of an error it says whose it is.
func (p *project) seek(ctx context.Context, list []sought, read *survey, parallelism int) (*configured, error) {
	found := make([]*schema.Object, len(list))
	failed, obscure := make([]*configured, len(list)), make([]string, len(list))
	group, together := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for i, s := range list {
		group.Go(func() error {
			c := p.providers[s.provider]
			o, err := c.client.Read(together, s.typ, s.name, s.known)
			if provider.KindOf(err) == provider.NotFound {
				return nil
			}
			if provider.KindOf(err) == provider.Malformed && o.ID != "" && !s.whole {
				obscure[i], err = readingText(err), nil
			}
			if err != nil {
				failed[i] = c
				return err
			}
			found[i] = &o
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		i := slices.IndexFunc(failed, func(c *configured) bool { return c != nil })
		return failed[i], err
	}
	for i, s := range list {
		if found[i] == nil {
			read.lacks(s)
			p.aliasAbove(ctx, s, read)
			continue
		}
		table := read.live[s.provider][s.typ]
		table.AddMissing(planner.NewTable(p.app.types(s.typ), []schema.Object{*found[i]}))
		table.Fill(*found[i]) // which a list may have shown in part
		if obscure[i] != "" {
			table.Fill(schema.Object{ID: found[i].ID, Attrs: s.known})
			table.Obscure(found[i].ID, obscure[i])
		}
		if found[i].ID != s.name {
			table.Alias(s.name, found[i].ID)
		}
	}
	return nil, nil
}

// lacks notes that an object is not there.
func (s *survey) lacks(o sought) {
	if s.absent == nil {
		s.absent = map[[3]string]bool{}
	}
	s.absent[o.key()] = true
}

// aliasAbove learns whose the object would be that is not there, where its name is
// another one for the id of that.
func (p *project) aliasAbove(ctx context.Context, s sought, read *survey) {
	typ := p.app.types(s.typ)
	above := typ.Attribute(typ.Lookup).Refers
	if above == "" {
		return
	}
	o, shown := read.live[s.provider][above].Named(s.name)
	if !shown {
		var err error
		if o, err = p.providers[s.provider].client.Read(ctx, above, s.name, nil); err != nil {
			return // which is told when the object is made
		}
	}
	if o.ID != s.name {
		read.live[s.provider][s.typ].Alias(s.name, o.ID)
	}
}

func (p *project) explainAny(c *configured, err error) error {
	if err == nil {
		return nil
	}
	return p.explain(c, err)
}
