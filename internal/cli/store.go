package cli

import (
	"context"
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// store keeps the reading of an apply: attributes that are live other than
// recorded, the outputs, and it settles what an earlier run left open. It returns the outputs as they now are.
func (p *project) store(ctx context.Context, session state.Session, made *planned, report *planner.Report) []render.NamedValue {
	stepped := map[schema.Address]bool{}
	for i := range made.plan.Steps {
		stepped[made.plan.Steps[i].Address] = true
		stepped[made.plan.Steps[i].From] = true
	}
	snapshot := session.Snapshot()
	if len(made.plan.Targets) == 0 {
		p.settle(ctx, session, made.plan, report, stepped)
		p.storeReading(session, snapshot, made, report, stepped)
	}
	return p.storeOutputs(session, made, report)
}

// settle closes the intents of earlier runs for which this plan found nothing
// left to do: what they wanted is so, or no longer wanted. A plan that makes
// nothing ours leaves what was made to the next that does.
func (p *project) settle(ctx context.Context, session state.Session, plan *planner.Plan, report *planner.Report, stepped map[schema.Address]bool) {
	done := map[schema.Address]bool{}
	for i := range plan.Steps {
		done[plan.Steps[i].Address] = report.Status[i] == planner.Done
	}
	var settled []state.Result
	for _, f := range plan.Findings {
		made := f.Action == planner.Create || f.Action == planner.Replace
		switch {
		case stepped[f.Address]: // by what becomes of its step
		case !f.Now.IsZero() && !done[f.Now] && stepped[f.Now]:
		case made && !done[f.Now] && (f.Outcome == planner.Unclear || plan.RefreshOnly && f.Outcome == planner.Happened):
		default:
			settled = append(settled, state.Result{Address: f.Address, Failed: true})
		}
	}
	if err := session.CommitAll(ctx, settled); err != nil {
		p.app.talk("What became of the calls of an earlier run could not be kept: %s", err)
	}
}

// storeReading records attributes that changed live in objects without a step, and
// up to when it is known what has changed.
func (p *project) storeReading(session state.Session, snapshot *state.Snapshot, made *planned, report *planner.Report, stepped map[schema.Address]bool) {
	read := map[schema.Address]*state.Record{}
	marks := movedMarks(made.marks, snapshot, made.plan, report, true)
	for addr, rec := range snapshot.Records {
		o, ok := made.survey.live[rec.Provider][addr.Type].Find(rec.ID)
		if !ok || stepped[addr] {
			continue
		}
		fresh := *rec
		fresh.Attrs = p.readable(addr.Type, rec, o.Attrs)
		if made.refreshed.isRead(planner.ObjectID{Provider: rec.Provider, Type: addr.Type, ID: rec.ID}) {
			fresh.Read = made.plan.Made.UTC()
		}
		fresh.Writes = believed(rec.Writes, made.believed[addr])
		if hidden := made.hidden[addr]; len(hidden) > 0 {
			fresh.Digests, fresh.Writes = maps.Clone(rec.Digests), maps.Clone(fresh.Writes)
			for _, name := range hidden {
				hide(&fresh, name, snapshot.Digest(fresh.Attrs[name]))
			}
		}
		if _, moves := marks[[2]string{rec.Provider, addr.Type}]; moves {
			for _, name := range made.refreshed.stale(addr) {
				delete(fresh.Attrs, name)
			}
		}
		if len(made.believed[addr]) == 0 && !made.refreshed.isReread(rec, addr.Type) && maps.EqualFunc(fresh.Attrs, rec.Attrs, func(a, b cty.Value) bool { return a.RawEquals(b) }) {
			continue
		}
		read[addr] = &fresh
	}
	if len(read)+len(stepped) == 0 {
		marks = movedMarks(made.marks, snapshot, made.plan, report, false)
	}
	if len(read)+len(marks) > 0 {
		session.Update(func(s *state.Snapshot) {
			maps.Copy(s.Records, read)
			for key, at := range marks {
				s.SetMark(key[0], key[1], at)
			}
		})
	}
}

// believed are writes without what was there before those that a reading has
// shown: what is read of these is believed from now on.
func believed(writes map[string]state.Write, shown []string) map[string]state.Write {
	if len(shown) == 0 {
		return writes
	}
	out := maps.Clone(writes)
	for _, name := range shown {
		w := out[name]
		w.Before, w.Earlier = cty.NilVal, nil
		out[name] = w
	}
	return out
}

// readable are the recorded attributes with what was read over them, sensitive
// ones left out.
func (p *project) readable(typ string, rec *state.Record, read map[string]cty.Value) map[string]cty.Value {
	attrs := maps.Clone(rec.Attrs)
	if attrs == nil {
		attrs = map[string]cty.Value{}
	}
	for name, v := range read {
		attr := p.app.types(typ).Attribute(name)
		if _, hidden := rec.Digests[name]; hidden || attr != nil && attr.Sensitive {
			continue
		}
		attrs[name] = v
	}
	return attrs
}

// storeTenants records, before the first call, where the objects of each
// provider configuration are.
func (p *project) storeTenants(session state.Session, plan *planner.Plan) {
	changes := map[string]string{}
	had := session.Snapshot().Tenants
	for i := range plan.Steps {
		key := plan.Steps[i].Provider
		if c := p.providers[key]; c != nil && had[key] != c.conn.Tenant {
			changes[key] = c.conn.Tenant
		}
	}
	if len(changes) > 0 {
		session.Update(func(s *state.Snapshot) { maps.Copy(s.Tenants, changes) })
	}
}

// storeRuns notes, before the first call, that a run begins which writes. Runs that
// began long before anything that is still asked about are forgotten.
func (p *project) storeRuns(session state.Session, plan *planner.Plan) {
	writes := map[string]bool{}
	for i := range plan.Steps {
		if plan.Steps[i].Calls > 0 {
			writes[plan.Steps[i].Provider] = true
		}
	}
	if len(writes) == 0 {
		return
	}
	now := p.app.Now().UTC()
	session.Update(func(s *state.Snapshot) {
		for key := range writes {
			s.AddRun(key, now, now.Add(-2*(markAge+p.readLag(key))))
		}
	})
}

// keptOutput is an output as the state keeps it: with the value of a sensitive one where
// the state is encrypted.
func (p *project) keptOutput(v cty.Value, sensitive bool) state.Output {
	switch {
	case !sensitive:
		return state.Output{Value: v}
	case p.cipher == nil:
		return state.Output{Sensitive: true}
	}
	v, _ = v.UnmarkDeep()
	return state.Output{Value: v, Sensitive: true}
}

// storeOutputs records the outputs, once everything they speak of is done, and
// returns them.
func (p *project) storeOutputs(session state.Session, made *planned, report *planner.Report) []render.NamedValue {
	if report.Count(planner.Done) < len(report.Status) || made.plan.Waits() {
		return nil
	}
	values := map[string]state.Output{}
	var removed []string
	shown := map[string]cty.Value{}
	resolver := report.After(p.liveObjects(session.Snapshot(), made), p.functions())
	for _, o := range made.plan.Outputs {
		if o.Removed {
			removed = append(removed, o.Name)
			continue
		}
		v, diags := o.After.Resolve(resolver)
		if diags.HasErrors() || !v.IsKnown() {
			continue
		}
		shown[o.Name] = v.Value
		values[o.Name] = p.keptOutput(v.Value, o.Sensitive)
	}
	if len(values)+len(removed) > 0 {
		session.Update(func(s *state.Snapshot) {
			maps.Copy(s.Outputs, values)
			for _, name := range removed {
				delete(s.Outputs, name)
			}
		})
	}
	return namedOutputs(session.Snapshot().Outputs, shown)
}
