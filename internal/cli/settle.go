package cli

import (
	"context"
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// readsAtOnce is how many objects are read at once while no other call is under way.
const readsAtOnce = 10

// Settle tells what became of creates whose answers never came, from one listing
// of their types.
func (t target) Settle(ctx context.Context, lookups []planner.Lookup) ([]planner.Answer, error) {
	a := t.p.app
	in := planner.Input{Types: a.library.Resources, Providers: t.p.planProviders(), Now: a.Now()}
	if d := planner.Ready(in, lookups); d > 0 {
		a.waiting("an answer did not come, and what became of the call is looked up when the server has had time for it", in.Now.Add(d))
		if err := a.pause(t.stop, d); err != nil {
			return nil, &planner.CallError{Verdict: planner.Unsent, Err: context.Cause(t.stop)}
		}
	}
	types := map[string][]string{}
	for _, l := range lookups {
		if key := l.Step.Provider; !known(types[key], l.Step.Address.Type) {
			types[key] = append(types[key], l.Step.Address.Type)
		}
	}
	for key := range types { // what was listed before proves nothing of it
		t.p.providers[key].client.Forget()
	}
	s, failed, err := t.p.observe(ctx, types)
	if failed != nil {
		return nil, t.p.judged(err, aReading, nil)
	}
	var named []sought
	for _, l := range lookups {
		if o, ok := t.p.soughtFor(l.Step.Provider, l.Step.Address.Type, l.Values); ok {
			o.whole = true
			named = append(named, o)
		}
	}
	if _, err := t.p.seek(ctx, named, s, 1); err != nil {
		return nil, t.p.judged(err, aReading, nil)
	}
	in.State, in.Live, in.Now = planState(t.session.Snapshot()), s.live, a.Now()
	if _, err := t.p.fillLacking(ctx, planner.ToSettle(in, lookups), in.Live, readsAtOnce); err != nil {
		return nil, t.p.judged(err, aReading, nil)
	}
	return planner.Settle(in, lookups), nil
}

// pause lets time pass, unless ctx ends first.
func (a *app) pause(ctx context.Context, d time.Duration) error {
	if a.Pause != nil {
		return a.Pause(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
