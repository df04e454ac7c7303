package cli

import (
	"context"

	"github.com/espalier-dev/espalier/planner"
)

// readAlike reads objects one by one and adds to the tables what their lists did
// not carry, so that it can be told whether they are what is looked for.
func (p *project) readAlike(ctx context.Context, ids []planner.ObjectID, live map[string]map[string]*planner.Table, parallelism int) error {
	failed, err := p.fillAlike(ctx, ids, live, parallelism)
	if err != nil {
		return p.explain(failed, err)
	}
	return nil
}

// fillAlike is readAlike with the bare error of the vendor that failed.
func (p *project) fillAlike(ctx context.Context, ids []planner.ObjectID, live map[string]map[string]*planner.Table, parallelism int) (*configured, error) {
	type list struct{ provider, typ string }
	lists := map[list][]string{}
	for _, id := range ids {
		l := list{id.Provider, id.Type}
		lists[l] = append(lists[l], id.ID)
	}
	for l, ids := range lists {
		found, err := p.readEach(ctx, p.providers[l.provider], l.typ, ids, parallelism)
		if err != nil {
			return p.providers[l.provider], err
		}
		for _, o := range found {
			live[l.provider][l.typ].Fill(o)
		}
	}
	return nil, nil
}
