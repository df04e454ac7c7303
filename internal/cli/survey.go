package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/sync/errgroup"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// survey is the live system as it was read for one plan.
type survey struct {
	live map[string]map[string]*planner.Table
	// calls is what each list has cost.
	calls map[string]map[string]int
	each  time.Duration // how long a call took on average
	// dates are what the server's clock said when each list was asked for, at is
	// what ours said before.
	dates map[string]map[string]time.Time
	at    time.Time
	// trusted says that what the state owns is taken from it.
	trusted bool
	// absent are the objects that were asked for by a name and are not there.
	absent map[[3]string]bool
}

// typesByProvider lists what has to be read: the types of the configuration's
// resources, of the owned objects, and those whose ids they hold.
func (p *project) typesByProvider(snapshot *state.Snapshot) map[string][]string {
	need := map[string]map[string]bool{}
	var add func(key, typ string)
	add = func(key, typ string) {
		t := p.app.types(typ)
		if p.providers[key] == nil || t == nil || need[key][typ] {
			return
		}
		if need[key] == nil {
			need[key] = map[string]bool{}
		}
		need[key][typ] = true
		for i := range t.Attributes {
			if t.Attributes[i].Refers != "" {
				add(key, t.Attributes[i].Refers)
			}
		}
	}
	for _, r := range p.config.Resources() {
		add(r.Provider, r.Address.Type)
	}
	if snapshot != nil {
		for addr, rec := range snapshot.Records {
			add(rec.Provider, addr.Type)
		}
		for _, i := range snapshot.Pending {
			add(i.Provider, i.Address.Type)
		}
	}
	out := map[string][]string{}
	for key, types := range need {
		for typ := range types {
			out[key] = append(out[key], typ)
		}
		slices.Sort(out[key])
	}
	return out
}

// read lists every type once, all providers at a time.
func (p *project) read(ctx context.Context, types map[string][]string) (*survey, error) {
	s, failed, err := p.observe(ctx, types)
	if failed != nil {
		return nil, p.explain(failed, err)
	}
	return s, nil
}

// observe is read with the bare error of the vendor that failed.
func (p *project) observe(ctx context.Context, types map[string][]string) (s *survey, failed *configured, first error) {
	s = &survey{live: map[string]map[string]*planner.Table{}, calls: map[string]map[string]int{}, dates: map[string]map[string]time.Time{}, at: p.app.Now()}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	for key, names := range types {
		c := p.providers[key]
		group.Go(func() error {
			listings, err := provider.Observe(ctx, c.client, names)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				if failed == nil {
					failed, first = c, err
				}
				return err
			}
			s.live[key], s.calls[key] = make(map[string]*planner.Table, len(listings)), make(map[string]int, len(listings))
			s.dates[key] = make(map[string]time.Time, len(listings))
			for typ, l := range listings {
				s.live[key][typ], s.calls[key][typ] = planner.NewTable(p.app.types(typ), l.Objects), l.Calls
				s.dates[key][typ] = l.Date
				p.app.announce(func(e *render.Events) { e.Refreshed(typ, len(l.Objects), l.Calls) })
			}
			return nil
		})
	}
	began, before := p.app.Now(), p.callsSpent()
	_ = group.Wait() // its error is the first, too, but without its provider
	if calls := p.callsSpent() - before; calls > 0 {
		s.each = p.app.Now().Sub(began) / time.Duration(calls)
	}
	return s, failed, first
}

func (p *project) hasPeople(types []string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return p.app.types(t).Class == schema.ClassPerson })
}

// findSelves reads whose tokens they are, of the configurations that have to do
// with people.
func (p *project) findSelves(ctx context.Context, types map[string][]string) error {
	for key, names := range types {
		if p.hasPeople(names) {
			if err := p.findSelf(ctx, p.providers[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// findSelf reads whose token it is, so that this account is never taken away.
// A token that may not ask (one of no person) has no account to protect.
func (p *project) findSelf(ctx context.Context, c *configured) error {
	o, err := c.client.Self(ctx)
	if err == nil {
		c.self = o.ID
		return nil
	}
	var e *provider.Error
	if errors.As(err, &e) && (e.Status == 403 || e.Status == 404) {
		return nil
	}
	return p.explain(c, err)
}

// recorded makes tables of what the state knows, for -refresh=false. Types in
// listed were read, and give the objects that are not ours; what was read of a
// type with calls that were left open is what counts.
func (p *project) recorded(snapshot *state.Snapshot, types map[string][]string, listed *survey) *survey {
	objects := map[string]map[string][]schema.Object{}
	for key, names := range types {
		objects[key] = map[string][]schema.Object{}
		for _, typ := range names {
			objects[key][typ] = nil
		}
	}
	if snapshot != nil {
		for addr, rec := range snapshot.Records {
			if byType := objects[rec.Provider]; byType != nil {
				byType[addr.Type] = append(byType[addr.Type], schema.Object{ID: rec.ID, Attrs: rec.Attrs})
			}
		}
	}
	out := &survey{live: map[string]map[string]*planner.Table{}, each: listed.each, dates: listed.dates, at: listed.at, trusted: true}
	for key, byType := range objects {
		out.live[key] = map[string]*planner.Table{}
		for typ, list := range byType {
			read := listed.live[key][typ]
			if read != nil && leftOpen(snapshot, key, typ) {
				out.live[key][typ] = read
				continue
			}
			table := planner.NewRecordedTable(p.app.types(typ), list)
			if read != nil {
				table.AddMissing(read)
			}
			out.live[key][typ] = table
		}
	}
	return out
}

// leftOpen reports whether an earlier run left calls open that were about objects
// of a type.
func leftOpen(snapshot *state.Snapshot, provider, typ string) bool {
	return snapshot != nil && slices.ContainsFunc(snapshot.Pending, func(i state.Intent) bool { return i.Provider == provider && i.Address.Type == typ })
}

// explain says an error of a vendor in a way that names the provider block.
func (p *project) explain(c *configured, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, transport.ErrCallBudget) {
		return fmt.Errorf("the %d calls of -max-calls do not suffice to read the live system, so nothing was changed. Allow more", p.maxCalls)
	}
	at := c.at
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: fmt.Sprintf("Provider %q could not be read", c.key), Detail: readingText(err)}
	if at.Filename != "" {
		d.Subject = &at
	}
	return hcl.Diagnostics{d}
}

// readSingly reads objects one by one.
func (p *project) readSingly(ctx context.Context, m *planner.Match, ids []planner.ObjectID, parallelism int) error {
	found := make([]schema.Object, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for i, id := range ids {
		group.Go(func() error {
			o, err := p.providers[id.Provider].client.Read(ctx, id.Type, id.ID, nil)
			if provider.KindOf(err) == provider.NotFound {
				return nil
			}
			if err != nil {
				return p.explain(p.providers[id.Provider], err)
			}
			found[i] = o
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, id := range ids {
		m.Fill(id, found[i])
	}
	return nil
}
