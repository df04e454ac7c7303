package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

func (a *app) stateCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "state", Short: "Look at the state, and correct it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(a.stateListCommand(), a.stateShowCommand(), a.stateMoveCommand(), a.stateRemoveCommand(), a.stateRebindCommand(),
		a.statePullCommand(), a.statePushCommand(), a.stateMigrateCommand(), a.stateRekeyCommand())
	return cmd
}

// readState reads the state without a lock.
func (a *app) readState(ctx context.Context, vars variables) (*project, *state.Snapshot, error) {
	p, err := a.load(vars)
	if err != nil {
		return nil, nil, err
	}
	snapshot, _, err := p.backend.Read(ctx)
	if err != nil {
		return nil, nil, err
	}
	if snapshot == nil {
		snapshot = state.New(Version)
	}
	return p, snapshot, nil
}

func (a *app) stateListCommand() *cobra.Command {
	var vars variables
	cmd := &cobra.Command{
		Use: "list [ADDRESS...]", Short: "List the addresses that are owned",
		RunE: func(cmd *cobra.Command, args []string) error {
			_, snapshot, err := a.readState(cmd.Context(), vars)
			if err != nil {
				return err
			}
			list := snapshot.Addresses()
			if len(args) > 0 {
				list, err = matching(list, args)
				if err != nil {
					return err
				}
			}
			return render.StateList(a.Out, list)
		},
	}
	vars.flags(cmd)
	return cmd
}

// matching keeps the addresses that are named, or that are instances of a
// resource that is named.
func matching(list []schema.Address, args []string) ([]schema.Address, error) {
	var out []schema.Address
	for _, arg := range args {
		want, err := schema.ParseAddress(arg)
		if err != nil {
			return nil, err
		}
		for _, addr := range list {
			if addr == want || want.Key.Kind == schema.NoKey && addr.Resource() == want {
				out = append(out, addr)
			}
		}
	}
	slices.SortFunc(out, schema.Address.Compare)
	return slices.Compact(out), nil
}

func (a *app) stateShowCommand() *cobra.Command {
	var vars variables
	cmd := &cobra.Command{
		Use: "show ADDRESS", Short: "Show one owned object as the state knows it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, snapshot, err := a.readState(cmd.Context(), vars)
			if err != nil {
				return err
			}
			rec, err := find(snapshot, args[0])
			if err != nil {
				return err
			}
			var hidden []string
			for name := range rec.Digests {
				hidden = append(hidden, name)
			}
			slices.Sort(hidden)
			return render.StateShow(a.Out, rec.Address, rec.ID, rec.Provider, rec.Deposed, rec.Attrs, hidden, a.outOptions())
		},
	}
	vars.flags(cmd)
	return cmd
}

// find gives the record of an address, or an error that names near ones.
func find(snapshot *state.Snapshot, text string) (*state.Record, error) {
	addr, err := schema.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	if rec := snapshot.Records[addr]; rec != nil {
		return rec, nil
	}
	var names []string
	for a := range snapshot.Records {
		names = append(names, a.String())
	}
	slices.Sort(names)
	hint := "\"espalier state list\" shows what it has"
	if near := schema.Suggest(addr.String(), names); near != "" {
		hint = fmt.Sprintf("Did you mean %s?", near)
	}
	return nil, fmt.Errorf("the state has no %s. %s", addr, strings.TrimSuffix(hint, "."))
}

// change runs a change of the state under its lock.
func (a *app) change(ctx context.Context, vars variables, command string, wait time.Duration, do func(*project, state.Session) error) error {
	p, err := a.load(vars)
	if err != nil {
		return err
	}
	session, err := p.open(ctx, command, wait)
	if err != nil {
		return err
	}
	return errors.Join(do(p, session), session.Close(ctx))
}

