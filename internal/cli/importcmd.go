package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

func (a *app) importCommand() *cobra.Command {
	var vars variables
	var wait time.Duration
	cmd := &cobra.Command{
		Use: "import ADDRESS ID", Short: "Take over a live object by its id", Args: cobra.ExactArgs(2),
		Long: "import records that the live object with this id is the one the configuration has at\nADDRESS. Nothing is changed live; plan then shows what differs.",
		RunE: func(cmd *cobra.Command, args []string) error {
			addr, err := schema.ParseAddress(args[0])
			if err != nil {
				return err
			}
			return a.change(cmd.Context(), vars, "import", wait, func(p *project, s state.Session) error {
				return p.importObject(cmd.Context(), s, addr, args[1])
			})
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &wait)
	return cmd
}

func (p *project) importObject(ctx context.Context, s state.Session, addr schema.Address, id string) error {
	snapshot := s.Snapshot()
	if rec := snapshot.Records[addr]; rec != nil {
		return fmt.Errorf("the state already has %s, with id %s. Let go of that first with \"espalier state rm '%s'\"", addr, rec.ID, addr)
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	if err := p.checkTenants(snapshot); err != nil {
		return err
	}
	inst, err := p.instance(ctx, snapshot, addr)
	if err != nil {
		return err
	}
	for other, rec := range snapshot.Records {
		if rec.Provider == inst.Provider && other.Type == addr.Type && rec.ID == id {
			return fmt.Errorf("the object %s is owned already, as %s. Move it with \"espalier state mv '%s' '%s'\"", id, other, other, addr)
		}
		if rec.Provider == inst.Provider && other.Type == addr.Type && slices.Contains(rec.Deposed, id) {
			return fmt.Errorf("the object %s has been replaced, and is deleted by the next apply as the old one of %s. To keep it, let go of that first with \"espalier state rm '%s'\"", id, other, other)
		}
	}
	c := p.providers[inst.Provider]
	o, err := p.findOne(ctx, c, addr.Type, id)
	if err != nil {
		return err
	}
	if !planner.MayBe(inst, o) {
		return fmt.Errorf("the %s with id %s is %s, and shares no key with what %s wants. Check the id, or make the configuration say who it is first",
			inst.Type.Noun[0], o.ID, planner.Label(inst.Type, o), addr)
	}
	rec := &state.Record{Address: addr, Provider: inst.Provider, ID: o.ID, Needs: inst.Needs, Read: p.app.Now().UTC()}
	rec.Attrs = p.readable(addr.Type, rec, o.Attrs)
	if up := inst.Type.Upload; up != nil && rec.Attrs[up.Digest] == cty.NilVal {
		if digest, known := inst.Values[up.Digest]; known { // it is the one the configuration has
			rec.Attrs[up.Digest] = digest.Value
		}
	}
	for _, name := range inst.Sensitive() {
		hide(rec, name, snapshot.Digest(rec.Attrs[name]))
	}
	s.Update(func(snap *state.Snapshot) { snap.Tenants[inst.Provider] = c.conn.Tenant })
	if err := s.Commit(ctx, state.Result{Address: addr, Record: rec}); err != nil {
		return err
	}
	p.app.say("%s is now the live %s %s. See what differs with \"espalier plan\".", addr, p.app.types(addr.Type).Noun[0], o.ID)
	return nil
}

// findOne looks an object up by id, first in the list, which carries what single
// reads may lack.
func (p *project) findOne(ctx context.Context, c *configured, typ, id string) (schema.Object, error) {
	l, err := c.client.List(ctx, typ)
	if err != nil {
		return schema.Object{}, p.explain(c, err)
	}
	listed, found := planner.NewTable(p.app.types(typ), l.Objects).Find(id)
	one, err := c.client.Read(ctx, typ, id, nil)
	switch {
	case provider.KindOf(err) == provider.NotFound && !found:
		return schema.Object{}, fmt.Errorf("there is no %s with id %s at %s", p.app.types(typ).Noun[0], id, c.conn.Tenant)
	case err != nil && !found:
		return schema.Object{}, p.explain(c, err)
	case err != nil || !found:
		return pick(found, listed, one), nil
	}
	for name, v := range one.Attrs {
		if _, ok := listed.Attrs[name]; !ok {
			listed.Attrs[name] = v
		}
	}
	return listed, nil
}

func pick(first bool, a, b schema.Object) schema.Object {
	if first {
		return a
	}
	return b
}

// instance finds the wanted instance of an address in the configuration.
func (p *project) instance(ctx context.Context, snapshot *state.Snapshot, addr schema.Address) (*schema.Instance, error) {
	read := p.recorded(snapshot, p.typesByProvider(snapshot), &survey{})
	instances, _, err := p.evaluate(ctx, snapshot, read, true)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, inst := range instances {
		if inst.Address == addr {
			return inst, nil
		}
		names = append(names, inst.Address.String())
	}
	hint := "Write its block first"
	if near := schema.Suggest(addr.String(), names); near != "" {
		hint = fmt.Sprintf("Did you mean %s?", near)
	}
	return nil, errors.New(strings.TrimSuffix(fmt.Sprintf("the configuration has no %s. %s", addr, hint), "."))
}
