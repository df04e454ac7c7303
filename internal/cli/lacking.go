package cli

import (
	"context"

	"github.com/espalier-dev/espalier/planner"
)

// readLacking reads objects one by one and adds to the tables what their lists did
// not carry. The lists stand for those that are not there.
func (p *project) readLacking(ctx context.Context, ids []planner.ObjectID, live map[string]map[string]*planner.Table, parallelism int) error {
	failed, err := p.fillLacking(ctx, ids, live, parallelism)
	if err != nil {
		return p.explain(failed, err)
	}
	return nil
}

// fillLacking is readLacking with the bare error of the vendor that failed.
func (p *project) fillLacking(ctx context.Context, ids []planner.ObjectID, live map[string]map[string]*planner.Table, parallelism int) (*configured, error) {
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
