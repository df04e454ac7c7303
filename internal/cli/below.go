package cli

import (
	"context"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// reading is a list and when it was asked for.
type reading struct {
	at      time.Time
	behind  bool // it does not show all that was surely written
	objects []schema.Object
}

// reading is the list of a type as it was read after the given moment; the lock of
// what is listed is held.
func (t target) reading(ctx context.Context, c *configured, typ *schema.Type, since time.Time) (reading, error) {
	key := [2]string{c.key, typ.Name}
	if r, ok := t.listed.fresh[key]; ok && r.at.After(since) {
		return r, nil
	}
	r := reading{at: t.p.app.Now()}
	listing, err := c.client.List(ctx, typ.Name)
	if err != nil {
		return reading{}, err
	}
	r.objects = listing.Objects
	r.behind = planner.Behind(planner.Input{Types: t.p.app.library.Resources, State: planState(t.session.Snapshot()), Providers: t.p.planProviders(), Now: t.p.app.Now(),
		Live: map[string]map[string]*planner.Table{c.key: {typ.Name: planner.NewTable(typ, slices.Clone(listing.Objects))}}}, c.key, typ.Name)
	t.listed.fresh[key] = r
	return r, nil
}

// Below lists those of the given units that the server shows below the step's, as
// far as its list is up to date. One reading serves all deletions that come after it.
func (t target) Below(ctx context.Context, s *planner.Step, units []string, since time.Time) ([]string, error) {
	typ, c := t.p.app.types(s.Address.Type), t.p.providers[s.Provider]
	parent := typ.ByPurpose(schema.PurposeParent)[0]
	t.listed.mu.Lock()
	defer t.listed.mu.Unlock()
	r, err := t.reading(ctx, c, typ, since)
	if err != nil {
		return nil, t.p.judged(err, aReading, nil)
	}
	if r.behind {
		return nil, nil
	}
	asked := make(map[string]bool, len(units))
	for _, id := range units {
		asked[id] = true
	}
	var below []string
	for _, o := range r.objects {
		if !asked[o.ID] {
			continue
		}
		at, shown := o.Attrs[parent]
		if !shown { // a read of it alone may show it
			one, err := c.client.Read(ctx, typ.Name, o.ID, nil)
			if err != nil {
				return nil, t.p.judged(err, aReading, nil)
			}
			at = one.Attrs[parent]
		}
		if at != cty.NilVal && !schema.IsEmpty(at) && at.AsString() == s.ID {
			below = append(below, o.ID)
		}
	}
	return below, nil
}
