package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// target carries steps to the vendors' clients.
type target struct {
	p       *project
	session state.Session
	journal journal
	// stop ends when no further call is to be begun.
	stop context.Context
	// listed are the types that had to be listed again during the apply, because a
	// natural key was not known before; once each.
	listed *listings
	// troubles is what the steps that fail have in common.
	troubles *troubles
}

// listings are the tables of types that were listed, by provider configuration
// and type.
type listings struct {
	mu     sync.Mutex
	tables map[[2]string]*planner.Table
	fresh  map[[2]string]reading // of units, from which others have been moved away
}

// table lists a type the first time it is asked for, with what the state knows
// of our writes laid over it.
func (l *listings) table(ctx context.Context, p *project, c *configured, typ *schema.Type, snapshot *state.Snapshot) (*planner.Table, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := [2]string{c.key, typ.Name}
	if t := l.tables[key]; t != nil {
		return t, nil
	}
	listing, err := c.client.List(ctx, typ.Name)
	if err != nil {
		return nil, err
	}
	table := planner.NewTable(typ, listing.Objects)
	live := map[string]map[string]*planner.Table{c.key: {typ.Name: table}}
	// What is owned twice or has no provider was refused when the plan was made.
	_ = planner.Believe(planner.Input{Types: p.app.library.Resources, State: planState(snapshot), Live: live, Providers: p.planProviders(), Now: p.app.Now()})
	l.tables[key] = table
	return table, nil
}

// find looks in a table for an object with a natural key of these values.
func (l *listings) find(t *planner.Table, values map[string]cty.Value) (id string, found bool) {
	l.mu.Lock() // a table makes its indices when they are first used
	defer l.mu.Unlock()
	return t.FindByKey(values)
}

func (t target) Create(ctx context.Context, s *planner.Step, values map[string]cty.Value) (schema.Object, error) {
	client := t.p.providers[s.Provider].client
	wanted := values
	values = unmarked(values)
	if s.KeyUnknown {
		if err := t.mustBeAbsent(ctx, s, values); err != nil {
			return schema.Object{}, err
		}
	}
	sent, err := t.p.app.upload(t.p.app.types(s.Address.Type), values)
	if err != nil {
		return schema.Object{}, err
	}
	o, err := client.Create(t.dated(ctx, s, wanted), s.Address.Type, sent)
	return o, t.told(ctx, s, toCreate(), wanted, err, t.p.judged(err, aCreate, sensitiveTexts(wanted)))
}

// lostError says that the record of the run cannot be kept any more, so that no call
// may be sent.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// held is a context for a call that changes something: right before it is sent, the
// state must still be this run's.
func (t target) held(ctx context.Context) context.Context {
	return transport.BeforeSend(ctx, t.mayCall)
}

func (t target) mayCall() error {
	if err := t.session.Held(); err != nil {
		return &lostError{err}
	}
	return nil
}

// patience is how long a call may wait to be sent before its intent is written
// anew: from the intent on, it is counted when the call may have happened.
const patience = 500 * time.Millisecond

// dated is a context for a create whose intent says when it was really sent, also
// where it had to wait for the budget, or was refused for the rate and sent again.
func (t target) dated(ctx context.Context, s *planner.Step, values map[string]cty.Value) context.Context {
	var one sync.Mutex
	written := time.Now()
	return transport.BeforeSend(ctx, func() error {
		one.Lock()
		defer one.Unlock()
		if time.Since(written) >= patience {
			written = time.Now()
			if err := t.journal.Begin(context.WithoutCancel(ctx), s, values); err != nil {
				return &lostError{err}
			}
		}
		return t.mayCall()
	})
}

