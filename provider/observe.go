package provider

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Observe lists every type at once and returns the listings by type. The first
// failure stops the others and is returned alone: half a world must not be
// taken for the whole.
func Observe(ctx context.Context, client Client, types []string) (map[string]Listing, error) {
	listings := make([]Listing, len(types))
	group, ctx := errgroup.WithContext(ctx)
	for i, typ := range types {
		group.Go(func() error {
			var err error
			listings[i], err = client.List(ctx, typ)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	byType := make(map[string]Listing, len(types))
	for i, typ := range types {
		byType[typ] = listings[i]
	}
	return byType, nil
}
