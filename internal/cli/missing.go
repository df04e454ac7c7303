package cli

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// mostLookedFor is up to how many owned objects of a type are looked for one by
// one when their list lacks them. Where more are missing something else is wrong,
// and the guard against that decides.
const mostLookedFor = 50

// lookForMissing reads one by one the owned objects that their list does not show.
// While a list is read page after page, an object can slip from one page to
// another that has been read already; what is taken for gone is made again.
func (p *project) lookForMissing(ctx context.Context, snapshot *state.Snapshot, s *survey, parallelism int) error {
	if snapshot == nil {
		return nil
	}
	missing := map[string]map[string][]string{}
	for addr, rec := range snapshot.Records {
		table := s.live[rec.Provider][addr.Type]
		if typ := p.app.types(addr.Type); table == nil || typ == nil || typ.Lookup != "" || p.app.Now().Sub(rec.Written) < p.readLag(rec.Provider) {
			continue // what was written lately is believed to be there anyway
		}
		for _, id := range append([]string{rec.ID}, rec.Deposed...) {
			if _, listed := table.Find(id); listed {
				continue
			}
			if missing[rec.Provider] == nil {
				missing[rec.Provider] = map[string][]string{}
			}
			missing[rec.Provider][addr.Type] = append(missing[rec.Provider][addr.Type], id)
		}
	}
	for key, types := range missing {
		for typ, ids := range types {
			if len(ids) > mostLookedFor {
				continue
			}
			found, err := p.readEach(ctx, p.providers[key], typ, ids, parallelism)
			if err != nil {
				return p.explain(p.providers[key], err)
			}
			s.live[key][typ].AddMissing(planner.NewTable(p.app.types(typ), found))
		}
	}
	return nil
}

// readEach reads objects one by one; those that are not there are left out.
func (p *project) readEach(ctx context.Context, c *configured, typ string, ids []string, parallelism int) ([]schema.Object, error) {
	read := make([]*schema.Object, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for i, id := range ids {
		group.Go(func() error {
			o, err := c.client.Read(ctx, typ, id, nil)
			if provider.KindOf(err) == provider.NotFound {
				return nil
			}
			read[i] = &o
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var found []schema.Object
	for _, o := range read {
		if o != nil {
			found = append(found, *o)
		}
	}
	return found, nil
}