func (a *app) stateMoveCommand() *cobra.Command {
	var vars variables
	var wait time.Duration
	cmd := &cobra.Command{
		Use: "mv FROM TO", Short: "Give an owned object another address", Args: cobra.ExactArgs(2),
		Long: "mv moves a state entry to another address, or, where both are without a key, all\ninstances of a resource. No call is made.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd.Context(), vars, "state mv", wait, func(_ *project, s state.Session) error {
				return a.moveRecords(cmd.Context(), s, args[0], args[1])
			})
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &wait)
	return cmd
}

func (a *app) moveRecords(ctx context.Context, s state.Session, fromText, toText string) error {
	to, err := schema.ParseAddress(toText)
	if err != nil {
		return err
	}
	from, err := schema.ParseAddress(fromText)
	if err != nil {
		return err
	}
	if from.Type != to.Type {
		return fmt.Errorf("%s and %s are of different types; an object cannot become another kind of thing", from, to)
	}
	snapshot := s.Snapshot()
	moves := map[schema.Address]schema.Address{}
	if snapshot.Records[from] != nil {
		moves[from] = to
	} else if from.Key.Kind == schema.NoKey && to.Key.Kind == schema.NoKey {
		for addr := range snapshot.Records {
			if addr.Resource() == from {
				moves[addr] = to.WithKey(addr.Key)
			}
		}
	}
	if len(moves) == 0 {
		_, err := find(snapshot, fromText)
		return err
	}
	for _, target := range moves {
		if snapshot.Records[target] != nil {
			return fmt.Errorf("the state already has %s. Move that one away first, or take it out with \"espalier state rm\"", target)
		}
	}
	for old, now := range moves {
		rec := *snapshot.Records[old]
		rec.Address = now
		if err := s.Commit(ctx, state.Result{Address: now, Record: &rec, Moved: old}); err != nil {
			return err
		}
		a.say("%s is now %s", old, now)
	}
	return nil
}

func (a *app) stateRemoveCommand() *cobra.Command {
	var vars variables
	var wait time.Duration
	cmd := &cobra.Command{
		Use: "rm ADDRESS...", Short: "Let go of owned objects; what is live stays", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd.Context(), vars, "state rm", wait, func(_ *project, s state.Session) error {
				snapshot := s.Snapshot()
				for _, arg := range args {
					list, err := matching(snapshot.Addresses(), []string{arg})
					if err != nil {
						return err
					}
					if len(list) == 0 {
						_, err := find(snapshot, arg)
						return err
					}
					for _, addr := range list {
						if err := s.Commit(cmd.Context(), state.Result{Address: addr}); err != nil {
							return err
						}
						rec := snapshot.Records[addr]
						a.say("%s is no longer owned; the live object (id %s) is as it was", addr, rec.ID)
						if len(rec.Deposed) > 0 {
							a.say("what it has replaced is still there as well (id %s), and is left as it is", strings.Join(rec.Deposed, ", "))
						}
					}
				}
				return nil
			})
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &wait)
	return cmd
}

func (a *app) stateRebindCommand() *cobra.Command {
	var vars variables
	var wait time.Duration
	cmd := &cobra.Command{
		Use: "rebind PROVIDER", Short: "Say that a provider's objects are in the tenant it now reaches", Args: cobra.ExactArgs(1),
		Long: "rebind is for a tenant whose address has changed. Every id in the state is then taken\nto mean the same object at the new address.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd.Context(), vars, "state rebind", wait, func(p *project, s state.Session) error {
				c := p.providers[args[0]]
				if c == nil {
					return fmt.Errorf("the configuration has no provider %q. It has %s", args[0], strings.Join(p.keys, ", "))
				}
				if err := p.connect(cmd.Context()); err != nil {
					return err
				}
				had := s.Snapshot().Tenants[c.key]
				if had == c.conn.Tenant {
					a.say("Provider %q is bound to %s already.", c.key, had)
					return nil
				}
				s.Update(func(snap *state.Snapshot) { snap.Tenants[c.key] = c.conn.Tenant })
				a.say("Provider %q is now bound to %s (it was %s).", c.key, c.conn.Tenant, orNone(had))
				return nil
			})
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &wait)
	return cmd
}

func orNone(s string) string {
	if s == "" {
		return "bound to none"
	}
	return s
}