// mustBeAbsent looks for an object whose natural key was not known when the plan
// was made.
func (t target) mustBeAbsent(ctx context.Context, s *planner.Step, values map[string]cty.Value) error {
	typ := t.p.app.types(s.Address.Type)
	table, err := t.listed.table(ctx, t.p, t.p.providers[s.Provider], typ, t.session.Snapshot())
	if err != nil {
		return t.p.judged(err, aReading, nil)
	}
	if id, found := t.listed.find(table, values); found {
		return &planner.CallError{Verdict: planner.Changed, Err: fmt.Errorf("a %s with this key is live already: id %s. Plan again to adopt it", typ.Noun[0], id)}
	}
	return nil
}

func (t target) Update(ctx context.Context, s *planner.Step, before, after map[string]cty.Value) (schema.Object, error) {
	sent, err := t.p.app.upload(t.p.app.types(s.Address.Type), unmarked(after))
	if err != nil {
		return schema.Object{}, err
	}
	change := provider.Change{Before: t.whole(s, before), After: sent}
	for _, c := range s.Changes {
		change.Changed = append(change.Changed, c.Attr)
	}
	client := t.p.providers[s.Provider].client
	o, err := client.Update(t.held(ctx), s.Address.Type, s.ID, change)
	if provider.KindOf(err) == provider.NotFound {
		err = t.whatIsMissing(ctx, client, s, err)
	}
	return o, t.told(ctx, s, toChange(), after, err, t.p.judged(err, aChange, sensitiveTexts(after)))
}

// whole adds to what a change was decided on the other texts that the object has, as
// read, or as an earlier step of this run has left them.
func (t target) whole(s *planner.Step, before map[string]cty.Value) map[string]cty.Value {
	out := map[string]cty.Value{}
	add := func(attrs map[string]cty.Value) {
		for name, v := range attrs {
			if attr := t.p.app.types(s.Address.Type).Attribute(name); attr != nil && attr.Type == cty.String && attr.Refers == "" && !attr.Sensitive {
				out[name] = v
			}
		}
	}
	if o, ok := t.journal.live[s.Provider][s.Address.Type].Find(s.ID); ok {
		add(o.Attrs)
	}
	if rec, again := t.journal.recordOf(s); again {
		add(rec.Attrs)
	}
	maps.Copy(out, before)
	return out
}

// whatIsMissing tells an object that is gone from one that is there, while
// something that the change speaks of is not.
func (t target) whatIsMissing(ctx context.Context, client provider.Client, s *planner.Step, err error) error {
	if _, readErr := client.Read(ctx, s.Address.Type, s.ID, nil); readErr != nil {
		return err
	}
	var e *provider.Error
	if !errors.As(err, &e) {
		return err
	}
	known := *e
	known.Kind = provider.Refused
	return &known
}

func (t target) Delete(ctx context.Context, s *planner.Step, id string) error {
	err := t.p.providers[s.Provider].client.Delete(t.held(ctx), s.Address.Type, id)
	return t.told(ctx, s, toDelete(), nil, err, t.p.judged(err, aChange, nil))
}

// sensitiveTexts are the texts in sensitive values.
func sensitiveTexts(values map[string]cty.Value) []string {
	var out []string
	for _, v := range values {
		if !schema.IsSensitive(v) {
			continue
		}
		bare, _ := v.UnmarkDeep()
		_ = cty.Walk(bare, func(_ cty.Path, v cty.Value) (bool, error) {
			if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && v.AsString() != "" {
				out = append(out, v.AsString())
			}
			return true, nil
		})
	}
	return out
}

// withoutSecrets is err, or its text alone where that holds a secret.
func withoutSecrets(err error, secrets []string) error {
	text := err.Error()
	for _, s := range secrets {
		text = strings.ReplaceAll(text, s, "(sensitive)")
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// unmarked takes the marks off: what goes to the vendor is the plain value.
func unmarked(values map[string]cty.Value) map[string]cty.Value {
	out := make(map[string]cty.Value, len(values))
	for name, v := range values {
		if schema.Marked(v) {
			v, _ = v.UnmarkDeep()
		}
		out[name] = v
	}
	return out
}
